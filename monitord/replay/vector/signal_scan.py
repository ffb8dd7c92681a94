"""What passes over all readings of a signal find, in many recordings at once. Pure.

Recordings are laid end to end in slabs that fit into a processor's cache beside what is worked out of
them: a pass over a slab costs no call for each recording, and memory is read once for all passes.
"""

from collections.abc import Iterator, Sequence
from math import inf
from typing import Final, NamedTuple

import numpy as np

from monitord.replay.vector.concatenated_signal import Values
from monitord.replay.vector.index_ranges import Flags, Places

SLAB: Final = 32_768
"""Readings: with their differences 0.5 MB, of the 1 MB that a core usually has near it."""

_NONE: Final = np.empty(0, np.intp)
_NO_VALUES: Final = np.empty(0, np.float64)


class SignalScan(NamedTuple):
    """Readings at or beyond two bounds, where and what they are, and places whose reading differs by more than a step from the
    one before, which may be another recording's.
    """

    low: tuple[Places, Values]
    high: tuple[Places, Values]
    jumped: Places


class _Scratch:
    """Room for one slab, its differences and its comparisons, used again for each."""

    def __init__(self, size: int) -> None:
        self.values: Values = np.empty(size, np.float64)
        self.steps: Values = np.empty(size, np.float64)
        self.flags: Flags = np.empty(size, np.bool_)


def survey(values: Sequence[Values], *, low: float, high: float, step: float | None) -> SignalScan:
    """One signal's values, recording by recording; an infinite bound, or no step, is not looked for."""
    sizes = [len(each) for each in values]
    scratch = _Scratch(max(min(SLAB, sum(sizes)), *sizes, 0))
    below, above = ([_NONE], [_NO_VALUES]), ([_NONE], [_NO_VALUES])
    jumped = [_NONE]
    start = 0
    for slab in _slabs(values, sizes, scratch.values):
        size = len(slab)
        flags = scratch.flags[:size]
        for (places, found), compare, bound in (
            (below, np.less_equal, low),
            (above, np.greater_equal, high),
        ):
            if abs(bound) < inf:
                near = compare(slab, bound, out=flags).nonzero()[0]
                found.append(slab[near])
                places.append(near + start)
        if step is not None:
            steps, flags = scratch.steps[: size - 1], flags[1:]
            np.subtract(slab[1:], slab[:-1], out=steps)
            np.abs(steps, out=steps)
            jumped.append(np.greater(steps, step, out=flags).nonzero()[0] + (start + 1))
        start += size
    return SignalScan(
        (np.concatenate(below[0]), np.concatenate(below[1])),
        (np.concatenate(above[0]), np.concatenate(above[1])),
        np.concatenate(jumped),
    )


def _slabs(values: Sequence[Values], sizes: list[int], room: Values) -> Iterator[Values]:
    """Whole recordings, as many as come to a slab, or one that is longer; in the same room each time."""
    first = 0
    while first < len(values):
        size, stop = sizes[first], first + 1
        while stop < len(values) and size + sizes[stop] <= SLAB:
            size += sizes[stop]
            stop += 1
        if size:
            yield np.concatenate(values[first:stop], out=room[:size])
        first = stop
