"""Who is told of an alarm, and when: tiers on a grid that counts from the first telling. Pure.

`tell` decides after a line in an alarm's life, `tell_due` when a message's time has come, `tell_again`
after downtime or at another bed. Each returns the alarm with its telling brought forward, and the
messages.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from monitord.engine.alarm_state import AlarmState, Place, Telling
from monitord.engine.alarms.alarm import Hearers, TellingClock, Transition
from monitord.engine.protocol.protocol import Route, Tier
from monitord.model import (
    SECOND,
    AlarmEvent,
    AlarmLine,
    AlarmPhase,
    Instant,
    Notify,
    Priority,
    Reason,
    Span,
    Withdraw,
)
from monitord.model.frozen import fast_frozen, replace

TOGETHER: Final[Span] = 10 * SECOND
"""What is not worse waits so long after the last telling: nobody reads two messages in that time."""

Message = Notify | Withdraw
Sent = tuple[AlarmState, list[Message]]
Anew = Callable[[AlarmLine], AlarmLine]
"""A line that waited, as it is now."""

_TELLS = frozenset({AlarmPhase.ACTIVE, AlarmPhase.LATCHED})
_ANSWERS = frozenset({AlarmEvent.ACKNOWLEDGE, AlarmEvent.ACCEPT})
_EASES = frozenset({AlarmEvent.CLEAR, AlarmEvent.LATCH, AlarmEvent.END})
_DEFERS_NOTHING = _ANSWERS | {AlarmEvent.DEESCALATE}
_OF_WHAT_IS_KNOWN = _EASES | {AlarmEvent.DEESCALATE}
"""News for those alone who were told since the last end: the others believe that it is over."""
_WITHDRAWS = _ANSWERS | {AlarmEvent.CLEAR, AlarmEvent.END}


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """What is told in an alarm's place: its key, and at which priority it told whom.

    `told` is None for a decision of staff, which needs no telling.
    """

    key: str
    told: dict[str, Priority] | None

    def covers(self, names: Iterable[str], priority: Priority) -> bool:
        """Whether all of them know of something as urgent already."""
        told = self.told
        return told is None or all(told.get(name, 0) >= priority for name in names)


def tell(
    alarm: AlarmState,
    line: AlarmLine,
    transition: Transition,
    route: Route | None,
    at: Instant,
    *,
    instead: Instead | None = None,
    quietly: bool = False,
    in_vain: Route | None = None,
) -> Sent:
    """After `line`. An alarm that comes back too often is told `quietly`: with the next tier.

    Of an answer given `in_vain`, that nothing became better by, the next tier of this route is told, at the
    priority that was answered; the alarm stays where it stands.
    """
    messages: list[Message] = []
    if line.event in _WITHDRAWS:
        messages.append(Withdraw(alarm=alarm.id))
    telling = alarm.telling
    if transition.clock is TellingClock.OFF:
        telling = replace(telling, since=None, early=(), owed=False, back_at=None)
    elif transition.clock is TellingClock.ANEW:
        telling = replace(telling, since=None)
    if transition.told is Hearers.KNOWING:
        # Of one instant each hears one line, and the worst: who is due hears of the step alone.
        goes_on = alarm.phase in _TELLS and telling.steps_at == at
        steps_at = at if goes_on and _on_grid(route, telling, at) else None
        telling = replace(telling, steps_at=steps_at)
        due: tuple[str, ...] = ()
        if steps_at is not None and route is not None and instead is None:
            due = route.tiers[reached(route, telling.since or at, at)].to
        knowing = tuple(name for name in telling.told if name not in due)
        telling, sent = _send(alarm, telling, line, knowing, at)
        if in_vain is not None and alarm.covers is not None:
            tier = in_vain.tiers[min(telling.tier + 1, len(in_vain.tiers) - 1)]
            priority = alarm.covers.priority
            told = replace(
                line, event=AlarmEvent.ESCALATE, reason=Reason.ESCALATED, priority=priority
            )
            telling, more = _send(alarm, telling, told, tier.to, at)
            sent += more
    elif route is None or transition.told is Hearers.SCREEN:
        sent = []
        if instead is not None and transition.told is not Hearers.SCREEN:
            # Without a route nobody is told less than of what is told in its place.
            alarm = replace(alarm, inhibited_by=instead.key)
    else:
        telling, names = _addressed(telling, transition, route, at)
        if quietly:
            names = tuple(name for name in names if name not in telling.told)
        # What is due at this very instant is told with it, unless the return waits for the grid.
        steps_at = at if quietly and _on_grid(route, telling, at) else None
        telling = replace(telling, owed=quietly, steps_at=steps_at, next_at=steps_at)
        if instead is not None and instead.covers(names, alarm.priority):
            alarm, sent = replace(alarm, inhibited_by=instead.key), []
        else:
            alarm = replace(alarm, inhibited_by=None)
            telling, sent = _send(alarm, telling, line, names, at, worse=transition.worse)
    alarm = armed(replace(alarm, telling=telling), route, at)
    return alarm, [*messages, *sent]


def _addressed(
    telling: Telling, transition: Transition, route: Route, at: Instant
) -> tuple[Telling, tuple[str, ...]]:
    """Whom a transition tells, and the telling with its clock and tier."""
    last = len(route.tiers) - 1
    if transition.told is Hearers.NEXT or transition.told is Hearers.STOOD:
        step = 1 if transition.told is Hearers.NEXT else 0
        tier = min(max(telling.tier + step, 0), last)
        if transition.clock is TellingClock.FROM_TIER:
            since = Instant(at - route.tiers[tier].after)
            telling = _begun(replace(telling, since=None), since)
        else:
            telling = _begun(telling, at)
            telling = replace(telling, early=(*telling.early, tier))
        return replace(telling, tier=tier), route.tiers[tier].to
    stood = -1 if telling.since is None else telling.tier
    telling = _begun(telling, at)
    # Who was told before their time hears of what is worse as well.
    tier = max(reached(route, telling.since or at, at), *telling.early, -1)
    names = _to(route.tiers[: tier + 1])
    if transition.told is Hearers.REACHED_AND_KNOWING:
        names = tuple(dict.fromkeys((*names, *telling.told)))
    return replace(telling, tier=min(max(tier, stood), len(route.tiers) - 1)), names


def _begun(telling: Telling, at: Instant) -> Telling:
    """With the clock running; what was told before another clock counts for no inhibition."""
    if telling.since is not None:
        return telling
    places = tuple(replace(place, priority=None) for place in telling.places)
    return replace(telling, since=at, places=places, early=())


# The grid.


def reached(route: Route, since: Instant, at: Instant) -> int:
    """The last tier whose time has come."""
    return max(n for n, tier in enumerate(route.tiers) if n == 0 or since + tier.after <= at)


def next_step(route: Route, telling: Telling, at: Instant) -> Instant | None:
    """The next time of the grid: a tier's, or the last one's again."""
    if telling.since is None:
        return None
    since = telling.since
    for number, tier in enumerate(route.tiers):
        if since + tier.after > at and number not in telling.early:
            return Instant(since + tier.after)
    begun = since + route.tiers[-1].after
    times = max(0, at - begun) // route.repeat + 1
    return Instant(begun + times * route.repeat)


def _on_grid(route: Route | None, telling: Telling, at: Instant) -> bool:
    """Whether a step is due at this very instant."""
    return route is not None and next_step(route, telling, Instant(at - 1)) == at


def armed(alarm: AlarmState, route: Route | None, at: Instant) -> AlarmState:
    """With the time of its next message: a tier, a message that waits, an inhibition that ended.

    A step that is due at this very instant stays.
    """
    telling = alarm.telling
    if alarm.phase not in _TELLS:
        telling = replace(telling, back_at=None)
    steps_at = None
    if route is not None and (alarm.phase in _TELLS or _owes(alarm)):
        due = telling.steps_at == at and telling.next_at == at
        steps_at = at if due else next_step(route, telling, at)
    ahead = [steps_at, telling.back_at]
    ahead += [_waits_until(place) for place in telling.places if place.waits is not None]
    next_at = min((time for time in ahead if time is not None), default=None)
    return replace(alarm, telling=replace(telling, steps_at=steps_at, next_at=next_at))


def _owes(alarm: AlarmState) -> bool:
    return alarm.telling.owed and alarm.phase is AlarmPhase.RESTING


def _waits_until(place: Place) -> Instant:
    return Instant((place.at or 0) + TOGETHER)


def due_step(alarm: AlarmState, route: Route, at: Instant) -> tuple[AlarmEvent, Reason] | None:
    """The line of a step that is due now: a tier more, a repeat, a return that was not told yet.

    None where only messages wait.
    """
    telling = alarm.telling
    if telling.since is None:
        return None
    if telling.back_at == at:
        return AlarmEvent.REMINDER, Reason.UNINHIBITED
    if telling.steps_at != at:
        return None
    if reached(route, telling.since, at) > telling.tier:
        return AlarmEvent.ESCALATE, Reason.ESCALATED
    return AlarmEvent.REMINDER, Reason.RECURRED if telling.owed else Reason.REPEATED


def tell_due(
    alarm: AlarmState,
    line: AlarmLine | None,
    route: Route | None,
    at: Instant,
    *,
    anew: Anew,
    instead: Instead | None = None,
) -> Sent:
    """What is due now: `line` to a tier, or after an inhibition to all of them; then what waited."""
    telling, sent = alarm.telling, list[Message]()
    if line is not None and route is not None and telling.since is not None:
        tier = reached(route, telling.since, at)
        everybody = telling.back_at == at
        names = _to(route.tiers[: tier + 1]) if everybody else route.tiers[tier].to
        telling = replace(telling, tier=max(tier, telling.tier), owed=False, steps_at=None)
        if instead is not None and instead.covers(names, alarm.priority):
            alarm = replace(alarm, inhibited_by=instead.key)
        else:
            alarm = replace(alarm, inhibited_by=None)
            telling = replace(telling, back_told=telling.back_told or everybody)
            telling, sent = _send(alarm, telling, line, names, at)
    if telling.back_at is not None and telling.back_at <= at:
        telling = replace(telling, back_at=None)
    waited = [each for each in telling.places if _waits_until(each) <= at]
    alarm, more = _release(replace(alarm, telling=telling), waited, at, anew)
    return armed(alarm, route, at), [*sent, *more]


def tell_waiting(alarm: AlarmState, at: Instant, anew: Anew) -> Sent:
    """All that waits, though it has not waited long enough."""
    return _release(alarm, alarm.telling.places, at, anew)


def _release(alarm: AlarmState, places: Iterable[Place], at: Instant, anew: Anew) -> Sent:
    telling, sent = alarm.telling, list[Message]()
    for place in places:
        if place.waits is not None:
            said = anew(place.waits)
            telling, more = _send(alarm, telling, said, (place.name,), at, worse=True)
            sent += more
    return replace(alarm, telling=telling), sent


def uninhibited(alarm: AlarmState, route: Route | None, at: Instant, wait: Span) -> AlarmState:
    """What was told in its place is over: everybody that the clock has reached hears of it, once."""
    telling = alarm.telling
    if alarm.phase in _TELLS and not telling.back_told:
        telling = replace(telling, back_at=Instant(at + wait))
    return armed(replace(alarm, inhibited_by=None, telling=telling), route, at)


def clock_from_tier(alarm: AlarmState, route: Route | None, at: Instant) -> AlarmState:
    """With the clock of telling as though the tier where it stands were due now."""
    if route is None:
        return alarm
    tier = min(max(alarm.telling.tier, 0), len(route.tiers) - 1)
    since = Instant(at - route.tiers[tier].after)
    return replace(alarm, telling=_begun(replace(alarm.telling, since=None), since))


def awaits_answer(alarm: AlarmState) -> bool:
    """Whether the alarm is told and nobody has answered."""
    return alarm.phase in _TELLS


def tell_again(
    alarm: AlarmState,
    line: AlarmLine,
    route: Route | None,
    at: Instant,
    *,
    instead: Instead | None = None,
) -> Sent:
    """After downtime, or at another bed: everybody up to the tier that is told by now, once.

    Where the bed is another one, also those who know of an alarm that was answered.
    """
    telling, sent = alarm.telling, list[Message]()
    if route is not None and alarm.phase in _TELLS:
        telling = _begun(telling, at)
        # A step that is due at this very instant is told with it.
        tier = max(reached(route, telling.since or at, at), *telling.early, -1)
        names = _to(route.tiers[: tier + 1])
        telling = replace(telling, tier=max(tier, telling.tier), steps_at=None)
        if instead is not None and instead.covers(names, alarm.priority):
            alarm = replace(alarm, inhibited_by=instead.key)
        else:
            telling, sent = _send(alarm, telling, line, names, at, worse=True)
    elif line.reason is Reason.MOVED:
        telling, sent = _send(alarm, telling, line, telling.told, at, worse=True)
    return armed(replace(alarm, telling=telling), route, at), sent


def _to(tiers: tuple[Tier, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for tier in tiers for name in tier.to))


def _send(
    alarm: AlarmState,
    telling: Telling,
    line: AlarmLine,
    to: tuple[str, ...],
    at: Instant,
    *,
    worse: bool = False,
) -> tuple[Telling, list[Message]]:
    """`line` to these, or later to those who were told a moment ago.

    What ends or eases goes to those who were told since the last such line, and cancels what the
    others still wait for. It makes nobody wait; neither does an answer, or a level that is less.
    """
    eases, defers_nothing = line.event in _EASES, line.event in _DEFERS_NOTHING
    places = {place.name: place for place in telling.places}
    known_alone = line.event in _OF_WHAT_IS_KNOWN
    if known_alone:
        places = {
            name: place if place.open else replace(place, waits=None)
            for name, place in places.items()
        }
    messages: list[Message] = []
    number, told = telling.count, telling.told
    for name in to:
        place = places.get(name) or Place(name=name)
        if known_alone and not place.open:
            continue
        if not worse and place.at is not None and at < _waits_until(place):
            places[name] = replace(place, waits=line)
            continue
        if not messages:
            number += 1
        # What latches was told as gone, and is no new alarm for that.
        anew = place.at is None or (not place.open and alarm.phase is not AlarmPhase.LATCHED)
        opens = anew and not (eases or defers_nothing)
        if eases:
            place = replace(place, waits=None, open=False)
        elif defers_nothing:
            place = replace(place, waits=None)
        else:
            highest = max(line.priority, place.priority or line.priority)
            place = replace(place, waits=None, open=True, at=at, priority=highest)
        places[name] = place
        messages.append(
            Notify(
                key=f"{alarm.id}/{number}/{name}",
                destination=name,
                tier=max(telling.tier, 0),
                reason=line.reason,
                line=line,
                opens=opens,
            )
        )
        told = tuple(dict.fromkeys((*told, name)))
    return replace(telling, told=told, places=tuple(places.values()), count=number), messages
