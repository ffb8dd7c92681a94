"""The lowest and highest of a signal over a time looked back: the memory behind trend rules. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitord.engine.readings.reading import Reading
from monitord.model import Instant, Quality, Signal, Span
from monitord.model.frozen import fast_frozen, replace

PARTS = 24
"""A window is kept in so many parts: memory is bounded, and the look back is up to a part short."""


@fast_frozen
@dataclass(frozen=True, slots=True)
class Part:
    """The good readings from `at` on, for one part of the window."""

    at: Instant
    low: float
    high: float


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """Of one signal over `within`, oldest first."""

    signal: Signal
    within: Span
    parts: tuple[Part, ...] = ()

    def took(self, reading: Reading) -> "Trail":
        """With one more reading; only good ones leave a trail."""
        if reading.value is None or reading.quality is not Quality.GOOD:
            return self
        value, at = reading.value, reading.at
        parts = self.parts
        if parts and at < parts[-1].at + self.within // PARTS:
            last = parts[-1]
            if last.low <= value <= last.high:
                return self
            merged = Part(last.at, min(last.low, value), max(last.high, value))
            return replace(self, parts=(*parts[:-1], merged))
        return replace(self, parts=(*self._recent(at), Part(at, value, value)))

    def _recent(self, at: Instant) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.at > at - self.within)

    def extremes(self, at: Instant) -> tuple[float, float] | None:
        """Lowest and highest; None where nothing is as young."""
        recent = self._recent(at)
        if not recent:
            return None
        return min(part.low for part in recent), max(part.high for part in recent)


class Trails:
    """Mutable, owned by one patient; everything in it is a frozen value."""

    def __init__(self, kept: Iterable[Trail] = ()) -> None:
        self._kept = {(each.signal, each.within): each for each in kept}

    @property
    def kept(self) -> tuple[Trail, ...]:
        """For the state."""
        return tuple(self._kept.values())

    def watch(self, wanted: Iterable[tuple[Signal, Span]]) -> None:
        """What a protocol asks for. What is known already goes on."""
        self._kept = {
            key: self._kept.get(key, Trail(signal=key[0], within=key[1])) for key in wanted
        }

    def took(self, reading: Reading) -> None:
        """A new reading."""
        for key, trail in self._kept.items():
            if trail.signal is reading.signal:
                self._kept[key] = trail.took(reading)

    def of(self, signal: Signal, within: Span) -> Trail | None:
        """None where no rule asks."""
        return self._kept.get((signal, within))

    def end(self) -> None:
        """The patient has left."""
        self._kept.clear()
