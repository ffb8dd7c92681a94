"""The outbox hands each message to the queue of its destination; a slow or dead one delays no other.

`delivery_queue.py` keeps it until the destination took it. After a crash the journal's rows are queued again under the
same keys. What is confidential reaches a channel as its public line, unless the
destination may have it whole: a channel need not know which alarms those are.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import partial
from random import Random

from monitord.driver import Clock
from monitord.model import Attempt, Cause, Fault, Notify, public_line
from monitord.notify.delivery_queue import Refused, Report, Settle, Worker, nobody_else
from monitord.notify.notifier import Channel, Pulse, Reply

Desk = Callable[[str, Reply], Awaitable[str | None]]
"""Takes an answer that came by the destination of this name; see `notifier.Answers`."""


class OutboxDispatcher:
    """All destinations of the suite; without a `desk` nobody can answer through them.

    Those that are `confidential` are told the whole of a confidential alarm.
    """

    def __init__(
        self,
        channels: Mapping[str, Channel],
        *,
        clock: Clock,
        random: Random,
        report: Report,
        settle: Settle,
        suite: str = "",
        desk: Desk | None = None,
        refused: Refused = nobody_else,
        confidential: Collection[str] = (),
    ) -> None:
        self._confidential = frozenset(confidential)
        self._make = partial(
            Worker, clock=clock, random=random, report=report, settle=settle, refused=refused
        )
        self._group: asyncio.TaskGroup | None = None
        self._tasks: dict[str, list[asyncio.Task[None]]] = {}
        self._clock = clock
        self._settle = settle
        self._report = report
        self._suite = suite
        self._desk = desk
        self.workers = {name: self._make(name, channel) for name, channel in channels.items()}
        self._unknown: set[str] = set()
        """Destinations that an open session's routes name, and the suite file no longer."""

    def put(self, notify: Notify, *, durable: bool) -> None:
        """Queues a message for its destination."""
        worker = self.workers.get(notify.destination)
        if worker is None:
            self._miss(notify)
            return
        worker.put(self._as_told(notify), durable=durable)

    def _as_told(self, notify: Notify) -> Notify:
        """As its destination may be told it."""
        if notify.destination in self._confidential or not notify.line.confidential:
            return notify
        return replace(notify, line=public_line(notify.line))

    def _miss(self, notify: Notify) -> None:
        """Nobody can be told this way: that is an alarm by another (invariant 13)."""
        name, error = notify.destination, "alarms go there, and the suite file does not know it"
        self._settle(Attempt(key=notify.key, at=self._clock.now(), error=error))
        if name not in self._unknown:
            self._unknown.add(name)
            self._report(Fault(cause=Cause.DESTINATION, subject=name, present=True, detail=error))

    def withdraw(self, alarm: str) -> None:
        """Nothing queued for this alarm is told any more, anywhere."""
        for worker in self.workers.values():
            worker.withdraw(alarm)

    def restore(self, queued: Iterable[Notify]) -> None:
        """What the journal still holds from before a restart, oldest first."""
        for notify in queued:
            self.put(notify, durable=True)

    async def pulse(self, names: Iterable[str], pulse: Pulse) -> None:
        """A sign of life by these destinations, all at once."""
        workers = [self.workers[name] for name in names if name in self.workers]
        await asyncio.gather(*(worker.pulse(pulse) for worker in workers))

    async def keep_head(self, pulse: Pulse) -> None:
        """The audit chain's head by every destination that keeps it without being asked for signs of life."""
        await asyncio.gather(*(worker.keep_head(pulse) for worker in self.workers.values()))

    async def run(self) -> None:
        """Delivers until cancelled."""
        async with asyncio.TaskGroup() as self._group:
            for name in self.workers:
                self._start(self._group, name)
            # It stands although every destination may be replaced.
            await asyncio.get_running_loop().create_future()

    def _start(self, group: asyncio.TaskGroup, name: str) -> None:
        worker = self.workers[name]
        tasks = [group.create_task(worker.run(), name=f"destination {name}")]
        if self._desk is not None:
            listening = worker.listen(self._suite, partial(self._desk, name))
            tasks.append(group.create_task(listening, name=f"answers {name}"))
        self._tasks[name] = tasks

    def rebind(
        self,
        channels: Mapping[str, Channel],
        gone: Iterable[str],
        confidential: Collection[str] = (),
    ) -> None:
        """New channels for these destinations; what waits goes by them. Those `gone` are ended."""
        self._confidential = frozenset(confidential)
        for name in (*channels, *gone):
            for task in self._tasks.pop(name, ()):
                task.cancel()
            old = self.workers.pop(name, None)
            self._unknown.discard(name)
            if name not in channels:
                self._report(Fault(cause=Cause.DESTINATION, subject=name, present=False))
            if name in channels:
                self.workers[name] = self._make(name, channels[name])
                if old is not None:
                    self.workers[name].inherit(old, self._as_told)
                if self._group is not None:
                    self._start(self._group, name)
