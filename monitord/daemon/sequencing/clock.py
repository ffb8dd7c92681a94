"""The one clock: UTC read once at start, elapsed time since (design invariant 2).

Elapsed time counts suspend (BOOTTIME), so a laptop that slept does not fall behind, and a step of
the wall clock moves nothing; how far the two have parted is `offset`.
"""

import asyncio
import time
from collections.abc import Callable

from monitord.model import SECOND, Instant, Span


def boot_time() -> int:
    """Microseconds since boot, suspend included."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


def wall_time() -> Instant:
    """What the machine's wall clock says."""
    return Instant(time.time_ns() // 1000)


class LiveClock:
    """Runs at `speed` times real time; never starts before `not_before`."""

    def __init__(
        self,
        *,
        speed: float = 1.0,
        not_before: Instant | None = None,
        wall: Callable[[], Instant] = wall_time,
        elapsed: Callable[[], int] = boot_time,
    ) -> None:
        self.speed = speed
        self._wall = wall
        self._elapsed = elapsed
        self._started = elapsed()
        today = wall()
        self.set_back: Span = max(0, (not_before or today) - today)
        """By how much the wall clock stood before the journal's last event at start."""
        self._origin = Instant(today + self.set_back)

    def now(self) -> Instant:
        """Engine time."""
        return Instant(self._origin + round((self._elapsed() - self._started) * self.speed))

    async def sleep(self, seconds: float) -> None:
        """Waits `seconds` of engine time."""
        await asyncio.sleep(max(0.0, seconds) / self.speed)

    def real_seconds_until(self, at: Instant) -> float:
        """How long a real timer must run to wake at `at`; 0 when that is over."""
        return max(0, at - self.now()) / SECOND / self.speed

    def offset(self) -> Span:
        """How far the wall clock has run ahead (or, negative, behind) of engine time."""
        if self.speed != 1.0:
            return 0
        return self._wall() - self.now()
