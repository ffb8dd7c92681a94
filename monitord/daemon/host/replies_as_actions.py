"""Answers that came by a destination, as staff actions: checked for authority, each counted once.

A destination may answer only with the words that the suite file allows it, and only alarms that it
was told of. The same key gives the same result, however often it comes.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from uuid import NAMESPACE_URL, uuid5

import structlog

from monitord.daemon.current_suite import CurrentSuite
from monitord.daemon.host.actions_once import ActionResults
from monitord.daemon.sequencing.sequencer import Sequencer
from monitord.engine.alarm_state import AlarmState
from monitord.engine.alarms.router import awaits_answer
from monitord.model import Accept, Acknowledge, Instant, Notify, Reject, in_words, say
from monitord.model.outside_text import one_line
from monitord.notify.notifier import Reply

_log = structlog.get_logger()

KEYS_AT_MOST = 1000
# Answers that are remembered; an older one that comes again finds its alarm answered or over.
_BY_AT_MOST, _REASON_AT_MOST = 80, 500
_ACTIONS = {"accept": Accept, "acknowledge": Acknowledge, "reject": Reject}


class RepliesAsActions:
    """Takes replies for the outbox."""

    def __init__(
        self,
        current: CurrentSuite,
        sequencer: Sequencer,
        results: ActionResults,
        now: Callable[[], Instant],
    ) -> None:
        self._current = current
        self._sequencer = sequencer
        self._results = results
        self._now = now
        self._taken: OrderedDict[tuple[str, str], tuple[Reply, asyncio.Future[str | None]]] = (
            OrderedDict()
        )

    async def take(self, destination: str, given: Reply) -> str | None:
        """Why it does not count; None when it does."""
        by, reason = (
            one_line(given.by, _BY_AT_MOST).strip(),
            one_line(given.reason, _REASON_AT_MOST),
        )
        reply = replace(given, by=by or destination, reason=reason.strip())
        key = destination, reply.key
        if (known := self._taken.get(key)) is not None:
            first, answer = known
            why = await asyncio.shield(answer)
            if (first.alarm, first.word, first.by) == (reply.alarm, reply.word, reply.by):
                return why
            if why is None:
                return self._said("no.other_answer")
        result = asyncio.ensure_future(self._act(destination, reply))
        self._taken[key] = reply, result
        while len(self._taken) > KEYS_AT_MOST:
            self._taken.popitem(last=False)
        why = await asyncio.shield(result)
        _log.info(
            "answer",
            destination=destination,
            alarm=reply.alarm,
            word=reply.word,
            by=reply.by,
            refused=why,
        )
        return why

    async def _act(self, destination: str, reply: Reply) -> str | None:
        bound = self._current.suite.destinations.get(destination)
        if bound is None or reply.word not in getattr(bound.config, "answers", ()):
            return self._said("no.destination", destination=destination, word=reply.word)
        action = _ACTIONS[reply.word](
            id=uuid5(NAMESPACE_URL, f"{destination}/{reply.key}").hex,
            by=reply.by,
            alarm=reply.alarm,
            reason=reply.reason,
        )
        # The same after a restart, which may find the alarm over that this very answer ended.
        known = self._results.again(destination, action, self._current.suite.language)
        if known is not None:
            return known.refused
        if reply.until is not None and self._now() >= reply.until:
            return self._said("no.link_over")
        found = self._find(reply.alarm)
        if found is None:
            return self._said("no.alarm_over")
        bed, alarm = found
        if destination not in alarm.telling.told:
            return self._said("no.not_told", destination=destination)
        answered = await self._results.once(
            destination,
            bed,
            action,
            lambda: self._sequencer.act(bed, action, source=destination),
            self._current.suite.language,
        )
        return answered.refused

    async def refused(self, notify: Notify, why: str) -> None:
        """A destination refused a message for good: the next tier is told, as though it had rejected."""
        found = self._find(notify.line.id)
        if found is None or not awaits_answer(found[1]):
            return
        bed, _ = found
        name = notify.destination
        key = uuid5(NAMESPACE_URL, f"{notify.key}/refused").hex
        action = Reject(id=key, by=name, alarm=notify.line.id, reason=f"not taken: {why}"[:200])
        await self._sequencer.act(bed, action, source=name)

    def _said(self, key: str, **values: str) -> str:
        return in_words(say(key, **values), self._current.suite.language)

    def _find(self, alarm_id: str) -> tuple[str | None, AlarmState] | None:
        for bed, engine in self._sequencer.engines.items():
            for track in engine.state.tracks:
                if track.standing is not None and track.standing.id == alarm_id:
                    return bed, track.standing
        return None
