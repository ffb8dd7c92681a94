"""The lives of a rule's alarms from what each of its levels did, as the engine's table gives them. Pure.

Nobody answers in a recording. Where one level alone acted, which is most often, the lives of all sessions
are made at once; where several did, session by session.
"""

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from monitord.engine.alarm_state import LevelState
from monitord.engine.alarms.delay_and_clearing import depth_of
from monitord.engine.alarms.near_miss import BETWEEN_MISSES
from monitord.engine.rules.level import Level
from monitord.model import Instant, Priority
from monitord.replay.vector.concatenated_times import NEVER
from monitord.replay.vector.index_ranges import Places
from monitord.replay.vector.level_intervals import LevelIntervals
from monitord.replay.vector.unanswered_alarm import (
    CLEARED,
    LATCHED,
    LESS,
    MISSED,
    RECURRED,
    START,
    LatchPolicy,
    UnansweredAlarm,
)

WIDTH: Final = 7
Rows = NDArray[np.int64]
"""One step a row: session, time, order among steps of that time (see `order`), place in STEPS, priority,
number, whether it is told.
"""

Look = tuple[int, int]
"""An instant, and what brought it: time, or a reading."""


By = TypeVar("By", int, Places)


def order(by: By, *, missed: bool = False) -> By:
    """What time brings, then reading by reading; of each what ended before its delay comes first."""
    return 2 * by + (0 if missed else 1)


def lives(
    levels: Sequence[Level],
    spells: Sequence[LevelIntervals],
    way: LatchPolicy,
    ends: Sequence[Instant],
) -> Rows:
    """Every step of the rule's alarms in sessions that end at these times, in no order."""
    acting = [n for n, s in enumerate(spells) if len(s.session) or len(s.missed_session)]
    if len(acting) < 2:
        found = [_alone(levels[n].priority, spells[n], way, None) for n in acting]
        return _written(np.concatenate(found)) if found else np.empty((0, WIDTH), np.int64)
    acted = np.zeros(len(ends), np.int64)
    for n in acting:
        here = np.zeros(len(ends), np.bool_)
        here[spells[n].session] = here[spells[n].missed_session] = True
        acted += here
    alone = acted == 1
    rows = [_alone(levels[n].priority, spells[n], way, alone) for n in acting]
    acted_on = [levels[n] for n in acting]
    active = [spells[n] for n in acting]
    for session in np.flatnonzero(acted > 1).tolist():
        steps = list(_together(session, ends[session], acted_on, active, way))
        rows.append(np.array(steps, np.int64).reshape(-1, WIDTH))
    return _written(np.concatenate(rows))


def _written(rows: Rows) -> Rows:
    """Without the near misses that are only counted: those too soon after the last that was written."""
    missed = np.flatnonzero(rows[:, 3] == MISSED)
    missed = missed[np.lexsort((rows[missed, 2], rows[missed, 1], rows[missed, 0]))]
    kept = np.ones(len(rows), np.bool_)
    session, last = -1, 0
    for row, (of, at) in zip(missed.tolist(), rows[missed, :2].tolist(), strict=True):
        if of == session and at - last < BETWEEN_MISSES:
            kept[row] = False
        else:
            session, last = of, at
    return rows[kept]


def _alone(
    priority: Priority, spells: LevelIntervals, way: LatchPolicy, which: NDArray[np.bool_] | None
) -> Rows:
    """The steps of one level in the sessions where no other acted."""
    latching = priority in way.latching
    session, missed = spells.session, spells.missed_session
    ordinal = np.arange(len(session)) - np.searchsorted(session, session)
    back = ordinal > 0
    if not latching:
        rested = spells.on - np.append(np.int64(0), spells.off[:-1])[: len(spells.on)]
        back &= rested <= way.rearm
    on_step = np.where(back, RECURRED, START)
    off_step = LATCHED if latching else CLEARED
    begun: Rows = np.cumsum(~back, dtype=np.int64)
    number: Rows = begun - begun[np.searchsorted(session, session)] + 1 if len(session) else begun
    columns = [
        _rows(session, spells.on, spells.on_by, on_step, (priority, number)),
        _rows(session, spells.off, spells.off_by, off_step, (priority, number))[spells.off < NEVER],
    ]
    if way.near_misses and len(missed):
        told = _rows(missed, spells.missed, spells.missed_by, MISSED, (priority, 0))
        columns.append(told[_before_first(spells)] if latching else told)
    rows = np.concatenate(columns)
    return rows if which is None else rows[which[rows[:, 0]]]


def _before_first(spells: LevelIntervals) -> NDArray[np.bool_]:
    """The near misses before the first alarm of their session: a latched one is no less than they."""
    first = np.searchsorted(spells.session, spells.missed_session)
    session = np.append(spells.session, -1)[first]
    on, by = np.append(spells.on, NEVER)[first], np.append(spells.on_by, 0)[first]
    earlier = (spells.missed < on) | ((spells.missed == on) & (spells.missed_by < by))
    found: NDArray[np.bool_] = (session != spells.missed_session) | earlier
    return found


def _rows(
    session: Places, at: Rows, by: Places, step: Places | int, rest: tuple[int, Places | int]
) -> Rows:
    rows = np.empty((len(session), WIDTH), np.int64)
    by = order(by, missed=step is MISSED)
    for column, values in enumerate((session, at, by, step, *rest, 1)):
        rows[:, column] = values
    return rows


def _together(
    session: int,
    end: Instant,
    levels: Sequence[Level],
    spells: Sequence[LevelIntervals],
    way: LatchPolicy,
) -> Iterator[tuple[int, ...]]:
    """The steps of several levels in one session: the peak is the alarm's priority until it is believed
    to be over (`alarm_triggers.py`).
    """
    changes = _changes(session, spells)
    depths = [depth_of(level, LevelState()) for level in levels]
    holding: set[int] = set()
    life = UnansweredAlarm(way)
    for at, by in sorted(changes):
        if life.due is not None and life.due < at:
            yield session, life.due, 1, LESS, life.believed().priority, life.count, 1
        missed = [depths[n].priority for n, change in changes[at, by] if change is None]
        if missed and way.near_misses and max(missed) > life.stands:
            number = life.count if life.stands else 0
            yield session, at, order(by, missed=True), MISSED, max(missed), number, 1
        for level, change in changes[at, by]:
            if change is not None:
                (holding.add if change else holding.discard)(level)
        step = life.look(max((depths[level] for level in holding), default=None), at)
        if step is not None:
            yield session, at, order(by), step, life.told, life.count, 1
    if life.due is not None and life.due <= end:
        yield session, life.due, 1, LESS, life.believed().priority, life.count, 1


def _changes(
    session: int, spells: Sequence[LevelIntervals]
) -> dict[Look, list[tuple[int, bool | None]]]:
    """What each level does at each look: begins to hold, ends, or ends before its delay (None)."""
    changes: dict[Look, list[tuple[int, bool | None]]] = {}
    for level, each in enumerate(spells):
        held = slice(*np.searchsorted(each.session, [session, session + 1]).tolist())
        ended = slice(*np.searchsorted(each.missed_session, [session, session + 1]).tolist())
        for change, times, by in (
            (True, each.on[held], each.on_by[held]),
            (False, each.off[held], each.off_by[held]),
            (None, each.missed[ended], each.missed_by[ended]),
        ):
            for at, brought in zip(times.tolist(), by.tolist(), strict=True):
                if at < NEVER:
                    changes.setdefault((at, brought), []).append((level, change))
    return changes
