"""Who is told: tiers in time, until somebody answers. Pure.

`tell` decides after a line in an alarm's life, `tell_next` when a tier's time has come. Both
return the alarm with its telling brought forward, and the messages.
"""

from dataclasses import replace

from monitord.engine.protocol import Route, Tier
from monitord.engine.state import AlarmPhase, AlarmState, Telling
from monitord.model import AlarmEvent, AlarmLine, Instant, Notify, Reason, Withdraw

Message = Notify | Withdraw

_FROM_THE_TOP = {AlarmEvent.START, AlarmEvent.ESCALATE}
_ANSWERED = {AlarmEvent.ACKNOWLEDGE, AlarmEvent.ACCEPT}
_NOTHING_MORE = {AlarmEvent.CLEAR, AlarmEvent.END, AlarmEvent.LATCH}


def tell(
    alarm: AlarmState, line: AlarmLine, route: Route | None, at: Instant
) -> tuple[AlarmState, list[Message]]:
    """After `line`: a start or a worse level begins with the first tier, an answer stops.

    Whoever was told of the alarm is told how it goes on. A reminder goes on where the telling
    stood. An inhibited alarm (its cause is told instead) and a near miss tell nobody.
    """
    if route is None or alarm.inhibited_by or line.event is AlarmEvent.NEAR_MISS:
        return replace(alarm, telling=replace(alarm.telling, next_at=None)), []
    telling = alarm.telling
    if line.event in _FROM_THE_TOP:
        return _tell_tier(alarm, line, route, 0, at, line.reason)
    if line.event in {AlarmEvent.REMINDER, AlarmEvent.EXPIRE}:
        return _tell_tier(alarm, line, route, max(telling.tier, 0), at, line.reason)
    if line.event is AlarmEvent.REJECT:
        tier = min(telling.tier + 1, len(route.tiers) - 1)
        return _tell_tier(alarm, line, route, tier, at, line.reason)
    messages: list[Message] = []
    if line.event in _ANSWERED:
        messages.append(Withdraw(alarm=alarm.id))
    if line.event in _ANSWERED | _NOTHING_MORE:
        telling = replace(telling, next_at=None)
    telling, told = _send(alarm.id, telling, telling.told, line, line.reason)
    return replace(alarm, telling=telling), messages + told


def tell_next(
    alarm: AlarmState, line: AlarmLine, route: Route, at: Instant
) -> tuple[AlarmState, list[Message]]:
    """Nobody answered in time: the next tier, or the last one again."""
    tier = min(alarm.telling.tier + 1, len(route.tiers) - 1)
    return _tell_tier(alarm, line, route, tier, at, line.reason)


def steps_on(alarm: AlarmState, route: Route) -> bool:
    """Whether the next step reaches a tier that was not told yet."""
    return alarm.telling.tier + 1 < len(route.tiers)


def tell_late(
    alarm: AlarmState, line: AlarmLine, route: Route | None, at: Instant
) -> tuple[AlarmState, list[Message]]:
    """After downtime: everybody up to the tier that would have been told by now, once."""
    if route is None or alarm.inhibited_by or alarm.phase is not AlarmPhase.ACTIVE:
        return alarm, []
    tier = max(alarm.telling.tier, 0)
    reached = _to(route.tiers[: tier + 1])
    telling, messages = _send(alarm.id, alarm.telling, reached, line, Reason.LATE)
    next_at = telling.next_at
    if next_at is None or next_at <= at:
        next_at = _next_at(route, tier, at)
    return replace(alarm, telling=replace(telling, tier=tier, next_at=next_at)), messages


def _tell_tier(
    alarm: AlarmState, line: AlarmLine, route: Route, tier: int, at: Instant, reason: Reason
) -> tuple[AlarmState, list[Message]]:
    telling, messages = _send(
        alarm.id, replace(alarm.telling, tier=tier), _to((route.tiers[tier],)), line, reason
    )
    telling = replace(telling, next_at=_next_at(route, tier, at), accepted_by=None)
    return replace(alarm, telling=telling), messages


def _next_at(route: Route, tier: int, at: Instant) -> Instant:
    """Tier times count from the alarm, so the step is the difference of two."""
    if tier + 1 < len(route.tiers):
        return Instant(at + route.tiers[tier + 1].after - route.tiers[tier].after)
    return Instant(at + route.repeat)


def _to(tiers: tuple[Tier, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for tier in tiers for name in tier.to))


def _send(
    alarm: str, telling: Telling, to: tuple[str, ...], line: AlarmLine, reason: Reason
) -> tuple[Telling, list[Message]]:
    number = telling.count + 1
    messages: list[Message] = [
        Notify(
            key=f"{alarm}/{number}/{name}",
            destination=name,
            tier=max(telling.tier, 0),
            reason=reason,
            line=line,
        )
        for name in to
    ]
    told = tuple(dict.fromkeys((*telling.told, *to)))
    return replace(telling, told=told, count=number), messages
