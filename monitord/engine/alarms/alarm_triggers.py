"""What an alarm does next: from the deepest level that holds to a trigger of the table. Pure.

Also what an answer covers, and how that fades: a level or a value that nothing reached for `FADES`
becomes the present one, each for itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from monitord.engine.alarm_state import AlarmState, Covered, Depth, Valued
from monitord.engine.alarms.alarm import Trigger
from monitord.model import (
    MINUTE,
    AlarmPhase,
    Instant,
    Kind,
    Priority,
    Span,
)
from monitord.model.frozen import fast_frozen, replace

FADES: Final[Span] = 2 * MINUTE
"""So long something lesser must hold before it is believed: the rearm time (proposed)."""
LOOKS_BACK: Final[Span] = MINUTE
"""An answer covers the worst of so long before it: what staff read on the way to the chair (proposed)."""
STARTS: Final = 3
"""The third rise to the answered priority is told (proposed)."""
RETURNS: Final = 3
"""After so many returns an alarm is told on the grid (proposed)."""
ANSWERS: Final = 3
"""So many answers without anything better tell the next tier (proposed)."""


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What a look found of a rule: the deepest level that holds, and more that an alarm needs to know.

    `applies` is false where the rule rests in this phase. `unconfirmed` is a first word that no
    second reading bore out yet, `stepped` says that an answered alarm is a step worse.
    """

    depth: Depth | None
    applies: bool = True
    unconfirmed: bool = False
    stepped: bool = False
    needs: tuple[str, ...] = ()


def latches(alarm: AlarmState, latching: Iterable[Priority]) -> bool:
    """Whether this alarm keeps its peak until somebody answers. The equipment's never do."""
    return alarm.kind is Kind.PHYSIOLOGICAL and alarm.peak.priority in latching


def seen(
    alarm: AlarmState, present: Present, latching: Iterable[Priority], at: Instant
) -> tuple[AlarmState, Trigger | None]:
    """The alarm after a look, and what moves it; its phase is the table's to change."""
    before, alarm = alarm.now, _faded(alarm, present, at)
    if before != present.depth or alarm.needs != present.needs:
        alarm = replace(alarm, now=present.depth, needs=present.needs)
    match alarm.phase:
        case AlarmPhase.ACTIVE:
            return _active(alarm, before, present, latches(alarm, latching), at)
        case AlarmPhase.ANSWERED:
            return _answered(alarm, before, present)
        case AlarmPhase.LATCHED:
            if present.depth is None:
                return alarm, None
            back = present.depth.priority >= alarm.peak.priority
            return alarm, Trigger.BACK if back else Trigger.BACK_LESS
        case _:
            return _resting(alarm, present)


def refitted(alarm: AlarmState, depth: Depth | None) -> AlarmState:
    """Under the levels of another phase or protocol: what held before is no deeper by that alone."""
    if depth is None:
        return alarm
    covers = alarm.covers
    if covers is not None and covers.depth is not None and _same(depth, covers.depth):
        alarm = replace(alarm, covers=replace(covers, depth=max(depth, covers.depth)))
    if _same(depth, alarm.peak):
        alarm = replace(alarm, peak=max(depth, alarm.peak))
    return alarm


def _same(one: Depth, other: Depth) -> bool:
    return one.priority is other.priority


def _active(
    alarm: AlarmState,
    before: Depth | None,
    present: Present,
    latching: bool,  # noqa: FBT001 - a fact about the alarm
    at: Instant,
) -> tuple[AlarmState, Trigger | None]:
    depth = present.depth
    if depth is None:
        keeps = latching and not alarm.unconfirmed
        if not present.applies:
            return alarm, Trigger.PHASE_OVER_LATCHING if keeps else Trigger.PHASE_OVER
        return alarm, Trigger.GONE_LATCHING if keeps else Trigger.GONE
    if depth > alarm.peak:
        return alarm, Trigger.DEEPER
    if depth == alarm.peak:
        bore_out = alarm.unconfirmed and not present.unconfirmed
        if alarm.less_since is not None:
            alarm = replace(alarm, less_since=None)
        return alarm, Trigger.CONFIRMED if bore_out else None
    if alarm.unconfirmed:
        # The first word was refuted.
        return alarm, Trigger.BETTER
    if latching:
        lower = before is not None and depth.priority < before.priority
        return alarm, Trigger.LESS if lower else None
    since = at if alarm.less_since is None else alarm.less_since
    if alarm.less_since is None:
        alarm = replace(alarm, less_since=since)
    return alarm, Trigger.BETTER if at >= since + FADES else None


def _answered(
    alarm: AlarmState, before: Depth | None, present: Present
) -> tuple[AlarmState, Trigger | None]:
    depth, covers = present.depth, alarm.covers
    if depth is None:
        return alarm, Trigger.GONE if present.applies else Trigger.PHASE_OVER
    if covers is None or covers.depth is None or depth > covers.depth or present.stepped:
        return alarm, Trigger.BREAKS
    if set(present.needs) - set(covers.needs):
        return alarm, Trigger.BREAKS
    rises = before is not None and before.priority < covers.priority <= depth.priority
    if rises:
        alarm = replace(alarm, starts=alarm.starts + 1)
        if alarm.starts >= STARTS:
            return alarm, Trigger.THIRD
    if before is None or depth.priority == before.priority:
        return alarm, None
    return alarm, Trigger.LESS if depth.priority < before.priority else Trigger.COVERED


def _resting(alarm: AlarmState, present: Present) -> tuple[AlarmState, Trigger | None]:
    depth, covers = present.depth, alarm.covers
    if depth is None:
        return alarm, None if present.applies else Trigger.PHASE_OVER
    if covers is None:
        return alarm, Trigger.BACK
    if covers.depth is None or depth > covers.depth or present.stepped:
        return alarm, Trigger.BREAKS
    if set(present.needs) - set(covers.needs):
        return alarm, Trigger.BREAKS
    if depth.priority >= covers.priority:
        alarm = replace(alarm, starts=alarm.starts + 1)
        if alarm.starts >= STARTS:
            return alarm, Trigger.THIRD
    return alarm, Trigger.COVERED


def of_first_edition(alarm: AlarmState, now: Depth | None, at: Instant) -> AlarmState:
    """An alarm of a journal of 0.1.0, whose peak was a priority alone: what holds now is what it found."""
    known = alarm.now is not None or alarm.deepest is not None
    if known or alarm.peak != Depth(alarm.peak.priority):
        return alarm
    peak = (
        alarm.peak if now is None else replace(now, priority=max(alarm.peak.priority, now.priority))
    )
    covers = None
    if alarm.phase is AlarmPhase.ANSWERED:
        value = None if alarm.line.value is None else Valued(at, alarm.line.value)
        covers = covered(replace(alarm, now=now), [peak], value, at)
    return replace(alarm, now=now, peak=peak, deepest=peak, peak_from=alarm.since, covers=covers)


def rests_until(alarm: AlarmState, rearm: Span) -> Instant | None:
    """Until when an alarm that is over is the same one if it comes back; None where it is not over."""
    if alarm.phase is not AlarmPhase.RESTING or alarm.ended_at is None:
        return None
    return Instant(alarm.ended_at + rearm)


# What an answer covers.


def covered(alarm: AlarmState, held: Iterable[Depth], value: Valued | None, at: Instant) -> Covered:
    """What an answer given now covers: the deepest level and the worst value of the last minute."""
    depth = max([*held, *([] if alarm.now is None else [alarm.now])], default=None)
    return Covered(
        priority=alarm.priority,
        depth=depth,
        depth_at=at,
        value=None if value is None else value.value,
        value_at=at,
        needs=alarm.needs,
        needs_at=at,
    )


def _faded(alarm: AlarmState, present: Present, at: Instant) -> AlarmState:
    """At a look: what nothing reached for long enough is the level that held when it faded.

    That is the one until now, or where it fades at this very instant the present one, if that is lesser.
    """
    covers = alarm.covers
    if covers is None:
        return alarm
    if covers.depth is not None and alarm.now is not None and alarm.now >= covers.depth:
        covers = replace(covers, depth_at=at)
    elif at >= (fades := covers.depth_at + FADES):
        lesser = present.depth is None or (alarm.now is not None and present.depth < alarm.now)
        depth = present.depth if at == fades and lesser else alarm.now
        covers = replace(covers, depth=depth, depth_at=at)
    if covers.needs and set(covers.needs) <= set(alarm.needs):
        covers = replace(covers, needs_at=at)
    elif covers.needs and at >= (fades := covers.needs_at + FADES):
        covers = replace(covers, needs=present.needs if at == fades else alarm.needs, needs_at=at)
    return replace(alarm, covers=covers)


def value_faded(covers: Covered, before: float, now: float, at: Instant, *, low: bool) -> Covered:
    """As for the level: `before` is the value that was present until now.

    What is read at the very instant at which it fades is in time: it may reach what is covered.
    """
    if covers.value is None:
        return covers
    if (before <= covers.value) if low else (before >= covers.value):
        return replace(covers, value_at=at)
    if at < (fades := covers.value_at + FADES):
        return covers
    if at > fades:
        return replace(covers, value=before, value_at=at)
    better = now > covers.value if low else now < covers.value
    return replace(covers, value=now if better else covers.value, value_at=at)


def wake(alarm: AlarmState) -> Instant | None:
    """When the alarm changes although nothing new is read: a lesser level, or a step, has lasted."""
    since = alarm.less_since if alarm.phase is AlarmPhase.ACTIVE else None
    if since is None:
        return alarm.steps_at
    over = Instant(since + FADES)
    return over if alarm.steps_at is None else min(over, alarm.steps_at)
