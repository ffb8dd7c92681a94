"""Proof that the way out works: signs of life to who misses them, test messages on a schedule.

A destination that does not take its test is a fault like any other that does not deliver, and an
alarm by another route until something arrives there.
"""

import asyncio
from collections.abc import Callable

from monitord.config.suite import Suite
from monitord.config.zone import local_minute_of
from monitord.daemon.alive import Alive
from monitord.daemon.clock import LiveClock
from monitord.model import (
    MINUTE,
    SECOND,
    AlarmEvent,
    AlarmLine,
    Instant,
    Kind,
    Notify,
    Priority,
    Reason,
    Span,
    iso,
)
from monitord.notify.notifier import Pulse
from monitord.notify.outbox import Outbox

TEST = "delivery_test"
_IDLE_S = 30.0
# How often settings without a heartbeat are looked at again.


class Proof:
    """Runs beside the outbox; `suite` gives the settings that are current."""

    def __init__(
        self, suite: Callable[[], Suite], outbox: Outbox, clock: LiveClock, alive: Alive
    ) -> None:
        self._suite = suite
        self._outbox = outbox
        self._clock = clock
        self._alive = alive

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._heartbeat(), name="heartbeat")
            group.create_task(self._tests(), name="tests of destinations")

    async def _heartbeat(self) -> None:
        """Only while alarms can come out; a slow receiver delays no other, and no next beat."""
        async with asyncio.TaskGroup() as group:
            beating: asyncio.Task[None] | None = None
            while True:
                suite = self._suite()
                heartbeat = suite.heartbeat
                if heartbeat is None:
                    await self._clock.sleep(_IDLE_S)
                    continue
                every_s = heartbeat.every / SECOND
                if self._alive.beating and (beating is None or beating.done()):
                    pulse = Pulse(suite=suite.name, at=self._clock.now(), every_s=every_s)
                    showing = self._outbox.pulse(heartbeat.to, pulse)
                    beating = group.create_task(showing, name="heartbeat now")
                await self._clock.sleep(every_s)

    async def _tests(self) -> None:
        last = self._clock.now()
        while True:
            await self._clock.sleep(1)
            now = self._clock.now()
            suite = self._suite()
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
        kind=Kind.TECHNICAL,
        value=None,
        unit=None,
        limit=None,
        since=at,
        phase=None,
        protocol=None,
        reason=Reason.SCHEDULED,
        text=f"TEST of {destination}: alerts arrive here, nothing to do",
        simulated=False,
    )
    return Notify(key=alarm, destination=destination, tier=0, reason=Reason.SCHEDULED, line=line)
