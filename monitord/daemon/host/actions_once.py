"""What became of each staff action, by its id: one that comes again is not done again, and gets its first answer.

A page that lost an answer sends the action again under the same id, also to a daemon that was started
since. What is known begins with the journal's answers of the last day.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace

import structlog

from monitord.engine.state import State
from monitord.errors import StoreError
from monitord.model import (
    MINUTE,
    Admit,
    Answered,
    CheckSuite,
    Instant,
    Span,
    StaffAction,
    SwapDevice,
    say,
)
from monitord.station.host import Pending
from monitord.store.database.database import Database
from monitord.store.past_action_answers import answered_actions

_log = structlog.get_logger()

KNOWN_FOR: Span = 24 * 60 * MINUTE
"""A page sends an action again for a minute; a day is for who asks after the shift."""
OF_ONE_AT_MOST = 256
"""Results of one person or destination: whoever sends many pushes out only their own."""
SOURCES_AT_MOST = 256
RESTORED_AT_MOST = 4096
"""A busy suite's day; reading them takes a restart some 0.2 s."""
STATION = "station"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    bed: str | None
    action: StaffAction
    answer: "asyncio.Future[Answered] | Answered"


class ActionResults:
    """Results by who sent the action (a person, or a destination) and its id; the oldest go first."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, OrderedDict[str, _Known]] = OrderedDict()

    def restore(self, database: Database, states: Iterable[State], now: Instant) -> None:
        """What the journal knows, and the open sessions where the journal lost something."""
        try:
            since = Instant(now - KNOWN_FOR)
            found = answered_actions(database, since=since, limit=RESTORED_AT_MOST)
        except StoreError as error:
            # Nobody's answer to an alarm waits for that.
            _log.error("action_results_not_read", detail=str(error))
            found = []
        for each in found:
            sender = each.action.by if each.source == STATION else each.source
            known = _Known(bed=each.bed, action=each.action, answer=each.answered)
            self._keep(sender, known)
        for state in states:
            bed = state.settings.bed if state.settings else None
            for step in state.session.steps if state.session else ():
                action = step.action
                if self._find(action.by, action.id) is None:
                    done = Answered(action=action.id)
                    self._keep(action.by, _Known(bed=bed, action=action, answer=done))

    def became_of(self, sender: str, action: str) -> Answered | Pending | None:
        """The answer; None where no such action is known."""
        known = self._find(sender, action)
        if known is None:
            return None
        if isinstance(known.answer, Answered):
            return known.answer
        return known.answer.result() if known.answer.done() else Pending(action=action)

    def again(self, sender: str, action: StaffAction, language: str) -> Answered | None:
        """The answer that the same action got before; a refusal where another one came under its id."""
        known = self._find(sender, action.id)
        if known is None or not isinstance(known.answer, Answered):
            return None
        if _asked(known.action) != _asked(action):
            return Answered.to(action.id, say("no.other_action"), language)
        return known.answer

    async def once(
        self,
        sender: str,
        bed: str | None,
        action: StaffAction,
        act: Callable[[], Awaitable[Answered]],
        language: str,
    ) -> Answered:
        """Does it, or gives the answer that it got when it came first; refuses another one under its id.

        What was begun is done to its end, also where who asked for it does not wait.
        """
        known = self._find(sender, action.id)
        if known is None:
            doing = asyncio.ensure_future(act())
            known = _Known(bed=bed, action=action, answer=doing)
            self._keep(sender, known)
            doing.add_done_callback(lambda done: self._ended(sender, action.id, done))
        elif known.bed != bed or _asked(known.action) != _asked(action):
            return Answered.to(action.id, say("no.other_action"), language)
        answer = known.answer
        return answer if isinstance(answer, Answered) else await asyncio.shield(answer)

    def _ended(self, sender: str, action: str, done: "asyncio.Future[Answered]") -> None:
        known = self._find(sender, action)
        if known is None:
            return
        if done.cancelled() or done.exception() is not None:
            # It may be sent again: nothing is known of it.
            del self._known[sender][action]
        else:
            self._known[sender][action] = replace(known, answer=done.result())

    def _find(self, sender: str, action: str) -> _Known | None:
        of_sender = self._known.get(sender)
        return None if of_sender is None else of_sender.get(action)

    def _keep(self, sender: str, known: _Known) -> None:
        own = self._known.setdefault(sender, OrderedDict())
        self._known.move_to_end(sender)
        own[known.action.id] = known
        if len(own) > OF_ONE_AT_MOST:
            own.popitem(last=False)
        if len(self._known) > SOURCES_AT_MOST:
            self._known.popitem(last=False)


def _asked(action: StaffAction) -> StaffAction:
    """Without what monitord itself adds each time."""
    match action:
        case Admit():
            return replace(action, session="")
        case CheckSuite():
            return replace(action, findings=())
        case SwapDevice():
            return replace(action, entry="", with_entry="")
    return action
