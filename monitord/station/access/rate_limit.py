"""How often somebody may ask, and how long they wait after a wrong secret. Pure; bounded tables.

`now` is seconds of any clock that never goes back. The oldest entry goes when a table is full.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from math import ceil
from typing import Final

TABLE: Final = 1024
"""Clients remembered: a suite has tens, and what floods from more is forgotten oldest first."""

PER_S: Final = 20.0
BURST: Final = 120.0
"""A page that opens asks for two things a bed and three more: forty beds in one go."""

UNLIMITED: Final = frozenset(
    {
        "GET /api/events",
        "POST /api/stations/{name}",
        "POST /api/alarms/{alarm:path}/acknowledge",
        "call_help",
        "acknowledge",
        "accept",
        "reject",
        "pause_audio",
    }
)
"""What must never wait: alarms coming in, the station's sign of life, help, and answers to alarms."""

NAMELESS: Final = UNLIMITED - {"GET /api/events", "POST /api/stations/{name}"}
"""What waits all the same for who gave no name: each for itself, so that no other one takes Help away."""
NAMELESS_PER_S: Final = 0.5
NAMELESS_BURST: Final = 30.0
"""As many as hands press when every chair alarms at once; from there on one in two seconds keeps the record small."""


@dataclass(slots=True)
class Rate:
    """A bucket of `burst` requests a client, filled again by `per_s`."""

    per_s: float = PER_S
    burst: float = BURST
    _left: OrderedDict[Hashable, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait(self, client: Hashable, now: float) -> int:
        """Takes one; 0, or after how many whole seconds there will be another."""
        left, at = self._left.pop(client, (self.burst, now))
        left = min(self.burst, left + (now - at) * self.per_s)
        self._left[client] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > TABLE:
            self._left.popitem(last=False)
        return 0 if left >= 1 else ceil((1 - left) / self.per_s)

    def __len__(self) -> int:
        return len(self._left)


@dataclass(slots=True, kw_only=True)
class BackOff:
    """After `free` wrong attempts each further one doubles the wait, from `first_s` to `longest_s`."""

    free: int
    first_s: float
    longest_s: float
    keeps: Callable[[Hashable], bool] = lambda _key: False
    """Whose count nothing pushes out: those of people and screens that there are, of which there are few."""
    _wrong: OrderedDict[Hashable, tuple[int, float]] = field(default_factory=OrderedDict)

    def wait(self, key: Hashable, now: float) -> int:
        """For how many whole seconds nothing is looked at."""
        _, until = self._wrong.get(key, (0, now))
        return max(0, ceil(until - now))

    def wrong(self, key: Hashable, now: float) -> int:
        """One more wrong attempt; how many in a row."""
        count = self._wrong.pop(key, (0, now))[0] + 1
        over = count - self.free
        pause = min(self.longest_s, self.first_s * 2.0 ** min(over - 1, 30)) if over > 0 else 0.0
        self._wrong[key] = (count, now + pause)
        if len(self._wrong) > TABLE:
            oldest = next((each for each in self._wrong if not self.keeps(each)), None)
            if oldest is not None:
                del self._wrong[oldest]
        return count

    def right(self, key: Hashable) -> None:
        """Begins anew."""
        self._wrong.pop(key, None)

    def move(self, place: Hashable, to: Hashable) -> None:
        """What was counted at a place, the first part of a key, counts at another one from now on."""
        for key in [key for key in self._wrong if isinstance(key, tuple) and key[0] == place]:
            self._wrong[to, *key[1:]] = self._wrong.pop(key)

    def __len__(self) -> int:
        return len(self._wrong)
