"""When the readings of many sessions were, on one line, for the block form of rules. Pure.

A device mostly speaks evenly, so times are kept as even stretches: few numbers, however many readings. Where
every reading comes at odds with the one before there are as many stretches as readings, and all holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitord.model import Instant
from monitord.replay.recordings.sample_times import SampleTimes, sample_times_of
from monitord.replay.vector.index_ranges import IndexRanges, Places

Instants = NDArray[np.int64]

NEVER: Final = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class ConcatenatedTimes:
    """Sessions one after the other on one rising line. Session n has the readings from `starts[n]` to before
    `stops[n]`; it lasts from `since[n]` to `until[n]`, and `shifts[n]` leads back to real time.
    """

    pace: SampleTimes
    starts: Places
    stops: Places
    since: Instants
    until: Instants
    shifts: Instants

    @property
    def size(self) -> int:
        """How many readings there are."""
        return self.pace.size

    def sessions(self, places: Places) -> Places:
        """In which session each place is."""
        return np.searchsorted(self.starts, places, side="right") - 1

    def at(self, places: Places) -> Instants:
        """When the readings at some places were."""
        _, knots, times, steps = self.pace
        n = np.searchsorted(knots, places, side="right") - 1
        found: Instants = times[n] + (places - knots[n]) * steps[n]
        return found

    def first_from(self, instants: Instants) -> Places:
        """The first place at or after each instant; the line's end where there is none."""
        size, knots, times, steps = self.pace
        if not size:
            return np.zeros(len(instants), np.intp)
        following = np.searchsorted(times, instants)
        n = np.maximum(following - 1, 0)
        # Rounded up; where no time passes, nothing before the next stretch is late enough.
        later = -((times[n] - instants) // np.maximum(steps[n], 1))
        later[(steps[n] == 0) & (later > 0)] = size
        most = np.concatenate((knots, [size]))[following]
        found: Places = np.minimum(knots[n] + np.maximum(later, 0), most)
        return found

    def pauses(self, least: Instants) -> Places:
        """Readings that come `least[session]` or more after the one before; not the first of a session."""
        size, knots, _, steps = self.pace
        session = self.sessions(knots)
        ends = np.minimum(np.concatenate((knots[1:], [size])) + 1, self.stops[session])
        wide = (steps >= least[session]) & (ends > knots + 1)
        return IndexRanges(knots[wide] + 1, ends[wide]).places()

    def without(self, places: Places) -> "ConcatenatedTimes":
        """The line of the other readings."""
        if not len(places):
            return self
        starts, stops = (each - np.searchsorted(places, each) for each in (self.starts, self.stops))
        times = self.at(np.delete(np.arange(self.size), places))
        pace = sample_times_of(times, starts[starts < stops])
        return ConcatenatedTimes(pace, starts, stops, self.since, self.until, self.shifts)


def concatenated_times_of(
    paces: Sequence[SampleTimes], spans: Sequence[tuple[Instant, Instant]]
) -> ConcatenatedTimes:
    """The line of sessions that have readings of these paces between these starts and ends."""
    sizes = np.array([pace.size for pace in paces], np.intp)
    stops = np.cumsum(sizes)
    starts = stops - sizes
    limits = np.array(spans, np.int64).reshape(-1, 2)
    lasts = limits[:, 1] - limits[:, 0] + 1
    since = np.cumsum(lasts) - lasts
    shifts = limits[:, 0] - since
    counts = [len(pace.knots) for pace in paces]
    whole = SampleTimes(
        int(sizes.sum()),
        np.concatenate([pace.knots for pace in paces]) + np.repeat(starts, counts),
        np.concatenate([pace.times for pace in paces]) - np.repeat(shifts, counts),
        np.concatenate([pace.steps for pace in paces]),
    )
    return ConcatenatedTimes(whole, starts, stops, since, since + lasts - 1, shifts)
