"""A start that fails again and again waits longer each time: systemd 252 can only try at one pace.

How often it failed in a row stands in the folder that systemd keeps between two runs; a start that
became ready takes the file away.
"""

import time
from pathlib import Path

LONGEST_S = 30.0
# The watcher sounds all the while, and whoever mends the cause need not wait long.
FILE = "failed-starts"


def pause_after(folder: Path | None) -> float:
    """Counts one failed start; how long to wait before it ends, in s: 0, 1, 2, 4 ... up to `LONGEST_S`."""
    if folder is None:
        return 0.0
    file = folder / FILE
    try:
        before = int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        before = 0
    try:
        file.write_text(str(before + 1), encoding="ascii")
    except OSError:
        return 1.0  # it cannot be counted, and should not race either
    return 0.0 if before == 0 else float(min(LONGEST_S, 2 ** min(before - 1, 10)))


def started(folder: Path | None) -> None:
    """It runs: the next failure is the first one."""
    if folder is not None:
        (folder / FILE).unlink(missing_ok=True)


def wait(seconds: float) -> None:
    """Before the process ends, so that systemd starts the next one later."""
    time.sleep(seconds)
