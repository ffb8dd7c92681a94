"""A rule over a whole signal at once: what `levels.py` does sample by sample, with numpy. Pure.

Sparse: the few readings beyond a limit are found first, all else follows from them. Only rules' `block`
methods and back-tests use this; the bedside steps. That both give the same is a test, not an intention.

Two things can happen at one instant: what elapsed time brings (`BY_TIME`), then what a reading brings
(`BY_READING`), in the order of the readings. `Look` is that order.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitord.model import Instant, Span

Instants = NDArray[np.int64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]

BY_TIME: Final = 0
BY_READING: Final = 1
NEVER: Final = np.iinfo(np.int64).max


class Look(NamedTuple):
    """When a rule was looked at: the instant, by what, and by which reading."""

    at: int
    by: int
    place: int


@dataclass(frozen=True, slots=True)
class Spells:
    """One level over a whole signal: from when to when it held (None: to the end), and the looks at
    which a condition ended before its delay.
    """

    held: tuple[tuple[Look, Look | None], ...] = ()
    missed: tuple[Look, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """One signal of one session: every reading that counts, in order, with its value (NaN: none that may
    be compared); `good` where it may also end an alarm. Each speaks for `fresh` after it came.

    The session runs from `start` to `end`.
    """

    times: Instants
    values: NDArray[np.float64]
    good: Flags
    fresh: Span
    start: Instant
    end: Instant


def limit_spells(
    samples: Samples, bad: Places, inside: Flags, eased: Flags, *, delay: Span, clear_delay: Span
) -> Spells:
    """`bad`: where readings violate the limit; `inside`: good ones that don't; `eased`: good ones that
    don't even with the hysteresis.
    """
    if not len(bad):
        return Spells()
    times = samples.times
    ends = np.flatnonzero(inside)
    # A run: readings beyond the limit without a good one inside between them; the unknown end none.
    after = np.searchsorted(ends, bad)
    first = np.flatnonzero(np.diff(after, prepend=-1))
    begins = bad[first]
    run_ends = np.append(ends, len(times))[after[first]]
    due = times[begins] + delay
    on_at, on_place = _held_from(samples, bad, begins, run_ends, due)
    clears = _Clears(samples, eased, clear_delay)
    held: list[tuple[Look, Look | None]] = []
    missed: list[Look] = []
    over = -1
    for run in range(len(begins)):
        if begins[run] < over:
            continue
        at, place = int(on_at[run]), int(on_place[run])
        if at == NEVER or at > samples.end:
            if run_ends[run] < len(times):
                missed.append(Look(int(times[run_ends[run]]), BY_READING, int(run_ends[run])))
            continue
        if place < 0:
            on, behind = Look(at, BY_TIME, 0), int(np.searchsorted(times, at))
        else:
            on, behind = Look(at, BY_READING, place), place + 1
        off, over = clears.after(behind)
        held.append((on, off))
    return Spells(tuple(held), tuple(missed))


def _held_from(
    samples: Samples, bad: Places, begins: Places, run_ends: Places, due: Instants
) -> tuple[Instants, Places]:
    """When each run is as old as the delay and known: at `due` (place -1) or with a later reading."""
    times = samples.times
    at_once = due == times[begins]
    speaking = np.maximum(np.searchsorted(times, due) - 1, begins)
    beyond = np.zeros(len(times), np.bool_)
    beyond[bad] = True
    by_time = (
        ~at_once
        & (speaking < run_ends)
        & beyond[speaking]
        & (due < times[speaking] + samples.fresh)
    )
    later = np.searchsorted(bad, np.where(at_once, begins, speaking + 1))
    following = np.append(bad, len(times))[later]
    by_reading = ~by_time & (following < run_ends)
    place = np.where(by_reading, following, -1)
    at = np.where(by_reading, np.append(times, NEVER)[following], NEVER)
    return np.where(by_time, due, at), place


class _Clears:
    """Where an alarm's condition has been absent long enough, found when first asked."""

    def __init__(self, samples: Samples, eased: Flags, clear_delay: Span) -> None:
        self._samples, self._eased, self._delay = samples, eased, clear_delay
        self._begins: Places | None = None
        self._over = np.empty(0, np.int64)

    def _find(self) -> Places:
        """Stretches of eased readings without a gap in what is known, that last the clear delay."""
        times, fresh = self._samples.times, self._samples.fresh
        gap = np.append(True, np.diff(times) >= fresh)
        breaks = gap | ~np.append(False, self._eased[:-1])
        begins = np.flatnonzero(self._eased & breaks)
        # The stretch's last reading: before the next one that breaks it.
        broken = np.flatnonzero(~self._eased | gap)
        ends = np.append(broken, len(times))[np.searchsorted(broken, begins, side="right")]
        last = ends - 1
        known = np.minimum(times[last] + fresh - 1, np.append(times, NEVER)[last + 1])
        over = times[begins] + self._delay
        lasting = over <= np.maximum(known, times[last])
        self._over = over[lasting]
        found: Places = begins[lasting]
        return found

    def after(self, place: int) -> tuple[Look | None, int]:
        """The end of a level that held before reading `place`, and the first reading after it."""
        if self._begins is None:
            self._begins = self._find()
        found = int(np.searchsorted(self._begins, place))
        if found == len(self._begins):
            return None, len(self._samples.times)
        over = int(self._over[found])
        if over > self._samples.end:
            return None, len(self._samples.times)
        begin = int(self._begins[found])
        if self._delay == 0:
            return Look(over, BY_READING, begin), begin + 1
        return Look(over, BY_TIME, 0), int(np.searchsorted(self._samples.times, over))


def silence_spells(samples: Samples, delay: Span) -> Spells:
    """Silence from the last reading that may be compared, or from the session's start."""
    known = np.flatnonzero(~np.isnan(samples.values))
    heard = samples.times[known]
    since = np.append(samples.start, heard)
    until = np.append(heard, NEVER)
    silent = np.flatnonzero((until - since >= delay) & (since + delay <= samples.end))
    held: list[tuple[Look, Look | None]] = []
    for gap in silent.tolist():
        on = Look(int(since[gap]) + delay, BY_TIME, 0)
        back = gap < len(known)
        off = Look(int(heard[gap]), BY_READING, int(known[gap])) if back else None
        held.append((on, off))
    return Spells(tuple(held))
