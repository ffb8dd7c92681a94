"""The last good readings of each signal that is read now and then, a cuff's above all. Pure.

With each cuff reading the oximeter's pulse of that instant is kept too.
"""

from dataclasses import dataclass

from monitord.model import NIBP, SIGNALS, Instant, Signal

KEPT = 4
"""Enough for any criterion that asks for repeated readings; twice what the shipped ones ask."""

NOW_AND_THEN = NIBP | {signal for signal, spec in SIGNALS.items() if spec.manual}


@dataclass(frozen=True, slots=True)
class Taken:
    """One good reading."""

    at: Instant
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentReadings:
    """Of one signal, oldest first."""

    signal: Signal
    taken: tuple[Taken, ...]


class Recent:
    """Mutable, owned by one patient; everything in it is a frozen value."""

    def __init__(self, kept: tuple[RecentReadings, ...] = ()) -> None:
        self._kept = {each.signal: each for each in kept}

    @property
    def kept(self) -> tuple[RecentReadings, ...]:
        """For the state."""
        return tuple(self._kept.values())

    def took(self, signal: Signal, at: Instant, value: float) -> None:
        """A good reading of a signal that is read now and then; of one instant the last counts."""
        known = self.of(signal)
        if known and known[-1].at == at:
            known = known[:-1]
        taken = (*known, Taken(at, value))
        self._kept[signal] = RecentReadings(signal=signal, taken=taken[-KEPT:])

    def of(self, signal: Signal) -> tuple[Taken, ...]:
        """The last good readings, oldest first."""
        known = self._kept.get(signal)
        return known.taken if known else ()

    def back(self, signal: Signal, at: Instant) -> None:
        """The reading of that instant is taken back."""
        taken = tuple(each for each in self.of(signal) if each.at != at)
        self._kept[signal] = RecentReadings(signal=signal, taken=taken)

    def end(self) -> None:
        """The patient has left."""
        self._kept.clear()
