"""A replay's virtual time beside a person's: paced by `--speed`, shown as a bar on a terminal.

The only part of replay that reads a clock; what it reads never reaches an engine.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from monitord.errors import ConfigError
from monitord.model import SECOND, Instant, from_iso
from monitord.replay.run.options import OnRead
from monitord.terminal_bar import terminal_bar

_SHOWN_EVERY_S = 0.1


class ReplayPace:
    """Virtual time passes `speed` times as fast as real (None: as fast as can be) and moves a bar."""

    def __init__(self, speed: float | None, bar: Progress) -> None:
        self._speed = speed
        self._bar = bar
        self._task = bar.add_task("replaying", total=None, words="")
        self._first: Instant | None = None
        self._began = time.monotonic()
        self._shown = 0.0

    def beat(self, at: Instant) -> None:
        """Virtual time is now `at`."""
        if self._first is None:
            self._first, self._began = at, time.monotonic()
        passed = (at - self._first) / SECOND
        if self._speed is not None:
            ahead = passed / self._speed - (time.monotonic() - self._began)
            if ahead > 0:
                time.sleep(ahead)
        now = time.monotonic()
        if now - self._shown >= _SHOWN_EVERY_S:
            self._shown = now
            times = passed / max(now - self._began, 1e-3)
            words = f"{passed / 3600:.2f} h, {times:,.0f} times real time"
            self._bar.update(self._task, completed=passed, words=words)

    def until(self, first: str | None, last: str | None) -> None:
        """From when to when, as a result's header says: now the bar knows its length."""
        if first is not None and last is not None:
            self._bar.update(self._task, total=(from_iso(last) - from_iso(first)) / SECOND)


@contextmanager
def paced(speed: str) -> Iterator[ReplayPace]:
    """The pace for `--speed`: a factor or `max`; ConfigError for anything else."""
    try:
        factor = None if speed == "max" else float(speed)
    except ValueError:
        factor = 0.0
    if factor is not None and not 0 < factor < inf:
        raise ConfigError([f"--speed: {speed!r} is not a speed: write a factor above 0, or max"])
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[words]}"))
    with terminal_bar(*columns) as bar:
        yield ReplayPace(factor, bar)


@contextmanager
def counted() -> Iterator[OnRead]:
    """Shows how many files are done."""
    columns = (
        MofNCompleteColumn(),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[file]}"),
    )
    with terminal_bar(*columns) as bar:
        task = bar.add_task("", total=None, file="")

        def show(done: int, every: int, file: str) -> None:
            bar.update(task, completed=done, total=every, file=file[-50:])

        yield show
