"""The signal of one alarm from a minute before it to a minute after, with the limit in force, from the journal."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from monitord.model import (
    MINUTE,
    AlarmLine,
    Frame,
    Instant,
    Observe,
    Priority,
    Signal,
    Span,
    Void,
)
from monitord.store.alarm_log import LoggedAlarm
from monitord.store.database import schema
from monitord.store.journal.journal import Journal

ASIDE: Final[Span] = MINUTE
"""So much is shown before the alarm and after it."""
SHOWN_AT_MOST: Final[Span] = 10 * MINUTE
"""Of a longer alarm its begin is shown: the whole of it is in the trends of the session."""
ROWS_AT_MOST: Final = 20_000
"""Five hours of readings, of which lowest and highest are known; who alarms longer is in the trends."""

Points = tuple[tuple[Instant, float | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StripLimit:
    """From `at` on the alarm stood at this priority, and the value was compared with `limit`."""

    at: Instant
    limit: float
    priority: Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmStrip:
    """`points` lie between `begin` and `end`; None where the device had no usable reading.

    `lowest` and `highest` are of the whole alarm, from the begin of its condition; None where nothing was read.
    """

    signal: Signal | None
    begin: Instant
    end: Instant
    points: Points
    limits: tuple[StripLimit, ...]
    lowest: float | None
    highest: float | None


def alarm_strip(journal: Journal, alarm: LoggedAlarm, now: Instant) -> AlarmStrip:
    """StoreError where it cannot be read. An alarm without a signal, as one of a form, has no points."""
    life, signal = alarm.life, alarm.life.first.signal
    begin = Instant(life.first.at - ASIDE)
    over = Instant(now if life.end is None else life.end)
    end = Instant(min(over + ASIDE, begin + SHOWN_AT_MOST))
    earliest = Instant(max(begin - SHOWN_AT_MOST, min(begin, life.first.since)))
    read = (
        ()
        if signal is None
        else tuple(_readings(journal, alarm, signal, earliest, Instant(max(end, over))))
    )
    during = [v for at, v in read if v is not None and life.first.since <= at <= over]
    return AlarmStrip(
        signal=signal,
        begin=begin,
        end=end,
        points=tuple((at, value) for at, value in read if begin <= at <= end),
        limits=tuple(_limits(life.lines)),
        lowest=min(during, default=None),
        highest=max(during, default=None),
    )


def _limits(lines: tuple[AlarmLine, ...]) -> Iterator[StripLimit]:
    """Of a rule that compares something else than the value, as its change, no line can be drawn."""
    known: tuple[float, Priority] | None = None
    for line in lines:
        if line.limit is None or line.compares not in {None, "value"}:
            continue
        if (line.limit, line.priority) != known:
            known = line.limit, line.priority
            yield StripLimit(at=line.at, limit=line.limit, priority=line.priority)


def _readings(
    journal: Journal, alarm: LoggedAlarm, signal: Signal, begin: Instant, end: Instant
) -> Iterator[tuple[Instant, float | None]]:
    """In the order of their times; by hand among them, unless they were taken back."""
    first = alarm.life.first
    after = _seq_before(journal, alarm, begin)
    taken_back: set[str] = set()
    if first.session is not None:
        voids = journal.events(session=first.session, types=("void",), after=after)
        taken_back = {event.body.action for _, event in voids if isinstance(event.body, Void)}
    found: list[tuple[Instant, float | None]] = []
    rows = (
        journal.events(session=first.session, types=("frame", "observe"), after=after)
        if first.session is not None
        else journal.events(bed=first.bed, types=("frame", "observe"), after=after)
    )
    for n, (_, event) in enumerate(rows):
        if event.at > end or n == ROWS_AT_MOST:
            break
        body = event.body
        if isinstance(body, Frame):
            found += [
                (event.at, sample.value if sample.quality.usable else None)
                for sample in body.samples
                if sample.signal is signal
            ]
        elif isinstance(body, Observe) and body.id not in taken_back and signal in body.values:
            found.append((body.happened_at or event.at, body.values[signal]))
    yield from sorted((each for each in found if each[0] >= begin), key=lambda each: each[0])


def _seq_before(journal: Journal, alarm: LoggedAlarm, at: Instant) -> int:
    """The newest event of the bed that is earlier: the way back is as short as the time."""
    events = schema.events.c
    bed = alarm.life.first.bed
    query = (
        select(events.seq)
        .where(
            events.bed.is_(None) if bed is None else events.bed == bed,
            events.seq <= alarm.after_seq,
            events.at < at,
        )
        .order_by(events.seq.desc())
        .limit(1)
    )
    with journal.database.read() as connection:
        return connection.scalar(query) or 0
