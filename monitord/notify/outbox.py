"""The outbox: one worker a destination, at least once, in order within an alarm.

What the engine decided waits here until its destination took it; a slow or dead one delays no
other. A message that cannot be delivered is a fault that the engine alarms about by another route
(design invariant 13). After a crash the journal's rows are queued again under the same keys.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import structlog

from monitord.driver import Clock
from monitord.errors import NotifyError
from monitord.model import EPOCH, SECOND, Cause, Fault, Instant, Notify, Reason, Span
from monitord.notify.notifier import Channel

_log = structlog.get_logger()

QUEUE_AT_MOST = 1000
# Waiting messages of one destination. When full, repetitions and reminders are shed, oldest
# first, and counted; a start, a worsening or an end never.
SHEDDABLE = frozenset({Reason.REPEATED, Reason.REMINDER})
ATTEMPT_S = 10.0
# A destination that has not answered by then has failed this attempt.
FIRST_PAUSE: Span = SECOND // 2
LONGEST_PAUSE: Span = 15 * SECOND
# Half of the shortest tier time (30 s, reference clinical section 7): at least two tries a tier.
FAILED_AFTER = 2
# Attempts in a row without success before the destination itself is a fault.


@dataclass(slots=True)
class _Waiting:
    """One message and how its delivery stands."""

    notify: Notify
    durable: bool
    attempts: int = 0
    next_at: Instant = EPOCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One attempt's end: `error` None when it arrived, `next_at` None when it is given up."""

    key: str
    at: Instant
    error: str | None = None
    next_at: Instant | None = None


Report = Callable[[Fault], None]
Settle = Callable[[Outcome], None]


class Worker:
    """Delivers to one destination; its messages wait in memory, their rows in the journal."""

    def __init__(
        self,
        name: str,
        channel: Channel,
        *,
        clock: Clock,
        random: Random,
        report: Report,
        settle: Settle,
    ) -> None:
        self.name = name
        self.failures = 0
        """Attempts in a row that failed; 0 when the last one arrived."""
        self.shed = 0
        self.last_error = ""
        self._channel = channel
        self._clock = clock
        self._random = random
        self._report = report
        self._settle = settle
        self._queue: list[_Waiting] = []
        self._wake = asyncio.Event()

    def __len__(self) -> int:
        return len(self._queue)

    def put(self, notify: Notify, *, durable: bool) -> None:
        """Queues a message; a full queue sheds its oldest repetition first."""
        if len(self._queue) >= QUEUE_AT_MOST:
            self._shed_one()
        self._queue.append(_Waiting(notify, durable))
        self._wake.set()

    def withdraw(self, alarm: str) -> None:
        """Nothing queued for this alarm is told any more."""
        self._queue = [w for w in self._queue if w.notify.line.id != alarm]

    def _shed_one(self) -> None:
        for number, waiting in enumerate(self._queue):
            if waiting.notify.reason in SHEDDABLE:
                del self._queue[number]
                self.shed += 1
                return

    def _next(self, now: Instant) -> tuple[_Waiting | None, Instant | None]:
        """The message to send, or when to look again: worst first, in order within an alarm."""
        heads: dict[str, _Waiting] = {}
        for waiting in self._queue:
            heads.setdefault(waiting.notify.line.id, waiting)
        ready = [w for w in heads.values() if w.next_at <= now]
        if ready:
            return max(ready, key=lambda w: w.notify.line.priority), None
        return None, min((w.next_at for w in heads.values()), default=None)

    async def run(self) -> None:
        """Delivers until cancelled."""
        try:
            while True:
                waiting, look_again = self._next(self._clock.now())
                if waiting is not None:
                    await self._attempt(waiting)
                    continue
                await self._nap(look_again)
        finally:
            await self._channel.close()

    async def _nap(self, look_again: Instant | None) -> None:
        """Until something is queued, or the next try is due."""
        self._wake.clear()
        woken = asyncio.create_task(self._wake.wait(), name=f"wake {self.name}")
        waits: set[asyncio.Task[Any]] = {woken}
        if look_again is not None:
            pause = self._clock.sleep((look_again - self._clock.now()) / SECOND)
            waits.add(asyncio.ensure_future(pause))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _attempt(self, waiting: _Waiting) -> None:
        waiting.attempts += 1
        notify = waiting.notify
        try:
            async with asyncio.timeout(ATTEMPT_S):
                await self._channel.send(notify, durable=waiting.durable)
        except NotifyError as error:
            self._failed(waiting, str(error), retry=error.retry)
        except TimeoutError:
            self._failed(waiting, f"no answer within {ATTEMPT_S:g} s", retry=True)
        except Exception as error:  # noqa: BLE001 - the one catch-all around a plug-in
            self._failed(waiting, f"the notifier crashed: {error!r}", retry=True)
        else:
            self._done(waiting)
            self._settle(Outcome(key=notify.key, at=self._clock.now()))
            if self.failures:
                _log.info("destination_back", destination=self.name)
                if self.failures >= FAILED_AFTER:
                    self._report(_fault(self.name, present=False))
            self.failures = 0

    def _failed(self, waiting: _Waiting, error: str, *, retry: bool) -> None:
        now = self._clock.now()
        self.failures += 1
        self.last_error = error
        if self.failures == 1:
            _log.warning("destination_failed", destination=self.name, error=error)
        if self.failures == FAILED_AFTER or not retry:
            self.failures = max(self.failures, FAILED_AFTER)
            self._report(_fault(self.name, present=True, detail=error))
        if not retry:
            self._done(waiting)
            self._settle(Outcome(key=waiting.notify.key, at=now, error=error))
            return
        ceiling = min(LONGEST_PAUSE, FIRST_PAUSE << min(waiting.attempts, 8))
        waiting.next_at = Instant(now + round(self._random.uniform(0.5, 1) * ceiling))
        self._settle(Outcome(key=waiting.notify.key, at=now, error=error, next_at=waiting.next_at))

    def _done(self, waiting: _Waiting) -> None:
        if waiting in self._queue:
            self._queue.remove(waiting)


def _fault(name: str, *, present: bool, detail: str = "") -> Fault:
    return Fault(cause=Cause.DESTINATION, subject=name, present=present, detail=detail[:200])


class Outbox:
    """All destinations of the suite."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        *,
        clock: Clock,
        random: Random,
        report: Report,
        settle: Settle,
    ) -> None:
        self.workers = {
            name: Worker(name, channel, clock=clock, random=random, report=report, settle=settle)
            for name, channel in channels.items()
        }
        self.unknown = 0
        """Messages for a destination that the suite file does not know (any more)."""

    def put(self, notify: Notify, *, durable: bool) -> None:
        """Queues a message for its destination."""
        worker = self.workers.get(notify.destination)
        if worker is None:
            self.unknown += 1
            return
        worker.put(notify, durable=durable)

    def withdraw(self, alarm: str) -> None:
        """Nothing queued for this alarm is told any more, anywhere."""
        for worker in self.workers.values():
            worker.withdraw(alarm)

    def restore(self, queued: Iterable[Notify]) -> None:
        """What the journal still holds from before a restart, oldest first."""
        for notify in queued:
            self.put(notify, durable=True)

    async def run(self) -> None:
        """Delivers until cancelled."""
        async with asyncio.TaskGroup() as group:
            for name, worker in self.workers.items():
                group.create_task(worker.run(), name=f"destination {name}")
