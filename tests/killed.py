"""A piece of work in a process of its own that is killed: at its n-th step on the file system, or after some time."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

STEPS = (
    (os, "link"),
    (os, "fsync"),
    (Path, "rename"),
    (Path, "replace"),
    (Path, "unlink"),
)


def killed_at_step(number: int, work: Callable[[], object]) -> bool:
    """Runs the work in a child that dies, as by SIGKILL, before its step `number`; whether it died there."""
    return _in_child(lambda: _until(number, work)) == -signal.SIGKILL


def killed_after(seconds: float, work: Callable[[], object]) -> bool:
    """The same after some time; not where it ended before."""
    return _in_child(work, seconds) == -signal.SIGKILL


def _until(number: int, work: Callable[[], object]) -> None:
    left = [number]

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **named: Any) -> Any:
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return real(*arguments, **named)

        return step

    patches = [patch.object(owner, name, counted(getattr(owner, name))) for owner, name in STEPS]
    for each in patches:
        each.start()
    work()


def _in_child(work: Callable[[], object], seconds: float | None = None) -> int:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    until = None if seconds is None else time.monotonic() + seconds
    while True:
        found, status = os.waitpid(child, 0 if until is None else os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if until is not None and time.monotonic() >= until:
            os.kill(child, signal.SIGKILL)
            until = None
        time.sleep(0.0005)
