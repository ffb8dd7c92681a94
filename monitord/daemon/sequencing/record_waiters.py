"""Who waits for the record: devices whose sender is answered once what it said is safe."""

import asyncio
from collections.abc import Callable


class RecordWaiters:
    """One answer for all that was offered before a round; it comes when the round is written, or is not."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._next: asyncio.Future[bool] | None = None
        """Of those whose events may still wait in the inbox."""
        self._waiting: list[asyncio.Future[bool]] = []
        """Of those whose events were stepped, and wait to be written."""

    def recorded(self) -> "asyncio.Future[bool]":
        """True once everything that was offered up to now is written."""
        self._wake()
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        return self._next

    def stepped(self) -> None:
        """The inbox is empty: what they asked for is in this round or an earlier one."""
        if self._next is not None:
            self._waiting.append(self._next)
            self._next = None

    def answer(self, *, written: bool) -> None:
        """The rounds so far are written, or have left without."""
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.done():
                each.set_result(written)
