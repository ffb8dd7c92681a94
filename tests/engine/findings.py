"""The findings that the second edition of the alarm model answers, each put back as a planted fault.

Every one is a course that went unheard (the names F1 to F9 are those of the first stories; the others
were found beside them). A fault is caught when a course of `config/courses` is no longer told in time,
or the exploration of the alarm's tables finds a state that is wrong. `python -m tests.engine.findings`
writes the table of what catches what.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest

from monitord.engine import rule_evaluator
from monitord.engine.alarm_state import LevelState
from monitord.engine.alarms import (
    alarm_triggers,
    alarms,
    answer_coverage,
    delay_and_clearing,
    silent_levels,
)
from monitord.engine.alarms.alarm import TABLE, TellingClock, Trigger
from monitord.engine.bed import faults, staff_entries
from monitord.engine.readings import cuff_failures, cuff_interference, recent, zero_readings
from monitord.engine.readings.reading import Reading
from monitord.engine.rules import limit
from monitord.engine.rules.absence import AbsenceRule
from monitord.engine.rules.finding import NOT_REACHED, Repeat
from monitord.engine.rules.only_doubtful import DoubtfulRule
from monitord.engine.rules.stuck import StuckRule
from monitord.engine.rules.unsteady import UnsteadyRule
from monitord.engine.session import observation_schedule
from monitord.model import (
    HOUR,
    MINUTE,
    SYMPTOMS,
    AlarmPhase,
    Priority,
    Quality,
)

Plant = Callable[[pytest.MonkeyPatch], None]
TABLES: Final = "exploration of the tables"


@dataclass(frozen=True, slots=True)
class Finding:
    """`courses` by the beginning of the file's name, or `TABLES`: each alone notices the fault."""

    name: str
    what: str
    plant: Plant
    caught_by: tuple[str, ...]


FINDINGS: Final[list[Finding]] = []


def finding(name: str, what: str, *caught_by: str) -> Callable[[Plant], Plant]:
    def note(plant: Plant) -> Plant:
        FINDINGS.append(Finding(name, what, plant, caught_by))
        return plant

    return note


@finding(
    "F1", "an answer covers whatever comes: 88 answered, then 55", "02_answered_then_deeper", TABLES
)
def an_answer_covers_all(patch: pytest.MonkeyPatch) -> None:
    real = alarm_triggers._answered

    def answered(*given: Any) -> Any:
        alarm, trigger = real(*given)
        return alarm, None if trigger is Trigger.BREAKS else trigger

    patch.setattr(alarm_triggers, "_answered", answered)


@finding("F1, its step", "no step of an answered alarm is told", "02_answered_then_a_step_worse")
def no_step_is_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(alarms, "stepped", lambda alarm, *_rest: alarm)


@finding("F1, its fading", "an answer covers 79 for good, whatever came between", "03_better")
def what_is_covered_never_fades(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(alarm_triggers, "FADES", 100 * HOUR)


def _within(patch: pytest.MonkeyPatch, window: int) -> None:
    """A confirmation is a window: what no other reading bears out inside it says nothing."""
    real_confirmed, real_step = limit.LimitLevel.confirmed, delay_and_clearing.step_level

    def confirmed(self: limit.LimitLevel, own: Any, reading: Any, recent: Any) -> bool:
        near = tuple(each for each in recent if reading.at - each.at <= window)
        return real_confirmed(self, own, reading, near)

    def step(*given: Any) -> LevelState:
        after = real_step(*given)
        return after if after.repeat is Repeat.NONE else LevelState()

    patch.setattr(limit.LimitLevel, "confirmed", confirmed)
    patch.setattr(rule_evaluator, "step_level", step)


@finding(
    "F2", "185/115 every 5 min 10 s: a second reading counts for 5 min only", "15_high_by_hand"
)
def a_confirmation_within_five_minutes(patch: pytest.MonkeyPatch) -> None:
    _within(patch, 5 * MINUTE)


@finding("F3", "198/118 every 10 min: a second reading counts for less", "15_high_by_hand")
def a_confirmation_within_less_than_the_schedule(patch: pytest.MonkeyPatch) -> None:
    _within(patch, 10 * MINUTE - 1)


@finding("F2, two of three", "185, 172, 186: only the reading before confirms", "16_to_and_fro")
def only_the_reading_before_confirms(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(limit, "AMONG", 2)


@finding("F4", "84/50 by hand is low, and for the screen", "18_low_by_hand")
def a_low_pressure_is_first_for_the_screen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(limit.LimitLevel, "first_word", property(lambda _self: Priority.LOW))


@finding("A4", "195/118 once, then the cuff fails: nobody is asked, nothing is over", "17_high")
def a_repeat_is_never_over(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(limit.LimitLevel, "repeat_due", property(lambda _self: 100 * HOUR))
    patch.setattr(recent, "FAILURES", 10**6)


@finding("A5", "220/92: a wide pulse pressure says nothing", "19_wide_pressure")
def a_doubted_pressure_says_nothing(patch: pytest.MonkeyPatch) -> None:
    _unheard(patch, Quality.DOUBTED)


def _unheard(patch: pytest.MonkeyPatch, *marks: Quality) -> None:
    for mark in marks:
        patch.setattr(mark, "may_raise", False)


@finding("F5", "a change of phase puts off a pressure that was due", "20_no_pressure_in_a_change")
def a_change_of_phase_puts_off(patch: pytest.MonkeyPatch) -> None:
    real = observation_schedule._due

    def due(name: str, item: Any, seen: Any, **more: Any) -> Any:
        return real(name, item, seen, **more | {"before": None})

    patch.setattr(observation_schedule, "_due", due)


@finding("F7", "one of eleven symptoms entered is a round", "26_one_of_eleven")
def one_symptom_is_a_round(patch: pytest.MonkeyPatch) -> None:
    def last(item: Any, seen: Any) -> Any:
        taken = [seen.readings.get(signal) for signal in item.signals]
        return max((each.good_at for each in taken if each and each.good_at), default=None)

    patch.setattr(observation_schedule, "_last", last)


@finding("C20", "a motion mark hides a fall", "04_fall_in_motion")
def a_mark_hides_a_number(patch: pytest.MonkeyPatch) -> None:
    _unheard(patch, Quality.MOTION)


@finding(
    "C20, only marks", "nothing but doubtful numbers is nobody's business", "05_only_in_motion"
)
def doubtful_numbers_are_enough(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(DoubtfulRule, "levels_in", lambda _self, _phase: ())


@finding("C05", "83 for 4 s, then the probe is off: forgiven", "06_low_then_probe_off")
def what_was_pending_is_forgiven(patch: pytest.MonkeyPatch) -> None:
    none = (NOT_REACHED,) * len(silent_levels._LEVELS)
    patch.setattr(silent_levels, "findings", lambda *_given: none)


@finding("C21", "every frame without a number begins the absence anew", "08_arrest")
def a_frame_without_a_number_is_a_sign_of_life(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Reading, "heard_at", property(lambda self: self.at))


@finding(
    "C24", "pulse 36 with one 41 every 5 s: a good reading begins the delay anew", "22_slow_pulse"
)
def one_good_reading_forgives(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(delay_and_clearing, "PAYS_BACK", 10**6)


@finding("the cuff", "each inflation holds everything anew: there is no bucket", "12_cuff_again")
def each_inflation_holds_anew(patch: pytest.MonkeyPatch) -> None:
    def held(hold: Any, at: int) -> bool:
        return bool(hold.since <= at < hold.since + 2 * MINUTE)

    def judge(hold: Any, _sample: Any, quality: Quality, at: int) -> Any:
        return hold, Quality.CUFF_INFLATED if held(hold, at) else quality

    def until(hold: Any, signal: Any, at: int) -> Any:
        mine = hold is not None and signal in cuff_interference.HELD and held(hold, at)
        return hold.since + 2 * MINUTE if mine else None

    patch.setattr(cuff_interference, "judge", judge)
    patch.setattr(cuff_interference, "until", until)
    patch.setattr(cuff_interference, "holds", held)


@finding("the cuff that fails", "a cuff that fails and fails is no alarm", "14_cuff_fails")
def failures_are_not_counted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cuff_failures, "told", lambda *_given: iter(()))


@finding(
    "the link", "a link that comes and goes begins the telling anew each time", "11_link_flaps"
)
def a_return_begins_the_telling_anew(patch: pytest.MonkeyPatch) -> None:
    back = (AlarmPhase.RESTING, Trigger.BACK)
    patch.setitem(TABLE, back, replace(TABLE[back], clock=TellingClock.ANEW))
    patch.setattr(UnsteadyRule, "levels_in", lambda _self, _phase: ())


@finding("the link, without a reading", "a frame without a number says that all is well", "10_link")
def a_link_is_over_at_any_frame(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(faults, "_speaks", lambda *_given: False)
    patch.setattr(Reading, "heard_at", property(lambda self: self.at))
    patch.setattr(alarm_triggers, "RETURNS", 10**6)
    back = (AlarmPhase.RESTING, Trigger.BACK)
    patch.setitem(TABLE, back, replace(TABLE[back], clock=TellingClock.ANEW))


@finding(
    "the unanswered high",
    "a high alarm that nobody answered becomes a low one",
    "30_recovers",
    TABLES,
)
def an_unanswered_high_shrinks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(alarm_triggers, "latches", lambda *_given: False)


@finding("three answers", "the same answer is good for ever", "31_answered_three_times")
def answers_are_not_counted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(alarm_triggers, "ANSWERS", 10**6)


@finding(
    "the answered absence", "an absence that somebody answered is seen to", "32_absence_answered"
)
def an_absence_is_answered_for_hours(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(answer_coverage, "BLIND", 10 * HOUR)


@finding("C09, frozen", "an oximeter that stands still at 97", "09_frozen")
def a_frozen_number_is_good(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(StuckRule, "levels_in", lambda _self, _phase: ())


def _unsaid(patch: pytest.MonkeyPatch, unsaid: Callable[[Any, Any], bool]) -> None:
    """Some levels of the limits stand in no protocol."""
    real = limit.LimitRule.levels_in

    def levels_in(self: limit.LimitRule, phase: str | None) -> Any:
        return tuple(level for level in real(self, phase) if not unsaid(self, level))

    patch.setattr(limit.LimitRule, "levels_in", levels_in)


@finding("F6", "chest pain entered says nothing by itself", "24_symptoms_entered")
def a_symptom_says_nothing(patch: pytest.MonkeyPatch) -> None:
    _unsaid(patch, lambda rule, _level: rule.signal in SYMPTOMS)


@finding("F8", "SpO2 91 for half an hour pages nobody", "21_saturation_stays_low")
def what_stays_above_ninety_pages_nobody(patch: pytest.MonkeyPatch) -> None:
    _unsaid(patch, lambda _rule, level: str(level.limit) == "<93")


@finding(
    "the own pressure", "a fall by a third of the own pressure is a number like any other", "18_own"
)
def a_fall_of_the_own_pressure_is_nothing(patch: pytest.MonkeyPatch) -> None:
    _unsaid(patch, lambda rule, level: rule.low and level.of != "value")


@finding("the slip", "a slip taken back leaves nothing known", "36_entry_taken_back")
def what_was_before_a_slip_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(staff_entries, "_before", lambda *_given: iter(()))


@finding("the open line", "zeros of a device are a gap, whatever else it shows", "34_apnoea")
def every_zero_is_a_gap(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(zero_readings, "CONTACT", frozenset())


@finding("the count", "a device that stops counting is nobody's business", "28_breathing")
def a_count_that_stops_is_nothing(patch: pytest.MonkeyPatch) -> None:
    real = AbsenceRule.levels_in

    def levels_in(self: AbsenceRule, phase: str | None) -> Any:
        return () if self.once_heard else real(self, phase)

    patch.setattr(AbsenceRule, "levels_in", levels_in)


def table() -> str:
    """Which finding is caught by what, as a table."""
    rows = [f"| {each.name} | {each.what} | {', '.join(each.caught_by)} |" for each in FINDINGS]
    return "| finding | put back as | caught by |\n| --- | --- | --- |\n" + "\n".join(rows)


if __name__ == "__main__":
    print(table())
