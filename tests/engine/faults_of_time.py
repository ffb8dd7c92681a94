"""Faults in delays, downtime and suppressions, for the properties of `properties_of_time.py`."""

from dataclasses import replace
from typing import Any

import pytest

from monitord.engine import explain
from monitord.engine import rule_evaluator as evaluator
from monitord.engine.alarm_state import LevelPhase, LevelState
from monitord.engine.alarms import alarm_announcer, alarms, answer_coverage, delay_and_clearing
from monitord.engine.readings import cuff_interference as hold
from monitord.engine.rules.finding import NOT_REACHED, Condition, Finding
from monitord.engine.rules.limit import LimitRule
from monitord.engine.rules.overdue import OverdueRule
from monitord.engine.rules.rule import Quick
from monitord.model import HOUR, AlarmLine, Instant, Notify, Reason, Signal
from tests.engine.planted import caught_by


@caught_by("a_delay_counts_through_all_that_is_missing")
def a_gap_begins_the_delay_anew(patch: pytest.MonkeyPatch) -> None:
    real = delay_and_clearing.step_level

    def step(state: LevelState, finding: Finding, *rest: Any) -> LevelState:
        gone = finding.condition is Condition.UNKNOWN and state.phase is LevelPhase.PENDING
        return LevelState() if gone else real(state, finding, *rest)

    patch.setattr(evaluator, "step_level", step)


@caught_by("a_delay_counts_through_all_that_is_missing")
def a_doubtful_reading_beyond_the_limit_is_passed_over(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Quick, "passes_any", lambda self, _value: self.of_any)


@caught_by("a_delay_counts_through_all_that_is_missing")
def a_passed_deadline_fires_while_nothing_is_known(patch: pytest.MonkeyPatch) -> None:
    real = delay_and_clearing.step_level

    def step(state: LevelState, finding: Finding, level: Any, clear: Any, at: Instant) -> Any:
        after = real(state, finding, level, clear, at)
        late = after.phase is LevelPhase.PENDING and at >= after.since + level.delay
        return replace(after, phase=LevelPhase.HOLDING) if late else after

    patch.setattr(evaluator, "step_level", step)


@caught_by("a_delay_counts_through_all_that_is_missing")
def a_doubtful_reading_ends_the_wait(patch: pytest.MonkeyPatch) -> None:
    real = LimitRule.check

    def check(self: LimitRule, seen: Any, at: Instant) -> tuple[Finding, ...]:
        reading = seen.readings.get(self.signal)
        known = reading is not None and reading.usable_at(at)
        return tuple(
            replace(found, condition=Condition.FALSE)
            if known and found.condition is Condition.UNKNOWN
            else found
            for found in real(self, seen, at)
        )

    patch.setattr(LimitRule, "check", check)


@caught_by("a_delay_counts_through_all_that_is_missing")
def a_restart_forgets_since_when(patch: pytest.MonkeyPatch) -> None:
    real = evaluator.RuleEvaluator.restore

    def restore(self: evaluator.RuleEvaluator, tracks: Any, at: Instant) -> None:
        real(self, tuple(t if t.alarm else replace(t, levels=()) for t in tracks), at)
        for key in self._alarms.tracks:
            self._levels.pop(key, None)

    patch.setattr(evaluator.RuleEvaluator, "restore", restore)


@caught_by("after_downtime_each_waiting_alarm_is_told_once")
def downtime_is_made_up_aloud(patch: pytest.MonkeyPatch) -> None:
    aloud = property(lambda _self: True, lambda _self, _value: None)
    patch.setattr(alarm_announcer.AlarmAnnouncer, "telling", aloud, raising=False)


@caught_by("after_downtime_each_waiting_alarm_is_told_once")
def a_restart_tells_nobody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(alarms.Alarms, "tell_again", lambda _self, _at, _why: None)


@caught_by("every_suppression_is_said_and_ends")
def an_acknowledgement_lasts_for_hours(patch: pytest.MonkeyPatch) -> None:
    real = answer_coverage._lasts
    patch.setattr(answer_coverage, "_lasts", lambda *given: real(*given) + HOUR)


@caught_by("every_suppression_is_said_and_ends")
def a_cuff_holds_for_ten_minutes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(hold, "BUCKET", 10 * hold.BUCKET)


@caught_by("every_suppression_is_said_and_ends")
def absence_is_not_explained(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(explain, "_suppressed", lambda _state: iter(()))


@caught_by("a_near_miss_is_told_to_nobody")
def a_near_miss_is_told(patch: pytest.MonkeyPatch) -> None:
    real = alarm_announcer.AlarmAnnouncer.record

    def record(self: alarm_announcer.AlarmAnnouncer, line: AlarmLine) -> None:
        real(self, line)
        key = f"{line.id}/{line.at}"
        why = Reason.BEFORE_DELAY
        self._emit(Notify(key=key, destination="nurse", tier=0, reason=why, line=line))

    patch.setattr(alarm_announcer.AlarmAnnouncer, "record", record)


@caught_by("what_is_due_and_not_read_is_told")
def what_is_due_waits_for_a_reading(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(OverdueRule, "by_time", False)


@caught_by("what_is_due_and_not_read_is_told")
def what_was_never_read_is_never_overdue(patch: pytest.MonkeyPatch) -> None:
    real = OverdueRule.check

    def check(self: OverdueRule, seen: Any, at: Instant) -> tuple[Finding, ...]:
        found = real(self, seen, at)
        return found if Signal.NIBP_SYS in seen.readings else (NOT_REACHED,) * len(found)

    patch.setattr(OverdueRule, "check", check)
