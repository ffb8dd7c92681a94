"""A qualification is as good as its judge: what came, when, against what was expected."""

from dataclasses import replace

import pytest

from monitord.commands.expectation_verdicts import Played, judge
from monitord.commands.qualify import COURSES, HAZARDS, hazard, play, timelines
from monitord.errors import ConfigError
from monitord.model import MINUTE, SECOND, AlarmEvent, AlarmLine, Instant, Kind, Priority, Reason
from monitord.model.expected_telling import Delivery
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


def played(*lines: tuple[float, AlarmLine], failure: str = "") -> Played:
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
    return Played(timeline=timeline, lines=list(lines), failure=failure)


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
    assert [verdict.met for verdict in judge(played(*lines))] == met


def test_a_timeline_that_could_not_be_played_meets_nothing() -> None:
    verdicts = judge(played((15.0, LINE), failure="DeviceError: no"))
    assert {verdict.met for verdict in verdicts} == {False}


def test_a_late_alarm_is_shown_although_it_does_not_count() -> None:
    (first, _) = judge(played((25.0, LINE)))
    assert (first.met, first.seen) == (False, "25.0 s spo2_low medium")


def test_every_hazard_has_a_timeline_that_expects_something() -> None:
    every = timelines([])
    assert {each.name for each in every} == {*HAZARDS, *COURSES}
    assert all(judge(each.played) for each in every)
    assert all(5 * SECOND < each.played.timeline.end < 30 * MINUTE for each in every)


def test_the_courses_are_seven_and_ask_when_somebody_was_told() -> None:
    courses = [each for each in timelines([]) if each.name in COURSES]
    bounds = [
        [e.paged for e in each.played.timeline.beds["1"].expect if e.paged] for each in courses
    ]
    assert len(courses) == 7
    assert all(bounds)
    assert max(each.played.timeline.end for each in courses) < 20 * MINUTE


@pytest.mark.parametrize(("at", "met"), [(43.0, True), (45.0, False)])
def test_a_message_counts_from_when_it_arrived(at: float, met: bool) -> None:
    (each,) = timelines(["fall_to_70"])
    line = replace(LINE, priority=Priority.HIGH, at=Instant(30 * SECOND))
    each.played.tellings = [Delivery(at=round(at * SECOND), to="ward", line=line)]
    (verdict,) = judge(each.played)
    assert (verdict.met, verdict.seen) == (met, f"{at} s spo2_low to ward")
    assert (hazard(each), verdict.bounds) == ("late alarm", "22s to 44s")


async def test_a_course_on_a_line_reaches_desk_and_ward_through_a_broker() -> None:
    """Twenty times as fast, so that only whether they are told is asked, not when."""
    (each,) = timelines(["fall_to_70"])
    await play([each], 20)
    assert each.played.failure == ""
    told = {telling.to for telling in each.played.tellings if telling.line.alarm == "spo2_low"}
    assert told >= {"desk", "ward"}


def test_an_unknown_timeline_is_named() -> None:
    with pytest.raises(ConfigError, match="no_such"):
        timelines(["no_such"])
