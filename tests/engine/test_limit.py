"""Limits from the first bad reading to the clear."""

import pytest

from monitord.engine.rules.limit import LimitRule
from monitord.model import AlarmEvent, Quality, Reason, Signal
from tests.builders import HIGH, LOW, MEDIUM, infusing, level, spo2_low, with_rules


def test_low_spo2_held_15_s_raises_medium() -> None:
    bed = infusing()
    bed.spo2(88, "14s")
    assert bed.story("spo2_low") == []
    bed.spo2(88, "2s")
    assert bed.story("spo2_low") == ["15s start medium"]


def test_the_alarm_line_says_what_holds_and_since_when() -> None:
    bed = infusing()
    bed.spo2(88, "16s")
    line = bed.last("spo2_low")
    assert (line.value, line.limit, line.unit) == (88, 90, "%")
    assert line.text == "SpO2 88 now, below 90 for 15 s"
    assert (line.since, line.phase, line.session) == (bed.marked, "infusion", "s1")
    assert line.id == "s1/spo2_low/1"


def test_the_limit_itself_does_not_violate_a_strict_limit() -> None:
    bed = infusing()
    bed.spo2(90, "60s")
    assert bed.story("spo2_low") == []


def test_an_inclusive_limit_is_violated_by_its_own_value() -> None:
    bed = infusing()
    bed.observe({Signal.MOAAS: 3})
    assert bed.story("moaas_low") == ["0s start medium"]


def test_a_worse_level_escalates_the_same_alarm() -> None:
    bed = infusing()
    bed.spo2(88, "20s")
    bed.spo2(84, "6s")
    assert bed.story("spo2_low") == ["15s start medium", "25s escalate high"]
    assert len({line.id for line in bed.of("spo2_low")}) == 1
    assert bed.last("spo2_low").reason is Reason.WORSE


def test_a_less_bad_level_deescalates() -> None:
    bed = infusing()
    bed.spo2(84, "10s")
    bed.spo2(88, "20s")
    # Nobody has answered: high is what latches, and stays.
    assert bed.story("spo2_low") == ["5s start high", "15s deescalate high"]


def test_a_value_inside_the_limit_but_within_the_hysteresis_keeps_the_alarm() -> None:
    bed = infusing()
    bed.spo2(88, "16s")
    bed.spo2(91, "40s")
    assert bed.story("spo2_low") == ["15s start medium"]


def test_the_alarm_clears_when_good_readings_have_lasted_the_clear_delay() -> None:
    bed = infusing()
    bed.spo2(88, "16s")
    bed.spo2(92, "4s")
    bed.spo2(88, "1s")
    bed.spo2(92, "6s")
    assert bed.story("spo2_low") == ["15s start medium", "26s clear medium"]


def test_a_second_episode_is_a_new_alarm_once_the_rest_is_over() -> None:
    bed = infusing()
    for _ in range(2):
        bed.spo2(88, "16s")
        bed.spo2(97, "3min")
    started = [line.id for line in bed.of("spo2_low") if line.event is AlarmEvent.START]
    assert started == ["s1/spo2_low/1", "s1/spo2_low/2"]


def test_a_condition_that_ends_before_its_delay_is_a_near_miss_that_tells_nobody() -> None:
    bed = infusing()
    bed.spo2(89, "14s")
    bed.spo2(97, "7s")
    assert bed.story("spo2_low") == ["21s near_miss medium"]
    assert bed.last("spo2_low").value == 89
    assert bed.told == []


def test_near_misses_have_ids_of_their_own() -> None:
    bed = infusing()
    for _ in range(2):
        bed.spo2(89, "5s")
        bed.spo2(97, "56s")
    assert [line.id for line in bed.of("spo2_low")] == [
        "s1/spo2_low/miss-1",
        "s1/spo2_low/miss-2",
    ]


def test_a_near_miss_says_what_was_and_for_how_long() -> None:
    bed = infusing()
    bed.spo2(89, "3s")
    bed.spo2(97, "3s")
    assert bed.last("spo2_low").text == "SpO2 89 for 3 s"


def test_near_misses_are_at_most_one_line_a_minute_and_the_others_are_counted() -> None:
    bed = infusing()
    for _ in range(8):
        bed.spo2(89, "3s")
        bed.spo2(97, "7s")
    assert [line.text for line in bed.of("spo2_low")] == [
        "SpO2 89 for 3 s",
        "SpO2 89 for 3 s; 5 more before that",
    ]


def test_a_phase_has_limits_of_its_own() -> None:
    bed = infusing()
    bed.nibp(165)
    assert bed.story("sbp_high") == []
    bed.stop_infusion()
    assert bed.story("sbp_high") == ["0s start medium"]


def test_an_alarm_goes_on_under_the_levels_of_the_next_phase() -> None:
    bed = infusing()
    bed.nibp(172)
    bed.stop_infusion()
    assert bed.story("sbp_high") == ["0s start medium"]
    bed.nibp(150)
    assert bed.story("sbp_high")[-1] == "0s clear medium"


def test_an_alarm_whose_rule_rests_in_the_next_phase_ends_with_that_reason() -> None:
    bed = infusing(with_rules(spo2_low=spo2_low(only=("infusion",))))
    bed.spo2(88, "16s")
    bed.stop_infusion()
    assert bed.story("spo2_low") == ["15s start medium", "16s end medium"]
    assert bed.last("spo2_low").reason is Reason.PHASE_ENDED


def test_a_low_perfusion_reading_raises() -> None:
    bed = infusing()
    bed.spo2(88, "31s", quality=Quality.LOW_PERFUSION)
    assert bed.story("spo2_low") == ["30s start medium"]
    assert bed.last("spo2_low").text.startswith("SpO2 88 now (low perfusion), below 90")


@pytest.mark.parametrize("mark", [Quality.MOTION, Quality.INTERFERENCE, Quality.LOW_PERFUSION])
def test_one_good_reading_beyond_drops_the_doubt_of_all_that_are_marked(mark: Quality) -> None:
    bed = infusing()
    bed.spo2(88, "10s", quality=mark).spo2(88, "1s").spo2(88, "10s", quality=mark)
    assert bed.story("spo2_low") == ["15s start medium"]


def test_a_low_perfusion_reading_never_clears() -> None:
    bed = infusing()
    bed.spo2(88, "16s")
    bed.spo2(97, "40s", quality=Quality.LOW_PERFUSION)
    assert bed.story("spo2_low") == ["15s start medium"]
    bed.spo2(97, "6s")
    assert bed.story("spo2_low")[-1] == "61s clear medium"


def test_a_low_perfusion_reading_does_not_end_a_pending_condition() -> None:
    bed = infusing()
    bed.spo2(88, "10s")
    bed.spo2(95, "4s", quality=Quality.LOW_PERFUSION)
    bed.spo2(88, "6s")
    assert bed.story("spo2_low") == ["19s start medium"]


def test_a_pulse_that_comes_up_for_a_moment_again_and_again_alarms_all_the_same() -> None:
    slow = LimitRule(signal=Signal.PULSE_RATE, levels=(level("<40", HIGH, "5s"),))
    bed = infusing(with_rules(slow=slow))
    for i in range(9):
        bed.frame({Signal.PULSE_RATE: 41 if i % 5 == 4 else 36})
        bed.wait("1s")
    assert bed.story("slow") == ["8s start high"]


def test_an_impossible_value_is_no_reading() -> None:
    bed = infusing()
    bed.spo2(0, "9s")
    bed.spo2(130, "9s")
    assert bed.story("spo2_low") == []
    assert [r.quality for r in bed.state.readings if r.signal is Signal.SPO2] == [
        Quality.IMPLAUSIBLE
    ]


def test_an_impossible_value_does_not_clear() -> None:
    bed = infusing()
    bed.spo2(88, "16s")
    bed.spo2(130, "9s")
    assert bed.story("spo2_low") == ["15s start medium"]


def test_levels_in_any_order_give_the_worst() -> None:
    low = spo2_low(
        levels=(level("<85", HIGH, "5s"), level("<94", LOW, "0s"), level("<90", MEDIUM, "15s"))
    )
    bed = infusing(with_rules(spo2_low=low))
    bed.spo2(91, "1s")
    bed.spo2(84, "6s")
    assert bed.story("spo2_low") == ["0s start low", "6s escalate high"]


def test_a_simulated_reading_marks_the_line() -> None:
    bed = infusing()
    bed.spo2(88, "16s", simulated=True)
    assert bed.last("spo2_low").simulated


def test_a_good_reading_far_from_every_limit_costs_no_look_and_misses_nothing() -> None:
    bed = infusing()
    bed.spo2(97, "60s")
    bed.spo2(89.9, "16s")
    assert bed.story("spo2_low") == ["75s start medium"]


def test_what_is_said_at_the_end_is_the_value_of_now() -> None:
    """A milder level that waited too keeps the last value below its limit: that is not what is true now."""
    rule = spo2_low(levels=(level("<95", LOW, "60s"), level("<90", MEDIUM, "15s")))
    bed = infusing(with_rules(spo2_low=rule))
    bed.spo2(89, "17s").spo2(97, "30s")
    (over,) = [line for line in bed.of("spo2_low") if line.event is AlarmEvent.CLEAR]
    assert over.value == 97
    assert over.text.startswith("SpO2 97 now, alarm over; was below 90")


def test_the_end_of_a_first_reading_that_another_refutes_says_both() -> None:
    rule = LimitRule(signal=Signal.NIBP_SYS, levels=(level(">=180", HIGH, twice=True),))
    bed = infusing(with_rules(sbp_high=rule))
    bed.nibp(185)
    bed.wait("2min")
    bed.nibp(130)
    assert bed.last("sbp_high").text == "Systolic BP 130 now, alarm over; the first reading was 185"
