"""A shadow candidate becomes the protocol: an approver's act, on a report, kept in the audit chain.

The report is a file that somebody can read and keep; the audit chain holds its SHA-256. The suite file
stays the clinic's to write: promotion gives the lines that go into it.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitord import __version__
from monitord.config import approve, identity, read_protocol, read_suite
from monitord.config.approval import as_text
from monitord.daemon.clock import wall_time
from monitord.engine.protocol import Protocol
from monitord.errors import ConfigError, StationError
from monitord.model import SECOND, iso
from monitord.plugins import load_plugins
from monitord.replay.diff import Difference, tally
from monitord.replay.shadow import Shadow
from monitord.station.roles import Role
from monitord.station.secret import Hasher
from monitord.store.database import Database
from monitord.store.people import Note, People


class Ran(BaseModel):
    """One candidate: what it is, what it ran beside, in how many sessions, and what differed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    candidate: str
    beside: str
    sessions: int = Field(ge=0)
    differences: str


class Head(BaseModel):
    """The first line of a report; a difference a line follows, as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    shadow: int = Field(ge=1, le=1)
    version: str
    at: str
    ran: dict[str, Ran]
    broken: list[str]


def write_report(
    place: Path, shadow: Shadow, beside: Mapping[str, Protocol], found: Sequence[Difference]
) -> None:
    """Everything that a shadow has found up to now, for those who decide."""
    ran = {}
    for name, candidate in shadow.candidates.items():
        sessions = {each for each, protocol in shadow.sessions.items() if protocol == name}
        ran[name] = Ran(
            candidate=identity(candidate),
            beside=identity(beside[name]),
            sessions=len(sessions),
            differences=tally([each for each in found if each.session in sessions]),
        )
    head = Head(
        shadow=1, version=__version__, at=iso(wall_time()), ran=ran, broken=sorted(shadow.broken)
    )
    lines = [head.model_dump_json(), *(json.dumps(each.row()) for each in found)]
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
    ran = _judged(content, report, name, candidate, suite.protocols[name])
    at = wall_time()
    database = Database(suite.database, beside=True)
    try:
        people = People(database)
        who = _approver(people, by, ask())
        what = (
            f"promoted {ran.candidate} in place of {ran.beside} on the shadow report "
            f"sha256:{sha256(content).hexdigest()}: {ran.sessions} sessions, {ran.differences}"
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


def _judged(content: bytes, report: Path, name: str, candidate: Protocol, current: Protocol) -> Ran:
    """What the report says of exactly this candidate beside exactly this protocol."""
    try:
        head = Head.model_validate_json(content.partition(b"\n")[0])
    except ValidationError as error:
        msg = f"{report}: no report of `monitord shadow --out`"
        raise ConfigError([msg]) from error
    ran = head.ran.get(name)
    if ran is None:
        raise ConfigError([f"{report}: says nothing of a candidate for {name}"])
    faults = []
    if ran.candidate != identity(candidate):
        faults.append(f"it is of {ran.candidate}; the candidate is {identity(candidate)}")
    if ran.beside != identity(current):
        faults.append(f"it ran beside {ran.beside}; in force is {identity(current)}")
    if not ran.sessions:
        faults.append("no session ran beside the candidate")
    if head.broken:
        faults.append(f"the candidate failed on beds {', '.join(head.broken)}")
    if faults:
        raise ConfigError([f"{report}: {fault}" for fault in faults])
    return ran


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
