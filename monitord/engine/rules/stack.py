"""One signal of many sessions, end to end, for the block form of rules. Pure.

Every session's times are shifted so that all sessions stand one after the other on one rising line: then one
sorted search serves them all. Passes over all readings are made session by session, while a session is in
the processor's cache; what they find is sparse and stacked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitord.model import Instant, Span

Instants = NDArray[np.int64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]
Values = NDArray[np.float64]

NEVER: Final = np.iinfo(np.int64).max

_NONE: Final = np.empty(0, np.intp)
_NO_TIMES: Final = np.empty(0, np.int64)


class Readings(NamedTuple):
    """One signal of one session: every reading that counts, in order, with its value (NaN: none that may
    be compared); `odd` are the places of those that are not good and may end no alarm. What the
    readings at `confirmed` say was first seen at `began`.
    """

    times: Instants
    values: Values
    odd: Places
    confirmed: Places = _NONE
    began: Instants = _NO_TIMES


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


class Stack:
    """A signal of many sessions; a reading of session n speaks for `fresh[n]`.

    `low` and `high` are the bounds that rules will ask for: readings at or beyond them are near.
    """

    def __init__(
        self,
        readings: Iterable[Readings],
        line: Line,
        fresh: Sequence[Span],
        *,
        low: float = -inf,
        high: float = inf,
    ) -> None:
        self.line = line
        self.fresh: Instants = np.array(fresh, np.int64)
        starts = line.starts.tolist()
        odd, mute, below, above, confirmed = (_Found() for _ in range(5))
        began = [_NO_TIMES]
        for each, start, shift in zip(readings, starts, line.shifts.tolist(), strict=True):
            if len(each.confirmed):
                confirmed.add(each.confirmed, start)
                began.append(each.began - shift)
            if len(each.odd):
                odd.add(each.odd, start)
                mute.add(each.odd[np.isnan(each.values[each.odd])], start)
            if low > -inf:
                below.add((each.values <= low).nonzero()[0], start, each.values)
            if high < inf:
                above.add((each.values >= high).nonzero()[0], start, each.values)
        self.odd: Places = odd.places
        self._mute: Places = mute.places
        self._confirmed: Places = confirmed.places
        self._began: Instants = np.concatenate(began)
        self.low = Near(low, below.places, below.values)
        self.high = Near(high, above.places, above.values)
        self._gaps: Places | None = None
        self._heard: Line | None = None

    def since(self, places: Places) -> Instants:
        """When what these readings say began: where a step was first seen, which they confirm."""
        times: Instants = self.line.times[places]
        if len(self._confirmed):
            at = np.minimum(np.searchsorted(self._confirmed, places), len(self._confirmed) - 1)
            times = np.where(self._confirmed[at] == places, self._began[at], times)
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
            line, places = self.line, self._mute
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


class _Found:
    """Places found session by session, and what stands there."""

    def __init__(self) -> None:
        self._places, self._values = [_NONE], [np.empty(0, np.float64)]

    def add(self, places: Places, start: int, values: Values | None = None) -> None:
        if len(places):
            self._places.append(places + start)
            if values is not None:
                self._values.append(values[places])

    @property
    def places(self) -> Places:
        return np.concatenate(self._places)

    @property
    def values(self) -> Values:
        return np.concatenate(self._values)


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
