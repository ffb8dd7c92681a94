"""The last good readings of each signal that is read now and then, a cuff's above all. Pure.

With each cuff reading the oximeter's pulse of that instant is kept too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from monitord.model import MINUTE, NIBP, SIGNALS, Instant, Signal, Span
from monitord.model.frozen import fast_frozen, replace

KEPT = 4
"""Enough for any criterion that asks for repeated readings; twice what the shipped ones ask."""

NOW_AND_THEN = NIBP | {signal for signal, spec in SIGNALS.items() if spec.manual}


@fast_frozen
@dataclass(frozen=True, slots=True)
class RecentReading:
    """One good reading."""

    at: Instant
    value: float


SAME: Final[Span] = 5 * MINUTE
"""What staff enter with the values of the last reading is no second one, if it is younger (proposed)."""
FAILURES: Final = 2
"""So many failed readings in a row are no repeat (proposed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentReadings:
    """Of one signal, oldest first; `doubted` waits for the next one, which believes or refutes it.

    `failures` counts readings without a number since the last good one; `refused` says that the cuff
    may not start.
    """

    signal: Signal
    taken: tuple[RecentReading, ...]
    doubted: RecentReading | None = None
    failures: int = 0
    refused: bool = False


class Recent:
    """Mutable, owned by one patient; everything in it is a frozen value."""

    def __init__(self, kept: tuple[RecentReadings, ...] = ()) -> None:
        self._kept = {each.signal: each for each in kept}

    @property
    def kept(self) -> tuple[RecentReadings, ...]:
        """For the state."""
        return tuple(self._kept.values())

    def took(self, signal: Signal, at: Instant, value: float, *, believes: bool = False) -> None:
        """A good reading of a signal that is read now and then; of one instant the last counts.

        Where it `believes` the doubted one before it, that counts as well.
        """
        known = self._of(signal)
        taken = known.taken
        if known.doubted is not None and believes:
            taken = (*taken, known.doubted)
        if taken and taken[-1].at == at:
            taken = taken[:-1]
        taken = (*taken, RecentReading(at, value))
        self._kept[signal] = RecentReadings(signal=signal, taken=taken[-KEPT:])

    def doubted(self, signal: Signal, at: Instant, value: float) -> None:
        """A reading that hardly goes together with the others of its measurement."""
        known = replace(self._of(signal), failures=0, refused=False)
        self._kept[signal] = replace(known, doubted=RecentReading(at, value))

    def same(self, values: Mapping[Signal, float], at: Instant) -> frozenset[Signal]:
        """The pressures, where they are the last measurement, entered by hand as well."""
        pressures = NIBP & values.keys()
        known = all(
            (last := self._last(signal)) is not None
            and last.value == values[signal]
            and at - last.at < SAME
            for signal in pressures
        )
        return pressures if known else frozenset()

    def _last(self, signal: Signal) -> RecentReading | None:
        """The latest reading; None where it failed."""
        known = self._of(signal)
        if known.failures:
            return None
        return known.doubted or (known.taken[-1] if known.taken else None)

    def missed(self, signal: Signal) -> None:
        """A measurement without a number."""
        known = self._of(signal)
        failures = min(known.failures + 1, FAILURES)
        self._kept[signal] = replace(known, failures=failures)

    def refuse(self, signals: Iterable[Signal]) -> None:
        """The cuff may not start: no repeat will come of itself."""
        for signal in signals:
            self._kept[signal] = replace(self._of(signal), refused=True)

    def failed(self, signal: Signal) -> bool:
        """Whether no repeat will come."""
        known = self._kept.get(signal)
        return known is not None and (known.refused or known.failures >= FAILURES)

    def _of(self, signal: Signal) -> RecentReadings:
        return self._kept.get(signal) or RecentReadings(signal=signal, taken=())

    def of(self, signal: Signal) -> tuple[RecentReading, ...]:
        """The last good readings, oldest first."""
        known = self._kept.get(signal)
        return known.taken if known else ()

    def waiting(self, signal: Signal) -> RecentReading | None:
        """The doubted reading that the next one believes or refutes."""
        known = self._kept.get(signal)
        return known.doubted if known else None

    def back(self, signal: Signal, at: Instant) -> None:
        """The reading of that instant is taken back."""
        taken = tuple(each for each in self.of(signal) if each.at != at)
        self._kept[signal] = replace(self._of(signal), taken=taken)

    def end(self) -> None:
        """The patient has left."""
        self._kept.clear()
