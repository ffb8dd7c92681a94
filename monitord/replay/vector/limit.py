"""Limit rules over whole signals of many sessions at once: what `engine/alarms/delay_and_clearing.py` does sample by sample. Pure.

Sparse: one pass over a signal finds the few readings near a limit, all else follows from their places, for
all sessions together. Only back-tests use this; the bedside steps. That both give the same is a test, not
an intention.
"""

import operator
from collections.abc import Callable
from math import inf
from typing import Final

import numpy as np

from monitord.engine.readings.limit_value import Limit
from monitord.engine.rules.limit import LimitRule
from monitord.model import Relation, Span
from monitord.replay.vector.concatenated_signal import ConcatenatedSignal, Values
from monitord.replay.vector.concatenated_times import NEVER, ConcatenatedTimes
from monitord.replay.vector.delay_sums import Clears, sum_spells
from monitord.replay.vector.index_ranges import (
    Flags,
    IndexRanges,
    Places,
    merged,
    united,
)
from monitord.replay.vector.level_intervals import NOTHING, LevelIntervals, brought

_COMPARES: Final[dict[Relation, Callable[[Values, float], Flags]]] = {
    Relation.BELOW: operator.lt,
    Relation.AT_MOST: operator.le,
    Relation.ABOVE: operator.gt,
    Relation.AT_LEAST: operator.ge,
}


def each_violated(limit: Limit, values: Values, eased: float = 0.0) -> Flags:
    """As `Limit.violated_by`, of every value at once; NaN violates nothing."""
    shifted = values - eased if limit.relation.low else values + eased
    return _COMPARES[limit.relation](shifted, limit.value)


def reach(rule: LimitRule, phase: str | None) -> tuple[float, float]:
    """A low and a high bound; no value between them concerns a level, not even its hysteresis."""
    limits = [level.limit for level in rule.levels_in(phase) if level.of == "value"]
    low = max((limit.value for limit in limits if limit.relation.low), default=-inf)
    high = min((limit.value for limit in limits if not limit.relation.low), default=inf)
    # More than rounding may move a sum by.
    slack = 1e-6
    most = max((rule.inside(level) for level in rule.levels_in(phase)), default=0.0)
    return low + most + slack, high - most - slack


def limit_block(
    rule: LimitRule, stack: ConcatenatedSignal, phase: str | None
) -> tuple[LevelIntervals, ...]:
    """What `check` and the level table give over whole signals, one level each."""
    found = []
    for level in rule.levels_in(phase):
        near = stack.low if level.limit.relation.low else stack.high
        # In a recording nobody accepts a baseline, and of most signals no last readings are kept.
        unknown = level.of != "value"
        if unknown:
            found.append(LevelIntervals())
            continue
        spells = limit_spells(
            stack,
            near.stretches(each_violated(level.limit, near.values)),
            near.stretches(each_violated(level.limit, near.values, rule.inside(level))),
            delay=level.delay,
            clear_delay=rule.clear_delay,
        )
        found.append(spells)
    return tuple(found)


def limit_spells(
    stack: ConcatenatedSignal,
    bad: IndexRanges,
    tight: IndexRanges,
    *,
    delay: Span,
    clear_delay: Span,
) -> LevelIntervals:
    """`bad`: where readings violate the limit; `tight`: where they do with the hysteresis as well."""
    if not len(bad.begins):
        return LevelIntervals()
    sessions = stack.line.sessions(bad.begins)
    clears = _clears(stack, _within(stack.line, sessions, tight), clear_delay)
    if delay:
        return sum_spells(stack, bad, clears, delay=delay, clear_delay=clear_delay)
    return _at_once(stack, bad, clears, clear_delay)


def _at_once(
    stack: ConcatenatedSignal, bad: IndexRanges, clears: Clears, clear_delay: Span
) -> LevelIntervals:
    """A level without a delay: the first reading beyond holds, until the first lasting clear after it."""
    line, begins = stack.line, bad.begins
    session = line.sessions(begins)
    found = np.searchsorted(clears.places, begins)
    ends = np.concatenate((clears.places, [line.size]))[found]
    ends[ends >= line.stops[session]] = line.size
    first = np.ones(len(ends), np.bool_)
    first[1:] = (ends[1:] != ends[:-1]) | (session[1:] != session[:-1])
    session, begins, ends, found = session[first], begins[first], ends[first], found[first]
    ended = ends < line.size
    off = np.where(ended, np.concatenate((clears.over, [0]))[found], NEVER)
    by = ends + 1 if clear_delay == 0 else np.zeros(len(ends), np.intp)
    shifts = line.shifts[session]
    return LevelIntervals(
        session=session,
        on=line.at(begins) + shifts,
        on_by=begins + 1,
        off=np.where(ended, off + shifts, NEVER),
        off_by=brought(line, off, by),
    )


def _within(line: ConcatenatedTimes, sessions: Places, stretches: IndexRanges) -> IndexRanges:
    """Those stretches that lie in some sessions."""
    inside = np.zeros(len(line.starts), np.bool_)
    inside[sessions] = True
    kept = inside[line.sessions(stretches.begins)]
    return IndexRanges(stretches.begins[kept], stretches.stops[kept])


def _clears(stack: ConcatenatedSignal, tight: IndexRanges, clear_delay: Span) -> Clears:
    """IndexRanges of eased readings without a gap in what is known that last the clear delay."""
    if not len(tight.begins):
        return Clears(NOTHING, NOTHING)
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
    known = np.maximum(np.minimum(last + stack.fresh[session], following) - 1, last)
    over = line.at(starts) + clear_delay
    lasting: Flags = (over <= known) & (over <= line.until[session])
    return Clears(starts[lasting], over[lasting])
