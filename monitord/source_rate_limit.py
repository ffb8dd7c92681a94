"""How much of one source is looked at: so much a second and a burst; of what is over, the newest waits for room.

A source that sends without end costs its own budget, and nothing of the others. A reading that says now beats an old
one: so what is given up is what a newer one of its kind has overtaken, and it is counted.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from monitord.model import SECOND, Instant

READINGS_PER_S: Final = 300.0
"""Messages, or readings, of one device. The fastest known gives a handful a second; so many are looked at in some
40 ms (docs/benchmarks.md, W2), and leave the rest of the second to the others."""
READINGS_BURST: Final = 600.0
"""What a gateway may deliver at once after a network that hung for minutes; less than the inbox has room for."""
LOOK_AGAIN_S: Final = 0.02
"""So long what is over waits at least for room."""

Kind = TypeVar("Kind")
Item = TypeVar("Item")


class Budget:
    """A bucket of `burst` that is full at first, and is filled again by `per_s`. Pure: time is given."""

    def __init__(self, per_s: float, burst: float) -> None:
        self.per_s = per_s
        self._burst = burst
        self._left = burst
        self._as_of: Instant | None = None

    def room(self, at: Instant) -> float:
        """What may be taken at `at`."""
        before = at if self._as_of is None else self._as_of
        self._left = min(self._burst, self._left + max(0, at - before) / SECOND * self.per_s)
        self._as_of = max(before, at)
        return self._left

    def take(self, at: Instant, amount: float = 1.0) -> bool:
        """Takes it, and True, where there is room for all of it."""
        if self.room(at) < amount:
            return False
        self._left -= amount
        return True


class NewestKept(Generic[Kind, Item]):
    """Passes items on as the budget allows; the newest of each kind that is over follows as soon as there is room.

    Whose kind waits first goes first: a kind that floods does not keep another waiting. There must be few kinds.
    """

    def __init__(
        self,
        pass_on: Callable[[Item, Instant], None],
        now: Callable[[], Instant],
        *,
        per_s: float = READINGS_PER_S,
        burst: float = READINGS_BURST,
    ) -> None:
        self.shed = 0
        """Items that a newer one took the place of before there was room."""
        self._pass_on = pass_on
        self._now = now
        self._budget = Budget(per_s, burst)
        self._waiting: dict[Kind, tuple[Item, Instant]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def put(self, kind: Kind, item: Item, at: Instant) -> None:
        """Takes what arrived at `at`, in a running loop."""
        if not self._waiting and self._budget.take(at):
            self._pass_on(item, at)
            return
        self.shed += kind in self._waiting
        self._waiting[kind] = (item, at)
        if self._timer is None:
            self._look_again()

    def close(self) -> None:
        """Nothing more is passed on."""
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look_again(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(LOOK_AGAIN_S, self._go_on)

    def _go_on(self) -> None:
        self._timer = None
        now = self._now()
        for kind in list(self._waiting):
            if not self._budget.take(now):
                break
            item, at = self._waiting.pop(kind)
            self._pass_on(item, at)
        if self._waiting:
            self._look_again()
