"""Work for pools whose workers die; importable by the processes that they start."""

import os
import signal
from pathlib import Path

from monitord.errors import RecordingError


def double(number: int) -> int:
    if number < 0:
        raise RecordingError(f"{number} is negative")
    return 2 * number


def die_once(job: tuple[str, int]) -> int:
    """Kills its worker the first time that job 3 is tried; the mark stays in the folder."""
    folder, number = job
    mark = Path(folder) / "died"
    if number == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def die_always(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number
