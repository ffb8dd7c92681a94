"""The wall clock steps while a delay runs: elapsed time decides, and the step is told."""

import shutil
import time
from functools import partial
from pathlib import Path

import pytest

from tests.faults.table import desaturate, ends, row
from tests.ward import BRIEF, MAIN, Ward, ward

STEPPED = f"""
import os, time
import monitord.daemon.sequencing.clock as clock
from monitord.model import Instant
def wall():
    try:
        offset = int(open(os.environ["CLOCK_OFFSET"]).read() or 0)
    except (OSError, ValueError):
        offset = 0
    return Instant(time.time_ns() // 1000 + offset * 1_000_000)
clock.LiveClock.__init__.__kwdefaults__["wall"] = wall
{MAIN}
"""
HOUR = 3600


def more_than(suite: Ward, count: int) -> bool:
    return len(suite.pager.lines("spo2_held")) > count


def over(suite: Ward, count: int) -> bool:
    return ends(suite, "1") >= count


def test_steps_of_the_wall_clock_move_no_delay(tmp_path: Path) -> None:
    offset = tmp_path / "offset"
    offset.write_text("0")
    with ward(
        tmp_path, watch=BRIEF, main=STEPPED, environment={"CLOCK_OFFSET": str(offset)}
    ) as suite:
        suite.start()
        late, clock_told = [], []
        for step in (HOUR, -HOUR, 25 * HOUR, 0):
            before = len(suite.pager.lines("spo2_held"))
            suite.oximeters["1"].spo2 = 88
            fell = time.monotonic()
            time.sleep(2)
            offset.write_text(str(step))
            stepped = time.monotonic()
            suite.until(partial(more_than, suite, before), what="alarm after the delay")
            late.append(suite.pager.lines("spo2_held")[-1].at - fell)
            suite.oximeters["1"].spo2 = 97
            # The next fall begins an alarm of its own only once this one is over.
            suite.until(partial(over, suite, before + 1), what="the alarm's end")
            if step == HOUR:
                suite.until(lambda: suite.pager.lines("clock:clock"), what="clock alarm")
                clock_told.append(suite.pager.lines("clock:clock")[0].at - stepped)
            time.sleep(2)
        assert max(late) < 60  # of hours that the clock was moved by
        assert min(late) > 4.5
        late.append(desaturate(suite, "1"))
        row(
            suite,
            "clock steps",
            how="injected offset: +1 h, -1 h, +25 h, back, each 2 s into a delay of 5 s",
            must="the delay is 5 s of elapsed time; a medium technical alarm above 2 s",
            late=late,
            also=f"clock alarm {clock_told[0]:.1f} s after the step",
        )


@pytest.mark.skipif(shutil.which("faketime") is None, reason="not on this machine: faketime")
def test_a_start_before_the_records_end_goes_on_from_there(tmp_path: Path) -> None:
    with ward(tmp_path, watch=BRIEF) as suite:
        suite.start()
        desaturate(suite, "1")
        suite.kill()
        suite.command = ("faketime", "--exclude-monotonic", "-f", "-1d")
        suite.start()
        suite.until(lambda: suite.pager.lines("clock_set_back:clock"), what="set-back alarm")
        assert suite.pager.lines("clock_set_back:clock")[0].line["priority"] == "high"
        late = [desaturate(suite, "1")]
        # Of one alarm: what it is over with may leave after another's start.
        for alarm in {call.line["id"] for call in suite.pager.calls}:
            times = [call.line["at"] for call in suite.pager.calls if call.line["id"] == alarm]
            assert times == sorted(times)
        starts = [c.line["at"] for c in suite.pager.calls if c.line["event"] == "start"]
        assert starts == sorted(starts)
        row(
            suite,
            "start a day too early",
            how="kill -9, then started under libfaketime -1 d",
            must="time goes on from the record's end; a high technical alarm",
            late=late,
        )
