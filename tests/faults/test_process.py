"""The process dies, a plug-in raises, a rule raises: what was decided stays, what goes on goes on."""

import os
import random
import time
from pathlib import Path

import pytest

from monitord.store import chain_verification
from monitord.store.journal.journal import Journal
from tests.faults.table import desaturate, lost, row, starts
from tests.ward import BRIEF, MAIN, ward

KILLS = int(os.environ.get("MONITORD_KILLS", "200"))


@pytest.mark.timeout(3600)
def test_killed_at_random_points_it_loses_and_forgets_nothing(tmp_path: Path) -> None:
    dice = random.Random(8)
    restarts = []
    with ward(tmp_path, watch=BRIEF) as suite:
        for _ in range(KILLS):
            suite.oximeters["1"].spo2 = dice.choice([70, 88, 97])
            begun = time.monotonic()
            suite.start(wait=False)
            # From before the journal is opened to some seconds of alarms, repeats and deliveries.
            time.sleep(dice.uniform(0.3, 3.0))
            suite.kill()
            restarts.append(time.monotonic() - begun)
        suite.start()
        suite.oximeters["1"].spo2 = 97
        late = [desaturate(suite, "1")]
        suite.until(lambda: not lost(suite), what="alarms that nobody was told of")
        suite.stop()
        with Journal.open(tmp_path / "journal.db") as journal:
            found = chain_verification.verify(journal.database)
            numbers = [each.n for each in journal.effects(bed="1")]
        assert found.faults == ()
        assert len(set(numbers)) == len(numbers), "a step was decided twice"
        row(
            suite,
            "kill -9",
            how=f"{KILLS} times, 0.3 to 3 s after the start of the process",
            must="nothing decided is lost or decided twice; a delivery may repeat under its key",
            late=late,
            also=f"{len(numbers)} effects, {found.links} audit links whole",
        )


PLANTED_RULE = f"""
from monitord.engine.rules import limit
check = limit.LimitRule.check
def raising(self, seen, at):
    reading = seen.readings.get(self.signal)
    if reading is not None and reading.value == 66:
        raise ZeroDivisionError("planted")
    return check(self, seen, at)
limit.LimitRule.check = raising
limit.LimitRule.quick = lambda self, seen: None
{MAIN}
"""


def test_a_rule_that_raises_takes_one_bed_and_says_so(tmp_path: Path) -> None:
    with ward(tmp_path, beds=2, watch=BRIEF, main=PLANTED_RULE) as suite:
        suite.start()
        begun = time.monotonic()
        suite.oximeters["1"].spo2 = 66
        suite.until(lambda: suite.pager.lines("quarantine:1"), what="quarantine alarm")
        told = suite.pager.lines("quarantine:1")[0]
        assert told.line["priority"] == "high"
        late = [desaturate(suite, "2")]
        assert suite.get("/health/ready").status_code == 503
        suite.kill()
        suite.oximeters["1"].spo2 = 97
        suite.start()
        late.append(desaturate(suite, "1"))
        row(
            suite,
            "a rule raises",
            how="planted: ZeroDivisionError at SpO2 66 on bed 1",
            must="high alarm by the suite's engine; bed 2 is watched; a restart skips the event",
            late=late,
            also=f"quarantine told after {told.at - begun:.2f} s",
        )


PLANTED_DRIVER = f"""
from devices.oximeters.nonin_slow import *
import devices.oximeters.nonin_slow as slow, devices.oximeters.nonin as nonin
def raising(*frame):
    shown = decode(*frame)
    if shown.spo2 == 66:
        raise RuntimeError("planted")
    return shown
decode = slow.decode_short
nonin.decode_short = raising
{MAIN}
"""


def test_a_driver_that_raises_is_a_lost_link_and_comes_back(tmp_path: Path) -> None:
    with ward(tmp_path, beds=2, watch=BRIEF, main=PLANTED_DRIVER) as suite:
        suite.start()
        suite.oximeters["1"].spo2 = 66
        begun = time.monotonic()
        suite.until(lambda: starts(suite, "1", "link:oximeter"), what="link alarm")
        told = starts(suite, "1", "link:oximeter")[0]
        late = [desaturate(suite, "2")]
        suite.oximeters["1"].spo2 = 97
        suite.until(lambda: suite.pager.lines("link:oximeter", "clear"), what="link again")
        late.append(desaturate(suite, "1"))
        row(
            suite,
            "a driver raises",
            how="planted: RuntimeError in the decoder at SpO2 66 on bed 1",
            must="a link alarm (10 s delay) on that bed alone; retried until it works",
            late=late,
            also=f"link alarm after {told.at - begun:.1f} s",
        )
