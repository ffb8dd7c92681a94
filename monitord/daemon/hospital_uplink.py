"""Keeps the suite's way to its hospital, where its file names one: supervised as a device is, and like none an alarm's way."""

import asyncio
from random import Random

from monitord.config.database_place import kept_folder
from monitord.config.suite.suite import Suite
from monitord.daemon.health.metrics import Metrics
from monitord.daemon.health.self_fault import self_fault
from monitord.daemon.host.hospital_answers import HospitalAnswers
from monitord.daemon.host.station_host import StationHost
from monitord.daemon.sequencing.clock import LiveClock
from monitord.daemon.sequencing.sequencer import Sequencer
from monitord.driver import supervise
from monitord.hospital.suite_side import HOSPITAL
from monitord.model import Cause, Fault, Frame, Instant, Wave
from monitord.store.journal.journal import Journal


def start_uplink(
    group: asyncio.TaskGroup,
    suite: Suite,
    *,
    host: StationHost,
    journal: Journal,
    sequencer: Sequencer,
    answers: HospitalAnswers,
    metrics: Metrics,
    clock: LiveClock,
    random: Random,
) -> None:
    """As a task of the group; nothing where the suite belongs to no hospital."""
    link = suite.hospital
    if link is None:
        return

    # Its library is an extra, which a suite without a hospital needs not.
    from monitord.hospital.uplink import Uplink, UplinkDriver  # noqa: PLC0415

    def heard(item: Frame | Fault | Wave, _at: Instant) -> None:
        if isinstance(item, Fault):
            sequencer.report(
                self_fault(Cause.HOSPITAL, HOSPITAL, item.detail if item.present else None)
            )

    uplink = Uplink(
        host,
        journal,
        link,
        kept_folder(suite.database),
        take=answers.take,
        taken=metrics.to_hospital,
    )
    supervise(group, UplinkDriver(uplink), HOSPITAL, link, emit=heard, clock=clock, random=random)
