"""Whether a hospital has all that its suites' journals hold: each row by its id, in order for each bed, and nothing twice as new."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nats.js import JetStreamContext

from monitord.hospital.bed_fold import BedFold, beyond_last_tier
from monitord.hospital.cluster_setup import ClusterPlan
from monitord.hospital.sent_row import ALARM, SentRow
from monitord.model import SECOND, AlarmEvent, AlarmLine
from monitord.store.journal.journal import Journal
from tests.hospital.stream_reader import Beds, at_hospital, beds_of, kept, sent_by, stored

CATCH_UP_S = 180
Bed = tuple[str, str | None]


class LostOrDoubledError(AssertionError):
    """The hospital's state is not the fold of all journals, or something was told twice as new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was counted; each of `rows` was found in the stream by its id."""

    rows: int
    again: int
    lines: int
    alarms: int
    second_line: int

    def __str__(self) -> str:
        return (
            f"{self.rows} rows of the journals, each in the stream by its id and in order ({self.again} came again); {self.alarms} alarms, "
            f"{self.lines} lines, {self.second_line} told by the second line, none twice as new: "
            f"the hospital's state is the fold of all journals"
        )


async def check(
    urls: list[str], folder: Path, plan: ClusterPlan, suites: Mapping[str, Path]
) -> Checked:
    """Waits until everything that the journals (`suites`) held at first is at the hospital; then compares."""
    wanted: dict[Bed, tuple[int, int]] = {}
    asked: dict[Bed, list[str]] = {}
    for name, journal in suites.items():
        for row in sent_by(journal, name, folder / "nowhere", SECOND):
            seq, effect = wanted.get((name, row.bed), (0, 0))
            reached = (seq, row.effect) if row.effect else (row.seq, effect)
            wanted[name, row.bed] = reached
            asked.setdefault((name, row.bed), []).append(row.id)
    async with at_hospital(urls, folder, plan) as (_, context):
        await _caught_up(context, wanted)
        rows = await stored(context)
        beds = await kept(context)
    found = {row.id for row in rows}
    lost = [id_ for ids in asked.values() for id_ in ids if id_ not in found]
    if lost:
        raise LostOrDoubledError(f"{len(lost)} rows are lost: {lost[:5]}")
    lines = _compare(rows, beds, suites, folder)
    starts = Counter(_begun(rows))
    twice = sorted(name for name, count in starts.items() if count > 1)
    if twice:
        raise LostOrDoubledError(f"told twice as new by a suite: {twice}")
    return Checked(
        rows=sum(map(len, asked.values())),
        again=len(rows) - len(found),
        lines=lines,
        alarms=len(starts),
        second_line=await _second_line(folder / "hospital.db", beds),
    )


async def _caught_up(context: JetStreamContext, wanted: Mapping[Bed, tuple[int, int]]) -> None:
    give_up = time.monotonic() + CATCH_UP_S
    while True:
        beds = await kept(context)
        behind = [
            bed
            for bed, (seq, effect) in wanted.items()
            if bed not in beds or beds[bed].seq < seq or beds[bed].effect < effect
        ]
        if not behind:
            return
        if time.monotonic() > give_up:
            have = {bed: (beds[bed].seq, beds[bed].effect) for bed in behind if bed in beds}
            raise LostOrDoubledError(
                f"behind: {[(bed, wanted[bed]) for bed in behind]}, has {have}"
            )
        await asyncio.sleep(0.5)


def _compare(rows: list[SentRow], beds: Beds, suites: Mapping[str, Path], folder: Path) -> int:
    """How many alarm lines were compared."""
    lines = 0
    for name, journal in suites.items():
        here = sent_by(journal, name, folder / "nowhere", SECOND)
        for bed in {row.bed for row in here}:
            mine = [row for row in here if row.bed == bed]
            _compare_rows(name, bed, mine, [r for r in rows if (r.suite, r.bed) == (name, bed)])
            found = beds.get((name, bed))
            if found is None:
                raise LostOrDoubledError(f"{name} {bed}: the workers know nothing of it")
            until = [row for row in mine if _reached(row, found)]
            if beds_of(until)[name, bed] != found:
                raise LostOrDoubledError(
                    f"{name} {bed}: the fold is another one than the journal's"
                )
            lines += sum(row.type == ALARM for row in until)
    return lines


def _reached(row: SentRow, bed: BedFold) -> bool:
    return row.effect <= bed.effect if row.effect else row.seq <= bed.seq


def _compare_rows(suite: str, bed: str | None, sent: list[SentRow], found: list[SentRow]) -> None:
    """In the stream stands, without what came again, the beginning of what the journal sends, in its order."""
    first = list(dict.fromkeys(row.id for row in found))
    if first != [row.id for row in sent][: len(first)]:
        raise LostOrDoubledError(f"{suite} {bed}: the stream's order is not the journal's")
    known = {row.id: row for row in sent}
    if any(known[row.id] != row for row in found):
        raise LostOrDoubledError(f"{suite} {bed}: a row of the stream is not the journal's")


def _begun(rows: Iterable[SentRow]) -> Iterable[str]:
    """The alarms that began, once for each row that says so."""
    once = {row.id: row for row in rows}
    for row in once.values():
        if row.type == ALARM and row.body["event"] == AlarmEvent.START:
            yield f"{row.suite}/{row.body['id']}"


async def _second_line(record: Path, beds: Beds) -> int:
    """Every alarm that nobody answers was told by the hospital, and none twice as new; how many."""
    due = {
        f"unanswered:{suite}/{bed or 'suite'}/{alarm.line.id}"
        for (suite, bed), fold in beds.items()
        for alarm in fold.alarms.values()
        if beyond_last_tier(alarm)
    }
    give_up = time.monotonic() + CATCH_UP_S
    while True:
        starts = _started(record)
        if due <= set(starts):
            break
        if time.monotonic() > give_up:
            raise LostOrDoubledError(f"not told by the second line: {sorted(due - set(starts))}")
        await asyncio.sleep(0.5)
    twice = sorted(name for name, count in starts.items() if count > 1)
    if twice:
        raise LostOrDoubledError(f"told twice as new by the second line: {twice}")
    return len(starts)


def _started(record: Path) -> Counter[str]:
    """How often each alarm of the second line about a bed began."""
    with Journal.open(record, read_only=True) as journal:
        lines = [row.effect for row in journal.effects(bed=None, type="alarm")]
    return Counter(
        line.alarm
        for line in lines
        if isinstance(line, AlarmLine)
        and line.event is AlarmEvent.START
        and line.alarm.startswith("unanswered:")
    )
