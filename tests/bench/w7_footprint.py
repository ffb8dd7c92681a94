"""W7: memory, processor and disk of a suite of 12 beds with 75 Hz pleth over an hour of engine time.

The hour is compressed: clock and oximeters run 20 times as fast. Processor time of it over an hour
is the share of a core that the suite takes in real time; timers that keep real time (the page's
tiles, heartbeats) are measured apart, on the same suite at real speed.
"""

import tempfile
import time
from pathlib import Path

from tests.bench import peers
from tests.bench.figures import Result
from tests.bench.lines import Oximeters
from tests.bench.machine import THEIRS, cpu_seconds, memory_mb, pin
from tests.bench.ward import fast, service, write_suite

BEDS = [str(number) for number in range(1, 13)]
SPEED = 20.0
PI_4 = 5.0
"""Assumed: how much longer a Raspberry Pi 4 takes for the same Python, one core against one."""


def run(*, quick: bool) -> Result:
    result = Result(workload="W7", title="footprint of 12 beds with pleth")
    pin(THEIRS)
    hour = 600.0 if quick else 3600.0
    for _ in range(1 if quick else 2):
        _measure(result, f"{hour / 60:g} min at speed {SPEED:g}", hour, SPEED)
    _measure(result, "real time", 15.0 if quick else 60.0, 1.0)
    growth = result.of("monitord", f"{hour / 60:g} min at speed {SPEED:g}", "MB grown")
    result.goal("memory grown after the first sixth, MB", growth, at_most=5)
    real = result.of("monitord", "real time", "% of a core")
    pi = [PI_4 * each for each in real]
    result.goal(f"% of a Raspberry Pi 4's core, at {PI_4:g} times the cost", pi, at_most=50)
    return result


def _measure(result: Result, load: str, seconds: float, speed: float) -> None:
    with tempfile.TemporaryDirectory(dir=peers.workshop()) as name:
        folder = Path(name)
        oximeters = Oximeters(folder, BEDS, speed=speed)
        try:
            with service(
                write_suite(folder, oximeters.devices(), None), before=fast(speed)
            ) as found:
                found.infuse()
                pid = found.process.pid
                time.sleep(seconds / 6 / speed)
                cpu, memory, disk = cpu_seconds(pid), memory_mb(pid), _disk(folder)
                time.sleep(seconds * 5 / 6 / speed)
                hours = seconds * 5 / 6 / 3600
                result.add("monitord", load, "MB", memory_mb(pid))
                result.add("monitord", load, "MB grown", memory_mb(pid) - memory)
                share = 100 * (cpu_seconds(pid) - cpu) / (hours * 3600)
                result.add("monitord", load, "% of a core", share)
                per_bed = (_disk(folder) - disk) / hours / len(BEDS)
                result.add("monitord", load, "MB a bed-hour", per_bed)
        finally:
            oximeters.close()


def _disk(folder: Path) -> float:
    """Journal and its log, in MB."""
    return sum(file.stat().st_size for file in folder.glob("journal.db*")) / 1e6
