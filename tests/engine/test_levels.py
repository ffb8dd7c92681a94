"""What one level does with true, false and unknown: the whole table of design invariant 3."""

from dataclasses import replace

import pytest

from monitord.engine.alarm_state import LevelPhase, LevelState
from monitord.engine.alarms.delay_and_clearing import level_deadline, refit, step_level, sum_at
from monitord.engine.rules.finding import Condition, Finding
from monitord.model import SECOND, Instant
from tests.builders import HIGH, LOW, MEDIUM, T0, level

IDLE, PENDING = LevelPhase.IDLE, LevelPhase.PENDING
HOLDING, CLEARING = LevelPhase.HOLDING, LevelPhase.CLEARING
TRUE = Finding(Condition.TRUE, Condition.TRUE, 86, 90)
EASED = Finding(Condition.FALSE, Condition.TRUE, 91, 90)
FALSE = Finding(Condition.FALSE, Condition.FALSE, 97, 90)
UNKNOWN = Finding(Condition.UNKNOWN, Condition.UNKNOWN)
LEVEL, CLEAR_DELAY = level("<90", HIGH, "15s"), 5 * SECOND
DOUBTED = replace(TRUE, doubtful=True)
DOUBTED_INSIDE = Finding(Condition.UNKNOWN, Condition.UNKNOWN, 97, 90, doubtful=True)


def after(seconds: int) -> Instant:
    return Instant(T0 + seconds * SECOND)


def stepped(state: LevelState, finding: Finding, seconds: int) -> LevelState:
    return step_level(state, finding, LEVEL, CLEAR_DELAY, after(seconds))


def pending(seconds: int = 0) -> LevelState:
    return stepped(LevelState(), TRUE, seconds)


def holding() -> LevelState:
    return stepped(pending(), TRUE, 15)


def clearing(seconds: int = 20) -> LevelState:
    return stepped(holding(), FALSE, seconds)


def test_idle_and_true_is_pending_from_now() -> None:
    state = pending(3)
    assert (state.phase, state.since) == (PENDING, after(3))


def test_idle_and_true_without_a_delay_holds_at_once() -> None:
    assert step_level(LevelState(), TRUE, level("<90", HIGH), 0, after(0)).phase is HOLDING


def test_idle_and_false_stays_idle() -> None:
    assert stepped(LevelState(), FALSE, 3) == LevelState()


def test_idle_and_unknown_stays_idle() -> None:
    assert stepped(LevelState(), UNKNOWN, 3) == LevelState()


def test_pending_and_true_keeps_its_start() -> None:
    state = stepped(pending(), TRUE, 14)
    assert (state.phase, state.since) == (PENDING, after(0))


def test_pending_and_true_at_its_deadline_holds() -> None:
    assert stepped(pending(), TRUE, 15).phase is HOLDING


def test_a_good_reading_inside_pays_back_twice_as_fast() -> None:
    state = stepped(pending(), FALSE, 8)
    assert (state.phase, sum_at(state, after(8)) // SECOND) == (PENDING, 8)
    assert sum_at(state, after(10)) == 4 * SECOND
    assert level_deadline(state, LEVEL, CLEAR_DELAY) == after(12)
    assert stepped(state, FALSE, 12).phase is IDLE


def test_what_is_not_yet_paid_back_counts_when_the_condition_is_true_again() -> None:
    state = stepped(stepped(pending(), FALSE, 10), TRUE, 12)
    assert sum_at(state, after(12)) == 6 * SECOND
    assert stepped(state, TRUE, 20).phase is PENDING
    assert stepped(state, TRUE, 21).phase is HOLDING


def test_a_value_inside_the_limit_pays_back_whatever_the_hysteresis() -> None:
    assert sum_at(stepped(pending(), EASED, 8), after(10)) == 4 * SECOND


def test_a_doubtful_number_inside_leaves_the_sum_as_it_is() -> None:
    state = stepped(pending(), DOUBTED_INSIDE, 8)
    assert sum_at(state, after(60)) == 8 * SECOND
    assert level_deadline(state, LEVEL, CLEAR_DELAY) is None


def test_while_all_readings_are_doubtful_a_level_needs_fifteen_seconds_more() -> None:
    state = stepped(LevelState(), DOUBTED, 0)
    assert level_deadline(state, LEVEL, CLEAR_DELAY) == after(30)
    assert stepped(state, DOUBTED, 29).phase is PENDING
    assert stepped(state, DOUBTED, 30).phase is HOLDING


def test_one_good_reading_beyond_the_limit_drops_the_fifteen_seconds() -> None:
    state = stepped(stepped(LevelState(), DOUBTED, 0), TRUE, 10)
    assert stepped(state, DOUBTED, 15).phase is HOLDING


def test_a_sum_stops_at_what_its_level_needs_and_ten_seconds_later_without_readings() -> None:
    inside = stepped(stepped(pending(), UNKNOWN, 3), UNKNOWN, 90)
    assert sum_at(inside, after(90)) >= inside.total == 25 * SECOND
    assert stepped(inside, FALSE, 91).total == 15 * SECOND


def test_a_sum_of_zero_does_not_grow_while_nothing_is_known() -> None:
    assert sum_at(stepped(pending(), UNKNOWN, 0), after(60)) == 0


def test_pending_and_unknown_keeps_its_start() -> None:
    state = stepped(pending(), UNKNOWN, 5)
    assert (state.phase, state.since) == (PENDING, after(0))


def test_pending_and_unknown_is_looked_at_when_the_absence_alarm_may_speak_for_it() -> None:
    assert level_deadline(pending(), LEVEL, CLEAR_DELAY) == after(15)
    assert level_deadline(stepped(pending(), UNKNOWN, 5), LEVEL, CLEAR_DELAY) == after(25)


def test_a_delay_reached_while_unknown_is_over_at_the_first_good_true_reading() -> None:
    unknown = stepped(stepped(pending(), UNKNOWN, 5), UNKNOWN, 60)
    assert unknown.phase is PENDING
    assert stepped(unknown, TRUE, 61).phase is HOLDING


def test_a_delay_reached_while_unknown_is_paid_back_by_good_readings_inside() -> None:
    inside = stepped(stepped(pending(), UNKNOWN, 5), FALSE, 61)
    assert inside.phase is PENDING
    assert stepped(inside, FALSE, 69).phase is IDLE


def test_holding_and_true_holds() -> None:
    assert stepped(holding(), TRUE, 20).phase is HOLDING


def test_holding_and_unknown_holds() -> None:
    assert stepped(holding(), UNKNOWN, 200).phase is HOLDING


def test_holding_and_false_is_clearing_from_now() -> None:
    state = clearing(20)
    assert (state.phase, state.clear_from, state.since) == (CLEARING, after(20), after(0))


def test_holding_and_false_without_a_clear_delay_is_idle() -> None:
    assert step_level(holding(), FALSE, LEVEL, 0, after(20)).phase is IDLE


def test_holding_within_the_hysteresis_holds() -> None:
    assert stepped(holding(), EASED, 20).phase is HOLDING


def test_clearing_and_true_holds_again_since_the_first_start() -> None:
    state = stepped(clearing(), TRUE, 22)
    assert (state.phase, state.since) == (HOLDING, after(0))


def test_clearing_and_unknown_holds_again() -> None:
    assert stepped(clearing(), UNKNOWN, 24).phase is HOLDING


def test_clearing_and_false_waits_for_the_clear_delay() -> None:
    assert stepped(clearing(20), FALSE, 24).phase is CLEARING
    assert stepped(clearing(20), FALSE, 25).phase is IDLE


@pytest.mark.parametrize(
    ("state", "deadline"), [(clearing(20), after(25)), (holding(), None), (LevelState(), None)]
)
def test_only_pending_and_clearing_wait_for_an_instant(
    state: LevelState, deadline: Instant | None
) -> None:
    assert level_deadline(state, LEVEL, CLEAR_DELAY) == deadline


def test_the_last_known_value_stays_while_unknown() -> None:
    assert stepped(pending(), UNKNOWN, 5).value == 86


def test_another_phase_keeps_what_an_equal_level_knew() -> None:
    medium, high = level("<90", MEDIUM, "15s"), level("<85", HIGH, "5s")
    assert refit((pending(), LevelState()), (medium, high), (high, medium)) == (
        LevelState(),
        pending(),
    )


def test_another_phase_keeps_what_a_level_of_equal_priority_knew() -> None:
    old, new = level(">=160", MEDIUM), level(">=170", MEDIUM, "10s")
    assert refit((holding(),), (old,), (new,)) == (holding(),)


def test_what_held_and_finds_no_place_is_held_by_the_worst_new_level() -> None:
    old, new = level("<90", MEDIUM), (level("<94", LOW), level("<80", HIGH))
    fitted = refit((holding(),), (old,), new)
    assert fitted == (LevelState(), holding())
