"""Runs a target on many inputs: no exception, none longer than a second, no more than 200 MB."""

import hashlib
import resource
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Final, Self

from tests.fuzz.targets import Take

HANG_S: Final = 1.0
TICKS: Final = 4
MEMORY: Final = 200 * 1024 * 1024
"""Bytes beyond what the process had before."""


class TooLong(BaseException):
    """An input took more than HANG_S. No error, so that no `except Exception` of a reader keeps it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An input that did harm, and how."""

    data: bytes
    why: str

    def keep(self, folder: Path) -> Path:
        """Writes the input to a file that is named by it."""
        path = folder / f"crash-{hashlib.sha256(self.data).hexdigest()[:12]}"
        path.write_bytes(self.data)
        return path


@contextmanager
def bounded(memory: int = MEMORY) -> Iterator[None]:
    """Takes so many more bytes of address space at most; without /proc no limit is set."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    limit = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@dataclass(slots=True)
class Watchdog:
    """One timer for all inputs: `begun` counts them; one that is there for all TICKS of `limit_s` is stopped.

    The clock is the processor's: a machine that is busy with something else is no hang.
    """

    limit_s: float = HANG_S
    begun: int = 0
    _seen: int = -1
    _ticks: int = 0
    _before: Callable[[int, FrameType | None], object] | int | None = field(default=None)

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGVTALRM, self._tick)
        signal.setitimer(signal.ITIMER_VIRTUAL, self.limit_s / TICKS, self.limit_s / TICKS)
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, self._before)

    def _tick(self, _: int, __: FrameType | None) -> None:
        if self.begun != self._seen:
            self._seen, self._ticks = self.begun, 0
            return
        self._ticks += 1
        if self._ticks >= TICKS:
            self._ticks = 0
            raise TooLong(f"more than {self.limit_s:g} s")


def run(take: Take, data: Iterable[bytes], *, limit_s: float = HANG_S) -> Finding | None:
    """The first input that did harm; None where all did well."""
    with Watchdog(limit_s) as watchdog:
        for one in data:
            watchdog.begun += 1
            try:
                take(one)
            except (Exception, TooLong) as error:  # noqa: BLE001 - whatever it is, it is a finding
                return Finding(one, f"{type(error).__name__}: {error}"[:500])
    return None
