"""One signal of many sessions, end to end, for the block form of rules. Pure.

Every session's times are shifted so that all sessions stand one after the other on one rising line: then one
sorted search serves them all. What stands beside it is sparse: places on that line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitord.engine.rules.stretches import Flags, Places, Stretches, apart, merged, stretches_of
from monitord.model import Instant

Instants = NDArray[np.int64]
Values = NDArray[np.float64]

NEVER: Final = np.iinfo(np.int64).max

_NONE: Final = np.empty(0, np.intp)


@dataclass(slots=True)
class Line:
    """Times of sessions one after the other. Session n is `times[starts[n]:stops[n]]`; it lasts from
    `since[n]` to `until[n]`, and `shifts[n]` leads back to real time.
    """

    times: Instants
    starts: Places
    stops: Places
    since: Instants
    until: Instants
    shifts: Instants
    _pauses: tuple[Instants, Places, Instants] | None = None

    def sessions(self, places: Places) -> Places:
        """In which session each place is."""
        return np.searchsorted(self.starts, places, side="right") - 1

    def pauses(self, least: Instants) -> Places:
        """Readings that come `least[session]` or more after the one before; not the first of a session."""
        if self._pauses is None or (least < self._pauses[0]).any():
            self._pauses = (least, *self._find_pauses(least))
        known, places, lengths = self._pauses
        if (least == known).all():
            return places
        session = self.sessions(places)
        return places[lengths >= least[session]]

    def _find_pauses(self, least: Instants) -> tuple[Places, Instants]:
        """Only where readings some places apart are far enough from each other can neighbours be."""
        times, span = self.times, int(least.min(initial=NEVER))
        count = len(times)
        if count < 2:
            return _NONE, np.empty(0, np.int64)
        lasts = int(times[-1]) - int(times[0]) + 1
        stride = max(1, min(count - 1, 3 * span * count // (4 * lasts)))
        marks = times[::stride]
        wide = (marks[1:] - marks[:-1] >= span).nonzero()[0]
        wide = np.append(wide, len(marks) - 1)
        places = (wide[:, None] * stride + np.arange(1, stride + 1)).ravel()
        places = places[: np.searchsorted(places, count)]
        gaps = times[places] - times[places - 1]
        session = self.sessions(places)
        kept = (gaps >= least[session]) & (places > self.starts[session])
        return places[kept], gaps[kept]


def line_of(times: Sequence[Instants], spans: Sequence[tuple[Instant, Instant]]) -> Line:
    """The line of sessions that have these readings between these starts and ends."""
    sizes = np.array([len(each) for each in times], np.intp)
    stops = np.cumsum(sizes)
    starts = stops - sizes
    limits = np.array(spans, np.int64).reshape(-1, 2)
    lasts = limits[:, 1] - limits[:, 0] + 1
    since = np.cumsum(lasts) - lasts
    shifts = limits[:, 0] - since
    whole = np.empty(int(sizes.sum()), np.int64)
    bounds = zip(times, starts.tolist(), stops.tolist(), shifts.tolist(), strict=True)
    for each, start, stop, shift in bounds:
        np.subtract(each, shift, whole[start:stop])
    return Line(whole, starts, stops, since, since + lasts - 1, shifts)


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
        times: Instants = self.line.times[places]
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
            line, places = self.line, self.mute
            self._heard = (
                line
                if not len(places)
                else Line(
                    np.delete(line.times, places),
                    line.starts - np.searchsorted(places, line.starts),
                    line.stops - np.searchsorted(places, line.stops),
                    line.since,
                    line.until,
                    line.shifts,
                )
            )
        return self._heard
