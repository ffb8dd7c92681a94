"""Keeps the interpreter's own pauses out of the watch: collections of garbage, turns of threads."""

import asyncio
import gc
import sys

_SWITCH_S = 0.0005
# The journal's thread may keep the loop waiting so long. Python's own 5 ms would be most of an
# alarm's way.
_SETTLES_S = 30
# Connections are made and every device has spoken.


def tune_gc() -> None:
    """Before the first device is heard: takes what restored engines are made of from the collector.

    It stays until the end. At 500 beds each full collection of it would take 0.3 s.
    """
    sys.setswitchinterval(_SWITCH_S)
    gc.collect()
    gc.freeze()


async def steady() -> None:
    """Takes from the collector what connections and first readings made, before it looks at them.

    Later collections look at what came since: engines replace values by values, without cycles,
    so there is little of it.
    """
    for _ in range(_SETTLES_S):
        await asyncio.sleep(1)
        gc.freeze()
