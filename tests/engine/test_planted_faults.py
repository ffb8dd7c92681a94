"""Each property notices the fault it is there for: a fault is planted, the property must fail."""

from dataclasses import replace
from typing import Any

import pytest

from monitord.engine import engine
from monitord.engine import rule_evaluator as evaluator
from monitord.engine.alarm_state import LevelState
from monitord.engine.alarms import (
    alarm_announcer,
    alarms,
    answer_coverage,
    delay_and_clearing,
    phase_entry,
    router,
)
from monitord.engine.alarms import alarm_lines as lines
from monitord.engine.alarms.alarm import TABLE, Hearers, Transition, Trigger
from monitord.engine.bed import patient
from monitord.engine.rules.absence import AbsenceRule
from monitord.engine.rules.finding import UNKNOWN, Condition, Finding
from monitord.engine.timers import Timers
from monitord.model import (
    MINUTE,
    AlarmEvent,
    AlarmPhase,
    Instant,
    Reason,
)
from tests.engine import faults_of_time, properties_of_time  # noqa: F401 - they join the others
from tests.engine.planted import FAULTS, Plant, caught_by
from tests.engine.properties import run


@caught_by("silence_never_clears")
def unknown_counts_as_false(patch: pytest.MonkeyPatch) -> None:
    real = delay_and_clearing.step_level
    false = Finding(Condition.FALSE, Condition.FALSE)

    def step(state: LevelState, finding: Finding, *rest: Any) -> LevelState:
        return real(state, false if finding == UNKNOWN else finding, *rest)

    patch.setattr(evaluator, "step_level", step)


@caught_by("silence_never_clears")
def a_doubtful_reading_clears(patch: pytest.MonkeyPatch) -> None:
    from monitord.engine.rules import limit

    real = limit.LimitRule.check

    def check(self: limit.LimitRule, seen: Any, at: Instant) -> tuple[Finding, ...]:
        unsure = Condition.UNKNOWN
        reading = seen.readings.get(self.signal)
        known = reading is not None and reading.usable_at(at)
        return tuple(
            replace(
                found,
                eased=Condition.FALSE if known and found.eased is unsure else found.eased,
            )
            for found in real(self, seen, at)
        )

    patch.setattr(limit.LimitRule, "check", check)


@caught_by("silence_never_clears")
def another_phase_forgets(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(evaluator, "refit", lambda _states, _old, new: tuple(LevelState() for _ in new))


@caught_by("live_is_replay")
def deadlines_fire_late(patch: pytest.MonkeyPatch) -> None:
    def advance(self: engine.Engine, to: Instant) -> list[Any]:
        self.now = max(self.now, to)
        while (at := self._timers.earliest) is not None and at < to:
            _, name = self._timers.pop()
            self._fire(name, self.now)
        return self._taken()

    patch.setattr(engine.Engine, "advance", advance)


@caught_by("live_is_replay")
def telling_counts_from_the_wake_up(patch: pytest.MonkeyPatch) -> None:
    real = engine.Engine.advance

    def advance(self: engine.Engine, to: Instant) -> list[Any]:
        effects = real(self, to)
        for name, at in self._timers.entries:
            if name.startswith("tell:"):
                self._timers.set(name, Instant(max(at, to + 1_000_000)))
        return effects

    patch.setattr(engine.Engine, "advance", advance)


@caught_by("only_elapsed_time_counts")
def a_wall_clock_second_matters(patch: pytest.MonkeyPatch) -> None:
    real = router.next_step

    def next_step(route: Any, telling: Any, at: Instant) -> Instant | None:
        step = real(route, telling, at)
        return None if step is None else Instant(-(-step // MINUTE) * MINUTE)

    patch.setattr(router, "next_step", next_step)


@caught_by("a_snapshot_changes_nothing")
def a_snapshot_forgets_its_timers(patch: pytest.MonkeyPatch) -> None:
    real = Timers

    def forgetful(entries: tuple[tuple[str, Instant], ...] = ()) -> Timers:
        return real(tuple(e for e in entries if not e[0].startswith(("audio:", "alarm:"))))

    patch.setattr(engine, "Timers", forgetful)


@caught_by("a_snapshot_changes_nothing")
def a_snapshot_forgets_the_clearing(patch: pytest.MonkeyPatch) -> None:
    real = evaluator.RuleEvaluator.restore

    def restore(self: evaluator.RuleEvaluator, tracks: Any, at: Instant) -> None:
        real(
            self,
            tuple(
                replace(t, levels=tuple(replace(s, clear_from=Instant(0)) for s in t.levels))
                for t in tracks
            ),
            at,
        )

    patch.setattr(evaluator.RuleEvaluator, "restore", restore)


@caught_by("a_restart_decides_nothing_twice")
def a_restart_tells_those_who_answered(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(router, "_TELLS", frozenset(AlarmPhase))


@caught_by("a_restart_decides_nothing_twice")
def a_restart_begins_delays_anew(patch: pytest.MonkeyPatch) -> None:
    real = evaluator.RuleEvaluator.restore

    def restore(self: evaluator.RuleEvaluator, tracks: Any, at: Instant) -> None:
        real(self, tuple(t if t.alarm else replace(t, levels=()) for t in tracks), at)
        for key in self._alarms.tracks:
            self._levels.pop(key, None)

    patch.setattr(evaluator.RuleEvaluator, "restore", restore)


@caught_by("a_reload_never_touches_a_session")
def a_reload_is_taken_at_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(patient.Patient, "governing", property(lambda self: self.settings))


@caught_by("worse_breaks_through")
def a_pause_survives_what_is_worse(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(phase_entry, "_SOUNDS_AGAIN", frozenset[Trigger]())


@caught_by("worse_breaks_through")
def an_acknowledgement_keeps_what_is_worse_quiet(patch: pytest.MonkeyPatch) -> None:
    quiet = Transition(
        AlarmPhase.ANSWERED, AlarmEvent.ACKNOWLEDGE, Reason.BREAKTHROUGH, Hearers.SCREEN
    )
    patch.setitem(TABLE, (AlarmPhase.ANSWERED, Trigger.BREAKS), quiet)


@caught_by("nothing_is_forgotten")
def an_expired_acceptance_is_dropped(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(answer_coverage, "expired", lambda _alarm, _at: False)


@caught_by("nothing_is_forgotten")
def an_uninhibited_alarm_stays_silent(patch: pytest.MonkeyPatch) -> None:
    real = router.uninhibited

    def uninhibited(alarm: Any, *rest: Any) -> Any:
        alarm = real(alarm, *rest)
        return replace(alarm, telling=replace(alarm.telling, next_at=None))

    patch.setattr(router, "uninhibited", uninhibited)


@caught_by("nothing_is_forgotten")
def an_answer_outlives_the_session(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(alarm_announcer, "_OF_ALARM", ())
    real = alarms.Alarms._transition

    def transition(
        self: alarms.Alarms, track: Any, trigger: Trigger, *rest: Any, **more: Any
    ) -> Any:
        kept = dict(self._timers.entries)
        after = real(self, track, trigger, *rest, **more)
        if trigger is Trigger.OVER and (at := kept.get(f"alarm:{track.key}")):
            self._timers.set(f"alarm:{track.key}", at)
        return after

    patch.setattr(alarms.Alarms, "_transition", transition)


@caught_by("what_was_true_before_admission_alarms_after_its_delay")
def admission_begins_delays_anew(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(alarms, "pending_again", lambda _state: LevelState())


@caught_by("silence_is_heard")
def silence_waits_for_a_reading(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(AbsenceRule, "by_time", False)


@caught_by("silence_is_heard")
def a_session_ends_with_its_last_phase(patch: pytest.MonkeyPatch) -> None:
    real = patient.Patient.move_on

    def move_on(self: patient.Patient, at: Instant) -> bool:
        changed = real(self, at)
        if self.session and self.session.phase == self.protocol.phases[-1].name:
            self.leave(at)
        return changed

    patch.setattr(patient.Patient, "move_on", move_on)


@caught_by("good_readings_without_a_session_are_noticed")
def an_empty_bed_is_not_watched(patch: pytest.MonkeyPatch) -> None:
    from monitord.engine.rules.unstarted import UnstartedRule

    patch.setattr(UnstartedRule, "levels_in", lambda _self, _phase: ())


@caught_by("an_alarm_starts_once_under_an_id")
def ids_are_given_twice(patch: pytest.MonkeyPatch) -> None:
    real = alarms.Alarms._start

    def start(self: alarms.Alarms, track: Any, *rest: Any) -> Any:
        return replace(real(self, track, *rest), started=0)

    patch.setattr(alarms.Alarms, "_start", start)


@caught_by("an_alarm_starts_once_under_an_id")
def an_alarm_vanishes_without_an_end(patch: pytest.MonkeyPatch) -> None:
    real = alarms.Alarms.move

    def move(self: alarms.Alarms, track: Any, *rest: Any, **more: Any) -> Any:
        if track.alarm and not more["applies"]:
            return replace(track, alarm=None, started=0)
        return real(self, track, *rest, **more)

    patch.setattr(alarms.Alarms, "move", move)
    patch.setattr(alarms.Alarms, "end", lambda self, key, _at: self.tracks[key])


@caught_by("effects_are_counted")
def an_effect_is_not_counted(patch: pytest.MonkeyPatch) -> None:
    real = engine.Engine._taken

    def taken(self: engine.Engine) -> list[Any]:
        before = self.effects_decided
        effects = real(self)
        self.effects_decided = before + min(len(effects), 2)
        return effects

    patch.setattr(engine.Engine, "_taken", taken)


@caught_by("messages_have_keys_of_their_own")
def messages_are_not_numbered(patch: pytest.MonkeyPatch) -> None:
    real = router._send

    def send(*given: Any, **more: Any) -> Any:
        telling, messages = real(*given, **more)
        return replace(telling, count=0), messages

    patch.setattr(router, "_send", send)


@caught_by("lines_are_in_order")
def a_late_event_is_taken_at_its_own_time(patch: pytest.MonkeyPatch) -> None:
    real = lines.said_now

    def said(line: Any, alarm: Any, *rest: Any) -> Any:
        return replace(real(line, alarm, *rest), at=alarm.since)

    patch.setattr(alarm_announcer, "said_now", said)


ROUND = 30
"""Histories of one search: what is found is mostly found among the first."""
ROUNDS = 70
FOUND_IN = {
    "a_cuff_holds_for_ten_minutes": 8,
    "a_doubtful_reading_clears": 4,
    "a_reload_is_taken_at_once": 3,
    "a_restart_begins_delays_anew": 6,
    "a_restart_tells_those_who_answered": 6,
    "a_session_ends_with_its_last_phase": 3,
    "an_acknowledgement_keeps_what_is_worse_quiet": 6,
    "an_answer_outlives_the_session": 4,
    "an_uninhibited_alarm_stays_silent": 30,
    "ids_are_given_twice": 10,
    "telling_counts_from_the_wake_up": 2,
}
"""The round in which one was found soonest is tried first; the others follow as ever."""


def search(name: str, first: int) -> None:
    """Two thousand histories, until one fails."""
    for start in (first, *range(1, ROUNDS + 1)):
        run(name, examples=ROUND, shrink=False, start=start)


@pytest.mark.parametrize(("name", "plant"), FAULTS, ids=[p.__name__ for _, p in FAULTS])
def test_a_planted_fault_is_noticed(
    name: str, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with pytest.raises((AssertionError, ValueError, KeyError)):
        search(name, FOUND_IN.get(plant.__name__, 1))


def test_every_property_has_caught_a_fault() -> None:
    from tests.engine.properties import PROPERTIES

    assert {name for name, _ in FAULTS} == set(PROPERTIES)
