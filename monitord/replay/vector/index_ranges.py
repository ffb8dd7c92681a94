"""Neighbouring places as stretches: few numbers, however many readings lie in them. Pure."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Places = NDArray[np.intp]

_NONE: Final = np.empty(0, np.intp)


class IndexRanges(NamedTuple):
    """Neighbouring places, in order and apart: where each begins, and the first place after it."""

    begins: Places = _NONE
    stops: Places = _NONE

    def following(self, places: Places, end: int) -> Places:
        """The first place from each one on that lies in a stretch; `end` where there is none."""
        begun = np.searchsorted(self.begins, places, side="right")
        inside = places < np.concatenate(([0], self.stops))[begun]
        return np.where(inside, places, np.concatenate((self.begins, [end]))[begun])

    def hold(self, places: Places) -> Flags:
        """Which places lie in a stretch."""
        begun = np.searchsorted(self.begins, places, side="right")
        inside: Flags = places < np.concatenate(([0], self.stops))[begun]
        return inside

    def places(self) -> Places:
        """Every place that lies in a stretch."""
        sizes = self.stops - self.begins
        before = np.cumsum(sizes) - sizes
        found: Places = np.arange(sizes.sum()) + np.repeat(self.begins - before, sizes)
        return found


def index_ranges_of(places: Places, breaks: Places) -> IndexRanges:
    """Places in order as stretches; none goes on over one of the `breaks`."""
    if not len(places):
        return IndexRanges()
    edges = apart(places, breaks).nonzero()[0]
    return IndexRanges(places[edges[:-1]], places[edges[1:] - 1] + 1)


def apart(places: Places, breaks: Places) -> Flags:
    """Where, among places in order, one is no neighbour of the one before; also at both ends."""
    found = np.empty(len(places) + 1, np.bool_)
    found[0] = found[-1] = True
    np.not_equal(places[1:] - places[:-1], 1, out=found[1:-1])
    found[np.searchsorted(places, breaks)] = True
    return found


def united(one: IndexRanges, other: IndexRanges, breaks: Places) -> IndexRanges:
    """The places of both; none of either, and none that is made, goes on over one of the `breaks`."""
    if not len(one.begins) or not len(other.begins):
        return one if len(one.begins) else other
    begins = np.concatenate((one.begins, other.begins))
    order = begins.argsort(kind="stable")
    begins = begins[order]
    stops = np.maximum.accumulate(np.concatenate((one.stops, other.stops))[order])
    first = np.ones(len(begins) + 1, np.bool_)
    np.greater(begins[1:], stops[:-1], out=first[1:-1])
    first[np.searchsorted(begins, breaks)] = True
    edges = first.nonzero()[0]
    return IndexRanges(begins[edges[:-1]], stops[edges[1:] - 1])


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
