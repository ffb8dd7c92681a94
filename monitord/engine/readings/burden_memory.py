"""How deep and how long a signal was beyond a limit: the memory behind burden rules. Pure.

Points are (limit - value) x seconds, as SatSeconds are (reference clinical section 4). Inside the
limit they are paid back at the same rate, at least one a second. Time without a good reading adds
nothing and pays nothing back: what is doubtful raises the limit's own alarm, later.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from monitord.engine.readings.limit_value import Limit
from monitord.engine.readings.reading import Reading
from monitord.model import SECOND, Instant, Quality, Signal, Span
from monitord.model.frozen import fast_frozen, replace

MOST_DIPS = 8
"""More than any rule asks for."""
_PAID_BACK = 1.0
"""Points a second at the least, so that a value at the limit pays back too (proposed)."""


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class Burden:
    """Of one signal and limit: `points` at instant `at`, never above `most`; when dips began."""

    signal: Signal
    limit: Limit
    most: float
    at: Instant
    points: float = 0.0
    dips: tuple[Instant, ...] = ()
    inside: bool = True

    def until(self, at: Instant, reading: Reading | None) -> "Burden":
        """As it stands at `at`, when `reading` is the latest before it."""
        if at <= self.at:
            return self
        end = at if reading is None else Instant(min(at, reading.fresh_until))
        rate = pace(self.limit, reading)
        if rate == 0 or end <= self.at:
            return replace(self, at=max(at, self.at))
        points = self.points + rate * (end - self.at) / SECOND
        return replace(self, at=at, points=min(max(points, 0.0), self.most))

    def took(self, before: Reading | None, reading: Reading) -> "Burden":
        """With a new reading; a dip begins where it is beyond and the last good one was not."""
        if self.points == 0 and self.inside and not self._adds(before) and not self._adds(reading):
            return self
        since = self.until(reading.at, before)
        if reading.value is None or reading.quality is not Quality.GOOD:
            return since
        if self.limit.violated_by(reading.value):
            if not self.inside:
                return since
            return replace(since, inside=False, dips=(*self.dips, reading.at)[-MOST_DIPS:])
        return replace(since, inside=True)

    def _adds(self, reading: Reading | None) -> bool:
        """Whether its pace is above zero."""
        if reading is None or reading.value is None or reading.quality is not Quality.GOOD:
            return False
        return reading.value != self.limit.value and self.limit.violated_by(reading.value)


def pace(limit: Limit, reading: Reading | None) -> float:
    """Points a second while this reading is the latest; 0 where it does not count."""
    if reading is None or reading.value is None or reading.quality is not Quality.GOOD:
        return 0.0
    distance = abs(reading.value - limit.value)
    if limit.violated_by(reading.value):
        return distance
    return -max(distance, _PAID_BACK)


class Burdens:
    """Mutable, owned by one patient; everything in it is a frozen value."""

    def __init__(self, kept: Iterable[Burden] = ()) -> None:
        self._kept = {(each.signal, each.limit): each for each in kept}

    @property
    def kept(self) -> tuple[Burden, ...]:
        """For the state."""
        return tuple(self._kept.values())

    def watch(self, wanted: Iterable[tuple[Signal, Limit, float]], at: Instant) -> None:
        """What a protocol asks for: signal, limit, most points. What is known already goes on."""
        kept = {}
        for signal, limit, most in wanted:
            known = self._kept.get((signal, limit))
            kept[signal, limit] = (
                replace(known, most=most)
                if known
                else Burden(signal=signal, limit=limit, most=most, at=at)
            )
        self._kept = kept

    def took(self, before: Reading | None, reading: Reading) -> None:
        """A new reading of a continuous signal."""
        for key, burden in self._kept.items():
            if burden.signal is reading.signal:
                self._kept[key] = burden.took(before, reading)

    def of(self, signal: Signal, limit: Limit) -> Burden | None:
        """As of the latest reading."""
        return self._kept.get((signal, limit))

    def end(self) -> None:
        """The patient has left."""
        self._kept.clear()


def reaches(burden: Burden, points: float, rate: float) -> Span | None:
    """After how long from `burden.at` it stands at `points`; None at this rate never."""
    if rate == 0 or (points - burden.points) / rate < 0:
        return None
    # Rounded up: at that instant it surely is there.
    return -int(-(points - burden.points) / rate * SECOND // 1)
