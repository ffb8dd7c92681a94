"""One signal of many sessions, end to end, for the block form of rules. Pure.

Every session's times are shifted so that all sessions stand one after the other on one rising line
(`concatenated_times.py`): then one sorted search serves them all. What stands beside it is sparse: places on that line.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitord.replay.vector.concatenated_times import ConcatenatedTimes, Instants
from monitord.replay.vector.index_ranges import (
    Flags,
    IndexRanges,
    Places,
    apart,
    index_ranges_of,
    merged,
)

Values = NDArray[np.float64]


class Near(NamedTuple):
    """Readings at or beyond a bound, over a whole stack; `apart` as of that name."""

    places: Places
    values: Values
    apart: Flags

    def stretches(self, which: Flags) -> IndexRanges:
        """Neighbours of one session of which each is one of these."""
        if not len(which):
            return IndexRanges()
        edges = self.apart.copy()
        edges[1:-1] |= which[1:] != which[:-1]
        at = edges.nonzero()[0]
        meant = which[at[:-1]]
        return IndexRanges(self.places[at[:-1][meant]], self.places[at[1:][meant] - 1] + 1)


def near(places: Places, values: Values, rejected: Places, line: ConcatenatedTimes) -> Near:
    """What was found near a bound, without the readings at some places."""
    if len(rejected) and len(places):
        kept = ~np.isin(places, rejected, assume_unique=True)
        places, values = places[kept], values[kept]
    return Near(places, values, apart(places, line.starts))


class Lapses(NamedTuple):
    """When the last reading before a pause stopped speaking, in which session."""

    at: Instants
    session: Places


@dataclass(slots=True, kw_only=True)
class ConcatenatedSignal:
    """A signal of many sessions; a reading of session n speaks for `fresh[n]`.

    `low` and `high` hold what rules will ask for. `odd` are the places of readings that are not good and
    may end no alarm, `mute` those of them that may not be compared, `blank` those that have no number. What the readings at `confirmed` say
    was first seen at `began`.
    """

    line: ConcatenatedTimes
    fresh: Instants
    low: Near
    high: Near
    odd: Places
    mute: Places
    blank: Places
    confirmed: Places
    began: Instants
    _unknown: IndexRanges | None = None
    _silent: IndexRanges | None = None
    _gaps: Places | None = None
    _breaks: Places | None = None
    _lapses: Lapses | None = None
    _heard: ConcatenatedTimes | None = None
    _good: ConcatenatedTimes | None = None
    _numbers: ConcatenatedTimes | None = None

    def since(self, places: Places) -> Instants:
        """When what these readings say began: where a step was first seen, which they confirm."""
        times = self.line.at(places)
        if len(self.confirmed):
            at = np.minimum(np.searchsorted(self.confirmed, places), len(self.confirmed) - 1)
            times = np.where(self.confirmed[at] == places, self.began[at], times)
        return times

    @property
    def unknown(self) -> IndexRanges:
        """The odd readings as stretches."""
        if self._unknown is None:
            self._unknown = index_ranges_of(self.odd, self.line.starts)
        return self._unknown

    @property
    def silent(self) -> IndexRanges:
        """The readings that may not be compared as stretches."""
        if self._silent is None:
            same = len(self.odd) == len(self.mute)
            self._silent = self.unknown if same else index_ranges_of(self.mute, self.line.starts)
        return self._silent

    @property
    def gaps(self) -> Places:
        """Readings before which nothing was known: the first of a session, or the one before was old.

        One that comes as the one before grows old is in time.
        """
        if self._gaps is None:
            starts = self.line.starts[self.line.starts < self.line.stops]
            pauses = self.line.pauses(self.fresh + 1)
            self._gaps = merged(starts, pauses)
        return self._gaps

    @property
    def breaks(self) -> Places:
        """Where a silence begins or ends, and readings after a gap."""
        if self._breaks is None:
            edges = merged(self.silent.begins, self.silent.stops)
            self._breaks = merged(self.gaps, edges)
        return self._breaks

    @property
    def lapses(self) -> Lapses:
        """When a reading that may be compared grew old before the next one came, or the session ended."""
        if self._lapses is None:
            line = self.line
            last = merged(self.gaps - 1, line.stops[line.starts < line.stops] - 1)
            last = last[last >= 0]
            last = last[~self.silent.hold(last)]
            session = line.sessions(last)
            at = line.at(last) + self.fresh[session]
            here = at <= line.until[session]
            self._lapses = Lapses(at[here], session[here])
        return self._lapses

    @property
    def heard(self) -> ConcatenatedTimes:
        """The line of the readings that may be compared."""
        if self._heard is None:
            self._heard = self.line.without(self.mute)
        return self._heard

    @property
    def good(self) -> ConcatenatedTimes:
        """The line of the good readings."""
        if self._good is None:
            same = len(self.odd) == len(self.mute)
            self._good = self.heard if same else self.line.without(self.odd)
        return self._good

    @property
    def numbers(self) -> ConcatenatedTimes:
        """The line of the readings with a number, and of those before the first of their session."""
        if self._numbers is None:
            session = self.line.sessions(self.blank)
            before = np.arange(len(session)) - np.searchsorted(session, session)
            later = self.blank - self.line.starts[session] > before
            self._numbers = self.line.without(self.blank[later])
        return self._numbers
