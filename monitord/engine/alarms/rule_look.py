"""One look at a rule: its levels in the present phase, what was found, and whether an alarm must move. Pure.

`rule_evaluator.py` looks; most looks find nothing new, and end here.
"""

from dataclasses import dataclass
from typing import Final

from monitord.engine.alarm_state import LevelPhase, LevelState, RuleState
from monitord.engine.alarms import alarm_triggers
from monitord.engine.alarms.delay_and_clearing import HOLDS, Worst, level_deadline
from monitord.engine.alarms.silent_levels import levels_of
from monitord.engine.rules import Rule
from monitord.engine.rules.finding import NOT_REACHED, Condition, Finding, Repeat
from monitord.engine.rules.level import Level
from monitord.model import MINUTE, Instant, Span
from monitord.model.frozen import fast_frozen

UNANSWERED_AT_MOST: Final[Span] = 5 * MINUTE
"""After so long a level that waits for the end of an answer comes whatever stands (proposed)."""


@fast_frozen
@dataclass(frozen=True, slots=True)
class RuleInPhase:
    """A rule in the present phase; `waits` says that one of its levels waits for the end of an answer."""

    rule: Rule
    levels: tuple[Level, ...]
    waits: bool


def in_phase(rule: Rule, phase: str | None) -> RuleInPhase:
    """What every look in this phase asks of the rule."""
    levels = levels_of(rule, phase)
    return RuleInPhase(rule, levels, any(level.unanswered for level in levels))


@fast_frozen
@dataclass(frozen=True, slots=True)
class RuleAfterLook:
    """A rule after a look at its levels, before its alarm moves."""

    key: str
    rule: Rule
    levels: tuple[Level, ...]
    track: RuleState
    worst: Worst | None
    refitted: bool

    @property
    def urgency(self) -> tuple[bool, int, bool]:
        """Which of several moves first: limits, what is worst, what says several things together."""
        worst = -self.worst.priority if self.worst is not None else 0
        return self.rule.yields, worst, not self.rule.gathers


def at_rest(track: RuleState, found: tuple[Finding, ...]) -> bool:
    """Whether nothing of a rule without an alarm held, or was on its way, and nothing is found to be."""
    if track.alarm is not None or track.good or track.doubtful:
        return False
    for state in track.levels:
        if state.phase is not LevelPhase.IDLE:
            return False
    return all(finding.condition is not Condition.TRUE for finding in found)


def due_by_time(track: RuleState, rule: Rule, levels: tuple[Level, ...]) -> Instant | None:
    """When a level, or the alarm, moves by time alone."""
    ahead = None if track.alarm is None else alarm_triggers.wake(track.alarm)
    for state, level in zip(track.levels, levels, strict=True):
        phase = state.phase
        if phase is LevelPhase.IDLE or (
            phase is LevelPhase.HOLDING and state.repeat is not Repeat.ASKED
        ):
            continue
        deadline = level_deadline(state, level, rule.clear_delay)
        if deadline is not None and (ahead is None or deadline < ahead):
            ahead = deadline
    return ahead


def unless_unanswered(level: Level, state: LevelState, finding: Finding, at: Instant) -> Finding:
    """A level that an answer keeps away, as long as it has not been reached; not for ever."""
    long = finding.since is not None and at - finding.since >= UNANSWERED_AT_MOST
    return NOT_REACHED if level.unanswered and state.phase not in HOLDS and not long else finding
