"""A hospital in the test's own loop: its daemon with the overview, a worker, and who asks it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import httpx2

from monitord.config.suite.hospital_file import Hospital, read_hospital
from monitord.daemon.daemon import Daemon
from monitord.daemon.hospital_service import around_overview, plan_of
from monitord.daemon.sequencing.clock import LiveClock
from monitord.hospital.hospital_worker import HospitalWorker
from monitord.model import AlarmLine
from monitord.plugins import load_plugins
from monitord.store.journal.journal import Journal
from tests.peers import GENEROUS_S, until


def hospital_file(folder: Path, servers: list[str], **more: Any) -> Path:
    """A hospital of the suites `ward` and `north`, which tells nobody but its record."""
    told = {"tiers": [{"to": ["desk"]}], "repeat": "60s"}
    document = {
        "hospital": "clinic",
        "cluster": {"servers": servers, "nkey_file": "hospital.nk"},
        "units": {"medicine": {"suites": ["ward"]}, "surgery": {"suites": ["north"]}},
        "partitions": 4,
        "replicas": 1,
        "disk_mb": 100,
        "silent_after": "15s",
        "database": "hospital.db",
        "destinations": {"desk": {"notifier": "command", "run": ["/bin/true"]}},
        "routes": {"high": told, "medium": told},
        "station": {"port": 0, "open": True},
    } | more
    path = folder / "hospital.yaml"
    path.write_text(json.dumps(document))
    return path


class AtHospital:
    """The hospital's daemon: its alarm lines, and its overview over HTTP."""

    def __init__(self, hospital: Hospital, port: int, lines: list[AlarmLine]) -> None:
        self.hospital = hospital
        self.lines = lines
        self.client = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=GENEROUS_S)

    def told(self, cause: str, event: str) -> list[AlarmLine]:
        return [
            line
            for line in self.lines
            if line.alarm.startswith(f"{cause}:") and line.event == event
        ]

    async def view(self) -> dict[str, Any]:
        answer = await self.client.get("/api/hospital")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def answer(self, bed: dict[str, Any], **more: Any) -> tuple[int, str]:
        alarm = bed["tile"]["alarms"][0]
        body = {
            "by": "anna",
            "suite": bed["suite"],
            "alarm": alarm["id"],
            "word": "acknowledge",
            "news": alarm["news"],
            "seq": bed["seq"],
        } | more
        answer = await self.client.post("/api/hospital/answers", json=body)
        return answer.status_code, answer.text


@asynccontextmanager
async def hospital_running(path: Path, *, workers: bool = True) -> AsyncIterator[AtHospital]:
    hospital = read_hospital(path, load_plugins())
    lines: list[AlarmLine] = []
    serving: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def ready(port: int) -> None:
        if not serving.done():
            serving.set_result(port)

    around = replace(
        around_overview(hospital), ready=ready, heard=lambda line, _durable: lines.append(line)
    )
    with Journal.open(hospital.own.database) as journal:
        clock = LiveClock(not_before=journal.last_instant())
        daemon = Daemon(hospital.own, journal, clock, around)
        tasks = [asyncio.ensure_future(daemon.run())]
        if workers:
            worker = HospitalWorker(hospital.access, plan_of(hospital), "one", Random(1))
            tasks.append(asyncio.ensure_future(worker.run()))
        await until(lambda: serving.done() or tasks[0].done())
        if tasks[0].done():
            tasks[0].result()
        found = AtHospital(hospital, serving.result(), lines)
        try:
            yield found
        finally:
            await found.client.aclose()
            for task in tasks:
                task.cancel()
            for task in tasks:
                with contextlib.suppress(asyncio.CancelledError):
                    await task
