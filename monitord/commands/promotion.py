"""A shadow candidate becomes the protocol: an approver's act, on a report, kept in the audit chain.

The report is a file that somebody can read and keep; the audit chain holds its SHA-256. The suite file
stays the clinic's to write: promotion gives the lines that go into it.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy import select

from monitord import __version__
from monitord.config import approve, identity, read_protocol, read_suite
from monitord.config.protocol.approval import as_text
from monitord.daemon.sequencing.clock import wall_time
from monitord.engine.protocol.protocol import Protocol
from monitord.errors import ConfigError, StationError
from monitord.model import SECOND, iso
from monitord.plugins import load_plugins
from monitord.replay.compare.diff import Change, Difference, tally
from monitord.replay.compare.shadow_run import Shadow
from monitord.station.access.passwords import Hasher
from monitord.station.access.roles import Role
from monitord.store.accounts import Note, People
from monitord.store.chain_verification import hash_of_link
from monitord.store.database import schema
from monitord.store.database.database import Database
from monitord.store.journal.chain import ChainHead

Word = Annotated[str, StringConstraints(pattern=r"^[\w.:/#@+-]{1,120}$")]
"""A name in a report: no space, no quote, no line's end."""
Rank = Literal["low", "medium", "high"] | None


class Ran(BaseModel):
    """One candidate: what it is, what it ran beside, in which sessions, and what differed, in words."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    candidate: Word
    beside: Word
    sessions: list[Word]
    differences: str


class ShadowReportHead(BaseModel):
    """The first line of a report; a difference a line follows. `head` is that of the journal's audit chain
    when the report was made, NUMBER:HASH.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    shadow: Literal[2]
    version: Word
    at: Word
    head: Annotated[str, StringConstraints(pattern=r"^\d{1,18}:[0-9a-f]{64}$")]
    ran: dict[Word, Ran]
    broken: list[Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,120}$")]]


class ReportedDifference(BaseModel):
    """One line of a report, as `Difference.row` writes it; `words` are for its reader alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    session: Word
    change: Change
    alarm: Word
    at: Word
    before: Rank
    after: Rank
    words: str


def write_report(
    place: Path,
    shadow: Shadow,
    beside: Mapping[str, Protocol],
    found: Sequence[Difference],
    head: ChainHead,
) -> None:
    """Everything that a shadow has found up to now, for those who decide."""
    ran = {}
    for name, candidate in shadow.candidates.items():
        sessions = {each for each, protocol in shadow.sessions.items() if protocol == name}
        ran[name] = Ran(
            candidate=identity(candidate),
            beside=identity(beside[name]),
            sessions=sorted(sessions),
            differences=tally([each.change for each in found if each.session in sessions]),
        )
    first = ShadowReportHead(
        shadow=2,
        version=__version__,
        at=iso(wall_time()),
        head=f"{head.n}:{head.hash}",
        ran=ran,
        broken=sorted(shadow.broken),
    )
    lines = [first.model_dump_json(), *(json.dumps(each.row()) for each in found)]
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")


def promote(config: Path, name: str, report: Path, *, by: str, ask: Callable[[], str]) -> str:
    """Records that `by` promotes the candidate for protocol `name` on this report; the lines for the
    suite file. ConfigError, StationError where it may not be; `ask`s for the password only where it may.
    """
    suite = read_suite(config, load_plugins())
    if name not in suite.shadow:
        known = ", ".join(suite.shadow) or "none"
        raise ConfigError([f"{config}: no candidate for {name!r} below shadow: (there is {known})"])
    candidate = read_protocol(suite.shadow[name], config.parent)
    content = _content(report)
    judged = _judged(content, report, name, candidate, suite.protocols[name])
    ran = judged.ran
    at = wall_time()
    database = Database(suite.database, beside=True)
    try:
        _of_this_journal(database, judged, report)
        people = People(database)
        who = _approver(people, by, ask())
        what = (
            f"promoted {ran.candidate} in place of {ran.beside} on the shadow report "
            f"sha256:{sha256(content).hexdigest()}: {len(ran.sessions)} sessions, {judged.differences}"
        )
        people.leave(Note(at=at, who=who, what=what))
    finally:
        database.close()
    day = datetime.fromtimestamp(at / SECOND, UTC).astimezone().date()
    signed = approve(candidate, by=who, role=Role.APPROVER.value, on=day)
    return (
        f"# {what}\n"
        f"# below `protocols:` in the suite file, in place of {name}:\n  - {suite.shadow[name]}\n"
        f"# below `approvals:`:\n{as_text(signed)}"
        f"# `shadow:` no longer names it; then `monitord check` and a reload.\n"
    )


def _content(report: Path) -> bytes:
    try:
        return report.read_bytes()
    except OSError as error:
        raise ConfigError([f"{report}: {error.strerror}"]) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """What the report says of one candidate; `differences` is counted from its lines."""

    ran: Ran
    head: str
    differences: str


def _judged(
    content: bytes, report: Path, name: str, candidate: Protocol, current: Protocol
) -> _Judged:
    """What the report says of exactly this candidate beside exactly this protocol."""
    try:
        first, *lines = content.splitlines()
        head = ShadowReportHead.model_validate_json(first)
        rows = [ReportedDifference.model_validate_json(line) for line in lines]
    except ValueError as error:
        msg = f"{report}: no report of `monitord shadow --out`"
        raise ConfigError([msg]) from error
    ran = head.ran.get(name)
    if ran is None:
        raise ConfigError([f"{report}: says nothing of a candidate for {name}"])
    counted = tally([row.change for row in rows if row.session in ran.sessions])
    faults = []
    if ran.candidate != identity(candidate):
        faults.append(f"it is of {ran.candidate}; the candidate is {identity(candidate)}")
    if ran.beside != identity(current):
        faults.append(f"it ran beside {ran.beside}; in force is {identity(current)}")
    if not ran.sessions:
        faults.append("no session ran beside the candidate")
    if ran.differences != counted:
        faults.append(f"its lines are {counted}; its first line says otherwise")
    if strange := {row.session for row in rows} - {
        s for r in head.ran.values() for s in r.sessions
    }:
        faults.append(f"{len(strange)} sessions of its lines are none that a candidate ran in")
    if head.broken:
        faults.append(f"the candidate failed on beds {', '.join(head.broken)}")
    if faults:
        raise ConfigError([f"{report}: {fault}" for fault in faults])
    return _Judged(ran=ran, head=head.head, differences=counted)


def _of_this_journal(database: Database, judged: _Judged, report: Path) -> None:
    """The report was made on this journal: its head is a link of the audit chain, its sessions are there."""
    number, _, hashed = judged.head.partition(":")
    sessions = schema.sessions.c
    with database.read() as connection:
        if hash_of_link(connection, int(number), database.revision) != hashed:
            raise ConfigError(
                [f"{report}: it was made on another journal, or on one that was changed"]
            )
        known = set(connection.scalars(select(sessions.session)))
    if strange := set(judged.ran.sessions) - known:
        raise ConfigError([f"{report}: {len(strange)} of its sessions are not in the journal"])


def _approver(people: People, by: str, password: str) -> str:
    """The account's own spelling; refused alike for a wrong password and a wrong role."""
    wanted = by.strip().casefold()
    known = people.read().accounts
    account = next((each for each in known if each.name.casefold() == wanted), None)
    stored = account.password if account and not account.disabled else None
    fits = asyncio.run(Hasher().matches(stored, password))
    if account is None or not fits or account.role != Role.APPROVER:
        raise StationError(f"{by!r} is no approver with this password: see `monitord people list`")
    return account.name
