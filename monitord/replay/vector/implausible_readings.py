"""What an engine would not believe (`engine/readings/plausibility.py`), found in whole signals. Pure.

Steps are few: numpy finds where one may begin, and only from there on each reading is judged as the
engine does. That both give the same is a test. Odd pressures raise an alarm of their own and are stepped.
"""

from typing import NamedTuple

import numpy as np

from monitord.engine.readings.plausibility import LASTING, STEPS
from monitord.model import SECOND, Signal, Span
from monitord.replay.recordings.column_table import Heard, Instants
from monitord.replay.vector.concatenated_times import ConcatenatedTimes
from monitord.replay.vector.index_ranges import Places


class Doubts(NamedTuple):
    """Places of one signal's readings: those that do not count, and those that confirm a step, with the
    instant at which it was first seen.
    """

    rejected: Places
    confirmed: Places
    began: Instants


def lasting(jumped: Places, line: ConcatenatedTimes) -> Places:
    """Of places whose reading differs too much from the one before on a line those where an engine doubts:
    the other is of the same session, and not so long ago that a doubt would be over.
    """
    jumped = jumped[jumped > line.starts[line.sessions(jumped)]]
    return jumped[line.at(jumped) - line.at(jumped - 1) < LASTING]


def doubts(signal: Signal, heard: Heard, jumped: Places, fresh: Span) -> Doubts:
    """What becomes of each jump while a reading speaks for `fresh`."""
    times, values, said, _ = heard
    most = STEPS[signal]
    rejected: list[int] = []
    confirmed: list[int] = []
    began: list[int] = []
    done = 0
    for first in jumped.tolist():
        if first < done:
            continue
        since, before_at, before = int(times[first]), int(times[first - 1]), values[first - 1]
        at = first
        while at < len(times):
            change = abs(values[at] - before)
            if change == change:  # noqa: PLR0124 - NaN is not itself: nothing that counts
                now = int(times[at])
                if np.isnan(said[at - 1]) or now >= int(times[at - 1]) + fresh:
                    break
                seconds = max(now - before_at, SECOND) / SECOND
                if change <= most * seconds or now - since >= LASTING:
                    if at > first and change > most:
                        confirmed.append(at)
                        began.append(since)
                    break
                rejected.append(at)
            at += 1
        done = at + 1
    return Doubts(
        np.array(rejected, np.intp), np.array(confirmed, np.intp), np.array(began, np.int64)
    )
