"""The daemon's parts, introduced to each other and run together.

Data flows one way: devices and staff -> sequencer -> engine -> journal -> outbox and station.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from fastapi import FastAPI

from monitord.config.database_place import copy_folders, place_of
from monitord.config.suite.certificate_files import certificate_files
from monitord.config.suite.suite import Suite
from monitord.config.suite.time_zone import wall_clock
from monitord.daemon.current_suite import CurrentSuite
from monitord.daemon.dispatch import Dispatch, Heard
from monitord.daemon.health.certificate_expiry import CertificateWatch
from monitord.daemon.health.clock_check import clock_set_back
from monitord.daemon.health.gc_tuning import steady, tune_gc
from monitord.daemon.health.health import Health
from monitord.daemon.health.heartbeats_and_tests import DeliveryCheck
from monitord.daemon.health.journal_maintenance import maintain_journal
from monitord.daemon.health.liveness import Liveness
from monitord.daemon.health.metrics import Metrics
from monitord.daemon.health.self_checks import run_self_checks
from monitord.daemon.health.systemd import Systemd
from monitord.daemon.hospital_uplink import start_uplink
from monitord.daemon.host.actions_once import ActionResults
from monitord.daemon.host.deliveries import Deliveries
from monitord.daemon.host.hospital_answers import HospitalAnswers
from monitord.daemon.host.replies_as_actions import RepliesAsActions
from monitord.daemon.host.station_host import StationHost
from monitord.daemon.host.station_server import StationServer
from monitord.daemon.host.suite_opening import Opening
from monitord.daemon.lines.device_lines import Devices
from monitord.daemon.logs import SESSION_OF
from monitord.daemon.numerics_feed import NumericsFeed
from monitord.daemon.sequencing.clock import LiveClock
from monitord.daemon.sequencing.recovery_copy_writer import RecoveryCopyWriter
from monitord.daemon.sequencing.sequencer import Sequencer
from monitord.daemon.suite.device_swap import Swaps
from monitord.daemon.suite.engines import Engines
from monitord.daemon.suite.reload import SuiteBinder
from monitord.model import Attempt, Fault, Frame, Instant, Wave
from monitord.notify.outbox_dispatcher import OutboxDispatcher
from monitord.station.host import Host, WaveBlock
from monitord.store.journal.journal import Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What differs between the service, the demo and a test."""

    notice: str = ""
    heard: Heard | None = None
    ready: Callable[[int], None] = lambda _port: None
    random: Random = field(default_factory=Random)
    pages: Callable[[FastAPI, Host], None] | None = None
    """Adds to what the station serves."""
    beside: Callable[[Host], Coroutine[Any, Any, None]] | None = None
    """Runs as long as the daemon does."""


class Daemon:
    """One suite on one journal; `host` is what the station, the demo and tests see of it."""

    def __init__(
        self,
        suite: Suite,
        journal: Journal,
        clock: LiveClock,
        around: Environment,
        faults: Sequence[Fault] = (),
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._first_faults = faults
        self.started = asyncio.Event()
        """Set once engines are there and take events."""
        self._current = current = CurrentSuite(suite)
        self._systemd = systemd = Systemd()
        copies = RecoveryCopyWriter(
            journal, clock, place_of(suite.database), copy_folders(suite.database)
        )
        self._sequencer = sequencer = Sequencer(journal, {}, clock, copies)
        sequencer.renewed = self._repeat_settings
        self._devices = devices = Devices(
            suite,
            self._heard,
            sequencer.report,
            clock,
            around.random,
            recorded=sequencer.record_waiters.recorded,
        )
        self._results = results = ActionResults()
        replies = RepliesAsActions(current, sequencer, results, clock.now)
        self._around = around
        self._outbox = outbox = OutboxDispatcher(
            {
                name: destination.open(place_of(suite.database))
                for name, destination in suite.destinations.items()
            },
            clock=clock,
            random=around.random,
            report=sequencer.report,
            settle=self._settled,
            suite=suite.name,
            desk=replies.take,
            refused=replies.refused,
            confidential=suite.confidential,
        )
        self._deliveries = Deliveries(journal, sequencer)
        self._opening = Opening(
            current=current,
            sequencer=sequencer,
            devices=devices,
            outbox=outbox,
            clock=clock,
            journal=journal.database.path,
        )
        self._engines = Engines(journal, sequencer, systemd)
        self._binder = SuiteBinder(
            current=current,
            sequencer=sequencer,
            engines=self._engines,
            outbox=outbox,
            devices=devices,
            systemd=systemd,
        )
        self.reload = self._binder.reload
        self._alive = Liveness(sequencer, systemd)
        self._numerics = NumericsFeed(current, sequencer, outbox, clock)
        self._proof = DeliveryCheck(current, outbox, clock, self._alive, journal)
        self._certificates = CertificateWatch(
            lambda: certificate_files(current.suite),
            clock.now,
            sequencer.report,
            self._engines.failing_by_certificate,
        )
        health = Health(
            current=current,
            certificates=self._certificates,
            sequencer=sequencer,
            outbox=outbox,
            devices=devices,
            clock=clock,
            alive=self._alive,
        )
        self._metrics = Metrics(health.gauges)
        self.host = StationHost(
            current=current,
            journal=journal,
            clock=clock,
            sequencer=sequencer,
            engines=self._engines,
            swaps=Swaps(current, sequencer, self._binder),
            opening=self._opening,
            results=results,
            notice=around.notice,
        )
        self._station = StationServer(
            host=self.host,
            where=suite.station,
            journal=journal,
            health=health,
            metrics=self._metrics,
            systemd=systemd,
            ready=around.ready,
            zone=wall_clock(suite.zone),
            pages=around.pages,
        )
        self._dispatch = Dispatch(
            clock=clock,
            outbox=outbox,
            devices=devices,
            host=self.host,
            metrics=self._metrics,
            heard=around.heard,
        )

    async def run(self) -> None:
        """Until cancelled. Devices, station and outbox end first, then the record is completed."""
        SESSION_OF.set(self._sequencer.session_of)
        self._restore()
        tune_gc()
        sequencing = asyncio.create_task(
            self._sequencer.run(self._dispatch.release), name="sequencer"
        )
        self.started.set()
        try:
            async with asyncio.TaskGroup() as group:
                start = group.create_task
                start(_as_long_as(sequencing), name="sequencer lives")
                start(self._outbox.run(), name="outbox")
                start(self._deliveries.run(), name="outbox rows")
                start(maintain_journal(self._journal, self._sequencer), name="journal")
                start(
                    run_self_checks(self._sequencer, self._devices, self._clock, self._current),
                    name="self-checks",
                )
                start(self._alive.run(), name="signs of life")
                start(steady(), name="steady memory")
                start(self._proof.run(), name="proof")
                start(self._numerics.run(), name="numerics")
                start(self._certificates.run(), name="certificates")
                start(self._station.run(), name="station")
                if self._around.beside is not None:
                    start(self._around.beside(self.host), name="beside")
                lost = self._engines.lost_gateways()
                self._devices.connect(group, self._current.suite, *lost)
                start_uplink(
                    group,
                    self._current.suite,
                    host=self.host,
                    journal=self._journal,
                    sequencer=self._sequencer,
                    answers=HospitalAnswers(self._current, self._sequencer, self._results),
                    metrics=self._metrics,
                    clock=self._clock,
                    random=self._around.random,
                )
        finally:
            self._systemd.tell("STOPPING=1")
            self._sequencer.stop()
            await asyncio.wait({sequencing})
            self._deliveries.mark()

    def _restore(self) -> None:
        """Engines as the journal left them; each is told of the restart, then of its settings."""
        current, engines, report = self._current, self._engines, self._sequencer.report
        down_since = self._journal.last_instant()
        every = (None, *current.file.beds)
        unsure = [fault for bed in every for fault in engines.restore(bed, down_since)]
        current.suite = self._binder.with_swaps()
        engines.announce(current.suite, None, down_since)
        # Before the beds: one that is quarantined as it starts must not be taken for an old one.
        engines.end_stale_faults(current.suite, None)
        for fault in (*self._first_faults, *unsure, *clock_set_back(self._clock)):
            report(fault)
        for bed in current.suite.beds:
            engines.announce(current.suite, bed, down_since)
            engines.end_stale_faults(current.suite, bed)
        states = [engine.state for engine in self._sequencer.engines.values()]
        self._results.restore(self._journal.database, states, self._clock.now())
        self._outbox.restore(self._journal.outbox.waiting())

    def _repeat_settings(self) -> None:
        """A fresh record begins with the settings that everything in it follows from."""
        for bed in (None, *self._current.suite.beds):
            self._sequencer.offer(bed, self._current.suite.configured(bed))

    def _heard(self, bed: str, device: str, item: Frame | Fault | Wave, at: Instant) -> None:
        """What a device said."""
        if isinstance(item, Wave):
            self.host.publish(WaveBlock(bed=bed, wave=item))
            return
        if isinstance(item, Frame):
            self._metrics.arrived(bed, device, item)
        simulated = self._devices.simulated(bed, device)
        self._sequencer.offer(bed, item, at=at, source=device, simulated=simulated)

    def _settled(self, outcome: Attempt) -> None:
        """An attempt to deliver ended."""
        self._metrics.settled(outcome)
        self._deliveries.settle(outcome)
        self._opening.settled(outcome)


async def _as_long_as(task: "asyncio.Task[None]") -> None:
    """Ends the group with it, but the group's end does not end it."""
    await asyncio.shield(task)
