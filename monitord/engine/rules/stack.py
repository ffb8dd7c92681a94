"""One signal of many sessions, end to end, for the block form of rules. Pure.

Every session's times are shifted so that all sessions stand one after the other on one rising line
(`line.py`): then one sorted search serves them all. What stands beside it is sparse: places on that line.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitord.engine.rules.line import Instants, Line
from monitord.engine.rules.stretches import Flags, Places, Stretches, apart, merged, stretches_of

Values = NDArray[np.float64]


class Near(NamedTuple):
    """Readings at or beyond a bound, over a whole stack; `apart` as of that name."""

    places: Places
    values: Values
    apart: Flags

    def stretches(self, which: Flags) -> Stretches:
        """Neighbours of one session of which each is one of these."""
        if not len(which):
            return Stretches()
        edges = self.apart.copy()
        edges[1:-1] |= which[1:] != which[:-1]
        at = edges.nonzero()[0]
        meant = which[at[:-1]]
        return Stretches(self.places[at[:-1][meant]], self.places[at[1:][meant] - 1] + 1)


def near(places: Places, values: Values, rejected: Places, line: Line) -> Near:
    """What was found near a bound, without the readings at some places."""
    if len(rejected) and len(places):
        kept = ~np.isin(places, rejected, assume_unique=True)
        places, values = places[kept], values[kept]
    return Near(places, values, apart(places, line.starts))


@dataclass(slots=True, kw_only=True)
class Stack:
    """A signal of many sessions; a reading of session n speaks for `fresh[n]`.

    `low` and `high` hold what rules will ask for. `odd` are the places of readings that are not good and
    may end no alarm, `mute` those of them that may not be compared. What the readings at `confirmed` say
    was first seen at `began`.
    """

    line: Line
    fresh: Instants
    low: Near
    high: Near
    odd: Places
    mute: Places
    confirmed: Places
    began: Instants
    _unknown: Stretches | None = None
    _gaps: Places | None = None
    _heard: Line | None = None

    def since(self, places: Places) -> Instants:
        """When what these readings say began: where a step was first seen, which they confirm."""
        times = self.line.at(places)
        if len(self.confirmed):
            at = np.minimum(np.searchsorted(self.confirmed, places), len(self.confirmed) - 1)
            times = np.where(self.confirmed[at] == places, self.began[at], times)
        return times

    @property
    def unknown(self) -> Stretches:
        """The odd readings as stretches."""
        if self._unknown is None:
            self._unknown = stretches_of(self.odd, self.line.starts)
        return self._unknown

    @property
    def gaps(self) -> Places:
        """Readings before which nothing was known: the first of a session, or the one before was old."""
        if self._gaps is None:
            starts = self.line.starts[self.line.starts < self.line.stops]
            pauses = self.line.pauses(self.fresh)
            self._gaps = merged(starts, pauses)
        return self._gaps

    @property
    def heard(self) -> Line:
        """The line of the readings that may be compared."""
        if self._heard is None:
            self._heard = self.line.without(self.mute)
        return self._heard
