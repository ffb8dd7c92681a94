"""Opening a line that may hang: a broken adapter or driver blocks in open(2), and no time-out ends that.

It is done in a thread of its own, so that the loop goes on, and never twice for one address at a time.
"""

import asyncio
import threading
from collections.abc import Callable
from typing import Final, Protocol, TypeVar

from monitord.errors import DeviceError

OPEN_LIMIT_S: Final = 5.0
"""A serial line is open in milliseconds; a USB adapter that resets takes a second or two."""

_hanging: Final[dict[str, threading.Thread]] = {}


class Closable(Protocol):
    """What was opened, and must be freed where it came too late."""

    def close(self) -> None: ...


Opened = TypeVar("Opened", bound=Closable)


async def opened_in_time(address: str, opening: Callable[[], Opened]) -> Opened:
    """What `opening` gives, or raises; DeviceError where it hangs, or an earlier one still does."""
    earlier = _hanging.get(address)
    if earlier is not None and earlier.is_alive():
        raise DeviceError(f"cannot open {address}: an earlier attempt still hangs")
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Opened] = loop.create_future()

    def deliver(opened: Opened | None, error: BaseException | None) -> None:
        if answer.done():
            if opened is not None:
                opened.close()  # nobody waits for it any more
        elif opened is not None:
            answer.set_result(opened)
        elif error is not None:
            answer.set_exception(error)

    def run() -> None:
        opened, failed = None, None
        try:
            opened = opening()
        except BaseException as error:  # noqa: BLE001 - raised where it is awaited
            failed = error
        try:
            loop.call_soon_threadsafe(deliver, opened, failed)
        except RuntimeError:  # the loop is gone by now: so is whoever waited
            if opened is not None:
                opened.close()

    thread = threading.Thread(target=run, name=f"open {address}", daemon=True)
    thread.start()
    try:
        async with asyncio.timeout(OPEN_LIMIT_S):
            return await answer
    except BaseException as error:
        if answer.done() and not answer.cancelled() and answer.exception() is None:
            answer.result().close()  # it was opened in the moment in which nobody wanted it any more
        if not isinstance(error, TimeoutError):
            raise
        _hanging[address] = thread
        raise DeviceError(f"cannot open {address}: it hangs") from error
