"""Who is told: tiers in time, until somebody answers. Pure.

`tell` decides after a line in an alarm's life, `tell_next` when a tier's time has come. Both
return the alarm with its telling brought forward, and the messages.
"""

from dataclasses import replace

from monitord.engine.protocol import Route, Tier
from monitord.engine.state import AlarmPhase, AlarmState, Telling
from monitord.model import AlarmEvent, AlarmLine, Instant, Notify, Reason, Withdraw

Message = Notify | Withdraw
Told = tuple[AlarmState, list[Message]]

_FROM_THE_TOP = {AlarmEvent.START, AlarmEvent.ESCALATE}
_GOES_ON = {AlarmEvent.REMINDER, AlarmEvent.EXPIRE}
_ANSWERED = {AlarmEvent.ACKNOWLEDGE, AlarmEvent.ACCEPT}
_OVER = {AlarmEvent.CLEAR, AlarmEvent.END}


def tell(alarm: AlarmState, line: AlarmLine, route: Route | None, at: Instant) -> Told:
    """After `line`: a start or a worse level begins with the first tier, an answer stops.

    Whoever was told of the alarm is told how it goes on, also where its priority has no route.
    A reminder goes on where the telling stood; so does a latched alarm, until somebody answers.
    An alarm whose cause is told instead (inhibited) tells nobody anew.
    """
    if line.event in _ANSWERED | _OVER:
        alarm, messages = _follow(_resting(alarm), line)
        return alarm, [Withdraw(alarm=alarm.id), *messages]
    if route is None or alarm.inhibited_by:
        return _follow(_resting(alarm), line)
    tier = max(alarm.telling.tier, 0)
    if line.event in _FROM_THE_TOP:
        return _tell_tier(alarm, line, route, at, tier=0)
    if line.event in _GOES_ON:
        return _tell_tier(alarm, line, route, at, tier=min(tier, len(route.tiers) - 1))
    if line.event is AlarmEvent.REJECT:
        return _tell_tier(alarm, line, route, at, tier=min(tier + 1, len(route.tiers) - 1))
    return _follow(alarm, line)


def tell_next(alarm: AlarmState, line: AlarmLine, route: Route, at: Instant) -> Told:
    """Nobody answered in time: the next tier, or the last one again."""
    tier = min(alarm.telling.tier + 1, len(route.tiers) - 1)
    return _tell_tier(alarm, line, route, at, tier=tier)


def next_step(alarm: AlarmState, route: Route) -> tuple[AlarmEvent, Reason]:
    """What `tell_next` is: the first word of an alarm that was inhibited, a step on, a repeat."""
    if alarm.telling.tier < 0:
        return AlarmEvent.REMINDER, Reason.UNINHIBITED
    if alarm.telling.tier + 1 < len(route.tiers):
        return AlarmEvent.ESCALATE, Reason.ESCALATED
    return AlarmEvent.REMINDER, Reason.REPEATED


def awaits_answer(alarm: AlarmState) -> bool:
    """Whether the alarm is told and nobody has answered."""
    open_now = alarm.phase in {AlarmPhase.ACTIVE, AlarmPhase.LATCHED}
    return open_now and alarm.inhibited_by is None and alarm.telling.accepted_by is None


def tell_again(alarm: AlarmState, line: AlarmLine, route: Route | None, at: Instant) -> Told:
    """After downtime, or at another bed: everybody up to the tier that is told by now, once.

    Where the bed is another one, also those who know of an alarm that was answered.
    """
    if route is None or not awaits_answer(alarm):
        return _follow(alarm, line) if line.reason is Reason.MOVED else (alarm, [])
    tier = min(max(alarm.telling.tier, 0), len(route.tiers) - 1)
    telling, messages = _send(alarm, line, _to(route.tiers[: tier + 1]))
    next_at = telling.next_at
    if next_at is None or next_at <= at:
        next_at = _next_at(route, tier, at)
    return replace(alarm, telling=replace(telling, tier=tier, next_at=next_at)), messages


def _resting(alarm: AlarmState) -> AlarmState:
    return replace(alarm, telling=replace(alarm.telling, next_at=None))


def _follow(alarm: AlarmState, line: AlarmLine) -> Told:
    """Those who know of the alarm learn how it goes on."""
    telling, messages = _send(alarm, line, alarm.telling.told)
    return replace(alarm, telling=telling), messages


def _tell_tier(alarm: AlarmState, line: AlarmLine, route: Route, at: Instant, *, tier: int) -> Told:
    alarm = replace(alarm, telling=replace(alarm.telling, tier=tier, accepted_by=None))
    telling, messages = _send(alarm, line, _to((route.tiers[tier],)))
    return replace(alarm, telling=replace(telling, next_at=_next_at(route, tier, at))), messages


def _next_at(route: Route, tier: int, at: Instant) -> Instant:
    """Tier times count from the alarm, so the step is the difference of two."""
    if tier + 1 < len(route.tiers):
        return Instant(at + route.tiers[tier + 1].after - route.tiers[tier].after)
    return Instant(at + route.repeat)


def _to(tiers: tuple[Tier, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for tier in tiers for name in tier.to))


def _send(alarm: AlarmState, line: AlarmLine, to: tuple[str, ...]) -> tuple[Telling, list[Message]]:
    telling = alarm.telling
    number = telling.count + 1
    messages: list[Message] = [
        Notify(
            key=f"{alarm.id}/{number}/{name}",
            destination=name,
            tier=max(telling.tier, 0),
            reason=line.reason,
            line=line,
        )
        for name in to
    ]
    told = tuple(dict.fromkeys((*telling.told, *to)))
    return replace(telling, told=told, count=number), messages
