"""Readings that no finger and no cuff shows: doubted for a moment, counted, never silence."""

import pytest

from monitord.engine.alarm_state import LevelPhase
from monitord.engine.explain import as_text
from monitord.engine.readings.plausibility import said
from monitord.engine.rules.finding import Repeat
from monitord.engine.state import STATE
from monitord.model import SECOND, Quality, Reason, Signal, in_words
from tests.builders import (
    CUFF,
    HIGH,
    OXIMETER,
    T0,
    Bed,
    automatic,
    infusing,
    level,
    spo2_low,
    with_rules,
)

AT_ONCE = with_rules(spo2_low=spo2_low(levels=(level("<80", HIGH),)))
ODD = f"implausible:{CUFF}"


def counted(bed: Bed) -> dict[str, int]:
    return {f"{each.signal} {each.why}": each.count for each in bed.state.belief.rejected}


def test_a_fall_to_70_within_a_second_alarms_two_seconds_after_it_is_seen() -> None:
    bed = infusing(AT_ONCE).spo2(97, "10s").spo2(70, "5s")
    assert bed.story("spo2_low") == ["12s start high"]
    assert bed.last("spo2_low").since == T0 + 10 * SECOND
    assert counted(bed) == {"spo2 step": 2}


def test_a_step_counts_from_where_it_was_seen_so_a_delay_is_not_longer_by_it() -> None:
    bed = infusing().spo2(97, "10s").spo2(84, "6s")
    assert bed.story("spo2_low") == ["15s start high"]


def test_a_spike_of_a_moving_finger_alarms_nobody() -> None:
    bed = infusing(AT_ONCE)
    for _ in range(5):
        bed.spo2(97, "10s").spo2(62, "1s")
    bed.spo2(97, "10s")
    assert bed.story("spo2_low") == []
    assert counted(bed) == {"spo2 step": 5}


@pytest.mark.parametrize("wild", [(70, 50), (70, 50, 30), (40, 70, 55, 78)])
def test_whatever_jumps_about_is_doubted_for_two_seconds_at_most(wild: tuple[int, ...]) -> None:
    bed = infusing(AT_ONCE).spo2(97, "10s")
    for i in range(10):
        bed.spo2(wild[i % len(wild)])
        bed.wait("1s")
    assert bed.story("spo2_low") == ["12s start high"]


def test_a_fast_fall_that_a_finger_can_show_is_believed_at_once() -> None:
    bed = infusing(AT_ONCE)
    for value in (97, 89, 81, 79):
        bed.spo2(value, "1s")
    assert bed.story("spo2_low") == ["3s start high"]
    assert counted(bed) == {}


def test_an_impossible_recovery_ends_an_alarm_only_when_it_lasts() -> None:
    bed = infusing(AT_ONCE).spo2(97, "5s").spo2(70, "10s").spo2(99, "1s").spo2(70, "10s")
    assert [line.split()[1] for line in bed.story("spo2_low")] == ["start"]


def test_a_source_that_speaks_every_two_seconds_is_believed_at_once() -> None:
    bed = infusing(AT_ONCE).spo2(97, "1s")
    bed.wait("1s")
    bed.spo2(70)
    assert bed.story("spo2_low") == ["2s start high"]
    assert counted(bed) == {}


def test_after_silence_any_value_is_news() -> None:
    bed = infusing(AT_ONCE).spo2(97, "5s").wait("11s").spo2(70, "1s")
    assert bed.story("spo2_low") == ["16s start high"]


def test_a_doubt_without_further_readings_is_a_silence_that_is_heard() -> None:
    bed = infusing().spo2(97, "5s")
    bed.spo2(60)
    bed.wait("2min")
    assert bed.story("spo2_stale")[0] == "14s start low"
    bed.spo2(60, "1s")
    assert counted(bed) == {"spo2 step": 1}


def test_a_pulse_that_jumps_is_doubted_too() -> None:
    bed = infusing()
    bed.frame({Signal.PULSE_RATE: 80})
    bed.wait("1s")
    bed.frame({Signal.PULSE_RATE: 121})
    assert counted(bed) == {"pulse_rate step": 1}
    bed.wait("1s")
    bed.frame({Signal.PULSE_RATE: 120})
    assert counted(bed) == {"pulse_rate step": 1}


@pytest.mark.parametrize(
    ("sys", "dia", "mean"), [(60, 51, 55), (150, 20, 80), (120, 80, 79), (120, 80, 121)]
)
def test_pressures_that_hardly_go_together_ask_for_another_reading(
    sys: float, dia: float, mean: float
) -> None:
    bed = infusing()
    pressures: dict[Signal, float | None] = {
        Signal.NIBP_SYS: sys,
        Signal.NIBP_DIA: dia,
        Signal.NIBP_MAP: mean,
    }
    bed.frame(pressures, source=CUFF)
    assert bed.story(ODD) == ["0s start medium"]
    assert f"{sys:g}/{dia:g}" in bed.last(ODD).text
    assert {r.quality for r in bed.state.readings if r.source == CUFF} == {Quality.DOUBTED}
    assert counted(bed)["nibp_sys pressures"] == 1


@pytest.mark.parametrize(("sys", "dia"), [(60, 50), (220, 100), (120, 80)])
def test_pressures_at_the_edge_go_together(sys: float, dia: float) -> None:
    bed = infusing()
    bed.nibp(sys, dia)
    assert bed.story(ODD) == []
    assert counted(bed) == {}


def test_the_second_time_they_are_the_patients_and_alarm() -> None:
    bed = infusing()
    bed.nibp(205, 70)
    assert bed.story("sbp_high") == ["0s start medium"]
    assert bed.last("sbp_high").text == "Systolic BP 205 now, doubtful: measure again"
    bed.wait("2min")
    bed.nibp(206, 70)
    assert bed.story("sbp_high") == ["0s start medium", "2min escalate high"]
    assert bed.story(ODD) == []
    bed.wait("20min")
    bed.nibp(206, 70)
    assert counted(bed)["nibp_sys pressures"] == 1


def test_a_good_reading_ends_the_question_and_a_later_odd_one_asks_anew() -> None:
    bed = infusing()
    bed.nibp(150, 20)
    bed.wait("2min")
    bed.nibp(125, 80)
    assert [line.split()[1] for line in bed.story(ODD)] == ["start", "clear"]
    bed.wait("3min")
    bed.nibp(150, 20)
    assert [line.split()[1] for line in bed.story(ODD)] == ["start", "clear", "start"]


def test_where_the_cuff_may_be_asked_it_is_asked_again_at_once() -> None:
    bed = infusing(automatic())
    bed.spo2(97, "1s")
    bed.nibp(150, 20)
    asked = len(bed.requests)
    bed.spo2(97, "3min")
    assert [request.reason for request in bed.requests[asked:]][:1] == [Reason.CONFIRMING]


def test_a_restart_in_the_doubt_changes_nothing() -> None:
    bed = infusing(AT_ONCE).spo2(97, "10s").spo2(70, "1s")
    state = STATE.validate_json(STATE.dump_json(bed.state))
    assert state.belief == bed.state.belief
    bed.restart("0s")
    bed.spo2(70, "3s")
    assert bed.story("spo2_low") == ["12s start high"]


def test_what_was_not_believed_is_said_in_words() -> None:
    bed = infusing(AT_ONCE).spo2(97, "3s").spo2(62, "1s").spo2(97, "2s")
    bed.nibp(205, 70)
    told = [in_words(each) for each in said(bed.state.belief)]
    assert as_text(bed.state).endswith("\n".join(told) + "\n")
    assert told == [
        f"SpO2 by {OXIMETER} was left out once: it rose or fell too fast",
        f"Systolic BP by {CUFF} was left out once: the pressures do not fit together",
        f"Diastolic BP by {CUFF} was left out once: the pressures do not fit together",
    ]


@pytest.mark.parametrize("pause", ["2min", "30min"])
def test_the_next_reading_believes_a_doubted_one_whatever_their_distance(pause: str) -> None:
    bed = infusing()
    bed.nibp(205, 70)
    bed.wait(pause)
    bed.nibp(206, 70)
    track = next(track for track in bed.state.tracks if track.key == "sbp_high")
    held = {each.repeat for each in track.levels if each.phase is LevelPhase.HOLDING}
    assert held == {Repeat.NONE}


def test_the_next_reading_refutes_a_doubted_one_and_a_doubted_one_refutes_nothing() -> None:
    bed = infusing()
    bed.nibp(205, 70)
    bed.wait("2min")
    bed.nibp(125, 80)
    assert [line.split()[1] for line in bed.story("sbp_high")] == ["start", "clear"]
    bed.nibp(205, 100)
    bed.wait("2min")
    bed.nibp(125, 117)
    assert bed.alarm("sbp_high") is not None
