"""A hand count of a limit rule's alarms: plain loops that share nothing with monitord.

The definition. A number is good for `fresh` seconds after it arrived, and at most until the next one;
a cell without a number makes the signal unknown. `<` and `>` are strict. Each level has a sum: while a
good number violates its limit it grows by a second a second; good inside the limit it shrinks twice as
fast; unknown it grows only where it is above zero, and to at most 10 s beyond the delay. The level goes
on while a good number violates the limit and the sum is the delay; a sum that is zero again was a near
miss, unless the alarm stands at that priority already, or one was written in the last minute. It goes off when good numbers that stand the
hysteresis inside the limit have lasted 10 s. The alarm is on while any of its levels is; back within two
minutes of its end it is the same one: a return and no start. A number that arrives as something falls due comes first.

Each number is believed. An engine believes less (`engine/readings/plausibility.py`): not at once steps within 2 s,
nor pressures that hardly go together. A recording that holds any of these is not for this count.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CLEAR_S = 10.0
SILENT_S = 10.0
BETTER_S = 120.0
"""So long a lesser level holds before the alarm is a lesser one; so long it is over before the next is new."""
MISSES_S = 60.0
Numbers = NDArray[np.float64]
ON, OFF, MISSED = range(3)


@dataclass(frozen=True)
class Level:
    below: bool
    limit: float
    delay: float
    hysteresis: float
    priority: int = 2


@dataclass
class Count:
    starts: list[float]
    clears: list[float]
    near_misses: list[float]
    returns: list[float]


def count(times: Numbers, values: Numbers, fresh: float, levels: list[Level]) -> Count:
    """Times in s; NaN where there was no number. No level latches."""
    edges = sorted(
        (at, what, n)
        for n, level in enumerate(levels)
        for at, what in _edges(times, values, fresh, level)
    )
    found = Count([], [], [], [])
    holding: set[int] = set()
    peak, less_since, ended = 0, None, -np.inf
    for at in sorted({edge[0] for edge in edges}):
        if less_since is not None and at > less_since + BETTER_S:
            peak, less_since = max(levels[n].priority for n in holding), None
        before = bool(holding)
        here = [edge for edge in edges if edge[0] == at]
        missed = max((levels[n].priority for _, what, n in here if what == MISSED), default=0)
        written = found.near_misses[-1:]
        if missed > (peak if before else 0) and not (written and at - written[0] < MISSES_S):
            found.near_misses.append(at)
        holding |= {n for _, what, n in here if what == ON}
        holding -= {n for _, what, n in here if what == OFF}
        now = max((levels[n].priority for n in holding), default=0)
        if holding and not before:
            (found.starts if at - ended > BETTER_S else found.returns).append(at)
        if before and not holding:
            ended = at
            if at <= times[-1]:
                found.clears.append(at)
        if now >= peak or not holding:
            peak, less_since = now, None
        elif less_since is None:
            less_since = at
    return found


def _edges(times: Numbers, values: Numbers, fresh: float, level: Level) -> list[tuple[float, int]]:
    """When one level goes on and off, and when its sum came back to zero."""
    sign = 1.0 if level.below else -1.0
    found: list[tuple[float, int]] = []
    total, pending, on, off_from = 0.0, False, False, None
    following = [*times[1:].tolist(), np.inf]
    for at, until, value in zip(times.tolist(), following, values.tolist(), strict=True):
        seen = not np.isnan(value)
        known = min(fresh, until - at) if seen else 0.0
        bad = sign * value < sign * level.limit
        inside = sign * value >= sign * (level.limit + sign * level.hysteresis)
        if not on and seen and bad:
            due = at + max(0.0, level.delay - total)
            if due == at or due < at + known:
                found.append((due, ON))
                total, pending, on, off_from = 0.0, False, True, None
            else:
                total, pending = min(total + known, level.delay), True
        elif not on and seen and pending:
            if (zero := at + total / 2) < at + known:
                found.append((zero, MISSED))
                total, pending = 0.0, False
            else:
                total -= 2 * known
        elif on and seen:
            off_from = (at if off_from is None else off_from) if inside else None
            off = np.inf if off_from is None else max(off_from + CLEAR_S, at)
            if off == at or off < at + known:
                found.append((off, OFF))
                on, off_from, total = False, None, 0.0
        if known < until - at:
            off_from = None
            if not on and total:
                total = min(total + until - at - known, level.delay + SILENT_S)
    return found
