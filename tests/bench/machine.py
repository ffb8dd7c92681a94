"""The machine under the benchmarks: which it is, whose core is whose, what a process costs."""

import os
import platform
import shutil
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from monitord.notify.channels.terminal import OUTPUT, SEEN

TICKS = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))
OURS = CORES[0]
"""The core of the system that is measured."""
THEIRS = CORES[-1]
"""The core of broker and load: another one where there are two."""


def describe() -> str:
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    load = os.getloadavg()[0]
    return f"{model}, {len(CORES)} cores, Python {platform.python_version()}, load {load:.1f}"


def pin(core: int, pid: int = 0) -> None:
    """All threads of the process, and those to come."""
    for task in Path(f"/proc/{pid or os.getpid()}/task").iterdir():
        os.sched_setaffinity(int(task.name), {core})


def use_all_cores() -> None:
    """Takes back what a workload before this one pinned."""
    for task in Path("/proc/self/task").iterdir():
        os.sched_setaffinity(int(task.name), CORES)


def prefer() -> None:
    """Runs all that is measured, and its load, before other work, as monitord's unit asks (`Nice=-5`)."""
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, -5)


def cpu_seconds(pid: int) -> float:
    """User and system time of the process so far, its children that ended included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(fields[place]) for place in (11, 12)) / TICKS


def memory_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def start(
    command: Sequence[str], *, core: int, log: Path, **more: str
) -> "subprocess.Popen[bytes]":
    """The command on one core, its words in `log`."""
    pinned = ("taskset", "-c", str(core), *command) if shutil.which("taskset") else command
    with log.open("ab") as out:
        return subprocess.Popen(
            pinned,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**os.environ, OUTPUT: SEEN, **more},
        )


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_for(condition: object, seconds: float, what: str) -> None:
    """Asks again and again; TimeoutError where it stays false."""
    assert callable(condition)
    give_up = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up:
            raise TimeoutError(what)
        time.sleep(0.02)
