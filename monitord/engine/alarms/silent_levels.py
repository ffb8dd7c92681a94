"""A level, or a step of an answered alarm, that was on its way when the readings stopped. Pure.

It speaks through its signal's absence.

It is not forgiven: once its delay and `SILENT` more are over, the absence says it at the level's own
priority, unless the limit's own alarm says as much already.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from monitord.engine.alarm_state import AlarmState, Depth, LevelPhase, LevelState, RuleState
from monitord.engine.alarms import router
from monitord.engine.alarms.delay_and_clearing import (
    HOLDS,
    SEEN_FOR,
    SILENT,
    depth_of,
    needs,
    sum_at,
)
from monitord.engine.rules import Rule
from monitord.engine.rules.finding import NOT_REACHED, Condition, Finding
from monitord.engine.rules.level import Level
from monitord.engine.rules.limit import LimitLevel, LimitRule
from monitord.engine.rules_in_use import RulesInUse
from monitord.model import Instant, Priority, Signal
from monitord.model.frozen import replace


class _LimitsLevel(Level):
    """What an absence says for a limit: worse than the absence alone."""

    @property
    def beyond(self) -> float:
        """Deeper than any level of the absence itself."""
        return 1.0


_LEVELS: Final = (_LimitsLevel(priority=Priority.MEDIUM), _LimitsLevel(priority=Priority.HIGH))
"""At low priority an absence speaks by itself."""

Due = tuple[Depth, LevelState]


def levels_of(rule: Rule, phase: str | None) -> tuple[Level, ...]:
    """The levels at which a rule speaks in this phase, an absence's for its limits included."""
    levels = rule.levels_in(phase)
    return (*levels, *_LEVELS) if levels and rule.absence_of else levels


def findings(
    signal: Signal,
    rules: RulesInUse,
    tracks: Mapping[str, RuleState],
    phase: str | None,
    at: Instant,
) -> tuple[Finding, ...]:
    """One for each of the levels that `levels_of` adds to an absence."""
    due = [
        each
        for key in rules.limits.get(signal, ())
        if isinstance(rule := rules[key], LimitRule) and (track := tracks.get(key))
        for each in _due(rule, track, phase, at)
    ]
    if not due:
        return (NOT_REACHED,) * len(_LEVELS)
    depth, state = max(due, key=lambda each: each[0])
    spoken = Finding(
        Condition.TRUE,
        Condition.TRUE,
        state.value,
        state.limit,
        state.since,
        state.simulated,
    )
    return tuple(spoken if level.priority is depth.priority else NOT_REACHED for level in _LEVELS)


def is_silent(track: RuleState) -> bool:
    """Whether something is on its way while no reading comes."""
    step = track.alarm is not None and track.alarm.step.silent
    return step or any(state.silent for state in track.levels)


def speaks_for_limit(absence: RuleState) -> bool:
    """Whether an absence says, or is about to say, what a limit was on its way to."""
    return any(state.phase is not LevelPhase.IDLE for state in absence.levels[-len(_LEVELS) :])


def _due(rule: LimitRule, track: RuleState, phase: str | None, at: Instant) -> Iterator[Due]:
    """The levels of one limit that an absence must say."""
    if not is_silent(track):
        return
    pairs = list(zip(rule.levels_in(phase), track.levels, strict=False))
    held = max((depth_of(*pair) for pair in pairs if pair[1].phase in HOLDS), default=None)
    alarm = track.standing
    said = alarm.priority if alarm is not None and router.awaits_answer(alarm) else 0
    for level, state in (*pairs, *_steps(rule, alarm)):
        if not _ran_out(level, state, at):
            continue
        depth = depth_of(level, state)
        if depth.priority > said and (held is None or depth > held):
            yield depth, state


def _steps(rule: LimitRule, alarm: AlarmState | None) -> Iterator[tuple[LimitLevel, LevelState]]:
    """How much worse than its answer an alarm is on its way to be, at the alarm's own priority."""
    covers = None if alarm is None else alarm.covers
    if alarm is None or covers is None or covers.value is None:
        return
    level = rule.a_step_worse(covers.value)
    if level is not None:
        yield replace(level, priority=alarm.priority), alarm.step


def _ran_out(level: Level, state: LevelState, at: Instant) -> bool:
    return (
        state.phase is LevelPhase.PENDING
        and state.silent
        and not state.inside
        and state.beyond_at - state.since >= SEEN_FOR
        and sum_at(state, at) >= needs(state, level) + SILENT
    )
