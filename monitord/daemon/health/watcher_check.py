"""Whether the independent watcher lives and can sound, by the file in which it says so."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from monitord.daemon.health.self_fault import SelfFaults, self_fault
from monitord.daemon.sequencing.clock import boot_time
from monitord.model import SECOND, Cause, Instant, Span

WATCHER_LOST: Span = 30 * SECOND
# It shows itself once a second, but for the ten that a burst may take.
WATCHER = "watcher"


class WatcherWatch:
    """Whether the independent watcher lives and can sound, by the file in which it says so."""

    def __init__(self, file: Path | None, elapsed: Callable[[], int] = boot_time) -> None:
        self._file = file
        self._elapsed = elapsed
        self._started = elapsed()
        self._told: str | None = None

    def look(self, now: Instant) -> SelfFaults:  # noqa: ARG002 - the watcher counts from the machine's start
        """DESTINATION begins and ends with what is wrong; a watcher that starts beside us is given time."""
        found = self.trouble()
        starting = self._elapsed() - self._started < WATCHER_LOST
        if self._file is None or found == self._told or (found is not None and starting):
            return
        self._told = found
        yield None, self_fault(Cause.DESTINATION, WATCHER, found)

    def trouble(self) -> str | None:
        """What is wrong with it; None while nothing is, or where none is expected."""
        return None if self._file is None else watcher_trouble(self._file, self._elapsed())


def watcher_file() -> Path | None:
    """Where the unit says that the watcher's state is; None where no watcher is expected."""
    given = os.environ.get("MONITORD_WATCHER", "")
    return Path(given) if given else None


def watcher_trouble(file: Path, now_us: int) -> str | None:
    """What is wrong with the watcher as of `now_us` since the machine's start."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        age, no_sound = now_us - int(said["beat"]), said["no_sound"]
    except (OSError, ValueError, KeyError, TypeError):
        return "the independent watcher does not run"
    if not 0 <= age < WATCHER_LOST:
        return "the independent watcher does not run any more"
    return f"the independent watcher has no sound: {no_sound}" if no_sound else None
