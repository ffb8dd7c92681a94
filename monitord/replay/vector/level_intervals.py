"""What one level of a rule did over a stack of sessions. Pure.

Two things can happen at one instant: what elapsed time brings (`BY_TIME`), then what a reading brings (its
place + 1), in the order of the readings.
"""

from typing import Final, NamedTuple

import numpy as np

from monitord.replay.vector.concatenated_times import ConcatenatedTimes, Instants
from monitord.replay.vector.index_ranges import Places

BY_TIME: Final = 0
NOTHING: Final = np.empty(0, np.int64)


class LevelIntervals(NamedTuple):
    """One level over a stack, in order: in which session, from when to when it held (NEVER: to the end),
    each brought by time or by a reading; where a condition ended before its delay; and the sessions in
    which it was on its way for so long without a reading that an absence would speak for it.
    """

    session: Places = NOTHING
    on: Instants = NOTHING
    on_by: Places = NOTHING
    off: Instants = NOTHING
    off_by: Places = NOTHING
    missed_session: Places = NOTHING
    missed: Instants = NOTHING
    missed_by: Places = NOTHING
    ran_out: Places = NOTHING


def brought(line: ConcatenatedTimes, at: Instants, by: Places) -> Places:
    """What brings something at these instants of a line: where time does and a reading comes just
    then, that reading does.
    """
    places = np.minimum(line.first_from(at), max(line.size - 1, 0))
    reads = (by == BY_TIME) & (line.at(places) == at)
    found: Places = np.where(reads, places + 1, by)
    return found
