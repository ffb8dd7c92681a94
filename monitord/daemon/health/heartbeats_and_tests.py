"""Proof that the way out works: signs of life to who misses them, test messages on a schedule, and the audit
chain's head to whoever keeps it.

A destination that does not take its test is a fault like any other that does not deliver, and an
alarm by another route until something arrives there.
"""

import asyncio

import structlog

from monitord.config.suite.time_zone import local_minute_of
from monitord.daemon.current_suite import CurrentSuite
from monitord.daemon.health.liveness import Liveness
from monitord.daemon.sequencing.clock import LiveClock
from monitord.model import (
    MINUTE,
    SECOND,
    AlarmEvent,
    AlarmLine,
    AlarmPhase,
    Instant,
    Kind,
    Notify,
    Priority,
    Reason,
    Span,
    iso,
)
from monitord.notify.notifier import Pulse
from monitord.notify.outbox_dispatcher import OutboxDispatcher
from monitord.store.journal.journal import Journal

_log = structlog.get_logger()

TEST = "delivery_test"
FIRST_HEAD_S = 60.0
EVERY_HEAD_S = 3600.0
# What was changed within the last hour cannot be told from what was so.
_IDLE_S = 30.0
# How often settings without a heartbeat are looked at again.


class DeliveryCheck:
    """Runs beside the outbox."""

    def __init__(
        self,
        current: CurrentSuite,
        outbox: OutboxDispatcher,
        clock: LiveClock,
        alive: Liveness,
        journal: Journal,
    ) -> None:
        self._current = current
        self._outbox = outbox
        self._clock = clock
        self._alive = alive
        self._journal = journal

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._heartbeat(), name="heartbeat")
            group.create_task(self._tests(), name="tests of destinations")
            group.create_task(self._heads(), name="audit head")

    async def _heartbeat(self) -> None:
        """Only while alarms can come out; a slow receiver delays no other, and no next beat."""
        async with asyncio.TaskGroup() as group:
            beating: asyncio.Task[None] | None = None
            while True:
                suite = self._current.suite
                heartbeat = suite.heartbeat
                if heartbeat is None:
                    await self._clock.sleep(_IDLE_S)
                    continue
                every_s = heartbeat.every / SECOND
                if self._alive.beating and (beating is None or beating.done()):
                    showing = self._outbox.pulse(heartbeat.to, self._pulse(every_s))
                    beating = group.create_task(showing, name="heartbeat now")
                await self._clock.sleep(every_s)

    def _pulse(self, every_s: float) -> Pulse:
        head = str(self._journal.head)
        name = self._current.suite.name
        return Pulse(suite=name, at=self._clock.now(), every_s=every_s, head=head)

    async def _heads(self) -> None:
        """To the system log and every syslog, each hour: what is changed later no longer ends in it.

        `monitord verify --head N:HASH` takes it back.
        """
        pause_s = FIRST_HEAD_S
        while True:
            await self._clock.sleep(pause_s)
            pause_s = EVERY_HEAD_S
            pulse = self._pulse(pause_s)
            _log.info("audit_head", head=pulse.head)
            await self._outbox.keep_head(pulse)

    async def _tests(self) -> None:
        last = self._clock.now()
        while True:
            await self._clock.sleep(1)
            now = self._clock.now()
            suite = self._current.suite
            if suite.tests is not None and _passed(suite.zone, suite.tests.at, last, now):
                for name in suite.tests.to:
                    self._outbox.put(test_of(suite.name, name, now), durable=True)
            last = now


def _passed(zone: str, minutes: tuple[int, ...], last: Instant, now: Instant) -> bool:
    """Whether one of these minutes of the day began after `last`, up to `now`."""
    steps: Span = max(1, now // MINUTE - last // MINUTE)
    if now // MINUTE == last // MINUTE:
        return False
    begun = (Instant(now - step * MINUTE) for step in range(min(steps, 24 * 60)))
    return any(local_minute_of(zone, at) in minutes for at in begun)


def test_of(suite: str, destination: str, at: Instant) -> Notify:
    """A message that says that it is a test; no engine knows of it."""
    alarm = f"test/{destination}/{iso(at)}"
    line = AlarmLine(
        id=alarm,
        at=at,
        suite=suite,
        bed=None,
        session=None,
        alarm=TEST,
        signal=None,
        event=AlarmEvent.START,
        priority=Priority.LOW,
        kind=Kind.TASK,
        value=None,
        unit=None,
        limit=None,
        since=at,
        phase=None,
        protocol=None,
        reason=Reason.SCHEDULED,
        text=f"TEST of {destination}: alerts arrive here, nothing to do",
        simulated=False,
        state=AlarmPhase.ACTIVE,
    )
    return Notify(
        key=alarm,
        destination=destination,
        tier=0,
        reason=Reason.SCHEDULED,
        line=line,
        opens=True,
    )
