"""A qualification is as good as its judge: what came, when, against what was expected."""

from dataclasses import replace

import pytest

from monitord.commands.qualify import HAZARDS, Play, judge, timelines
from monitord.errors import ConfigError
from monitord.model import MINUTE, SECOND, AlarmEvent, AlarmLine, Instant, Kind, Priority, Reason
from monitord.model.timeline import Timeline

LINE = AlarmLine(
    id="s/spo2_low/1",
    at=Instant(0),
    suite="demo",
    bed="1",
    session="s",
    alarm="spo2_low",
    signal=None,
    event=AlarmEvent.START,
    priority=Priority.MEDIUM,
    kind=Kind.PHYSIOLOGICAL,
    value=86.0,
    unit="%",
    limit=90.0,
    since=Instant(0),
    phase=None,
    protocol=None,
    reason=Reason.FIRST,
    text="",
    simulated=True,
)


def play(*lines: tuple[float, AlarmLine], failure: str = "") -> Play:
    timeline = Timeline.model_validate(
        {
            "title": "t",
            "lasts": "2min",
            "expect": [
                {"alarm": "spo2_low", "priority": "medium", "between": ["10s", "20s"]},
                {"none": "spo2_absent"},
            ],
        }
    )
    return Play(name="vasovagal", timeline=timeline, lines=list(lines), failure=failure)


@pytest.mark.parametrize(
    ("lines", "met"),
    [
        ([(15.0, LINE)], [True, True]),
        ([(21.0, LINE)], [False, True]),
        ([(15.0, replace(LINE, priority=Priority.HIGH))], [False, True]),
        ([(15.0, LINE), (30.0, replace(LINE, alarm="spo2_absent"))], [True, False]),
        (
            [(15.0, LINE), (30.0, replace(LINE, alarm="spo2_absent", inhibited_by="x"))],
            [True, True],
        ),
        ([], [False, True]),
    ],
)
def test_bounds_and_priority_decide(lines: list[tuple[float, AlarmLine]], met: list[bool]) -> None:
    assert [verdict.met for verdict in judge(play(*lines))] == met


def test_a_timeline_that_could_not_be_played_meets_nothing() -> None:
    verdicts = judge(play((15.0, LINE), failure="DeviceError: no"))
    assert {verdict.met for verdict in verdicts} == {False}


def test_a_late_alarm_is_shown_although_it_does_not_count() -> None:
    (first, _) = judge(play((25.0, LINE)))
    assert (first.met, first.seen) == (False, "25.0 s spo2_low medium")


def test_every_hazard_has_a_timeline_that_expects_something() -> None:
    every = timelines([])
    assert {each.name for each in every} == set(HAZARDS)
    assert all(judge(each) for each in every)
    assert all(5 * SECOND < each.timeline.end < 30 * MINUTE for each in every)


def test_an_unknown_timeline_is_named() -> None:
    with pytest.raises(ConfigError, match="no_such"):
        timelines(["no_such"])
