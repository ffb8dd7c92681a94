"""A daemon in the test's own loop: suite files, fingers, an ear on the broker, staff at the desk.

Everything is real but the patients: pseudo-terminals, Mosquitto, HTTP, SQLite. `tests.ward` has the
daemon as a process of its own, to be killed.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import delete

from devices.oximeters.nonin_slow import encode_df8
from devices.readings import Oximetry
from monitord.config.suite.suite_file import read_suite
from monitord.daemon.daemon import Daemon, Environment
from monitord.daemon.sequencing.clock import LiveClock
from monitord.model import AlarmEvent, AlarmLine, Fault, Instant, from_iso
from monitord.plugins import load_plugins
from monitord.store.database import schema
from monitord.store.journal.journal import Journal
from monitord.store.line_json import line_json
from tests.mqtt_peer import MqttPeer
from tests.peers import GENEROUS_S, PseudoTerminal, until
from tests.suites import suite_document, write_suite

PROTOCOL = """\
name: brief
version: 1
title: A protocol of seconds
sources: [a test]
phases:
  - {name: pre, stage: baseline, duration: 15min}
  - {name: infusion, stage: infusion, duration: 40min}
  - {name: after, stage: recovery}
fresh: {spo2: 6s, pulse_rate: 6s, nibp_sys: 60min, nibp_dia: 60min, nibp_map: 60min}
alarms: {latching: []}
rules:
  spo2_low:
    kind: limit
    signal: spo2
    hysteresis: 2.0
    clear_delay: 1s
    levels:
      - {priority: medium, limit: "<90", delay: DELAY, source: a test}
      - {priority: high, limit: "<85", source: a test}
  spo2_absent:
    kind: stale
    signal: spo2
    levels:
      - {priority: medium, delay: 4s, source: a test}
"""

LINE_KEYS = """
    schema id at suite bed session alarm signal event priority kind value unit limit since phase
    protocol reason text simulated by inhibited_by worst worst_at value_at says
    relation compares state audio_paused confidential durable
"""


@dataclass(kw_only=True)
class Paper:
    """A suite file in a folder; `write` again after a change."""

    folder: Path
    beds: dict[str, dict[str, Any]]
    destinations: dict[str, dict[str, Any]]
    delay: str = "1s"
    repeat: str = "60s"
    port: int = 0
    rules: str = ""
    """Further rules of the protocol, as they stand in its file."""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return self.folder / "suite.yaml"

    @property
    def journal(self) -> Path:
        return self.folder / "journal.db"

    def write(self) -> Path:
        (self.folder / "brief.yaml").write_text(PROTOCOL.replace("DELAY", self.delay) + self.rules)
        document = suite_document(
            self.folder,
            beds={
                name: {"label": f"Chair {name}", "devices": devices}
                for name, devices in self.beds.items()
            },
            destinations=self.destinations,
            protocols=["./brief.yaml"],
            repeat=self.repeat,
            port=self.port,
            more=self.more,
        )
        return write_suite(self.folder, document)


def forget_snapshots(paper: Paper) -> None:
    """The next start has the events alone."""
    with Journal.open(paper.journal) as journal, journal.database.write() as connection:
        connection.execute(delete(schema.snapshots))


def nonin(terminal: PseudoTerminal) -> dict[str, Any]:
    return {"oximeter": {"driver": "nonin", "port": str(terminal.path), "format": "df8"}}


def mqtt_oximeter(broker: str, topic: str) -> dict[str, Any]:
    return {"oximeter": {"driver": "mqtt", "broker": broker, "topic": topic}}


class Finger:
    """Somebody's finger in a Nonin oximeter of format 8, five readings a second."""

    def __init__(self, terminal: PseudoTerminal, spo2: int = 97) -> None:
        self.spo2: int | None = spo2
        """None: the device is quiet."""
        self._terminal = terminal

    async def run(self) -> None:
        while True:
            if self.spo2 is not None:
                with contextlib.suppress(OSError):
                    self._terminal.write(encode_df8(Oximetry(spo2=self.spo2, pulse_rate=70)))
            await asyncio.sleep(0.2)


class Ear:
    """Hears every alarm line on the broker."""

    def __init__(self, broker: str) -> None:
        self.lines: list[tuple[str, dict[str, Any]]] = []
        """Topic and line, in the order of arrival."""
        self._host, port = broker.removeprefix("mqtt://").split(":")
        self._port = int(port)
        self.ready = asyncio.Event()

    async def run(self) -> None:
        async with MqttPeer(self._host, self._port) as client:
            await client.subscribe("monitord/ward/alarms/+", qos=1)
            self.ready.set()
            async for message in client.messages:
                assert isinstance(message.payload, bytes)
                line = json.loads(message.payload)
                check_line(line)
                self.lines.append((str(message.topic), line))

    def of(self, alarm: str) -> list[dict[str, Any]]:
        return [line for _, line in self.lines if line["alarm"] == alarm]

    def story(self, alarm: str) -> list[str]:
        return [f"{line['event']} {line['priority']}" for line in self.of(alarm)]


def check_line(line: dict[str, Any]) -> None:
    """As section 7 of the design fixes it."""
    assert list(line) == LINE_KEYS.split()
    assert line["schema"] == 1
    assert line["event"] in set(AlarmEvent)
    assert line["priority"] in {"low", "medium", "high"}
    assert line["kind"] in {"physiological", "technical", "task"}
    assert from_iso(line["since"]) <= from_iso(line["at"])
    assert isinstance(line["simulated"], bool)
    assert isinstance(line["durable"], bool)
    assert (line["bed"] is None) <= (line["session"] is None)


class Desk:
    """Staff at the station's HTTP interface."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._client = httpx2.AsyncClient(base_url=self.url, timeout=GENEROUS_S)

    async def do(self, bed: str, **body: Any) -> None:
        answer = await self._client.post(f"/api/beds/{bed}/actions", json={"by": "nurse"} | body)
        assert answer.status_code == 200, answer.text

    async def infuse(self, bed: str) -> None:
        """Opens a session and starts its infusion."""
        await self.do(bed, type="admit", protocol="brief")
        await self.do(bed, type="start_baseline")
        await self.do(bed, type="start_infusion", override="gate kept on paper")

    async def acknowledge(self, alarm: str) -> int:
        answer = await self._client.post(f"/api/alarms/{alarm}/acknowledge", json={"by": "nurse"})
        return answer.status_code

    async def get(self, path: str) -> Any:
        answer = await self._client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def tile(self, bed: str) -> dict[str, Any]:
        tiles: list[dict[str, Any]] = (await self.get("/api/beds"))["beds"]
        return next(tile for tile in tiles if tile["bed"] == bed)

    async def alarms(self) -> dict[str, dict[str, Any]]:
        """Active alarms by bed and rule, the suite's without a bed."""
        active = (await self.get("/api/alarms"))["active"]
        return {"/".join(filter(None, (a["bed"], a["key"]))): a for a in active}

    async def close(self) -> None:
        await self._client.aclose()


@dataclass
class Live:
    """A daemon in this process."""

    daemon: Daemon
    journal: Journal
    desk: Desk
    lines: list[dict[str, Any]]
    task: "asyncio.Task[None]"

    def story(self, alarm: str, bed: str | None = "1") -> list[str]:
        return [f"{line['event']} {line['priority']}" for line in self.of(alarm, bed)]

    def of(self, alarm: str, bed: str | None = "1") -> list[dict[str, Any]]:
        return [line for line in self.lines if (line["alarm"], line["bed"]) == (alarm, bed)]

    async def until(self, alarm: str, event: str, *, bed: str | None = "1") -> Any:
        def found() -> list[dict[str, Any]]:
            return [line for line in self.of(alarm, bed) if line["event"] == event]

        try:
            # A daemon that ended tells nothing more.
            await until(lambda: found() or self.task.done())
            if not found():
                self.task.result()
                raise AssertionError(f"the daemon ended before {event} of {alarm}")
        except TimeoutError:
            told = [(line["bed"], line["alarm"], line["event"]) for line in self.lines]
            raise AssertionError(f"no {event} of {alarm}: {told}") from None
        return found()[-1]


@asynccontextmanager
async def live(
    paper: Paper,
    *,
    clock: Callable[[Instant | None], LiveClock] = lambda newest: LiveClock(not_before=newest),
    journal: Callable[[Path], Journal] = Journal.open,
    faults: tuple[Fault, ...] = (),
) -> AsyncIterator[Live]:
    """The daemon of a suite file, on its journal, with its station; stopped in order."""
    suite = read_suite(paper.write(), load_plugins())
    lines: list[dict[str, Any]] = []

    def heard(line: AlarmLine, durable: bool) -> None:
        lines.append(json.loads(line_json(line, durable)))
        check_line(lines[-1])

    with journal(paper.journal) as opened:
        serving: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def ready(port: int) -> None:
            if not serving.done():
                serving.set_result(port)

        around = Environment(heard=heard, ready=ready)
        daemon = Daemon(suite, opened, clock(opened.last_instant()), around, faults)
        task = asyncio.create_task(daemon.run(), name="daemon")
        waited: list[asyncio.Future[Any]] = [serving, task]
        await asyncio.wait(waited, timeout=GENEROUS_S, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        desk = Desk(serving.result())
        try:
            yield Live(daemon, opened, desk, lines, task)
        finally:
            await desk.close()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def running(*tasks: Any) -> AsyncIterator[None]:
    """Fingers, ears and twins, while the block runs."""
    started = [asyncio.ensure_future(task) for task in tasks]
    try:
        yield
        for task in started:
            if task.done():
                task.result()
    finally:
        for task in started:
            task.cancel()
        await asyncio.gather(*started, return_exceptions=True)


def recorded(journal: Path) -> Iterator[AlarmLine]:
    """The alarm lines that the journal holds."""
    with Journal.open(journal, read_only=True) as opened:
        for row in opened.effects(type="alarm"):
            assert isinstance(row.effect, AlarmLine)
            yield row.effect
