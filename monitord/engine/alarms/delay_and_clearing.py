"""What one level of a rule does with a three-valued condition. Pure.

Design invariant 3; `delay` and `clear_delay` are the rule's. A delay is a sum: it grows while the
condition is true, a good reading inside pays back twice as fast.

    phase     true                       false                          unknown
    idle      pending, sum zero          idle                           idle
    pending   sum grows; holding once    sum shrinks; idle once it is   sum grows if above zero, never
              it is the delay            zero: a near miss              holding; unless doubtful: as it is
    holding   holding                    clearing since now             holding
    clearing  holding                    idle once clear_delay is over  holding

`holding` and `clearing` read the eased condition (hysteresis), the others the plain one. While no
reading was better than doubtful the sum needs `DOUBT` more. A level that must be confirmed holds
from its first reading on, at its first word's priority (`Repeat`); what refutes it ends it at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from monitord.engine.alarm_state import Depth, LevelPhase, LevelState
from monitord.engine.readings.limit_value import Limit
from monitord.engine.rules.finding import Condition, Finding, Repeat
from monitord.engine.rules.level import Level
from monitord.model import EPOCH, SECOND, Instant, Priority, Span
from monitord.model.frozen import fast_frozen, replace

_IDLE, _PENDING = LevelPhase.IDLE, LevelPhase.PENDING
_HOLDING, _CLEARING = LevelPhase.HOLDING, LevelPhase.CLEARING
HOLDS = frozenset({_HOLDING, _CLEARING})

DOUBT: Final[Span] = 15 * SECOND
"""Longer than most motion: at once would be 0.8 to 1.9 false high alarms an hour in synthetic motion, this
0.07 to 0.28."""
SILENT: Final[Span] = 10 * SECOND
"""What a sum may grow beyond its need while no reading comes: then the absence alarm speaks for it."""
PAYS_BACK: Final = 2
SEEN_FOR: Final[Span] = 2 * SECOND
"""So long after the first reading beyond the limit another one must have come: one alone may be an artifact."""


def step_level(
    state: LevelState, finding: Finding, level: Level, clear_delay: Span, at: Instant
) -> LevelState:
    """The level after one finding."""
    if state.phase is _IDLE and finding.condition is not Condition.TRUE:
        return state
    if state.phase not in HOLDS:
        return _counted(state, finding, level, at)
    if state.repeat is not Repeat.NONE and finding.condition is not Condition.UNKNOWN:
        if finding.condition is Condition.FALSE:
            refuted = priority_of(level, state)
            return LevelState(condition=Condition.FALSE, held_until=at, held_as=refuted)
        if finding.confirmed:
            state = replace(state, repeat=Repeat.NONE)
    if state.repeat is Repeat.ASKED and (finding.failed or at >= state.since + level.repeat_due):
        state = replace(state, repeat=Repeat.OVER)
    if finding.eased is not Condition.FALSE:
        return _seen(state, finding, _HOLDING, state.since)
    clear_from = state.clear_from if state.phase is _CLEARING else at
    if at >= clear_from + clear_delay:
        return replace(_seen(LevelState(), finding, _IDLE, at), held_until=at)
    return _seen(state, finding, _CLEARING, state.since, clear_from)


def _counted(state: LevelState, finding: Finding, level: Level, at: Instant) -> LevelState:
    """An idle or pending level: its sum brought forward to `at`."""
    true = finding.condition is Condition.TRUE
    if state.phase is _IDLE:
        since = _began(finding, at)
        total, doubtful = at - since, finding.doubtful
    else:
        since, total = state.since, sum_at(state, at)
        if true and finding.since is not None:
            total = max(total, at - finding.since)
        doubtful = state.doubtful and not (true and not finding.doubtful)
    if finding.condition is Condition.FALSE and total == 0:
        return _seen(LevelState(held_until=state.held_until), finding, _IDLE, at)
    needs = level.delay + (DOUBT if doubtful else 0)
    if true and total >= needs:
        repeat = Repeat.NONE if finding.confirmed else Repeat.ASKED
        return replace(_seen(state, finding, _HOLDING, since), repeat=repeat, doubtful=doubtful)
    silent = finding.condition is Condition.UNKNOWN and finding.value is None
    # What it says stays what was beyond the limit.
    known = finding.value is not None and finding.condition is not Condition.FALSE
    value = finding.value if known else state.value
    limit = finding.limit if known and finding.limit is not None else state.limit
    simulated = finding.simulated or (state.simulated and not known)
    inside = state.inside if silent else finding.eased is Condition.FALSE
    beyond_at = finding.read_at if true and finding.read_at is not None else state.beyond_at
    if (
        finding.condition is state.condition
        and state.phase is _PENDING
        and state.at != EPOCH
        and value == state.value
        and limit == state.limit
        and doubtful is state.doubtful
        and silent is state.silent
        and inside is state.inside
        and simulated is state.simulated
        and (beyond_at == state.beyond_at or state.beyond_at - since >= SEEN_FOR)
        and (true or not silent)
    ):
        # The sum goes on as it was: it is one of the time that passes.
        return state
    return LevelState(
        _PENDING,
        since,
        finding.condition,
        value,
        limit,
        simulated,
        EPOCH,
        min(total, needs + SILENT if silent else needs),
        at,
        doubtful,
        silent,
        beyond_at,
        inside,
        state.repeat,
        state.held_until,
    )


def sum_at(state: LevelState, at: Instant) -> Span:
    """The sum of a pending level at a later instant, as long as nothing else comes.

    One that was never brought forward (`at` is EPOCH) counts from its beginning.
    """
    if state.at == EPOCH:
        return at - state.since
    passed = at - state.at
    if state.condition is Condition.FALSE:
        return max(0, state.total - PAYS_BACK * passed)
    if state.condition is Condition.TRUE or (state.silent and state.total):
        return state.total + passed
    return state.total


def needs(state: LevelState, level: Level) -> Span:
    """What the sum of a pending level must be before it holds."""
    return level.delay + (DOUBT if state.doubtful else 0)


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
    value = finding.value if known else state.value
    limit = state.limit if finding.limit is None else finding.limit
    simulated = finding.simulated or (state.simulated and not known)
    if (
        phase is state.phase
        and phase is not _IDLE
        and value == state.value
        and limit == state.limit
        and finding.condition is state.condition
        and clear_from == state.clear_from
        and simulated is state.simulated
    ):
        return state
    return LevelState(
        phase,
        since,
        finding.condition,
        value,
        limit,
        simulated,
        clear_from,
        repeat=state.repeat,
        held_until=state.held_until,
    )


def level_deadline(state: LevelState, level: Level, clear_delay: Span) -> Instant | None:
    """When the level changes although no new reading comes; None when only a reading can."""
    if state.phase is _PENDING:
        return _sum_deadline(state, level)
    over = Instant(state.clear_from + clear_delay) if state.phase is _CLEARING else None
    if state.repeat is Repeat.ASKED:
        due = Instant(state.since + level.repeat_due)
        return due if over is None else min(due, over)
    return over


def _sum_deadline(state: LevelState, level: Level) -> Instant | None:
    missing = needs(state, level) - state.total
    begun = state.at if state.at != EPOCH else state.since
    if state.condition is Condition.TRUE:
        return Instant(begun + missing)
    if state.condition is Condition.FALSE:
        return Instant(begun - (-state.total // PAYS_BACK))
    if state.silent and state.total and missing + SILENT > 0:
        return Instant(begun + missing + SILENT)
    return None


def pending_again(state: LevelState) -> LevelState:
    """A level taken into a new session: what began before keeps its start (invariant 8)."""
    if state.phase in HOLDS:
        return replace(state, phase=_PENDING, clear_from=EPOCH, at=EPOCH, repeat=Repeat.NONE)
    return replace(state, at=EPOCH) if state.phase is _PENDING else state


@fast_frozen
@dataclass(frozen=True, slots=True)
class Worst:
    """The deepest level that holds."""

    depth: Depth
    level: Level
    found: LevelState

    @property
    def priority(self) -> Priority:
        """Its level's."""
        return self.depth.priority

    @property
    def unconfirmed(self) -> bool:
        """Whether no other reading has confirmed it."""
        return self.found.repeat is not Repeat.NONE


def priority_of(level: Level, state: LevelState) -> Priority:
    """At which priority a level speaks: of its first word while the repeat is awaited."""
    return level.first_word if state.repeat is Repeat.ASKED else level.priority


def depth_of(level: Level, state: LevelState) -> Depth:
    """How deep a level is: by priority, then by its limit for this patient, then by its delay."""
    return Depth(*_deep(level, state))


def _deep(level: Level, state: LevelState) -> tuple[Priority, float, Span]:
    priority = level.first_word if state.repeat is Repeat.ASKED else level.priority
    limit = getattr(level, "limit", None)
    if not isinstance(limit, Limit):
        return priority, level.beyond, level.delay
    value = limit.value if state.limit is None else state.limit
    return priority, -value if limit.relation.low else value, level.delay


def worst_of(levels: tuple[Level, ...], states: tuple[LevelState, ...]) -> Worst | None:
    """The deepest level that holds; of equal ones the first."""
    holding = [each for each in zip(levels, states, strict=True) if each[1].phase in HOLDS]
    if not holding:
        return None
    # As tuples, which compare quicker: this is done for every reading while an alarm stands.
    level, state = holding[0] if len(holding) == 1 else max(holding, key=lambda each: _deep(*each))
    return Worst(depth_of(level, state), level, state)


def worst_missed(
    levels: tuple[Level, ...], before: tuple[LevelState, ...], after: tuple[LevelState, ...]
) -> Worst | None:
    """The deepest level whose condition ended before its delay."""
    worst: Worst | None = None
    for level, old, new in zip(levels, before, after, strict=True):
        if old.phase is _PENDING and new.phase is _IDLE:
            depth = depth_of(level, old)
            if worst is None or depth > worst.depth:
                worst = Worst(depth, level, old)
    return worst


def held_since(
    levels: tuple[Level, ...], states: tuple[LevelState, ...], since: Instant
) -> Iterator[Depth]:
    """How deep each level is that held at that instant or later."""
    for level, state in zip(levels, states, strict=False):
        if state.phase in HOLDS or (state.held_until >= since and state.held_until > EPOCH):
            depth = depth_of(level, state)
            yield replace(depth, priority=state.held_as or depth.priority)


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
