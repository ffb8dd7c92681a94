"""How often a signal is lost for a few seconds, and how much of the time. Pure.

A link that comes back before an absence is told is never absent for long: what adds up is. Three
losses in `WINDOW` make it count: then a second without a number adds one, to `FULL` at most, and a
good second takes one. A signal is without a number from two of its intervals after the last one on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from monitord.engine.readings.reading import Reading
from monitord.model import EPOCH, MINUTE, SECOND, Instant, Signal, Span
from monitord.model.frozen import fast_frozen, replace

FULL: Final[Span] = 120 * SECOND
WINDOW: Final[Span] = 10 * MINUTE
LOSSES: Final = 3
_KEPT: Final = 99
"""More losses than that in ten minutes are said as that many."""


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class Steadiness:
    """When a signal was lost, oldest first, and what had added up (`without`) at `counted_at`."""

    signal: Signal
    losses: tuple[Instant, ...] = ()
    without: Span = 0
    counted_at: Instant = EPOCH

    def until(self, at: Instant, reading: Reading | None) -> "Steadiness":
        """As it stands at this instant, a loss that goes on included."""
        if reading is None:
            return self
        lost_at = reading.lost_at
        return self.lost(lost_at, at) if at > lost_at else self._good(at)

    def lost(self, begin: Instant, end: Instant) -> "Steadiness":
        """After a loss."""
        now = self._good(begin)
        recent = tuple(t for t in now.losses if t > end - WINDOW)
        losses = (*recent, begin)[-_KEPT:]
        added: Span = 0
        if len(losses) >= LOSSES:
            counts_to = min(end, losses[-LOSSES] + WINDOW)
            added = max(counts_to - begin, 0)
        without = min(now.without + added, FULL)
        return replace(now, losses=losses, without=without, counted_at=end)

    def _good(self, at: Instant) -> "Steadiness":
        """After good seconds."""
        if at <= self.counted_at:
            return self
        left = max(self.without - (at - self.counted_at), 0)
        return replace(self, without=left, counted_at=at)

    def losses_at(self, at: Instant) -> int:
        """How many there were in the last ten minutes."""
        return sum(1 for t in self.losses if t > at - WINDOW)


class SteadinessBook:
    """Mutable, owned by one patient: one record for each signal that was ever lost."""

    def __init__(self, kept: Iterable[Steadiness] = ()) -> None:
        self._known = {each.signal: each for each in kept}

    @property
    def kept(self) -> tuple[Steadiness, ...]:
        """For the state."""
        return tuple(self._known.values())

    def of(self, signal: Signal) -> Steadiness | None:
        """The record of a signal; None where it was never lost."""
        return self._known.get(signal)

    def took(self, before: Reading | None, reading: Reading) -> bool:
        """Whether with this reading a number came again after a loss."""
        at, signal = reading.at, reading.signal
        if before is None or reading.number_at != at or not before.lost_before(at):
            return False
        known = self._known.get(signal) or Steadiness(signal=signal)
        self._known[signal] = known.lost(before.lost_at, at)
        return True
