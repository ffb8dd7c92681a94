"""Blindness that is no plain silence: unsteady, doubtful, unchanging, and a cuff that fails."""

import re

import pytest

from monitord.engine.protocol.protocol import AwayTerms
from monitord.engine.rules.absence import AbsenceRule
from monitord.engine.rules.level import Level
from monitord.model import SECOND, Quality, Signal
from tests.builders import CUFF, MEDIUM, Bed, infusing, protocol, settings, with_rules

UNSTEADY, DOUBTFUL, CUFF_FAILS = "unsteady:spo2", "doubtful:spo2", f"cuff:{CUFF}"


def lost_again_and_again(bed: Bed, times: int, lost: str, good: str) -> None:
    for _ in range(times):
        bed.spo2(97, good)
        bed.wait(lost)


def test_short_losses_that_add_up_are_unsteady() -> None:
    bed = infusing()
    lost_again_and_again(bed, 60, "8s", "3s")
    assert bed.story("spo2_stale") == []
    assert bed.story(UNSTEADY)[0].endswith("start medium")
    assert re.fullmatch(
        r"SpO2 reading lost \d+ times in 10 min: check probe and cable", bed.last(UNSTEADY).text
    )
    assert bed.told


def test_unsteady_is_over_when_good_seconds_have_paid_all_of_it_back() -> None:
    bed = infusing()
    lost_again_and_again(bed, 60, "8s", "3s")
    bed.mark()
    bed.spo2(97, "119s")
    assert bed.alarm(UNSTEADY) is not None
    bed.spo2(97, "10s")
    assert bed.alarm(UNSTEADY) is None


def test_a_loss_now_and_then_is_not_unsteady() -> None:
    bed = infusing()
    lost_again_and_again(bed, 10, "8s", "250s")
    assert bed.of(UNSTEADY) == []


def test_a_source_that_speaks_every_five_seconds_loses_nothing() -> None:
    bed = infusing()
    bed.spo2(97, "20min", every=5 * SECOND)
    assert bed.of(UNSTEADY) == []


def test_unsteady_survives_a_restart() -> None:
    bed = infusing()
    lost_again_and_again(bed, 20, "8s", "3s")
    bed.snapshot()
    lost_again_and_again(bed, 40, "8s", "3s")
    assert bed.alarm(UNSTEADY) is not None


def test_nothing_but_doubtful_numbers_is_low_then_medium() -> None:
    bed = infusing()
    bed.spo2(97)
    bed.mark()
    bed.spo2(97, "121s", quality=Quality.LOW_PERFUSION)
    assert bed.story(DOUBTFUL) == ["29s start low", "119s escalate medium"]
    assert bed.last(DOUBTFUL).text == (
        "SpO2 97 now (low perfusion), not reliable for 2 min; last good 97"
    )
    bed.spo2(97)
    assert bed.alarm(DOUBTFUL) is None


def test_a_gap_between_doubtful_numbers_puts_nothing_off() -> None:
    bed = infusing()
    bed.spo2(97)
    bed.mark()
    for _ in range(14):
        bed.spo2(None, "8s", quality=Quality.SEARCHING)
        bed.spo2(97, quality=Quality.MOTION)
    assert bed.story(DOUBTFUL) == ["29s start low", "119s escalate medium"]


def pulse_too(bed: Bed, seconds: int, spo2: float = 97, pulse: float = 72) -> None:
    for _ in range(seconds):
        bed.frame({Signal.SPO2: spo2, Signal.PULSE_RATE: pulse})
        bed.wait("1s")


def test_an_oximeter_that_does_not_change_is_low_then_medium() -> None:
    bed = infusing()
    pulse_too(bed, 310)
    assert bed.story("stuck") == ["3min start low", "5min escalate medium"]
    assert bed.last("stuck").text == "SpO2 97 and pulse 72 unchanged for 5 min: check the probe"
    pulse_too(bed, 1, 96)
    assert bed.alarm("stuck") is None


@pytest.mark.parametrize(("changes", "told"), [(170, False), (185, True)])
def test_a_change_begins_the_run_anew(changes: int, told: bool) -> None:
    bed = infusing()
    for _ in range(3):
        pulse_too(bed, changes)
        pulse_too(bed, 1, 97, 73)
    assert bool(bed.of("stuck")) is told


def test_staff_may_say_that_the_patient_is_that_steady() -> None:
    bed = infusing()
    assert "do not change" in (bed.confirm_steady() or "")
    pulse_too(bed, 310)
    assert bed.confirm_steady() is None
    assert bed.alarm("stuck") is None
    pulse_too(bed, 400)
    assert bed.alarm("stuck") is None


def test_a_slow_source_repeats_itself_by_chance() -> None:
    bed = infusing()
    for _ in range(100):
        bed.frame({Signal.SPO2: 97, Signal.PULSE_RATE: 72})
        bed.wait("6s")
    assert bed.of("stuck") == []


def cuff_error(bed: Bed) -> None:
    bed.frame(
        {Signal.NIBP_SYS: None, Signal.NIBP_DIA: None}, source=CUFF, quality=Quality.CUFF_ERROR
    )


def test_two_cuff_failures_in_a_row_ask_for_a_measurement_by_hand() -> None:
    bed = infusing()
    cuff_error(bed)
    assert bed.of(CUFF_FAILS) == []
    bed.spo2(97, "1min")
    cuff_error(bed)
    assert bed.story(CUFF_FAILS) == ["1min start medium"]
    assert bed.last(CUFF_FAILS).text == (
        "No BP reading, cuff failed twice; last 120/80, 60 s ago; measure by hand"
    )
    bed.observe({Signal.NIBP_SYS: 120, Signal.NIBP_DIA: 80})
    assert bed.alarm(CUFF_FAILS) is None


def test_a_good_reading_between_two_failures_ends_the_row() -> None:
    bed = infusing()
    for _ in range(3):
        cuff_error(bed)
        bed.spo2(97, "30s")
        bed.nibp(120)
        bed.spo2(97, "30s")
    assert bed.of(CUFF_FAILS) == []


def test_a_pause_is_not_renewed_before_a_good_reading_and_holds_no_clock() -> None:
    bed = infusing()
    bed.wait("5s")
    assert bed.pause_alarms() is None
    bed.wait("100s")
    assert "No good reading" in (bed.pause_alarms() or "")
    bed.wait("25s")
    assert bed.last("spo2_stale").priority.word == "high"
    assert "125s nurse reminder" in bed.told
    assert "No good reading" in (bed.pause_alarms() or "")
    bed.spo2(97, "2s")
    assert bed.pause_alarms() is None


def test_what_is_absent_when_a_pause_ends_is_told_at_once() -> None:
    low_is_told = with_rules(
        spo2_stale=AbsenceRule(
            signal=Signal.SPO2, levels=(Level(priority=MEDIUM, delay=10 * SECOND),)
        )
    )
    bed = infusing(low_is_told)
    assert bed.pause_alarms() is None
    bed.wait("130s")
    assert bed.told[0].startswith("2min nurse")


def test_nobody_is_away_twice_without_a_good_reading_between() -> None:
    given = settings(protocols={"small": protocol(away=AwayTerms(phases=("pre", "late", "early")))})
    bed = infusing(given)
    bed.stop_infusion()
    bed.wait("1s")
    assert bed.patient_away(5) is None
    bed.wait("2min")
    assert bed.patient_back() is None
    assert "No good reading" in (bed.patient_away(5) or "")
    bed.spo2(97, "2s")
    assert bed.patient_away(5) is None
