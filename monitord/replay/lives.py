"""The lives of a rule's alarms from what each of its levels did, as the engine's table gives them. Pure.

Nobody answers in a recording. Where one level alone acted, which is most often, the lives of all sessions
are made at once; where several did, session by session.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitord.engine.rules.block import Spells
from monitord.engine.rules.level import Level
from monitord.engine.rules.line import NEVER
from monitord.engine.rules.stretches import Places
from monitord.model import AlarmEvent, Kind, Priority, Reason

STEPS: Final = (
    (AlarmEvent.START, Reason.FIRST),
    (AlarmEvent.ESCALATE, Reason.RECURRED),
    (AlarmEvent.ESCALATE, Reason.WORSE),
    (AlarmEvent.DEESCALATE, Reason.LESS),
    (AlarmEvent.LATCH, Reason.LATCHED),
    (AlarmEvent.CLEAR, Reason.CLEARED),
    (AlarmEvent.NEAR_MISS, Reason.BEFORE_DELAY),
)
START, RECURRED, WORSE, LESS, LATCHED, CLEARED, MISSED = range(len(STEPS))

_WIDTH: Final = 6
Rows = NDArray[np.int64]
"""One step a row: session, time, order among steps of that time, place in STEPS, priority, number."""

Look = tuple[int, int]
"""An instant, and what brought it: time, or a reading."""


class Way(NamedTuple):
    """How a rule's alarms live: which priorities wait for an answer, whether near misses are told."""

    latching: tuple[Priority, ...]
    near_misses: bool


def way_of(kind: Kind, latching: tuple[Priority, ...]) -> Way:
    """Technical alarms neither latch nor have near misses."""
    physiological = kind is Kind.PHYSIOLOGICAL
    return Way(latching if physiological else (), near_misses=physiological)


def lives(levels: Sequence[Level], spells: Sequence[Spells], way: Way, sessions: int) -> Rows:
    """Every step of the rule's alarms, in no order."""
    acting = [n for n, s in enumerate(spells) if len(s.session) or len(s.missed_session)]
    if len(acting) < 2:
        found = [_alone(levels[n].priority, spells[n], way, None) for n in acting]
        return np.concatenate(found) if found else np.empty((0, _WIDTH), np.int64)
    acted = np.zeros(sessions, np.int64)
    for n in acting:
        here = np.zeros(sessions, np.bool_)
        here[spells[n].session] = here[spells[n].missed_session] = True
        acted += here
    alone = acted == 1
    rows = [_alone(levels[n].priority, spells[n], way, alone) for n in acting]
    priorities = [levels[n].priority for n in acting]
    active = [spells[n] for n in acting]
    for session in np.flatnonzero(acted > 1).tolist():
        steps = list(_together(session, priorities, active, way))
        rows.append(np.array(steps, np.int64).reshape(-1, _WIDTH))
    return np.concatenate(rows)


def _alone(priority: Priority, spells: Spells, way: Way, which: NDArray[np.bool_] | None) -> Rows:
    """The steps of one level in the sessions where no other acted."""
    latching = priority in way.latching
    session, missed = spells.session, spells.missed_session
    ordinal = np.arange(len(session)) - np.searchsorted(session, session)
    on_step = np.where(ordinal > 0, RECURRED, START) if latching else START
    off_step = LATCHED if latching else CLEARED
    number = 1 if latching else ordinal + 1
    columns = [
        _rows(session, spells.on, spells.on_by, on_step, (priority, number)),
        _rows(session, spells.off, spells.off_by, off_step, (priority, number))[spells.off < NEVER],
    ]
    if way.near_misses and len(missed):
        told = _rows(missed, spells.missed, spells.missed_by, MISSED, (priority, 0))
        columns.append(told[_before_first(spells)] if latching else told)
    rows = np.concatenate(columns)
    return rows if which is None else rows[which[rows[:, 0]]]


def _before_first(spells: Spells) -> NDArray[np.bool_]:
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
    rows = np.empty((len(session), _WIDTH), np.int64)
    for column, values in enumerate((session, at, by, step, *rest)):
        rows[:, column] = values
    return rows


def _together(
    session: int, priorities: Sequence[Priority], spells: Sequence[Spells], way: Way
) -> Iterator[tuple[int, int, int, int, int, int]]:
    """The steps of several levels in one session: the worst that holds is the alarm's priority."""
    changes = _changes(session, spells)
    holding: set[int] = set()
    now: Priority | None = None
    peak = Priority.LOW
    latched, count = False, 0
    for order, look in enumerate(sorted(changes)):
        at = look[0]
        missed = [priorities[n] for n, change in changes[look] if change is None]
        if missed and way.near_misses and max(missed) > (now or 0):
            yield session, at, 2 * order, MISSED, max(missed), count if now else 0
        for level, change in changes[look]:
            if change is not None:
                (holding.add if change else holding.discard)(level)
        worst = max((priorities[level] for level in holding), default=None)
        step = priority = None
        match now, worst:
            case None, Priority():
                count += 1
                now = peak = worst
                step, priority = START, worst
            case Priority(), Priority() if latched:
                step, priority = RECURRED, worst
                now, peak, latched = worst, max(peak, worst), False
            case Priority(), Priority() if worst > now:
                step, priority = WORSE, worst
                now, peak = worst, max(peak, worst)
            case Priority(), Priority() if worst < now:
                step, priority = LESS, worst
                now = worst
            case Priority(), None if not latched:
                latched = peak in way.latching
                step, priority = LATCHED if latched else CLEARED, now
                now = now if latched else None
            case _:
                continue
        yield session, at, 2 * order + 1, step, priority, count


def _changes(session: int, spells: Sequence[Spells]) -> dict[Look, list[tuple[int, bool | None]]]:
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
