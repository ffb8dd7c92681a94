"""Hours of a full suite, compressed: memory, descriptors and the alarms' time must stay flat."""

import os
import random
import time
from pathlib import Path
from statistics import median

import pytest

from tests.faults.table import desaturate, doubled, lost, memory_kb
from tests.ward import BRIEF, MAIN, Ward, ward

SPEED = 60
HOURS = float(os.environ.get("MONITORD_SOAK_HOURS", "8"))
BEDS = 12
GROWTH_KB = 15_000
# Of the median of the last third over that of the second: allocators breathe, leaks don't stop.

FAST = f"""
import monitord.daemon.sequencing.clock as clock
clock.LiveClock.__init__.__kwdefaults__["speed"] = {SPEED}.0
{MAIN}
"""
# The oximeters' thread is a test's, not a device's: at this speed a pause of 80 ms would be a lost line.
PATIENT = BRIEF.replace("spo2: 10s, pulse_rate: 10s", "spo2: 5min, pulse_rate: 5min")


def descriptors(suite: Ward) -> int:
    assert suite.process
    return len(list(Path(f"/proc/{suite.process.pid}/fd").iterdir()))


def cpu_s(suite: Ward) -> float:
    assert suite.process
    fields = Path(f"/proc/{suite.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.timeout(3600)
def test_hours_of_a_full_suite_leave_memory_and_descriptors_flat(tmp_path: Path) -> None:
    dice = random.Random(8)
    with ward(tmp_path, beds=BEDS, watch=PATIENT, main=FAST, rate=SPEED) as suite:
        document = suite.document()
        for bed in document["beds"].values():
            bed["devices"]["oximeter"]["silence"] = "5min"
        suite.write(document)
        suite.start()
        seconds = HOURS * 3600 / SPEED
        begun = time.monotonic()
        seen: list[tuple[int, int, float]] = []
        while time.monotonic() - begun < seconds:
            # Sessions come and go on the other half: there high alarms stay until somebody answers.
            late = desaturate(suite, dice.choice(suite.names[: BEDS // 2]))
            bed = dice.choice(suite.names[BEDS // 2 :])
            if suite.act(bed, type="admit", protocol="ketamine_iv_0_5_40").status_code == 409:
                suite.act(bed, type="discharge", override="end of the visit")
            seen.append((memory_kb(suite), descriptors(suite), late))
            time.sleep(dice.uniform(0, 2))
        third = len(seen) // 3
        second, last = seen[third : 2 * third], seen[2 * third :]
        memory = [median(each[0] for each in part) for part in (second, last)]
        files = [max(each[1] for each in part) for part in (second, last)]
        sent = sum(each.sent for each in suite.oximeters.values())
        size = (tmp_path / "journal.db").stat().st_size
        print(
            f"\nsoak: {HOURS:g} h of {BEDS} beds in {time.monotonic() - begun:.0f} s, {sent} readings,"
            f" {len(suite.pager.calls)} messages; memory {memory[0] / 1024:.1f} -> "
            f"{memory[1] / 1024:.1f} MB, descriptors {files[0]} -> {files[1]},"
            f" processor {cpu_s(suite) / (HOURS * 36):.2f} % of real time, journal {size / 1e6:.0f} MB,"
            f" told after {median(each[2] for each in seen):.2f} s,"
            f" at most {max(each[2] for each in seen):.2f} s, doubled {doubled(suite)}"
        )
        assert memory[1] - memory[0] < GROWTH_KB
        assert files[1] <= files[0] + 2
        assert lost(suite) == []
        assert suite.stop() == 0
