"""Which alarm goes first: the patient's before the equipment's, the worse before the lesser, the newest of equals."""

import dataclasses

from monitord.engine.alarm_state import RuleState
from monitord.model import (
    MINUTE,
    SECOND,
    AlarmEvent,
    AlarmPhase,
    Instant,
    Kind,
    Priority,
    Reason,
    Signal,
)
from monitord.station.views.alarm_view import alarm_views
from monitord.station.views.views import AlarmView
from tests.builders_station import NOW, line, state, track


def shown(*tracks: RuleState) -> list[AlarmView]:
    return alarm_views(state("1", tracks=tracks))


def order(*tracks: RuleState) -> list[str]:
    return [alarm.key for alarm in shown(*tracks)]


def of(key: str, kind: Kind, priority: Priority, ago: int = 0) -> RuleState:
    return track(line("1", key, kind=kind, priority=priority, at=Instant(NOW - ago * SECOND)))


def test_class_goes_before_priority_and_priority_before_news() -> None:
    assert order(
        of("task high", Kind.TASK, Priority.HIGH),
        of("equipment high", Kind.TECHNICAL, Priority.HIGH),
        of("equipment low", Kind.TECHNICAL, Priority.LOW),
        of("patient low", Kind.PHYSIOLOGICAL, Priority.LOW),
        of("patient high, old", Kind.PHYSIOLOGICAL, Priority.HIGH, ago=60),
        of("patient high, new", Kind.PHYSIOLOGICAL, Priority.HIGH, ago=1),
    ) == [
        "patient high, new",
        "patient high, old",
        "patient low",
        "equipment high",
        "equipment low",
        "task high",
    ]


def test_what_nobody_answered_goes_before_what_somebody_did_and_what_another_names_goes_last() -> (
    None
):
    seen = track(line("1", "seen", priority=Priority.HIGH), phase=AlarmPhase.ANSWERED)
    told = track(line("1", "told", priority=Priority.HIGH), inhibited_by="link")
    assert order(seen, told, of("low", Kind.PHYSIOLOGICAL, Priority.LOW)) == ["low", "seen", "told"]


def test_an_alarm_that_became_worse_is_news_again() -> None:
    worse = line(
        "1", "worse", at=Instant(NOW - SECOND), event=AlarmEvent.ESCALATE, priority=Priority.HIGH
    )
    worse = dataclasses.replace(worse, reason=Reason.WORSE)
    old = track(worse, started_at=Instant(NOW - 5 * MINUTE))
    newer = of("newer", Kind.PHYSIOLOGICAL, Priority.HIGH, ago=30)
    assert order(newer, old) == ["worse", "newer"]


def test_a_tier_or_a_reminder_is_no_news() -> None:
    for reason in (Reason.ESCALATED, Reason.REPEATED, Reason.REMINDER):
        told = dataclasses.replace(line("1", "old", priority=Priority.HIGH), reason=reason)
        old = track(told, started_at=Instant(NOW - 5 * MINUTE))
        assert order(old, of("new", Kind.PHYSIOLOGICAL, Priority.HIGH, ago=30)) == ["new", "old"]


def test_a_brief_names_the_value_a_sign_its_score_and_the_equipment_its_sentence() -> None:
    pressure = dataclasses.replace(line("1", "a"), signal=Signal.NIBP_SYS, value=186.0)
    pain = dataclasses.replace(line("1", "b"), signal=Signal.CHEST_PAIN, value=3.0)
    off = line("1", "c", kind=Kind.TECHNICAL, text="No SpO2 reading for 32 s: probe off")
    assert [alarm.brief for alarm in shown(track(pressure), track(pain), track(off))] == [
        "SBP 186",
        "severe chest pain",
        "No SpO2 reading for 32 s: probe off",
    ]
