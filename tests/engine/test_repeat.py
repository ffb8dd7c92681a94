"""Limits that a second reading must confirm, and the reading that is asked for."""

from dataclasses import replace
from typing import Any

from monitord.engine.protocol import Cuff
from monitord.engine.rules.limit import LimitRule
from monitord.model import MINUTE, SECOND, Priority, Reason, Signal
from tests.builders import (
    HIGH,
    MEDIUM,
    Bed,
    admitted,
    automatic,
    level,
    protocol,
    rules,
    settings,
)


def bed(**cuff: Any) -> Bed:
    """A bed whose protocol wants systolic 180 twice within 5 min, and 200 once."""
    twice = LimitRule(
        signal=Signal.NIBP_SYS,
        levels=(
            level(">=160", MEDIUM, twice_within=5 * MINUTE),
            level(">=180", HIGH, twice_within=5 * MINUTE),
            level(">=200", HIGH),
        ),
    )
    own = protocol(rules=rules(sbp_high=twice))
    given = settings(protocols={own.name: own})
    story = admitted(replace(given, cuff=replace(given.cuff, **cuff)))
    story.start_infusion()
    return story


def test_one_reading_is_not_enough() -> None:
    story = bed()
    story.nibp(185)
    assert story.alarm("sbp_high") is None


def test_the_second_reading_within_five_minutes_raises_what_both_violate() -> None:
    story = bed()
    story.nibp(185)
    story.wait("2min")
    story.nibp(165)
    alarm = story.alarm("sbp_high")
    assert alarm is not None
    assert alarm.priority is Priority.MEDIUM
    assert alarm.line.text.endswith("twice")


def test_a_reading_in_between_that_is_inside_begins_anew() -> None:
    story = bed()
    for value in (185, 150, 185):
        story.nibp(value)
        story.wait("1min")
    assert story.alarm("sbp_high") is None


def test_readings_too_far_apart_do_not_confirm_each_other() -> None:
    story = bed()
    story.nibp(185)
    story.wait("6min")
    story.nibp(185)
    assert story.alarm("sbp_high") is None


def test_the_extreme_value_needs_no_second_reading() -> None:
    story = bed()
    story.nibp(205, 100)
    alarm = story.alarm("sbp_high")
    assert alarm is not None
    assert alarm.priority is Priority.HIGH


def test_an_alarm_holds_while_the_latest_reading_violates_however_late_it_comes() -> None:
    story = bed()
    for _ in range(2):
        story.nibp(185)
        story.wait("2min")
    story.wait("5min")
    story.nibp(185)
    assert story.alarm("sbp_high") is not None


def test_the_repeat_is_asked_for_as_soon_as_the_cuff_may() -> None:
    story = bed(automatic=True, minimum_interval=MINUTE)
    story.nibp(185)
    asked = len(story.requests)
    # With good oximetry: an SpO2 alarm would keep the cuff from an arm that may carry the probe.
    story.spo2(97, for_="61s")
    new = story.requests[asked:]
    assert [request.reason for request in new] == [Reason.CONFIRMING]


def test_the_first_reading_of_what_must_last_is_repeated_once() -> None:
    """Severe pressure after birth: notify at the first reading, repeat at once, high after 15 min."""
    lasting = LimitRule(
        signal=Signal.NIBP_SYS, levels=(level(">=160", MEDIUM), level(">=160", HIGH, "15min"))
    )
    own = protocol(rules=rules(sbp_high=lasting))
    story = admitted(automatic(settings(protocols={own.name: own}), minimum_interval=MINUTE))
    story.start_infusion()
    story.nibp(165)
    story.spo2(97, for_="61s")
    story.nibp(166)
    story.spo2(97, for_="2min")
    confirming = [r for r in story.requests if r.reason is Reason.CONFIRMING]
    assert len(confirming) == 1


def test_no_repeat_is_asked_for_on_a_bed_where_readings_are_not_automatic() -> None:
    story = bed(automatic=False)
    story.nibp(185)
    story.wait("4min")
    assert story.requests == []


def test_a_repeat_is_not_asked_for_after_the_patient_left() -> None:
    story = bed(automatic=True, minimum_interval=MINUTE)
    story.nibp(185)
    story.discharge()
    asked = len(story.requests)
    story.wait("10min")
    assert story.requests[asked:] == []


def test_the_hard_minimum_of_the_cuff_holds_for_repeats_too() -> None:
    story = bed(automatic=True, minimum_interval=10 * SECOND)
    assert story.state.settings is not None
    assert isinstance(story.state.settings.cuff, Cuff)
    story.nibp(185)
    story.wait("20s")
    assert [r for r in story.requests if r.reason is Reason.CONFIRMING] == []
