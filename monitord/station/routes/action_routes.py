"""What staff do: an action is handed to the host, and its answer is given back. No decisions."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi import Path as PathParam

from monitord.engine.state import State
from monitord.model import (
    MINUTE,
    Acknowledge,
    AlarmEvent,
    AlarmPhase,
    Instant,
    Sentence,
    Span,
    StaffAction,
    in_words,
    say,
)
from monitord.station.access.authorization import Caller
from monitord.station.host import Host, Pending
from monitord.station.input_types import UNIDENTIFIED, ActionId, By, nobody_at
from monitord.station.routes.requests import (
    ActionBody,
    AnswerBody,
    action_of,
    recorded_id,
    to_action,
)
from monitord.station.routes.route_errors import REFUSED, RefusedAction

ACT_TIMEOUT_S = 5.0
"""Longer than a slow disk takes (1 s is already an alarm), shorter than a nurse's patience."""


QUICKER: Final[Span] = MINUTE
"""Within which a second acknowledgement says nothing new (proposed); later it renews the first one."""
_ANSWERS: Final = frozenset({AlarmEvent.ACKNOWLEDGE, AlarmEvent.ACCEPT})


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneView:
    """The action was taken under this id: `void` names it."""

    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeView:
    """What became of an action: `pending` has no answer yet, of one that is `unknown` nothing was taken.

    `action` is its id in the record; `error` and `why` say why it was refused.
    """

    action: str
    state: Literal["done", "refused", "pending", "unknown"]
    error: str | None
    why: Sentence | None


def add_actions(app: FastAPI, host: Host) -> None:
    """A bed's actions, and the short way to acknowledge an alarm."""

    @app.post("/api/beds/{bed}/actions", responses=REFUSED)
    async def act(bed: str, body: ActionBody) -> DoneView:
        state, action = state_of(host, bed), to_action(body)
        unless_answered(state, action, host.now())
        return await carry_out(host, bed, action)

    @app.post("/api/alarms/{alarm:path}/acknowledge", responses=REFUSED)
    async def acknowledge(alarm: str, body: AnswerBody) -> DoneView:
        bed = _bed_of_alarm(host, alarm)
        action = action_of(Acknowledge, body, alarm=alarm)
        state = host.suite_state() if bed is None else state_of(host, bed)
        unless_answered(state, action, host.now())
        return await carry_out(host, bed, action)

    @app.get("/api/actions/{action}")
    async def outcome(
        action: Annotated[ActionId, PathParam()],
        request: Request,
        by: Annotated[By | None, Query()] = None,
    ) -> OutcomeView:
        """Asked with the id that was sent, and with the name where another one is here now."""
        caller: Caller = request.state.caller
        visitor = caller.visitor
        who = by or (visitor.by if visitor is not None else UNIDENTIFIED)
        if who == UNIDENTIFIED and visitor is not None:
            # A page knows that nobody was signed in, and not how the record names that.
            found = outcome_of(host, recorded_id(at := nobody_at(visitor.screen), action), at)
            if found.state != "unknown":
                return found
        return outcome_of(host, recorded_id(who, action), who)


def outcome_of(host: Host, action: str, by: str) -> OutcomeView:
    """Of the action with this id in the record, which this person sent."""
    found = host.became_of(by, action)
    if found is None:
        return OutcomeView(action=action, state="unknown", error=None, why=None)
    if isinstance(found, Pending):
        return OutcomeView(action=action, state="pending", error=None, why=None)
    state: Literal["done", "refused"] = "done" if found.refused is None else "refused"
    return OutcomeView(action=action, state=state, error=found.refused, why=found.why)


def state_of(host: Host, bed: str) -> State:
    """Of a bed that is monitored; 404 for any other."""
    state = host.beds().get(bed)
    if state is None:
        raise HTTPException(404, in_words(say("no.such_bed", bed=bed)))
    return state


def _bed_of_alarm(host: Host, alarm: str) -> str | None:
    """The bed whose alarm it is, None for one of the suite."""
    states: list[tuple[str | None, State]] = [(None, host.suite_state()), *host.beds().items()]
    for bed, state in states:
        if any(track.alarm and track.alarm.id == alarm for track in state.tracks):
            return bed
    raise HTTPException(404, in_words(say("no.such_alarm")))


def unless_answered(state: State, action: StaffAction, at: Instant) -> None:
    """Raises where somebody else acknowledged this alarm a moment before: who comes second learns who was first."""
    if not isinstance(action, Acknowledge):
        return
    for track in state.tracks:
        alarm = track.standing
        if alarm is None or alarm.id != action.alarm or alarm.phase is not AlarmPhase.ANSWERED:
            continue
        line, by = alarm.line, alarm.answered_by
        if by and by != action.by and line.event in _ANSWERS and at - line.at < QUICKER:
            why = say("no.answered", by=by, age=at - line.at)
            raise RefusedAction(in_words(why), why)


async def carry_out(host: Host, bed: str | None, action: StaffAction) -> DoneView:
    """The host's answer; 409 where the action is refused, 503 where no answer comes in time."""
    try:
        async with asyncio.timeout(ACT_TIMEOUT_S):
            answered = await host.act(bed, action)
    except TimeoutError:
        raise HTTPException(
            503, in_words(say("no.answer_in_time", seconds=ACT_TIMEOUT_S))
        ) from None
    if answered.refused is not None:
        raise RefusedAction(answered.refused, answered.why)
    return DoneView(action=answered.action)
