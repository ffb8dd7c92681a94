"""Keeps the garbage collector from stopping the watch: at 500 beds a full collection takes 0.3 s."""

import asyncio
import gc

_SETTLES_S = (1, 4, 25)
# Engines and page are there after the first, slow devices and first readings after the last.


async def steady() -> None:
    """Takes what the start built, which stays until the end, out of the collector's sight.

    Later collections look at what came since: engines replace values by values, without cycles,
    so there is little of it.
    """
    for pause in _SETTLES_S:
        await asyncio.sleep(pause)
        gc.collect()
        gc.freeze()
