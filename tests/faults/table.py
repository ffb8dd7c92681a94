"""The table of faults, and the trial that fills its rows: a patient who desaturates while something is broken."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from monitord.model import AlarmEvent, AlarmLine, Priority, Reason
from monitord.store.journal.journal import Journal
from tests.pager import Call
from tests.peers import wait_until
from tests.ward import Ward

ROWS: list["Row"] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`late` from the finger to the pager in s: three readings a second, so 0.33 belongs to the oximeter.

    `doubled` are messages that came again under their key, `as_new` alarms whose start came again under another.
    """

    fault: str
    how: str
    must: str
    late: str
    told: str
    lost: int
    doubled: int
    as_new: int
    alone: str
    also: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationRow:
    """What became of two alarms while a destination was not well: one that came and went, one that stood.

    `late` is from the finger's fall, or where it came after that from the destination's return. `told` is its own alarm
    at the pager, `others` how long the pager took meanwhile.
    """

    destination: str
    fault: str
    lasted: str
    lost: int
    late: str
    doubled: int
    told: str
    others: str


DESTINATION_ROWS: list[DestinationRow] = []


def row(
    suite: Ward,
    fault: str,
    *,
    how: str,
    must: str,
    late: Iterable[float] = (),
    told: str = "pager",
    alone: str = "yes",
    also: str = "",
    journal: Path | None = None,
) -> None:
    """Adds a line to the table; nothing may be lost, or told as new again.

    What the daemon has decided at this instant may still be on its way: that is waited for while it runs.

    `alone` is what it took to be as before where that did not come by itself; `journal` is the record where that is
    not the suite file's.
    """
    times = sorted(late)
    if not times:
        words = "-"
    elif len(times) == 1:
        words = f"{times[0]:.2f} s"
    else:
        words = f"{times[len(times) // 2]:.2f} s, at most {times[-1]:.2f} s"
    if suite.process is not None and suite.process.poll() is None:
        told_of_all(suite, journal)
    untold, again = lost(suite, journal), told_as_new(suite)
    ROWS.append(
        Row(
            fault=fault,
            how=how,
            must=must,
            late=words,
            told=told,
            lost=len(untold),
            doubled=doubled(suite),
            as_new=len(again),
            alone=alone,
            also=also,
        )
    )
    assert untold == []
    assert again == []


def row_without_alarms(fault: str, *, how: str, must: str, also: str) -> None:
    """Of a command that nobody waits for."""
    ROWS.append(
        Row(
            fault=fault,
            how=how,
            must=must,
            late="-",
            told="-",
            lost=0,
            doubled=0,
            as_new=0,
            alone="yes",
            also=also,
        )
    )


def table(rows: Iterable[Row | DestinationRow]) -> Iterator[str]:
    """Of one kind of row. Markdown, so that it can stand in a report as it is."""
    rows = list(rows)
    names = [each.name for each in fields(rows[0])]
    heads = {
        "must": "must hold",
        "late": "told after",
        "told": "who was told",
        "as_new": "told as new twice",
        "alone": "recovered alone",
        "also": "and",
        "others": "the pager meanwhile",
    }
    yield "| " + " | ".join(heads.get(name, name) for name in names) + " |"
    yield "|" + " --- |" * len(names)
    for each in rows:
        yield "| " + " | ".join(str(getattr(each, name)) for name in names) + " |"


def starts(suite: Ward, bed: str, alarm: str = "spo2_low") -> list[Call]:
    """Starts of an alarm of a bed that reached the pager."""
    return [call for call in suite.pager.lines(alarm) if call.line["bed"] == bed]


def ends(suite: Ward, bed: str) -> int:
    """How often an alarm of this bed has ended, by the log: what the pager is told of it may wait."""
    return sum(line.get("what") == "clear" and line["bed"] == bed for line in suite.logged())


def desaturate(suite: Ward, bed: str) -> float:
    """From the finger's fall to the pager, in s; then the finger is well again, and the alarm over."""
    before = len(starts(suite, bed))
    fell = time.monotonic()
    suite.oximeters[bed].spo2 = 70
    suite.until(lambda: len(starts(suite, bed)) > before, what=f"bed {bed}: no alarm")
    suite.oximeters[bed].spo2 = 97
    suite.until(lambda: not present(suite, bed), what=f"bed {bed}: the alarm does not end")
    return starts(suite, bed)[before].at - fell


def present(suite: Ward, bed: str, alarm: str = "spo2_low") -> bool:
    """Whether the alarm stands on the page."""
    beds = {each["bed"]: each for each in suite.get("/api/beds").json()["beds"]}
    return alarm in [each["key"] for each in beds[bed]["alarms"]]


def linked(suite: Ward, bed: str) -> bool:
    return suite.get("/health/ready").json()["links"][f"{bed}/oximeter"] is True


def doubled(suite: Ward) -> int:
    """Messages that came more than once under one key."""
    return sum(count - 1 for count in Counter(call.key for call in suite.pager.calls).values())


def told_as_new(suite: Ward) -> list[str]:
    """Alarms whose start came under more than one key, and none of them as late: somebody was called twice for one."""
    keys: dict[str, set[str]] = {}
    for call in suite.pager.calls:
        if call.line["event"] == AlarmEvent.START and call.line["reason"] == Reason.FIRST:
            keys.setdefault(call.line["id"], set()).add(call.key)
    return [alarm for alarm, found in keys.items() if len(found) > 1]


def told_of_all(suite: Ward, journal: Path | None = None) -> None:
    """Waits until somebody was told of every alarm."""
    untold: list[str] = []

    def none() -> bool:
        untold[:] = lost(suite, journal)
        return not untold

    wait_until(none, explain=lambda: f"nobody was told of {untold}")


def lost(suite: Ward, place: Path | None = None) -> list[str]:
    """Alarms in the journal from medium on of which the pager never heard a start."""
    heard = {call.line["id"] for call in suite.pager.calls}
    where = place or suite.database or suite.folder / "journal.db"
    with Journal.open(where, read_only=True) as journal:
        lines = [row.effect for row in journal.effects(type="alarm")]
    return [
        line.id
        for line in lines
        if isinstance(line, AlarmLine)
        and line.event is AlarmEvent.START
        and line.priority >= Priority.MEDIUM
        and line.inhibited_by is None
        and line.id not in heard
    ]


def memory_kb(suite: Ward) -> int:
    """Resident memory of the daemon."""
    assert suite.process
    with Path(f"/proc/{suite.process.pid}/status").open() as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
