"""Whether two recordings are of one patient at one time, and by how much their clocks differ: by their numbers alone. Pure.

Two programs that recorded one monitor agree in their numbers, not in names, zones or clocks. Each change of a number
is a mark; the shift under which most marks of the two fall together is tried on every reading. A clock that was put
right in the middle, averages, and a clock without seconds are not followed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from monitord.model import SECOND, Signal, Span
from monitord.replay.recordings.column_table import Instants, Values
from monitord.replay.recordings.recording import Recording

BESIDE: Final[Span] = 1 * SECOND
"""Readings so near each other are of one moment: many exports cut a time to its second."""
SAME: Final = 0.05
"""Numbers so near each other are equal: formats keep one or two decimals."""
ENOUGH: Final = 0.9
"""The share of readings that must be equal. Two nights of one patient agree in a fifth to a third of their SpO2 by chance."""
MARKS: Final = 8
"""So many changes at least must fall together: a constant number agrees with any other part of itself."""
_PAIRS: Final = 2_000_000
"""Pairs of marks that are counted at most, those of rare changes first: 16 MB of differences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """The second recording's clock is `later` by so much; of each signal how many readings are equal, of how many that
    stand beside one of the first's; `alone` counts readings that stand beside none, in the first and in the second.
    """

    later: Span
    equal: Mapping[Signal, tuple[int, int]]
    alone: tuple[int, int]

    @property
    def share(self) -> float:
        """Of the readings that can be compared, how many are equal."""
        compared = sum(of for _, of in self.equal.values())
        return sum(equal for equal, _ in self.equal.values()) / compared if compared else 0.0

    def words(self) -> str:
        """As a sentence's end."""
        clock = "the same clock"
        if self.later:
            seconds = f"{abs(self.later) / SECOND:,.3f}".rstrip("0").rstrip(".")
            clock = f"its clock {seconds} s {'later' if self.later > 0 else 'earlier'}"
        counts = ", ".join(f"{s} {equal} of {of}" for s, (equal, of) in sorted(self.equal.items()))
        return f"{clock}; equal readings: {counts}; only in one of them: {self.alone[0]} and {self.alone[1]}"


def align(a: Recording, b: Recording) -> Alignment | None:
    """How `b` stands to `a`; None where they share no signal or their numbers do not agree."""
    series = {s: (_read(a, s), _read(b, s)) for s in sorted(a.signals & b.signals)}
    if not series:
        return None
    together = _tried(series, 0)
    if together.share >= ENOUGH and _half(together, series):
        return together
    later = _shift([(_changes(*one), _changes(*other)) for one, other in series.values()])
    if later is None:
        return None
    found = _tried(series, later)
    return found if found.share >= ENOUGH and _half(found, series) else None


Series = tuple[Instants, Values]


def _half(found: Alignment, series: Mapping[Signal, tuple[Series, Series]]) -> bool:
    """Whether enough of the shorter of the two was compared: a few readings agree anywhere."""
    compared = sum(of for _, of in found.equal.values())
    return 2 * compared >= sum(min(len(one[0]), len(other[0])) for one, other in series.values())


def _read(recording: Recording, signal: Signal) -> Series:
    times, values = recording.series(signal)
    known = ~np.isnan(values)
    return times[known], values[known]


def _tried(series: Mapping[Signal, tuple[Series, Series]], later: Span) -> Alignment:
    equal: dict[Signal, tuple[int, int]] = {}
    only_a, only_b = 0, 0
    for signal, ((times, values), (others, numbers)) in series.items():
        shifted = others - later
        near = _nearest(times, shifted)
        beside = np.abs(times[near] - shifted) < BESIDE
        # Where a time is cut to its second the reading before or after may be the one that is meant.
        same = np.zeros(len(shifted), np.bool_)
        for step in (-1, 0, 1):
            place = np.clip(near + step, 0, len(times) - 1)
            close = np.abs(times[place] - shifted) < BESIDE
            same |= close & (np.abs(values[place] - numbers) <= SAME)
        equal[signal] = int((same & beside).sum()), int(beside.sum())
        only_b += int((~beside).sum())
        back = _nearest(shifted, times)
        only_a += int((np.abs(shifted[back] - times) >= BESIDE).sum())
    return Alignment(later=later, equal=equal, alone=(only_a, only_b))


def _nearest(times: Instants, to: Instants) -> Instants:
    """Of each of `to` the place of the nearest of `times`, both in order."""
    after = np.clip(np.searchsorted(times, to), 1, max(1, len(times) - 1))
    after = np.minimum(after, len(times) - 1)
    before = np.maximum(after - 1, 0)
    return np.where(np.abs(times[before] - to) <= np.abs(times[after] - to), before, after)


Marks = Mapping[tuple[int, int], Instants]


def _changes(times: Instants, values: Values) -> Marks:
    """When a number became another, by the two numbers in tenths."""
    tenths = np.rint(values * 10).astype(np.int64)
    at = np.flatnonzero(np.diff(tenths)) + 1
    found: dict[tuple[int, int], list[int]] = {}
    for place in at.tolist():
        key = int(tenths[place - 1]), int(tenths[place])
        found.setdefault(key, []).append(int(times[place]))
    return {key: np.array(each) for key, each in found.items()}


def _shift(marks: list[tuple[Marks, Marks]]) -> Span | None:
    """The shift under which most marks fall together, of equals the smallest."""
    differences = np.concatenate([*_differences(marks), np.empty(0, np.int64)])
    if not len(differences):
        return None
    bins, votes = np.unique(differences // BESIDE, return_counts=True)
    # What falls on two neighbours of a border belongs together.
    joined = votes.copy()
    joined[:-1] += np.where(bins[1:] == bins[:-1] + 1, votes[1:], 0)
    most = int(joined.max())
    if most < MARKS:
        return None
    best = bins[joined >= most]
    chosen = int(best[np.argmin(np.abs(best))])
    inside = differences[(differences // BESIDE >= chosen) & (differences // BESIDE <= chosen + 1)]
    exact, count = np.unique(inside, return_counts=True)
    frequent = int(exact[np.argmax(count)])
    return frequent if int(count.max()) * 2 > len(inside) else int(np.median(inside))


def _differences(marks: list[tuple[Marks, Marks]]) -> Iterator[Instants]:
    pairs = [(one[key], other[key]) for one, other in marks for key in one.keys() & other.keys()]
    counted = 0
    for one, other in sorted(pairs, key=lambda pair: len(pair[0]) * len(pair[1])):
        counted += len(one) * len(other)
        if counted > _PAIRS:
            return
        yield (other[None, :] - one[:, None]).ravel()
