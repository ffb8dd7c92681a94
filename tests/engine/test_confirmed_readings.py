"""Limits that a second reading must confirm, and the reading that is asked for."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from monitord.engine.protocol.protocol import Cuff
from monitord.engine.rules.limit import LimitLevel, LimitRule
from monitord.model import MINUTE, SECOND, Priority, Quality, Reason, Signal
from tests.builders import (
    CUFF,
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
            level(">=160", MEDIUM, twice=True),
            level(">=180", HIGH, twice=True),
            level(">=200", HIGH),
        ),
    )
    own = protocol(rules=rules(sbp_high=twice))
    given = settings(protocols={own.name: own})
    story = admitted(replace(given, cuff=replace(given.cuff, **cuff)))
    story.start_infusion()
    return story


def test_the_first_reading_is_told_at_once_at_its_first_words_priority() -> None:
    story = bed().nibp(185)
    assert story.story("sbp_high") == ["0s start medium"]
    assert story.last("sbp_high").text == "Systolic BP 185 now, one reading: measure again"


def test_of_a_medium_level_the_first_word_is_low() -> None:
    story = bed().nibp(165)
    assert story.story("sbp_high") == ["0s start low"]


def test_the_second_reading_raises_what_both_violate() -> None:
    story = bed().nibp(185).wait("2min").nibp(165)
    alarm = story.alarm("sbp_high")
    assert alarm is not None
    assert alarm.priority is Priority.MEDIUM


@pytest.mark.parametrize("apart", ["31s", "5min", "10min", "30min"])
def test_two_readings_confirm_each_other_however_far_apart(apart: str) -> None:
    story = bed().nibp(185).wait(apart).nibp(188)
    alarm = story.alarm("sbp_high")
    assert alarm is not None
    assert alarm.priority is Priority.HIGH


def test_a_reading_within_half_a_minute_is_the_same_measurement() -> None:
    story = bed().nibp(185).wait("30s").nibp(188)
    alarm = story.alarm("sbp_high")
    assert alarm is not None
    assert alarm.priority is Priority.MEDIUM
    assert alarm.line.text == "Systolic BP 185 now, one reading: measure again"


def test_two_of_three_confirm() -> None:
    story = bed()
    for value in (185, 172, 186):
        story.nibp(value).wait("4min")
    # What was not confirmed is refuted; the lesser level is confirmed, and medium as well.
    assert story.story("sbp_high") == [
        "0s start medium",
        "4min deescalate medium",
        "8min escalate high",
    ]


def test_a_repeat_on_the_good_side_of_the_plain_limit_ends_what_is_not_confirmed() -> None:
    story = bed().nibp(185, 115).wait("170s").nibp(158)
    assert story.alarm("sbp_high") is None
    assert "170s clear medium" in story.story("sbp_high")


def test_no_repeat_in_time_is_full_priority_not_confirmed() -> None:
    story = bed().nibp(185).wait("6min")
    assert story.story("sbp_high") == ["0s start medium", "5min escalate high"]
    assert story.last("sbp_high").text.endswith("no second reading came")


def test_a_repeat_that_refutes_ends_it_also_after_its_time_and_it_does_not_wait_for_an_answer() -> (
    None
):
    story = bed().nibp(185).wait("6min").nibp(150)
    assert story.alarm("sbp_high") is None


def test_two_failures_of_the_cuff_are_full_priority() -> None:
    story = bed().nibp(185)
    for _ in range(2):
        story.wait("40s")
        story.frame({Signal.NIBP_SYS: None}, source=CUFF, quality=Quality.CUFF_ERROR)
    assert story.story("sbp_high") == ["0s start medium", "80s escalate high"]


def test_an_entry_by_hand_with_the_same_values_is_the_same_measurement() -> None:
    story = bed().nibp(185, 115).wait("2min")
    story.observe({Signal.NIBP_SYS: 185, Signal.NIBP_DIA: 115})
    alarm = story.alarm("sbp_high")
    assert alarm is not None
    assert alarm.priority is Priority.MEDIUM
    story.wait("2min")
    story.observe({Signal.NIBP_SYS: 187, Signal.NIBP_DIA: 115})
    assert story.last("sbp_high").priority is Priority.HIGH


def test_documents_of_the_first_edition_are_read_and_mean_the_same_limit() -> None:
    given = {"priority": "high", "limit": ">=180", "twice_within": "5min"}
    read = TypeAdapter(LimitLevel).validate_python(given)
    assert read == level(">=180", HIGH, twice=True)
    once = TypeAdapter(LimitLevel).validate_python({**given, "twice_within": None})
    assert once == level(">=180", HIGH)


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
