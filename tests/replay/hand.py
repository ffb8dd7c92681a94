"""A hand count of a limit rule's alarms: few lines of numpy that share nothing with monitord.

The definition. A number is good for `fresh` seconds after it arrived, and at most until the next one;
a cell without a number makes the signal unknown. `<` and `>` are strict. A run is a stretch of good
readings that violate the limit; unknown does not end it. A level goes on when its run is `delay`
seconds old and the signal known then, else at the run's next reading. It goes off when readings that
stand the hysteresis inside the limit have lasted 10 s. The alarm is on while any of its levels is. A
run that ends before its level was on is a near miss, one for all levels that end with one reading. What
falls due at the very instant of a reading comes before it.

Each number is believed. An engine believes less (`engine/plausible.py`): not at once steps within 2 s,
nor pressures that hardly go together. A recording that holds any of these is not for this count.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CLEAR_S = 10.0
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Level:
    below: bool
    limit: float
    delay: float
    hysteresis: float


@dataclass
class Count:
    starts: list[float]
    clears: list[float]
    near_misses: list[float]


def count(times: Numbers, values: Numbers, fresh: float, levels: list[Level]) -> Count:
    """Times in s; NaN where there was no number."""
    following = np.append(times[1:], times[-1])

    def known(i: int, at: float) -> bool:
        """Whether reading i still speaks at an instant at or after it."""
        return bool(at < times[i] + fresh and at <= following[i])

    edges: list[tuple[float, int]] = []
    missed: set[float] = set()
    for level in levels:
        sign = 1.0 if level.below else -1.0
        bad = sign * values < sign * level.limit
        inside = sign * values >= sign * (level.limit + sign * level.hysteresis)
        spans, misses = _spans(times, values, known, bad, inside, level.delay)
        missed |= misses
        edges += [(on, 0) for on, _ in spans] + [(off, 1) for _, off in spans]
    starts, clears, depth = [], [], 0
    for at, is_off in sorted(edges):
        depth += -1 if is_off else 1
        if is_off and depth == 0 and at <= times[-1]:
            clears.append(at)
        if not is_off and depth == 1:
            starts.append(at)
    return Count(starts, clears, sorted(missed))


def _spans(
    times: Numbers,
    values: Numbers,
    known: Callable[[int, float], bool],
    bad: NDArray[np.bool_],
    inside: NDArray[np.bool_],
    delay: float,
) -> tuple[list[tuple[float, float]], set[float]]:
    spans: list[tuple[float, float]] = []
    misses: set[float] = set()
    began: float | None = None
    on: float | None = None
    off_from: float | None = None
    for i, at in enumerate(times.tolist()):
        if np.isnan(values[i]):
            off_from = None
            continue
        if on is None:
            if bad[i]:
                began = at if began is None else began
                due = max(began + delay, at)
                if known(i, due):
                    on = due
            elif began is not None:
                misses.add(at)
                began = None
        if on is not None:
            if not inside[i]:
                off_from = None
            elif off_from is None:
                off_from = at
            if off_from is not None and known(i, off := max(off_from + CLEAR_S, at)):
                spans.append((on, off))
                began = on = off_from = None
            elif not known(i, times[min(i + 1, len(times) - 1)]):
                off_from = None
    if on is not None:
        spans.append((on, np.inf))
    return spans, misses
