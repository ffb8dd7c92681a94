"""Answers that came by a destination, as staff actions: checked for authority, each counted once.

A destination may answer only with the words that the suite file allows it, and only alarms that it
was told of. The same key gives the same result, however often it comes.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from uuid import NAMESPACE_URL, uuid5

import structlog

from monitord.config.suite import Suite
from monitord.daemon.sequencer import Sequencer
from monitord.engine.state import AlarmState
from monitord.model import Accept, Acknowledge, Reject
from monitord.notify.notifier import Reply

_log = structlog.get_logger()

KEYS_AT_MOST = 1000
# Answers that are remembered; an older one that comes again finds its alarm answered or over.
_ACTIONS = {"accept": Accept, "acknowledge": Acknowledge, "reject": Reject}


class AnswerDesk:
    """Takes replies for the outbox; `suite` gives the settings that are current."""

    def __init__(self, suite: Callable[[], Suite], sequencer: Sequencer) -> None:
        self._suite = suite
        self._sequencer = sequencer
        self._taken: OrderedDict[tuple[str, str], asyncio.Future[str | None]] = OrderedDict()

    async def take(self, destination: str, reply: Reply) -> str | None:
        """Why it does not count; None when it does."""
        key = destination, reply.key
        if (known := self._taken.get(key)) is not None:
            return await asyncio.shield(known)
        result = asyncio.ensure_future(self._act(destination, reply))
        self._taken[key] = result
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
        bound = self._suite().destinations.get(destination)
        if bound is None or reply.word not in getattr(bound.config, "answers", ()):
            return f"{destination} may not {reply.word}"
        found = self._find(reply.alarm)
        if found is None:
            return "this alarm is over, or there was none"
        bed, alarm = found
        if destination not in alarm.telling.told:
            return f"{destination} was not told of this alarm"
        action = _ACTIONS[reply.word](
            # The same after a restart: the engine knows an action by its id.
            id=uuid5(NAMESPACE_URL, f"{destination}/{reply.key}").hex,
            by=reply.by,
            alarm=reply.alarm,
            reason=reply.reason,
        )
        answered = await self._sequencer.act(bed, action, source=destination)
        return answered.refused

    def _find(self, alarm_id: str) -> tuple[str | None, AlarmState] | None:
        for bed, engine in self._sequencer.engines.items():
            for track in engine.state.tracks:
                if track.alarm is not None and track.alarm.id == alarm_id:
                    return bed, track.alarm
        return None
