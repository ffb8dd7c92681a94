"""A rule that stands as it did: what is read changes nothing of it but its values. Pure.

Between the limits of its levels, and where their hysteresis ends, every level finds what it found before, so of levels
and alarm only the values are new. What time alone changes, a timer brings: such a rule is looked at again whenever one
is due.
"""

from dataclasses import dataclass
from math import inf
from typing import Final

from monitord.engine.alarm_state import AlarmState, LevelPhase, LevelState, RuleState, Valued
from monitord.engine.alarms.alarm_values import with_reading, worse
from monitord.engine.alarms.delay_and_clearing import SEEN_FOR, sum_at
from monitord.engine.readings.reading import Reading
from monitord.engine.rules import Rule
from monitord.engine.rules.finding import Condition, Repeat
from monitord.engine.rules.level import Level
from monitord.engine.rules.limit import LimitRule
from monitord.model import EPOCH, AlarmPhase, Instant, Quality
from monitord.model.frozen import fast_frozen, replace

Bounds = tuple[tuple[float, float] | None, ...]
"""Of each level its limit and where its hysteresis ends; None where it has no limit for this patient."""
_CUT: Final = 1e-9
"""More than rounding moves a limit by, less than what any device tells apart."""


@fast_frozen
@dataclass(frozen=True, slots=True)
class Steady:
    """Between which values a good reading moves nothing; `due` is when time does. `moved` is how often an alarm of the bed had
    moved by then: once one moves, or is answered, it must be looked at again.
    """

    low: float
    high: float
    simulated: bool
    due: Instant | None
    moved: int

    def holds(self, reading: Reading) -> bool:
        """Whether the reading moves nothing, and comes before time does."""
        value = reading.value
        return (
            value is not None
            and (self.due is None or reading.at < self.due)
            and reading.quality is Quality.GOOD
            and reading.began is None
            and reading.simulated is self.simulated
            and self.low < value < self.high
        )


def steady(
    bounds: Bounds, track: RuleState, reading: Reading, due: Instant | None, moved: int
) -> Steady | None:
    """How a rule stands after a look at this reading moved nothing; None where the next one may."""
    value = reading.value
    if value is None or reading.quality is not Quality.GOOD or not is_settled(track.alarm):
        return None
    low, high = -inf, inf
    for state, ends in zip(track.levels, bounds, strict=True):
        idle = state.phase is LevelPhase.IDLE
        # No hysteresis counts for what is not reached.
        for each in () if ends is None else ends[:1] if idle else ends:
            low, high = _between(low, high, value, each)
        if idle:
            continue
        if state.repeat is not Repeat.NONE or state.condition is Condition.UNKNOWN:
            return None
        if state.phase is LevelPhase.PENDING and (
            state.doubtful or state.silent or state.at == EPOCH
        ):
            return None
    return Steady(low, high, reading.simulated, due, moved)


def _between(low: float, high: float, value: float, bound: float) -> tuple[float, float]:
    """What is left of the values around this one; the bound itself stands by itself."""
    if value >= bound + _CUT:
        return max(low, bound + _CUT), high
    if value <= bound - _CUT:
        return low, min(high, bound - _CUT)
    return max(low, bound - _CUT), min(high, bound + _CUT)


def is_led(track: RuleState) -> bool:
    """Whether another alarm is told in the place of this rule's."""
    return track.alarm is not None and track.alarm.inhibited_by is not None


def is_settled(alarm: AlarmState | None) -> bool:
    """Whether another look that finds the same moves nothing of an alarm, as long as no answer and no cause ends."""
    return alarm is None or (
        alarm.covers is None
        and alarm.phase is not AlarmPhase.ANSWERED
        and alarm.first_answer is None
        and alarm.expires_at is None
        and alarm.steps_at is None
        and not alarm.unconfirmed
    )


def with_value(
    track: RuleState, rule: Rule, levels: tuple[Level, ...], reading: Reading
) -> RuleState:
    """A rule that stands as it did, with one more reading."""
    value, at = reading.value or 0.0, reading.at
    read = Valued(at, value)
    states = tuple(
        state if state.phase is LevelPhase.IDLE else _with_value(state, level, value, at)
        for state, level in zip(track.levels, levels, strict=True)
    )
    if not isinstance(rule, LimitRule):
        return replace(track, levels=states)
    low = rule.low
    good, alarm = with_reading(track.good, read, low=low), track.alarm
    if alarm is not None:
        worst = alarm.worst
        if worst is None or worse(value, worst.value, low=low):
            worst = read
        alarm = replace(alarm, value=read, worst=worst)
    return replace(track, levels=states, good=good, alarm=alarm)


def _with_value(state: LevelState, level: Level, value: float, at: Instant) -> LevelState:
    if state.phase is LevelPhase.PENDING:
        seen = state.beyond_at - state.since >= SEEN_FOR
        if state.condition is Condition.FALSE or (seen and value == state.value):
            return state
        total = min(sum_at(state, at), level.delay)
        return replace(state, value=value, total=total, at=at, beyond_at=at)
    return state if value == state.value else replace(state, value=value, doubtful=False)
