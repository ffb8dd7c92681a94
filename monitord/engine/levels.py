"""What one level of a rule does with a three-valued condition. Pure.

Design invariant 3; `delay` and `clear_delay` are the rule's:

    phase     true                          false                           unknown
    idle      pending since now             idle                            idle
    pending   holding once delay is over    idle: a near miss               pending, start kept
    holding   holding                       clearing since now              holding
    clearing  holding                       idle once clear_delay is over   holding

`holding` and `clearing` read the eased condition (hysteresis), the others the plain one. A
deadline that passes while unknown waits: the first good true reading finds the delay over.
"""

from dataclasses import dataclass, replace

from monitord.engine.rules.finding import Condition, Finding
from monitord.engine.rules.level import Level
from monitord.engine.state import LevelPhase, LevelState
from monitord.model import EPOCH, Instant, Priority, Span

_IDLE, _PENDING = LevelPhase.IDLE, LevelPhase.PENDING
_HOLDING, _CLEARING = LevelPhase.HOLDING, LevelPhase.CLEARING
HOLDS = frozenset({_HOLDING, _CLEARING})


def step_level(
    state: LevelState, finding: Finding, delay: Span, clear_delay: Span, at: Instant
) -> LevelState:
    """The level after one finding."""
    if state.phase in {_IDLE, _PENDING}:
        if finding.condition is Condition.TRUE:
            since = state.since if state.phase is _PENDING else _began(finding, at)
            phase = _HOLDING if at >= since + delay else _PENDING
            return _seen(state, finding, phase, since)
        if state.phase is _IDLE:
            return state
        if finding.condition is Condition.FALSE:
            return _seen(state, finding, _IDLE, at)
        return _seen(state, finding, _PENDING, state.since)
    if finding.eased is not Condition.FALSE:
        return _seen(state, finding, _HOLDING, state.since)
    clear_from = state.clear_from if state.phase is _CLEARING else at
    if at >= clear_from + clear_delay:
        return _seen(state, finding, _IDLE, at)
    return _seen(state, finding, _CLEARING, state.since, clear_from)


def _began(finding: Finding, at: Instant) -> Instant:
    return at if finding.since is None or finding.since > at else finding.since


def _seen(
    state: LevelState,
    finding: Finding,
    phase: LevelPhase,
    since: Instant,
    clear_from: Instant = EPOCH,
) -> LevelState:
    known = finding.value is not None
    return LevelState(
        phase,
        since,
        finding.condition,
        finding.value if known else state.value,
        finding.limit if known else state.limit,
        finding.simulated or (state.simulated and not known),
        clear_from,
    )


def level_deadline(state: LevelState, delay: Span, clear_delay: Span) -> Instant | None:
    """When the level changes although no new reading comes; None when only a reading can."""
    if state.phase is _PENDING and state.condition is Condition.TRUE:
        return Instant(state.since + delay)
    if state.phase is _CLEARING:
        return Instant(state.clear_from + clear_delay)
    return None


def pending_again(state: LevelState) -> LevelState:
    """A level taken into a new session: what began before keeps its start (invariant 8)."""
    if state.phase in {_HOLDING, _CLEARING}:
        return replace(state, phase=_PENDING, clear_from=EPOCH)
    return state


@dataclass(frozen=True, slots=True)
class Worst:
    """The worst level that holds."""

    priority: Priority
    level: Level
    found: LevelState


def worst_of(levels: tuple[Level, ...], states: tuple[LevelState, ...]) -> Worst | None:
    worst: Worst | None = None
    for level, state in zip(levels, states, strict=True):
        if state.phase in HOLDS and (worst is None or level.priority > worst.priority):
            worst = Worst(level.priority, level, state)
    return worst


def worst_missed(
    levels: tuple[Level, ...], before: tuple[LevelState, ...], after: tuple[LevelState, ...]
) -> Worst | None:
    """The worst level whose condition ended before its delay."""
    worst: Worst | None = None
    for level, old, new in zip(levels, before, after, strict=True):
        ended_early = old.phase is _PENDING and new.phase is _IDLE
        if ended_early and (worst is None or level.priority > worst.priority):
            worst = Worst(level.priority, level, old)
    return worst


def refit(
    states: tuple[LevelState, ...], old: tuple[Level, ...], new: tuple[Level, ...]
) -> tuple[LevelState, ...]:
    """Level states under the levels of another phase: equal levels, then equal priorities.

    Where what held finds no place, the worst new level holds for it: only a good reading may end
    it (invariant 1).
    """
    left = list(zip(old, states, strict=False))
    fitted = []
    for level in new:
        match = next((p for p in left if p[0] == level), None) or next(
            (p for p in left if p[0].priority == level.priority), None
        )
        if match is not None:
            left.remove(match)
        fitted.append(match[1] if match else LevelState())
    orphans = [state for _, state in left if state.phase in HOLDS]
    if orphans and new and not any(state.phase in HOLDS for state in fitted):
        worst = max(range(len(new)), key=lambda n: new[n].priority)
        fitted[worst] = orphans[0]
    return tuple(fitted)
