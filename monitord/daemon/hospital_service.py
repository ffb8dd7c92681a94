"""`monitord hospital`: a worker, or the hospital's own daemon with its overview and second line."""

import asyncio
import socket
from pathlib import Path
from random import Random
from uuid import uuid4

import structlog
from fastapi import FastAPI

from monitord.config.suite.hospital_file import Hospital, read_hospital
from monitord.daemon.daemon import Daemon, Environment
from monitord.daemon.sequencing.clock import LiveClock
from monitord.daemon.service import run_until_signal
from monitord.daemon.suite.journal_opening import open_record
from monitord.hospital.cluster_setup import ClusterPlan
from monitord.hospital.hospital_worker import HospitalWorker
from monitord.hospital.overview import Overview
from monitord.hospital.overview_routes import add_overview
from monitord.hospital.second_line import SecondLine
from monitord.plugins import load_plugins
from monitord.station.host import Host

_log = structlog.get_logger()

LEASE_S = 3.0
"""A worker that dies is replaced within this, and what its partitions must be read again."""


def plan_of(hospital: Hospital) -> ClusterPlan:
    """What its file asks of the cluster."""
    return ClusterPlan(
        partitions=hospital.partitions,
        replicas=hospital.replicas,
        retention=hospital.retention,
        lease_s=LEASE_S,
        disk_mb=hospital.disk_mb,
    )


def run_worker(path: Path, name: str) -> None:
    """Until SIGINT or SIGTERM."""
    hospital = read_hospital(path, load_plugins())
    called = name or f"{socket.gethostname()}-{uuid4().hex[:6]}"
    _log.info("worker_starting", worker=called, partitions=hospital.partitions)
    worker = HospitalWorker(hospital.access, plan_of(hospital), called, Random())
    asyncio.run(run_until_signal(worker.run()))
    _log.info("stopped")


def run_hospital(path: Path) -> None:
    """Until SIGINT or SIGTERM: the overview, and the second line with a record of its own."""
    asyncio.run(_hospital(path))


async def _hospital(path: Path) -> None:
    hospital = read_hospital(path, load_plugins())
    opened = open_record(hospital.own.database)
    with opened.journal as journal:
        clock = LiveClock(not_before=journal.last_instant())
        around = around_overview(hospital)
        daemon = Daemon(hospital.own, journal, clock, around, opened.faults)
        await run_until_signal(daemon.run())
    _log.info("stopped")


def around_overview(hospital: Hospital) -> Environment:
    """What a daemon without beds needs to be a hospital's."""
    overview = Overview(hospital.access, plan_of(hospital), hospital.suites, hospital.silent_after)

    async def beside(host: Host) -> None:
        line = SecondLine(overview, host.suite_state, host.report)
        async with asyncio.TaskGroup() as group:
            group.create_task(overview.run(), name="overview")
            group.create_task(line.run(), name="second line")

    def pages(app: FastAPI, _host: Host) -> None:
        add_overview(app, overview, hospital.units, hospital.name)

    return Environment(ready=lambda port: _log.info("ready", port=port), pages=pages, beside=beside)
