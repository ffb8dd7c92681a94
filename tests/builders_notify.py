"""Messages in one line, and a destination whose moods a test decides."""

import asyncio
from collections.abc import Sequence
from typing import Any

from monitord.errors import NotifyError
from monitord.model import (
    SECOND,
    AlarmEvent,
    AlarmLine,
    Attempt,
    Fault,
    Instant,
    Kind,
    Notify,
    Priority,
    Reason,
    Relation,
    Signal,
)
from monitord.notify.notifier import Bundle
from tests.peers import START

HIGH, MEDIUM, LOW = Priority.HIGH, Priority.MEDIUM, Priority.LOW


def line(alarm: str = "spo2_low", number: int = 1, **changes: Any) -> AlarmLine:
    """SpO2 84 against 85 on bed 1, 10 s after `START`, high."""
    bed = changes.get("bed", "1")
    values: dict[str, Any] = {
        "id": f"s{bed}/{alarm}/{number}",
        "at": Instant(START + 10 * SECOND),
        "suite": "ward",
        "bed": bed,
        "session": f"s{bed}",
        "alarm": alarm,
        "signal": Signal.SPO2,
        "event": AlarmEvent.START,
        "priority": HIGH,
        "kind": Kind.PHYSIOLOGICAL,
        "value": 84.0,
        "unit": "%",
        "limit": 85.0,
        "since": Instant(START + 5 * SECOND),
        "phase": "infusion",
        "protocol": "p@1#0123456789ab",
        "reason": Reason.FIRST,
        "text": "SpO2 84 < 85 for 5 s",
        "simulated": False,
        "relation": Relation.BELOW,
        "compares": "value",
    }
    return AlarmLine(**(values | changes))


def notify(
    alarm: str = "spo2_low", number: int = 1, *, to: str = "pager", n: int = 1, **changes: Any
) -> Notify:
    """A message about `line(alarm, number, **changes)`; `n` makes keys of one alarm differ."""
    told = line(alarm, number, **changes)
    return Notify(key=f"{told.id}/{n}/{to}", destination=to, tier=0, reason=told.reason, line=told)


class Moody:
    """Takes, refuses or hangs as the next of `moods` says; takes when there is none left."""

    def __init__(self, *moods: str | BaseException) -> None:
        self.moods = list(moods)
        self.tried: list[str] = []
        self.told: list[str] = []
        self.closed = False

    async def send(self, message: Notify, *, durable: bool) -> None:
        await self._take([message])

    async def _take(self, messages: Sequence[Notify]) -> None:
        self.tried += [message.key for message in messages]
        mood = self.moods.pop(0) if self.moods else "take"
        if isinstance(mood, BaseException):
            raise mood
        if mood == "hang":
            await asyncio.Event().wait()
        if mood in {"fail", "refuse"}:
            raise NotifyError("out of order", retry=mood == "fail")
        self.told += [message.key for message in messages]

    async def close(self) -> None:
        self.closed = True


class Crowd(Moody):
    """As `Moody`, for people: takes bundles."""

    def __init__(self, *moods: str | BaseException) -> None:
        super().__init__(*moods)
        self.bundles: list[Bundle] = []

    async def send_bundle(self, bundle: Bundle) -> None:
        await self._take(bundle.messages)
        self.bundles.append(bundle)


class Book:
    """What a worker reported and settled."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.outcomes: list[Attempt] = []

    def hear(self, fault: Fault) -> None:
        """A destination stands otherwise than before."""
        self.faults.append(fault)

    @property
    def story(self) -> list[tuple[str, bool]]:
        return [(fault.subject, fault.present) for fault in self.faults]

    def given_up(self) -> list[str]:
        return [o.key for o in self.outcomes if o.error is not None and o.next_at is None]

    def arrived(self) -> list[str]:
        return [o.key for o in self.outcomes if o.error is None]
