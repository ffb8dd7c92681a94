"""What one level does with true, false and unknown: the whole table of design invariant 3."""

import pytest

from monitord.engine.levels import level_deadline, refit, step_level
from monitord.engine.rules.finding import Condition, Finding
from monitord.engine.state import LevelPhase, LevelState
from monitord.model import SECOND, Instant
from tests.builders import HIGH, LOW, MEDIUM, T0, level

IDLE, PENDING = LevelPhase.IDLE, LevelPhase.PENDING
HOLDING, CLEARING = LevelPhase.HOLDING, LevelPhase.CLEARING
TRUE = Finding(Condition.TRUE, Condition.TRUE, 86, 90)
EASED = Finding(Condition.FALSE, Condition.TRUE, 91, 90)
FALSE = Finding(Condition.FALSE, Condition.FALSE, 97, 90)
UNKNOWN = Finding(Condition.UNKNOWN, Condition.UNKNOWN)
DELAY, CLEAR_DELAY = 15 * SECOND, 5 * SECOND


def after(seconds: int) -> Instant:
    return Instant(T0 + seconds * SECOND)


def stepped(state: LevelState, finding: Finding, seconds: int) -> LevelState:
    return step_level(state, finding, DELAY, CLEAR_DELAY, after(seconds))


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
    assert step_level(LevelState(), TRUE, 0, 0, after(0)).phase is HOLDING


def test_idle_and_false_stays_idle() -> None:
    assert stepped(LevelState(), FALSE, 3) == LevelState()


def test_idle_and_unknown_stays_idle() -> None:
    assert stepped(LevelState(), UNKNOWN, 3) == LevelState()


def test_pending_and_true_keeps_its_start() -> None:
    state = stepped(pending(), TRUE, 14)
    assert (state.phase, state.since) == (PENDING, after(0))


def test_pending_and_true_at_its_deadline_holds() -> None:
    assert stepped(pending(), TRUE, 15).phase is HOLDING


def test_pending_and_false_is_idle_again() -> None:
    assert stepped(pending(), FALSE, 14).phase is IDLE


def test_pending_ends_with_a_value_inside_the_limit_whatever_the_hysteresis() -> None:
    assert stepped(pending(), EASED, 14).phase is IDLE


def test_pending_and_unknown_keeps_its_start() -> None:
    state = stepped(pending(), UNKNOWN, 5)
    assert (state.phase, state.since) == (PENDING, after(0))


def test_pending_and_unknown_has_no_deadline() -> None:
    assert level_deadline(pending(), DELAY, CLEAR_DELAY) == after(15)
    assert level_deadline(stepped(pending(), UNKNOWN, 5), DELAY, CLEAR_DELAY) is None


def test_a_deadline_reached_while_unknown_fires_at_the_first_good_true_reading() -> None:
    unknown = stepped(stepped(pending(), UNKNOWN, 5), UNKNOWN, 60)
    assert unknown.phase is PENDING
    assert stepped(unknown, TRUE, 61).phase is HOLDING


def test_a_deadline_reached_while_unknown_ends_with_a_good_false_reading() -> None:
    assert stepped(stepped(pending(), UNKNOWN, 5), FALSE, 61).phase is IDLE


def test_holding_and_true_holds() -> None:
    assert stepped(holding(), TRUE, 20).phase is HOLDING


def test_holding_and_unknown_holds() -> None:
    assert stepped(holding(), UNKNOWN, 200).phase is HOLDING


def test_holding_and_false_is_clearing_from_now() -> None:
    state = clearing(20)
    assert (state.phase, state.clear_from, state.since) == (CLEARING, after(20), after(0))


def test_holding_and_false_without_a_clear_delay_is_idle() -> None:
    assert step_level(holding(), FALSE, DELAY, 0, after(20)).phase is IDLE


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
    assert level_deadline(state, DELAY, CLEAR_DELAY) == deadline


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
