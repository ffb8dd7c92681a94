"""What can be tried before the suite opens: each device, each destination, clock, disk and record."""

import asyncio
import shutil
import sys
from pathlib import Path

from monitord.config.checks.route_table import IN_LOG, log_destinations
from monitord.daemon.current_suite import CurrentSuite
from monitord.daemon.health.clock_check import CLOCK_APART
from monitord.daemon.health.heartbeats_and_tests import test_of
from monitord.daemon.lines.device_lines import Devices
from monitord.daemon.sequencing.clock import LiveClock
from monitord.daemon.sequencing.sequencer import Sequencer
from monitord.model import SECOND, Attempt, Finding
from monitord.notify.channels.terminal import goes_into_log
from monitord.notify.delivery_queue import ATTEMPT_S
from monitord.notify.outbox_dispatcher import OutboxDispatcher

ANSWER_S = ATTEMPT_S + 2.0
# One whole attempt, and the way there and back.
DISK_FREE = 1 << 30
# Bytes, proposed: below this somebody should look before patients come.


class Opening:
    """Reads the parts of a running daemon, and sends a test to every destination."""

    def __init__(
        self,
        *,
        current: CurrentSuite,
        devices: Devices,
        outbox: OutboxDispatcher,
        clock: LiveClock,
        journal: Path | None,
        sequencer: Sequencer,
    ) -> None:
        self._current = current
        self._devices = devices
        self._outbox = outbox
        self._clock = clock
        self._journal = journal
        self._sequencer = sequencer
        self._waiting: dict[str, asyncio.Future[Attempt]] = {}
        self._logs: frozenset[str] = frozenset()

    def settled(self, outcome: Attempt) -> None:
        """An attempt of the outbox ended; perhaps that of a test."""
        waiting = self._waiting.get(outcome.key)
        if waiting is not None and not waiting.done():
            waiting.set_result(outcome)

    async def check(self) -> list[Finding]:
        """Everything, the destinations all at once; takes at most `ANSWER_S`."""
        self._logs = log_destinations(self._current.suite, into_log=goes_into_log(sys.stderr))
        tests = (self._destination(name) for name in self._outbox.workers)
        return [*self._heard(), *await asyncio.gather(*tests), *self._machine()]

    def _heard(self) -> list[Finding]:
        beds = self._current.suite.beds
        return [
            Finding(
                what=f"{beds[bed].label} {name}",
                ok=bool(link.up),
                says="heard" if link.up else "not heard: is it on, and plugged in?",
            )
            for bed, name, link in self._devices
            if bed in beds
        ]

    async def _destination(self, name: str) -> Finding:
        """A test message there; the time until the destination said that it has it."""
        loop = asyncio.get_running_loop()
        test = test_of(self._current.suite.name, name, self._clock.now())
        waiting = self._waiting[test.key] = loop.create_future()
        began = loop.time()
        try:
            self._outbox.put(test, durable=True)
            async with asyncio.timeout(ANSWER_S):
                outcome = await waiting
            error = outcome.error
        except TimeoutError:
            error = f"no answer within {ANSWER_S:g} s"
        finally:
            self._waiting.pop(test.key, None)
        if name in self._logs:
            error = error or IN_LOG
        took = f"test taken after {loop.time() - began:.1f} s"
        return Finding(what=f"destination {name}", ok=error is None, says=error or took)

    def _machine(self) -> list[Finding]:
        offset, recorded = self._clock.offset(), not self._sequencer.behind
        found = [
            Finding(
                what="clock",
                ok=abs(offset) <= CLOCK_APART,
                says=f"{round(offset / SECOND, 1) + 0.0:+.1f} s from elapsed time",
            ),
            Finding(
                what="record",
                ok=recorded,
                says="is written" if recorded else "cannot be written",
            ),
        ]
        if self._journal is not None:
            free = shutil.disk_usage(self._journal.parent).free
            says = f"{free / (1 << 30):.1f} GB free"
            found.append(Finding(what="disk", ok=free >= DISK_FREE, says=says))
        return found
