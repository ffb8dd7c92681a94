"""A fall or rise within a short time, step or slide."""

from dataclasses import replace

from monitord.engine.readings.trend_memory import PARTS
from monitord.engine.rules.trend import TrendLevel, TrendRule
from monitord.model import MINUTE, SECOND, Quality, Signal
from tests.builders import LOW, MEDIUM, admitted, level, limit, spo2_low, with_rules

FALLING = TrendRule(
    signal=Signal.SPO2,
    within=5 * MINUTE,
    levels=(TrendLevel(priority=LOW, limit=limit("<=-4"), delay=10 * SECOND),),
)
GIVEN = with_rules(spo2_falling=FALLING, spo2_low=spo2_low(levels=(level("<50", LOW),)))


def test_a_fall_by_four_that_lasts_is_told_and_a_fall_by_three_is_not() -> None:
    bed = admitted(GIVEN).spo2(98, "60s").spo2(94, "20s")
    assert bed.story("spo2_falling") == ["70s start low"]
    assert bed.last("spo2_falling").text == "SpO2 94 now, fell by 4 within 5 min"
    assert admitted(GIVEN).spo2(98, "60s").spo2(95, "10min").story("spo2_falling") == []


def test_a_slow_slide_is_seen_as_well_as_a_step() -> None:
    bed = admitted(GIVEN)
    for value in (98, 97, 96, 95, 94):
        bed.spo2(value, "60s")
    assert bed.story("spo2_falling") == ["250s start low"]


def test_what_lies_further_back_no_longer_counts() -> None:
    bed = admitted(GIVEN).spo2(98, "30s").spo2(94, "7min")
    first, last = bed.story("spo2_falling")
    assert first == "40s start low"
    assert last.endswith("clear low")


def test_bad_readings_leave_no_trail() -> None:
    bed = admitted(GIVEN).spo2(99, "60s", quality=Quality.LOW_PERFUSION).spo2(95, "60s")
    assert bed.story("spo2_falling") == []


def test_memory_is_bounded_and_a_restart_keeps_it() -> None:
    bed = admitted(GIVEN)
    for value in range(60, 100):
        bed.spo2(value, "20s")
    (trail,) = bed.state.trails
    assert len(trail.parts) <= PARTS + 1
    bed.restart("0s")
    assert bed.state.trails == (trail,)


def test_what_ends_with_the_alarm_that_was_told_in_its_place_ends_once() -> None:
    """Both end with one reading, which the limit's alarm hears of first."""
    falling = replace(FALLING, levels=(replace(FALLING.levels[0], delay=0),))
    low = spo2_low(levels=(level("<92", MEDIUM),), hysteresis=0.0, clear_delay=0)
    bed = admitted(with_rules(spo2_low=low, spo2_falling=falling))
    bed.spo2(96, "10s").spo2(91, "10s").spo2(96, "10s")
    assert bed.story("spo2_low") == ["10s start medium", "20s clear medium"]
    assert bed.story("spo2_falling") == ["10s start low", "20s clear low"]
