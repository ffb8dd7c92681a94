"""Faults in delays, downtime and suppressions, for the properties of `properties_of_time.py`."""

from dataclasses import replace
from typing import Any

import pytest

from monitord.engine import alarms, explain, hold, levels, rounds
from monitord.engine.rules.finding import NOT_REACHED, Condition, Finding
from monitord.engine.rules.limit import LimitRule
from monitord.engine.rules.overdue import OverdueRule
from monitord.engine.state import LevelPhase, LevelState
from monitord.model import HOUR, Instant, Notify, Reason, Signal
from tests.engine.planted import caught_by


@caught_by("a_delay_counts_through_all_that_is_missing")
def a_gap_begins_the_delay_anew(patch: pytest.MonkeyPatch) -> None:
    real = levels.step_level

    def step(state: LevelState, finding: Finding, *rest: Any) -> LevelState:
        gone = finding.condition is Condition.UNKNOWN and state.phase is LevelPhase.PENDING
        return LevelState() if gone else real(state, finding, *rest)

    patch.setattr(rounds, "step_level", step)


@caught_by("a_delay_counts_through_all_that_is_missing")
def a_passed_deadline_fires_while_nothing_is_known(patch: pytest.MonkeyPatch) -> None:
    real = levels.step_level

    def step(state: LevelState, finding: Finding, delay: Any, clear: Any, at: Instant) -> Any:
        after = real(state, finding, delay, clear, at)
        late = after.phase is LevelPhase.PENDING and at >= after.since + delay
        return replace(after, phase=LevelPhase.HOLDING) if late else after

    patch.setattr(rounds, "step_level", step)


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
    real = rounds.Rounds.restore

    def restore(self: rounds.Rounds, tracks: Any) -> None:
        real(self, tuple(t if t.alarm else replace(t, levels=()) for t in tracks))
        for key in self._alarms.tracks:
            self._levels.pop(key, None)

    patch.setattr(rounds.Rounds, "restore", restore)


@caught_by("after_downtime_each_waiting_alarm_is_told_once")
def downtime_is_made_up_aloud(patch: pytest.MonkeyPatch) -> None:
    aloud = property(lambda _self: True, lambda _self, _value: None)
    patch.setattr(alarms.Alarms, "telling", aloud, raising=False)


@caught_by("after_downtime_each_waiting_alarm_is_told_once")
def a_restart_tells_nobody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(alarms.Alarms, "tell_again", lambda _self, _at, _why: None)


@caught_by("every_suppression_is_said_and_ends")
def an_acknowledgement_lasts_for_hours(patch: pytest.MonkeyPatch) -> None:
    real = alarms.Alarms.acknowledge

    def acknowledge(self: alarms.Alarms, track: Any, by: str, at: Instant) -> None:
        real(self, track, by, at)
        after = self.tracks[track.key]
        if after.alarm is not None and after.alarm.expires_at is not None:
            later = replace(after.alarm, expires_at=Instant(after.alarm.expires_at + HOUR))
            self.tracks[track.key] = replace(after, alarm=later)

    patch.setattr(alarms.Alarms, "acknowledge", acknowledge)


@caught_by("every_suppression_is_said_and_ends")
def a_cuff_holds_for_ten_minutes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(hold, "LONGEST", 10 * hold.LONGEST)


@caught_by("every_suppression_is_said_and_ends")
def absence_is_not_explained(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(explain, "_suppressed", lambda _state: iter(()))


@caught_by("a_near_miss_is_told_to_nobody")
def a_near_miss_is_told(patch: pytest.MonkeyPatch) -> None:
    real = alarms.Alarms.near_miss

    def near_miss(self: alarms.Alarms, track: Any, rule: Any, missed: Any, at: Instant) -> Any:
        said: list[Any] = []
        emit, self._emit = self._emit, said.append
        after = real(self, track, rule, missed, at)
        self._emit = emit
        for line in said:
            key = f"{line.id}/{after.missed}"
            why = Reason.BEFORE_DELAY
            emit(line)
            emit(Notify(key=key, destination="nurse", tier=0, reason=why, line=line))
        return after

    patch.setattr(alarms.Alarms, "near_miss", near_miss)


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
