"""A rule over whole signals of many sessions at once: what `levels.py` does sample by sample. Pure.

Sparse: one pass over a signal finds the few readings near a limit (`near.py`), all else follows from their
places, for all sessions together. Only rules' `block` methods and back-tests use this; the bedside steps.
That both give the same is a test, not an intention.

Two things can happen at one instant: what elapsed time brings (`BY_TIME`), then what a reading brings (its
place + 1), in the order of the readings.
"""

from typing import Final, NamedTuple

import numpy as np

from monitord.engine.rules.line import NEVER, Instants, Line
from monitord.engine.rules.stack import Stack
from monitord.engine.rules.stretches import (
    Flags,
    Places,
    Stretches,
    merged,
    stretches_of,
    united,
)
from monitord.model import Span

BY_TIME: Final = 0
_NOTHING: Final = np.empty(0, np.int64)


class Spells(NamedTuple):
    """One level over a stack, in order: in which session, from when to when it held (NEVER: to the end),
    each brought by time or by a reading; and where a condition ended before its delay.
    """

    session: Places = _NOTHING
    on: Instants = _NOTHING
    on_by: Places = _NOTHING
    off: Instants = _NOTHING
    off_by: Places = _NOTHING
    missed_session: Places = _NOTHING
    missed: Instants = _NOTHING
    missed_by: Places = _NOTHING


class _Runs(NamedTuple):
    """Readings beyond the limit without a good one inside between them: first, first after, session."""

    begin: Places
    stop: Places
    session: Places


def limit_spells(
    stack: Stack,
    bad: Stretches,
    tight: Stretches,
    *,
    delay: Span,
    clear_delay: Span,
    within: Span | None = None,
) -> Spells:
    """`bad`: where readings violate the limit; `tight`: where they do with the hysteresis as well.

    `within` asks for a second reading as `LimitLevel.twice_within` does.
    """
    unknown, line = stack.unknown, stack.line
    if within is not None:
        bad, unknown = _confirmed(stack, bad.places(), within)
    if not len(bad.begins):
        return Spells()
    runs = _runs(line, bad, unknown)
    session, end = runs.session, line.size
    on, on_by, behind = _held_from(stack, bad, runs, delay)
    held = on <= line.until[session]
    # An alarm lasts to the first lasting stretch of eased readings; what begins before that is its own.
    clear, over = _clears(stack, _within(line, session[held], tight), clear_delay)
    found = np.searchsorted(clear, behind)
    ends = np.concatenate((clear, [end]))[found]
    ends[ends >= line.stops[session]] = end
    first = held.copy()
    of_held = held.nonzero()[0]
    again = (ends[of_held][1:] == ends[of_held][:-1]) & (
        session[of_held][1:] == session[of_held][:-1]
    )
    first[of_held[1:][again]] = False
    before = np.maximum.accumulate(np.where(held, np.arange(len(held)), -1))
    absorbed = (before >= 0) & (session[before] == session) & (ends[before] > runs.begin)
    missed = (~held & ~absorbed & (runs.stop < line.stops[session])).nonzero()[0]
    begun = first.nonzero()[0]
    ends = ends[begun]
    ended = ends < end
    by = np.where(ended, ends + 1, 0) if clear_delay == 0 else BY_TIME
    shifts = line.shifts[session]
    return Spells(
        session=session[begun],
        on=on[begun] + shifts[begun],
        on_by=on_by[begun],
        off=np.where(ended, np.concatenate((over, [0]))[found[begun]] + shifts[begun], NEVER),
        off_by=np.broadcast_to(by, ended.shape),
        missed_session=session[missed],
        missed=line.at(runs.stop[missed]) + shifts[missed],
        missed_by=runs.stop[missed] + 1,
    )


def _confirmed(stack: Stack, bad: Places, within: Span) -> tuple[Stretches, Stretches]:
    """Of readings beyond the limit those that another one confirms, and all that is unknown without the
    others: of the last two good readings the first must be beyond it too, near enough to the second.
    """
    line, starts = stack.line, stack.line.starts
    doubtful = np.isin(bad, stack.odd, assume_unique=True)
    good = bad[~doubtful]
    last = np.where(doubtful, _good_before(stack, bad), bad)
    before = np.where(last >= 0, _good_before(stack, np.maximum(last, 0)), -1)
    # Of one instant the last reading counts.
    while len(again := np.flatnonzero((before >= 0) & (line.at(before) == line.at(last)))):
        before[again] = _good_before(stack, before[again])
    sure = (before >= 0) & (line.at(last) - line.at(before) <= within) & np.isin(before, good)
    unknown = np.setdiff1d(stack.odd, bad[~sure], assume_unique=True)
    return stretches_of(bad[sure], starts), stretches_of(unknown, starts)


def _good_before(stack: Stack, places: Places) -> Places:
    """The good reading before each in its session; -1 where there is none."""
    line = stack.line
    begins, stops = stack.unknown
    block = np.searchsorted(begins, places - 1, side="right") - 1
    odd = (block >= 0) & (places - 1 < np.append(stops, 0)[block])
    before = np.where(odd, np.append(begins, 0)[block] - 1, places - 1)
    return np.where(before >= line.starts[line.sessions(places)], before, -1)


def _runs(line: Line, bad: Stretches, unknown: Stretches) -> _Runs:
    begins, stops = united(bad, unknown, line.starts)
    if len(unknown.begins):
        # Of a stretch without a good reading inside the run begins with the first one beyond.
        following = bad.following(begins, line.size)
        kept = following < stops
        begins, stops = following[kept], stops[kept]
    return _Runs(begin=begins, stop=stops, session=line.sessions(begins))


def _held_from(
    stack: Stack, bad: Stretches, runs: _Runs, delay: Span
) -> tuple[Instants, Places, Places]:
    """When each run is as old as the delay and known: at that instant, or with a later reading of it.

    Also by what, and the first reading after; NEVER where the run ended before.
    """
    line, end = stack.line, stack.line.size
    begun = line.at(runs.begin)
    if delay == 0:
        return begun, runs.begin + 1, runs.begin + 1
    due = stack.since(runs.begin) + delay
    overdue = due <= begun
    behind = np.minimum(line.first_from(due), line.stops[runs.session])
    speaking = np.maximum(behind - 1, runs.begin)
    speaks = due < line.at(speaking) + stack.fresh[runs.session]
    by_time = (speaking < runs.stop) & speaks & bad.hold(speaking)
    following = bad.following(speaking + 1, end)
    by_reading = ~by_time & (following < runs.stop)
    following = np.where(overdue, runs.begin, following)
    at = np.where(by_reading | overdue, line.at(np.minimum(following, end - 1)), NEVER)
    by_time &= ~overdue
    return (
        np.where(by_time, due, at),
        np.where(by_time, BY_TIME, following + 1),
        np.where(by_time, behind, following + 1),
    )


def _within(line: Line, sessions: Places, stretches: Stretches) -> Stretches:
    """Those stretches that lie in some sessions."""
    inside = np.zeros(len(line.starts), np.bool_)
    inside[sessions] = True
    kept = inside[line.sessions(stretches.begins)]
    return Stretches(stretches.begins[kept], stretches.stops[kept])


def _clears(stack: Stack, tight: Stretches, clear_delay: Span) -> tuple[Places, Instants]:
    """Stretches of eased readings without a gap in what is known that last the clear delay: where each
    begins, and when it has lasted.
    """
    if not len(tight.begins):
        return _NOTHING, _NOTHING
    line, gaps, end = stack.line, stack.gaps, stack.line.size
    not_eased = united(tight, stack.unknown, line.starts)
    starts = merged(not_eased.stops, gaps)
    # A gap within readings that are not eased begins nothing.
    starts = starts[: np.searchsorted(starts, end)]
    starts = starts[~not_eased.hold(starts)]
    broken = np.minimum(
        not_eased.following(starts, end),
        np.concatenate((gaps, [end]))[np.searchsorted(gaps, starts, side="right")],
    )
    session = line.sessions(starts)
    following = np.where(broken < line.stops[session], line.at(np.minimum(broken, end - 1)), NEVER)
    last = line.at(broken - 1)
    known = np.maximum(np.minimum(last + stack.fresh[session] - 1, following), last)
    over = line.at(starts) + clear_delay
    lasting: Flags = (over <= known) & (over <= line.until[session])
    return starts[lasting], over[lasting]


def silence_spells(stack: Stack, delay: Span) -> Spells:
    """Silence from the last reading that may be compared, or from the session's start."""
    heard = stack.heard
    starts, stops = heard.starts, heard.stops
    sessions = np.arange(len(starts))
    some = stops > starts
    # The silence before reading `place`: after the one before it, or from the session's start.
    pauses = heard.pauses(np.full(len(starts), delay))
    first = starts[some]
    place = np.concatenate((pauses, first, stops))
    session = np.concatenate((heard.sessions(pauses), sessions[some], sessions))
    last = heard.since.copy()
    last[some] = heard.at(stops[some] - 1)
    since = np.concatenate((heard.at(pauses - 1), heard.since[some], last))
    back = np.concatenate((heard.at(pauses), heard.at(first), np.full(len(sessions), NEVER)))
    silent = np.flatnonzero((back - since >= delay) & (since + delay <= heard.until[session]))
    silent = silent[np.lexsort((since[silent], session[silent]))]
    session, since, back = session[silent], since[silent], back[silent]
    shift = heard.shifts[session]
    return Spells(
        session=session,
        on=since + delay + shift,
        on_by=np.zeros(len(silent), np.int64),
        off=np.where(back < NEVER, back + shift, NEVER),
        off_by=place[silent] + 1,
    )
