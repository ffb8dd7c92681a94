"""The oximeter's pulse beside the cuff's: one patient, or two."""

from monitord.engine.rules.crosscheck import CrosscheckLevel, CrosscheckRule
from monitord.engine.rules.score import ScoreLevel, ScoreRule
from monitord.model import Quality, Signal
from tests.builders import CUFF, LOW, MEDIUM, Bed, admitted, limit, with_rules

CHAIR = CrosscheckRule(levels=(CrosscheckLevel(priority=LOW, limit=limit(">15")),))
SHOCK = ScoreRule(score="shock_index", levels=(ScoreLevel(priority=MEDIUM, limit=limit(">=0.9")),))
GIVEN = with_rules(wrong_chair=CHAIR, shock=SHOCK)


def pulses(bed: Bed, oximeter: float, cuff: float, *, sys: float = 120) -> Bed:
    bed.frame({Signal.PULSE_RATE: oximeter})
    bed.wait("2s")
    bed.frame({Signal.NIBP_SYS: sys, Signal.NIBP_PULSE: cuff}, source=CUFF)
    return bed


def test_a_difference_of_15_is_one_patient_and_of_16_perhaps_two() -> None:
    assert pulses(admitted(GIVEN), 80, 65).story("wrong_chair") == []
    bed = pulses(admitted(GIVEN), 64, 80)
    assert bed.story("wrong_chair") == ["2s start low"]
    assert (
        bed.last("wrong_chair").text
        == "Pulse 64 by the oximeter, 80 by the cuff: both on this patient?"
    )


def test_a_later_pulse_says_nothing_of_the_chair() -> None:
    bed = pulses(admitted(GIVEN), 70, 72)
    for value in range(70, 130):
        bed.frame({Signal.PULSE_RATE: value})
        bed.wait("1s")
    assert bed.story("wrong_chair") == []


def test_it_is_over_with_a_cuff_reading_that_agrees() -> None:
    bed = pulses(admitted(GIVEN), 64, 90).wait("5min")
    pulses(bed, 66, 70)
    assert [line.split()[1] for line in bed.story("wrong_chair")] == ["start", "clear"]


def test_without_a_good_pulse_beside_it_there_is_nothing_to_compare() -> None:
    bed = admitted(GIVEN)
    bed.frame({Signal.PULSE_RATE: 64}, quality=Quality.LOW_PERFUSION)
    bed.frame({Signal.NIBP_PULSE: 90}, source=CUFF)
    assert bed.story("wrong_chair") == []
    bed.wait("1min")
    bed.frame({Signal.NIBP_PULSE: 90}, source=CUFF)
    assert bed.story("wrong_chair") == []


def test_a_restart_between_changes_nothing() -> None:
    bed = pulses(admitted(GIVEN), 64, 90)
    bed.restart("10s")
    bed.wait("2min")
    assert bed.story("wrong_chair") == ["2s start low"]


def test_pulse_over_pressure_from_0_9_on() -> None:
    assert pulses(admitted(GIVEN), 88, 89, sys=100).story("shock") == []
    bed = pulses(admitted(GIVEN), 90, 90, sys=100)
    assert bed.story("shock") == ["2s start medium"]
    assert (
        bed.last("shock").text == "Pulse 90 with systolic BP 100: shock index 0.9, at or above 0.9"
    )


def test_a_cuff_without_a_pulse_takes_the_oximeters() -> None:
    bed = admitted(GIVEN)
    bed.frame({Signal.PULSE_RATE: 100})
    bed.nibp(100)
    assert bed.story("shock") == ["0s start medium"]
