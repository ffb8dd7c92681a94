"""When the readings of one signal were, kept as even stretches. Pure.

A device mostly speaks evenly: so these are few numbers, however many readings. Where every reading comes at odds with
the one before there are as many stretches as readings, and all holds.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitord.model import Span
from monitord.replay.recordings.column_table import Instants

Places = NDArray[np.intp]


class SampleTimes(NamedTuple):
    """Times of `size` readings in order: from place `knots[n]` on they begin at `times[n]` and come every
    `steps[n]`, up to the first reading of the next stretch.
    """

    size: int
    knots: Places
    times: Instants
    steps: Instants

    def usual(self) -> Span | None:
        """The median of the times between two readings, without those of one instant."""
        ends = np.concatenate((self.knots[1:], [self.size - 1]))
        passing = self.steps > 0
        steps, counts = self.steps[passing], (ends - self.knots)[passing]
        order = steps.argsort()
        passed = counts[order].cumsum()
        total = int(passed[-1]) if len(passed) else 0
        if not total:
            return None
        middle = np.searchsorted(passed, ((total - 1) // 2, total // 2), side="right")
        one, other = steps[order][middle].tolist()
        return Span((one + other) // 2)


def sample_times_of(times: Instants, starts: Sequence[int] | Places = (0,)) -> SampleTimes:
    """The pace of readings of which some begin a session."""
    if not len(times):
        return SampleTimes(0, np.empty(0, np.intp), times, times)
    steps = np.zeros(len(times), np.int64)
    np.subtract(times[1:], times[:-1], out=steps[:-1])
    turns = np.zeros(len(times), np.bool_)
    np.not_equal(steps[1:-1], steps[:-2], out=turns[1:-1])
    turns[starts] = True
    knots = turns.nonzero()[0]
    return SampleTimes(len(times), knots, times[knots], steps[knots])
