"""Delays over whole signals of many sessions: the sums of `engine/alarms/delay_and_clearing.py`. Pure.

From one change of a level's condition to the next its sum goes straight, so a level is walked from change
to change, however many readings lie between, and only from where something is beyond the limit.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from monitord.engine.alarms.delay_and_clearing import PAYS_BACK, SILENT
from monitord.model import Span
from monitord.replay.vector.concatenated_signal import ConcatenatedSignal
from monitord.replay.vector.concatenated_times import NEVER, Instants
from monitord.replay.vector.index_ranges import IndexRanges, Places, merged
from monitord.replay.vector.level_intervals import BY_TIME, LevelIntervals, brought

_INSIDE, _BEYOND, _UNHEARD = range(3)
_OPEN, _HOLDS, _MISSED = range(3)


class Clears(NamedTuple):
    """Where inside readings that last the clear delay begin, and when they have lasted."""

    places: Places
    over: Instants


class _Changes(NamedTuple):
    """Where the condition of a level changes: when, by what, to which, from when on the reading says so
    (where a step was first seen), before when something due comes before the next, whether it is the last
    of its session.
    """

    at: list[int]
    by: list[int]
    to: list[int]
    since: list[int]
    until: list[int]
    last: list[bool]


class _End(NamedTuple):
    """What became of a pending level at the change `n` or after it: open when the session ends, held or
    missed.
    """

    what: int
    n: int
    at: int = NEVER
    by: int = BY_TIME
    ran_out: bool = False


def sum_spells(
    stack: ConcatenatedSignal,
    beyond: IndexRanges,
    clears: Clears,
    *,
    delay: Span,
    clear_delay: Span,
) -> LevelIntervals:
    """One level with a delay; `beyond` are the readings that violate its limit."""
    line = stack.line
    changes, session = _changes(stack, beyond)
    starts = [n for n, to in enumerate(changes.to) if to == _BEYOND]
    begun_by = [changes.by[n] for n in starts]
    clear, over = clears.places.tolist(), clears.over.tolist()
    stops = line.stops[session].tolist()
    held, missed, ran_out = [], [], []
    k = 0
    while k < len(starts):
        end = _pending(changes, starts[k], delay)
        if end.ran_out:
            ran_out.append(starts[k])
        if end.what != _HOLDS:
            if end.what == _MISSED:
                missed.append((starts[k], end.at, end.by))
            k = bisect_left(starts, end.n + 1, k + 1)
            continue
        c = bisect_left(clear, changes.by[end.n])
        back = clear[c] if c < len(clear) else line.size
        ended = back < stops[end.n]
        off = over[c] if ended else NEVER
        held.append((starts[k], end.at, end.by, off, back + 1 if clear_delay == 0 else BY_TIME))
        k = bisect_left(begun_by, back + 1 if ended else stops[end.n] + 1, k + 1)
    return _spells(stack, session, held, missed, ran_out)


def _pending(changes: _Changes, n: int, delay: Span) -> _End:
    """The level from the change `n` on, with which its condition became true, until it holds or is idle."""
    at, _, to, since, until, last = changes
    total, ran_out = at[n] - since[n], False
    while True:
        condition, lasts = to[n], until[n] - at[n]
        passes = 0 if last[n] else at[n + 1] - at[n]
        if condition == _BEYOND:
            total = max(total, at[n] - since[n])
            missing = delay - total
            if missing <= 0:
                return _End(_HOLDS, n, at[n], changes.by[n], ran_out)
            if missing < lasts:
                return _End(_HOLDS, n, at[n] + missing, BY_TIME, ran_out)
            total += passes
        elif condition == _INSIDE:
            total = min(total, delay)
            if total == 0:
                return _End(_MISSED, n, at[n], changes.by[n], ran_out)
            paid = -(-total // PAYS_BACK)
            if paid < lasts:
                return _End(_MISSED, n, at[n] + paid, BY_TIME, ran_out)
            total = max(0, total - PAYS_BACK * passes)
        elif total:
            ran_out |= total + lasts >= delay + SILENT
            total += passes
        if last[n]:
            return _End(_OPEN, n, ran_out=ran_out)
        n += 1


def _changes(stack: ConcatenatedSignal, beyond: IndexRanges) -> tuple[_Changes, Places]:
    """Also the session of each."""
    line, lapses = stack.line, stack.lapses
    places = merged(merged(beyond.begins, beyond.stops), stack.breaks)
    places = places[: np.searchsorted(places, line.size)]
    to = np.where(stack.silent.hold(places), _UNHEARD, _INSIDE)
    to[beyond.hold(places)] = _BEYOND
    times = line.at(places)
    at = np.concatenate((times, lapses.at))
    order = at.argsort(kind="stable")
    session = np.concatenate((line.sessions(places), lapses.session))[order]
    of_time = len(lapses.at)
    last = np.ones(len(at), np.bool_)
    np.not_equal(session[1:], session[:-1], out=last[:-1])
    at = at[order]
    by = np.concatenate((places + 1, np.full(of_time, BY_TIME)))[order]
    # What is due as the session ends is still done.
    until = np.where(last, line.until[session], np.append(at[1:] - 1, 0)) + 1
    return (
        _Changes(
            at.tolist(),
            by.tolist(),
            np.concatenate((to, np.full(of_time, _UNHEARD)))[order].tolist(),
            np.concatenate((stack.since(places), lapses.at))[order].tolist(),
            until.tolist(),
            last.tolist(),
        ),
        session,
    )


def _spells(
    stack: ConcatenatedSignal,
    session: Places,
    held: Sequence[tuple[int, ...]],
    missed: Sequence[tuple[int, ...]],
    ran_out: Sequence[int],
) -> LevelIntervals:
    """In real time; by the reading that came just as something was due, where one did."""
    line = stack.line
    n, on, on_by, off, off_by = np.array(held, np.int64).reshape(-1, 5).T
    m, missed_at, missed_by = np.array(missed, np.int64).reshape(-1, 3).T
    session_on, session_missed = session[n], session[m]
    shift = line.shifts[session_on]
    return LevelIntervals(
        session=session_on,
        on=on + shift,
        on_by=brought(line, on, on_by),
        off=np.where(off < NEVER, off + shift, NEVER),
        off_by=brought(line, off, off_by),
        missed_session=session_missed,
        missed=missed_at + line.shifts[session_missed],
        missed_by=brought(line, missed_at, missed_by),
        ran_out=np.unique(session[np.array(ran_out, np.intp)]),
    )
