"""A start on a long record: `python -m tests.bench.long_record [--events N] [--folder DIR]`.

Makes a journal of twelve open sessions by the engines themselves, then measures in processes of their own: a start
without any kept state, the next one, `monitord explain` and the report of a session. Prints seconds of the clock and
of processor, and the largest memory of each. The journal stays in the folder, and is used again.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.machine import OURS, cpu_seconds, start, wait_for
from tests.bench.w6_restart import BEDS, _fill, _forget_snapshots, _suite
from tests.bench.ward import Service, command
from tests.ward import MAIN


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--events", type=int, default=1_000_000)
    arguments.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "long")
    given = arguments.parse_args()
    given.folder.mkdir(exist_ok=True)
    suite = _suite(given.folder)
    if not Path(suite.database).exists():
        began = time.monotonic()
        events = _fill(suite, given.events // len(BEDS))
        _say("filled", time.monotonic() - began, also=f"{events} events")
    _forget_snapshots(suite)
    size = Path(suite.database).stat().st_size / 1e6
    print(json.dumps({"journal": f"{size:.0f} MB"}), flush=True)
    for what in ("start without states", "start with states"):
        _started(what, given.folder)
    file = given.folder / "suite.yaml"
    _command("explain", "explain", "-c", file, "--bed", BEDS[0])
    report = given.folder / "report.html"
    _command("report", "export", f"s{BEDS[0]}", "-c", file, "--format", "html", "-o", report)


def _started(what: str, folder: Path) -> None:
    path = folder / "suite.yaml"
    began = time.monotonic()
    process = start(command(path), core=OURS, log=folder / "log")
    try:
        wait_for(Service(path, process).ready, 1800, "no start")
        took = time.monotonic() - began
        _say(what, took, processor=cpu_seconds(process.pid), memory=_peak_mb(process.pid))
        # Each bed's state in turn, all within half a minute.
        time.sleep(35)
    finally:
        process.kill()
        process.wait()


def _command(what: str, *arguments: object) -> None:
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    words = [sys.executable, "-c", MAIN, *map(str, arguments)]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    _say(
        what,
        time.monotonic() - began,
        processor=used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime,
        # The largest of all children so far: what is asked for grows from one to the next.
        memory=used.ru_maxrss / 1000,
    )


def _peak_mb(pid: int) -> float:
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return (
        next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM")) / 1000
    )


def _say(
    what: str, took: float, *, processor: float = 0, memory: float = 0, also: str = ""
) -> None:
    words = {"what": what, "s": round(took, 1), "also": also}
    if processor:
        words |= {"processor s": round(processor, 1), "memory MB": round(memory)}
    print(json.dumps(words), flush=True)


if __name__ == "__main__":
    main()
