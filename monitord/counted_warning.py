"""A warning of what may come in great number: each is counted, and the count is logged once a minute."""

import asyncio
from typing import Final

import structlog

EVERY_S: Final = 60.0

_log = structlog.get_logger()


class CountedWarning:
    """One event name; the first is logged at once."""

    def __init__(self, event: str) -> None:
        self._event = event
        self._count = 0
        self._said_at: float | None = None

    def add(self, **detail: str) -> None:
        """One more, in a running loop; `detail` is logged of the latest."""
        self._count += 1
        now = asyncio.get_running_loop().time()
        if self._said_at is None or now - self._said_at >= EVERY_S:
            self._said_at = now
            _log.warning(self._event, **detail, count=self._count)
            self._count = 0
