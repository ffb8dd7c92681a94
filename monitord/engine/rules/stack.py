"""One signal of many sessions, end to end, for the block form of rules. Pure.

Every session's times are shifted so that all sessions stand one after the other on one rising line: then one
sorted search serves them all. What stands beside it is sparse: places on that line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitord.model import Instant

Instants = NDArray[np.int64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]
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

    def pauses(self, least: Instants) -> Places:
        """Readings that come `least[session]` or more after the one before; not the first of a session."""
        if self._pauses is None or (least < self._pauses[0]).any():
            self._pauses = (least, *self._find_pauses(least))
        known, places, lengths = self._pauses
        if (least == known).all():
            return places
        session = np.searchsorted(self.starts, places, side="right") - 1
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
        session = np.searchsorted(self.starts, places, side="right") - 1
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
    """Readings at or beyond a bound, over a whole stack."""

    bound: float
    places: Places
    values: Values


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


def blocks(places: Places, breaks: Places) -> tuple[Places, Places]:
    """Neighbouring places as blocks: where each begins and the first place after it; a new one also
    begins at each of `breaks`.
    """
    if not len(places):
        return _NONE, _NONE
    fresh = np.empty(len(places) + 1, np.bool_)
    fresh[0] = fresh[-1] = True
    np.not_equal(places[1:], places[:-1] + 1, out=fresh[1:-1])
    at = np.searchsorted(places, breaks)
    fresh[at] = True
    edges = fresh.nonzero()[0]
    return places[edges[:-1]], places[edges[1:] - 1] + 1


def merged(one: Places, other: Places) -> Places:
    """The places of both, in order, each once; both are in order, which a stable sort is quick with."""
    if not len(one) or not len(other):
        return one if len(one) else other
    both = np.concatenate((one, other))
    both.sort(kind="stable")
    first = np.empty(len(both), np.bool_)
    first[0] = True
    np.not_equal(both[1:], both[:-1], out=first[1:])
    return both[first]


def without(near: Near, places: Places) -> Near:
    """What is near, without the readings at some places."""
    if not len(places) or not len(near.places):
        return near
    kept = ~np.isin(near.places, places, assume_unique=True)
    return Near(near.bound, near.places[kept], near.values[kept])
