"""A clock that follows the event loop, so that the kit's time can pass faster than the world's."""

import asyncio
from collections.abc import Callable

from monitord.model import SECOND, Instant

START = Instant(1_767_607_200 * SECOND)
"""2026-01-05T10:00:00Z: any time would do."""


class KitClock:
    """Engine time; `speed` seconds of it pass in a second."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed

    def now(self) -> Instant:
        """From START on."""
        return Instant(START + round(asyncio.get_running_loop().time() * SECOND * self._speed))

    async def sleep(self, seconds: float) -> None:
        """Waits so many seconds of engine time."""
        await asyncio.sleep(seconds / self._speed)


async def comes_true(condition: Callable[[], object], patience_s: float) -> bool:
    """Whether the condition holds within so many real seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + patience_s
    while not condition() and loop.time() < end:  # noqa: ASYNC110 - a real peer tells nobody
        await asyncio.sleep(0.005)
    return bool(condition())
