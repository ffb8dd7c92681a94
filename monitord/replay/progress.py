"""A replay's virtual time beside a person's: paced by `--speed`, shown as a bar on a terminal.

The only part of replay that reads a clock; what it reads never reaches an engine.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf

from monitord.errors import RecordingError
from monitord.model import SECOND, Instant
from monitord.replay.journal_run import Beat

_SHOWN_EVERY_S = 0.1


class Pace:
    """Sleeps so that virtual time passes `speed` times as fast as real; None: as fast as can be."""

    def __init__(self, speed: float | None, *, bar: bool) -> None:
        self._speed = speed
        self._first: Instant | None = None
        self._began = time.monotonic()
        self._shown = 0.0
        self._bar = bar
        self._events = 0

    def beat(self, at: Instant) -> None:
        """Virtual time is now `at`."""
        if self._first is None:
            self._first, self._began = at, time.monotonic()
        passed = (at - self._first) / SECOND
        if self._speed is not None:
            ahead = passed / self._speed - (time.monotonic() - self._began)
            if ahead > 0:
                time.sleep(ahead)
        self._events += 1
        if self._bar and (now := time.monotonic()) - self._shown >= _SHOWN_EVERY_S:
            self._shown = now
            self._show(passed, now)

    def _show(self, passed: float, now: float) -> None:
        hours, minutes = divmod(int(passed) // 60, 60)
        real = max(now - self._began, 1e-3)
        text = f"{hours}:{minutes:02d} h replayed, {self._events} events, {passed / real:,.0f} x"
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)

    def done(self) -> None:
        """Clears the bar."""
        if self._bar:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


@contextmanager
def paced(speed: str) -> Iterator[Beat]:
    """The beat for `--speed`: a factor or `max`; RecordingError for anything else."""
    try:
        factor = None if speed == "max" else float(speed)
    except ValueError:
        factor = 0.0
    if factor is not None and not 0 < factor < inf:
        raise RecordingError(f"{speed!r} is not a speed: write a factor above 0, or max")
    pace = Pace(factor, bar=sys.stderr.isatty())
    try:
        yield pace.beat
    finally:
        pace.done()


def counter() -> Callable[[int, int, str], None]:
    """Shows on a terminal how many files are done."""
    shown = sys.stderr.isatty()

    def show(done: int, every: int, file: str) -> None:
        if shown:
            end = "\n" if done == every else ""
            print(f"\r\x1b[K{done} of {every}: {file[-60:]}", end=end, file=sys.stderr, flush=True)

    return show
