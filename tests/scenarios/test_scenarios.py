"""Every shipped scenario, from the twins' bytes to the alarm lines that it promises."""

from functools import cache
from typing import Final

import pytest

from monitord.config.files.shipped_files import shipped
from monitord.config.suite.example_suite import example_routes
from monitord.driver import LONGEST_PAUSE
from monitord.model import SECOND, AlarmEvent, Priority
from monitord.model.timeline import LEAD
from tests.scenarios.stage import Line, Stage, scenario, told

NAMES: Final = sorted(path.stem for path in shipped("scenarios").glob("*.yaml"))
ON_LINES: Final = "courses/on_lines"
COURSES: Final = sorted(path.stem for path in shipped(ON_LINES).glob("*.yaml"))


@cache
def played(name: str) -> Stage:
    return Stage(scenario(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_gives_the_alarms_that_it_promises(name: str) -> None:
    assert played(name).unmet() == []


@pytest.mark.parametrize("name", COURSES)
def test_in_a_course_on_lines_somebody_is_told_in_time(name: str) -> None:
    """What `monitord qualify` plays at real speed, here in no time."""
    stage = Stage(scenario(name, ON_LINES), example_routes())
    assert (stage.unmet(), stage.refused) == ([], [])
    bounds = [each.paged for each in stage.timeline.beds["1"].expect if each.paged]
    late = [bound.model_copy(update={"within": 0}) for bound in bounds]
    tellings, end = stage.beds["1"].tellings, stage.timeline.end
    assert all(bound.unmet(tellings, end) for bound in late)


@pytest.mark.parametrize("name", NAMES)
def test_no_action_of_the_scenarios_staff_is_refused(name: str) -> None:
    assert played(name).refused == []


@pytest.mark.parametrize("name", NAMES)
def test_every_line_behind_which_a_reading_stands_says_that_it_is_simulated(name: str) -> None:
    by_the_clock = ("_overdue", "_overrun")
    lines = [each for each in played(name).lines if not each.line.alarm.endswith(by_the_clock)]
    assert lines
    assert all(each.line.simulated for each in lines)


def test_a_scenario_played_twice_gives_the_same_lines() -> None:
    assert Stage(scenario("probe_off_at_peak")).lines == played("probe_off_at_peak").lines


def test_an_expectation_that_is_not_met_is_found() -> None:
    stage = played("broker_lost")
    hopeless = stage.timeline.beds["1"].expect[0].model_copy(update={"alarm": "x", "none": None})
    assert stage._unmet([hopeless], stage.lines, "here")


def test_a_lost_broker_is_given_the_longest_pause_to_be_asked_again() -> None:
    timeline = played("broker_lost").timeline
    (down,) = timeline.host_faults()
    (again,) = [each for each in timeline.beds["1"].expect if each.event is AlarmEvent.CLEAR]
    first, last = again.window(timeline.end)
    assert first == down.at + down.lasts
    assert 0 < last - first - LONGEST_PAUSE <= 5 * SECOND


def lives(lines: list[Line]) -> dict[str, dict[AlarmEvent, float]]:
    """When each event of each alarm came first."""
    found: dict[str, dict[AlarmEvent, float]] = {}
    for each in lines:
        found.setdefault(each.line.id, {}).setdefault(each.line.event, each.t)
    return found


def test_the_demo_tells_within_30_s_and_shows_a_whole_life_within_two_minutes() -> None:
    """Counted from the start of the devices, which is LEAD before the timeline's zero."""
    lead = LEAD / SECOND
    lines = played("demo").lines
    audible = [each for each in lines if each.line.priority >= Priority.MEDIUM]
    assert lines[0].t + lead < 20
    assert audible[0].t + lead < 28
    whole = [
        life[AlarmEvent.CLEAR]
        for life in lives(lines).values()
        if {AlarmEvent.START, AlarmEvent.ACKNOWLEDGE, AlarmEvent.CLEAR} <= life.keys()
    ]
    assert min(whole) + lead < 110
    assert {each.bed for each in lines} == {"1", "2", "3", "4"}


def test_on_the_bad_afternoon_the_desaturation_is_the_first_that_pages() -> None:
    lines = played("bad_afternoon").lines
    paging = [
        each
        for each in lines
        if each.line.event is AlarmEvent.START
        and each.line.priority >= Priority.MEDIUM
        and not each.line.inhibited_by
        and not each.line.alarm.startswith("nibp")
    ]
    assert paging[0].bed == "1", told(paging)
    assert paging[0].line.alarm in {"spo2_low", "spo2_burden"}, told(paging)


def test_on_the_bad_afternoon_the_gateway_is_one_high_alarm_that_names_its_chairs() -> None:
    lines = played("bad_afternoon").lines
    (gateway,) = [
        each.line
        for each in lines
        if each.line.alarm.startswith("gateway:") and each.line.event is AlarmEvent.START
    ]
    assert gateway.priority is Priority.HIGH
    assert gateway.text == ("No monitoring at Chair 5 and Chair 6 for 10 s: watch the patients")
    links = [each.line for each in lines if each.line.alarm == "link:oximeter"]
    assert {line.bed for line in links} == {"5", "6"}
    # None of them pages beside it.
    assert {line.inhibited_by for line in links} == {"gateway:oximeter"}


def test_a_daemon_killed_in_the_delay_tells_once_and_on_time() -> None:
    """SpO2 88 on the wire from 60 s; the display follows within its averaging; 15 s of delay."""
    starts = [
        each
        for each in played("daemon_killed").lines
        if each.line.alarm == "spo2_low" and each.line.event is AlarmEvent.START
    ]
    assert len(starts) == 1
    assert 76 <= starts[0].t <= 82
