"""The timeline format: what a document may say, and how a wrong one is refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from monitord.model import (
    MINUTE,
    SECOND,
    Acknowledge,
    Admit,
    AlarmEvent,
    Instant,
    Observe,
    Priority,
    Quality,
    Signal,
    StartInfusion,
)
from monitord.model.series import MAX_STEPS, SeriesStep, parse_series
from monitord.model.timeline import Expect, Timeline
from monitord.model.tracks import FaultKind, StaffStep, parse_offset


def timeline(**tracks: Any) -> Timeline:
    return Timeline.model_validate({"title": "a test"} | tracks)


def test_series_repeats_ramps_gaps_and_ends_when_stale() -> None:
    assert parse_series("97x2 97..94x4 _x2 84 probe_off 88:low_perfusionx2 stale") == (
        *[SeriesStep(value=97)] * 2,
        *[SeriesStep(value=value) for value in (97, 96, 95, 94)],
        None,
        None,
        SeriesStep(value=84),
        SeriesStep(value=None, quality=Quality.PROBE_OFF),
        *[SeriesStep(value=88, quality=Quality.LOW_PERFUSION)] * 2,
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("97x30 banana", "'banana' is not a quality"),
        ("97,84", "is not a step"),
        ("97x0", "repeats 0 times"),
        ("97..84", "needs at least x2"),
        ("97 stale 84", "ends a series"),
        (f"1x{MAX_STEPS} 1", "may have"),
    ],
)
def test_a_series_that_cannot_be_read_says_why(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_series(text)


def test_series_of_several_sources_come_in_time_order() -> None:
    bed = timeline(
        series=[
            {"source": "oximeter", "spo2": "97 _ 96", "pulse_rate": "70x3"},
            {"source": "cuff", "at": "1s", "step": "5min", "nibp_sys": "120 125"},
        ]
    ).beds["1"]
    assert [
        (at, source, [(each.signal, each.value) for each in frame.samples])
        for at, source, frame in bed.frames()
    ] == [
        (0, "oximeter", [(Signal.SPO2, 97), (Signal.PULSE_RATE, 70)]),
        (SECOND, "oximeter", [(Signal.PULSE_RATE, 70)]),
        (SECOND, "cuff", [(Signal.NIBP_SYS, 120)]),
        (2 * SECOND, "oximeter", [(Signal.SPO2, 96), (Signal.PULSE_RATE, 70)]),
        (5 * MINUTE + SECOND, "cuff", [(Signal.NIBP_SYS, 125)]),
    ]


def test_a_series_of_bare_numbers_may_be_written_without_quotes() -> None:
    [(_, _, frame)] = timeline(series=[{"spo2": 97}]).beds["1"].frames()
    assert frame.samples[0].value == 97


def test_staff_steps_become_actions() -> None:
    bed = timeline(
        staff=[
            {"at": "-15min", "do": "admit", "session": "s1", "protocol": "ketamine_iv_0_5_40"},
            {"at": "0s", "do": "start_infusion", "by": "A", "id": "start"},
            {"at": "10min", "do": "observe", "values": {"moaas": 4}},
            {"at": "11min", "do": "acknowledge", "alarm": "spo2_low"},
        ]
    ).beds["1"]
    start = Instant(3600 * SECOND)
    admit, infusion, observe, answer = bed.staff
    assert admit.action(id="1", start=start) == Admit(
        id="1",
        by="nurse",
        happened_at=Instant(start - 15 * MINUTE),
        session="s1",
        protocol="ketamine_iv_0_5_40",
    )
    assert infusion.action(id="2", start=start) == StartInfusion(id="start", by="A")
    assert observe.action(id="3", start=start) == Observe(
        id="3", by="nurse", values={Signal.MOAAS: 4}
    )
    assert answer.alarm == "spo2_low"
    assert answer.action(id="4", start=start, alarm="s1/spo2_low/1") == Acknowledge(
        id="4", by="nurse", alarm="s1/spo2_low/1"
    )


def test_a_step_can_be_done_again_and_again() -> None:
    bed = timeline(
        staff=[
            {"at": "1min", "do": "observe", "values": {"moaas": 5}, "every": "10min", "times": 3},
            {"at": "5min", "do": "call_help"},
        ]
    ).beds["1"]
    assert [(step.at // MINUTE, step.do) for step in bed.steps()] == [
        (1, "observe"),
        (5, "call_help"),
        (11, "observe"),
        (21, "observe"),
    ]
    assert bed.last == 21 * MINUTE


@pytest.mark.parametrize(
    ("step", "complaint"),
    [
        ({"do": "call_help", "times": 3}, "go together"),
        ({"do": "dance"}, "not an action"),
        ({"do": "start_infusion", "speed": 3}, "has no speed"),
        ({"do": "admit", "session": "s1"}, "protocol"),
        ({"do": "observe", "values": {"colour": 3}}, "colour"),
    ],
)
def test_a_staff_step_that_is_no_action_is_refused(step: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        StaffStep.model_validate({"at": "0s"} | step)


@pytest.mark.parametrize(
    ("tracks", "complaint"),
    [
        ({"faults": [{"at": "1s", "fault": "probe_off"}]}, "needs its device"),
        ({"faults": [{"at": "1s", "fault": "kill", "device": "cuff"}]}, "names no device"),
        ({"faults": [{"at": "1s", "fault": "wall_clock"}]}, "needs 'by'"),
        (
            {
                "devices": {"cuff": "suntech"},
                "faults": [{"at": "1s", "fault": "noise", "device": "x"}],
            },
            "no device 'x'",
        ),
        ({"patient": {"baseline": {"moaas": 5}}}, "no baseline moaas"),
        ({"patient": {"baseline": {"spo2": 970}}}, "outside"),
        ({"patient": {"course": {"start": "5min", "stop": "1min"}}}, "before it starts"),
        ({"expect": [{"alarm": "a", "none": "b"}]}, "one of"),
        ({"expect": [{"alarm": "a", "at": "1s", "after": "1s"}]}, "one of"),
        ({"expect": [{"alarm": "a", "within": "1s"}]}, "goes with"),
        ({"expect": [{"alarm": "a", "priority": "urgent"}]}, "not a priority"),
        ({"expect": [{"alarm": "a", "between": ["2s", "1s"]}]}, "ends before"),
        ({"series": [{"spo2": "97", "step": "5"}]}, "not a duration"),
        ({"series": [{"step": "5s"}]}, "values"),
        ({"weather": "fine"}, "weather"),
    ],
)
def test_a_wrong_document_is_refused_with_the_reason(
    tracks: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ValidationError, match=complaint):
        timeline(**tracks)


def test_several_beds_share_one_document() -> None:
    both = timeline(
        beds={
            "1": {"devices": {"oximeter": {"driver": "nonin", "format": 7}}},
            "2": {
                "devices": {"oximeter": "mqtt"},
                "faults": [{"at": "2s", "fault": "broker_down", "for": "60s"}],
            },
        },
        faults=[{"at": "1s", "fault": "kill", "for": "8s"}],
    )
    assert both.beds["1"].devices["oximeter"].options == {"format": 7}
    assert both.beds["2"].devices["oximeter"].driver == "mqtt"
    assert [each.fault for each in both.host_faults()] == [FaultKind.KILL, FaultKind.BROKER_DOWN]
    assert both.end == 62 * SECOND + MINUTE


@pytest.mark.parametrize(
    ("given", "window"),
    [
        ({"at": "20s"}, (19 * SECOND, 21 * SECOND)),
        ({"at": "20s", "within": "0s"}, (20 * SECOND, 20 * SECOND)),
        ({"after": "20s"}, (20 * SECOND, MINUTE)),
        ({"after": "20s", "within": "5s"}, (20 * SECOND, 25 * SECOND)),
        ({"between": ["18s", "25s"]}, (18 * SECOND, 25 * SECOND)),
        ({}, (0, MINUTE)),
    ],
)
def test_an_expectation_has_a_window(given: dict[str, Any], window: tuple[int, int]) -> None:
    assert Expect.model_validate({"alarm": "spo2_low"} | given).window(MINUTE) == window


def test_an_expectation_matches_its_alarm_event_and_priority() -> None:
    expect = Expect.model_validate({"alarm": "spo2_low", "priority": "medium"})
    assert expect.matches("spo2_low", AlarmEvent.START, Priority.MEDIUM)
    assert not expect.matches("spo2_low", AlarmEvent.CLEAR, Priority.MEDIUM)
    assert not expect.matches("spo2_low", AlarmEvent.START, Priority.HIGH)
    assert not expect.matches("pulse_low", AlarmEvent.START, Priority.MEDIUM)
    assert Expect.model_validate({"none": "any"}).matches("x", AlarmEvent.START, Priority.LOW)


def test_an_offset_may_lie_before_zero_but_never_lacks_its_unit() -> None:
    assert parse_offset("-1.5min") == -90 * SECOND
    for bare in ("15", 15, "-", None):
        with pytest.raises(ValueError, match="not a duration"):
            parse_offset(bare)
