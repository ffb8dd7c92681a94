"""`monitord demo`: a suite of simulated beds on real pseudo-terminals and an embedded broker.

The daemon is the real one and reads a real suite file; only the patients are made up. Everything
lives in a temporary folder and is gone afterwards.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import structlog

from monitord.config.suite.example_suite import example_routes, routes_as_written
from monitord.config.suite.suite_file import read_suite
from monitord.daemon.daemon import Daemon, Environment
from monitord.daemon.sequencing.clock import LiveClock
from monitord.daemon.service import run_until_signal
from monitord.driver import Bedside, Clock, Twin
from monitord.engine.state import State
from monitord.errors import ConfigError
from monitord.model import SECOND, AlarmLine, Instant, span_text
from monitord.model.timeline import LEAD, BedTimeline, Timeline, TimelineDevice
from monitord.model.tracks import FaultKind, StaffStep
from monitord.plugins import TWINS, PluginStatus, load_group, load_plugins
from monitord.station.serve import listening
from monitord.store.journal.journal import Journal

_log = structlog.get_logger()

NOTICE = "DEMO: simulated patients. Open to everybody on this machine, no accounts."
PORTS_READY_S = 5.0


Missed = Callable[[str | None, str], None]


def _log_missed(bed: str | None, sentence: str) -> None:
    _log.warning("not_played", bed=bed, what=sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """`seconds` of engine time until it ends by itself; None for never.

    `tiers` tells desk, ward and pager as the example suite does; without it one destination is told.
    `protocols` are the suite's; where none is given, those that the timeline and its staff name.
    """

    timeline: Timeline
    protocols: tuple[str, ...] = ()
    port: int
    speed: float
    seconds: float | None
    terminal: bool
    tiers: bool = False


async def demo(
    options: DemoOptions,
    *,
    heard: Callable[[AlarmLine, bool], None] | None = None,
    ready: Callable[[Timeline, int], None] = lambda _timeline, _port: None,
    began: Callable[[Instant], None] = lambda _start: None,
    ended: Callable[[Journal, Mapping[str, State]], None] = lambda _journal, _beds: None,
    missed: Missed = _log_missed,
) -> None:
    """Plays the timeline until told to stop or until its time is over.

    `began` is told its zero, `ended` sees the record and the beds, `missed` hears of what could not be
    played: a bed, None for all, and a sentence. ConfigError, DeviceError and StationError say why it
    cannot start.
    """
    timeline = options.timeline
    # A service without its page watches on; a demo without it shows nothing.
    with listening("127.0.0.1", options.port):
        pass
    clock = LiveClock(speed=options.speed)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="monitord-demo-")))
        broker_port = free_port()
        broker = Broker(broker_port)
        await stack.enter_async_context(broker.running())
        suite_file = folder / "suite.yaml"
        suite_file.write_text(json.dumps(suite_of(timeline, folder, broker_port, options)))
        suite = read_suite(suite_file, load_plugins())
        journal = stack.enter_context(Journal.open(suite.database))
        start = Instant(clock.now() + LEAD)
        began(start)
        await stack.enter_async_context(_twins(timeline, folder, broker_port, start, clock))
        around = Environment(notice=NOTICE, heard=heard, ready=lambda port: ready(timeline, port))
        daemon = Daemon(suite, journal, clock, around)
        people = asyncio.create_task(
            _play_people(daemon, timeline, broker, start, clock, missed), name="demo people"
        )
        try:
            seconds = options.seconds
            await run_until_signal(
                daemon.run(), None if seconds is None else seconds / options.speed
            )
        finally:
            people.cancel()
        ended(journal, daemon.host.beds())


def suite_of(
    timeline: Timeline, folder: Path, broker_port: int, options: DemoOptions
) -> dict[str, Any]:
    """The suite file of a scenario: its beds and devices, alarms on the broker and the terminal."""
    told = ["broker", "terminal"] if options.terminal else ["broker"]
    routes: dict[str, Any] = {
        "high": {"tiers": [{"to": told}], "repeat": "60s"},
        "medium": {"tiers": [{"to": told}], "repeat": "2min"},
    }
    if options.tiers:
        routes = routes_as_written()
        told = sorted(
            {to for route in example_routes().values() for tier in route.tiers for to in tier.to}
        )
    destinations = {
        name: {
            "notifier": "mqtt",
            "broker": f"mqtt://127.0.0.1:{broker_port}",
            "protocol": "3.1.1",
        }
        for name in told
    }
    if options.terminal:
        destinations["terminal"] = {"notifier": "terminal"}
    return {
        "suite": "demo",
        "database": str(folder / "journal.db"),
        "protocols": sorted({*options.protocols} or _protocols(timeline)),
        "beds": {
            name: {
                "label": f"Chair {name}",
                "cuff": {"automatic": True},
                "devices": {
                    device: _binding(name, device, each, folder, broker_port)
                    for device, each in bed.devices.items()
                },
            }
            for name, bed in timeline.beds.items()
        },
        "destinations": destinations,
        "routes": routes,
        "station": {"port": options.port, "open": True},
    }


def _protocols(timeline: Timeline) -> set[str]:
    asked = {
        str(step.what["protocol"])
        for bed in timeline.beds.values()
        for step in bed.staff
        if "protocol" in step.what
    }
    return asked | ({timeline.protocol} if timeline.protocol else set())


def _binding(
    bed: str, name: str, device: TimelineDevice, folder: Path, broker_port: int
) -> dict[str, Any]:
    """A device's entry in the suite file; options of the twin are the device's settings too."""
    entry: dict[str, Any] = {
        "driver": device.driver,
        "accept_unverified": True,
        "simulated": True,
        **device.options,
    }
    if device.driver == "mqtt":
        broker = f"mqtt://127.0.0.1:{broker_port}"
        return entry | {"broker": broker, "protocol": "3.1.1", "topic": _topic(bed, name)}
    return entry | {"port": str(_path(folder, bed, name))}


def _topic(bed: str, device: str) -> str:
    return f"suite/{bed}/{device}"


def _path(folder: Path, bed: str, device: str) -> Path:
    return folder / f"{bed}-{device}"


def free_port() -> int:
    """A TCP port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Broker:
    """The embedded MQTT broker; a scenario may take it down for a while."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._broker: Any = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listens on loopback while the block runs."""
        await self.up()
        try:
            yield
        finally:
            await self.down()

    async def up(self) -> None:
        """Starts it; ConfigError where the extra is not installed."""
        try:
            from amqtt.broker import Broker as Amqtt
        except ModuleNotFoundError as error:
            raise ConfigError(["the demo needs its extra: pip install 'monitord[demo]'"]) from error
        config = {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{self._port}"}},
            "plugins": {
                "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}
            },
        }
        self._broker = Amqtt(config)
        await self._broker.start()

    async def down(self) -> None:
        """Stops it; everybody connected is cut off."""
        broker, self._broker = self._broker, None
        if broker is not None:
            await broker.shutdown()


@asynccontextmanager
async def _twins(
    timeline: Timeline, folder: Path, broker_port: int, start: Instant, clock: Clock
) -> AsyncIterator[None]:
    """Plays every device of every bed while the block runs."""
    known: dict[str, Twin] = {
        p.name: p.value for p in load_group(TWINS) if p.status is PluginStatus.LOADED
    }
    tasks = []
    paths = []
    for name, bed in timeline.beds.items():
        bedside = Bedside(timeline=bed, start=start)
        for device, each in bed.devices.items():
            twin = known.get(each.driver)
            if twin is None:
                raise ConfigError([f"bed {name}: no twin plays a {each.driver!r}"])
            if each.driver == "mqtt":
                address = f"mqtt://127.0.0.1:{broker_port}/{_topic(name, device)}"
            else:
                path = _path(folder, name, device)
                paths.append(path)
                address = str(path)
            orders: asyncio.Queue[str] = asyncio.Queue(100)
            run = twin.run(address, device, bedside, clock, orders)
            tasks.append(asyncio.create_task(run, name=f"twin {name}/{device}"))
    try:
        async with asyncio.timeout(PORTS_READY_S):
            while not all(path.exists() for path in paths):  # noqa: ASYNC110 - a file system tells nobody
                await asyncio.sleep(0.01)
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _play_people(  # noqa: PLR0917 - who, what, where, when, and what was not
    daemon: Daemon,
    timeline: Timeline,
    broker: Broker,
    start: Instant,
    clock: Clock,
    missed: Missed,
) -> None:
    """Staff do what the scenario says, and the broker goes down when it says so."""
    async with asyncio.TaskGroup() as group:
        for name, bed in timeline.beds.items():
            staff = _play_staff(daemon, name, bed, start, clock, missed)
            group.create_task(staff, name=f"staff {name}")
        group.create_task(
            _play_broker(timeline, broker, start, clock, missed), name="demo broker faults"
        )


async def _play_staff(  # noqa: PLR0917 - as above
    daemon: Daemon, bed: str, track: BedTimeline, start: Instant, clock: Clock, missed: Missed
) -> None:
    await daemon.started.wait()
    for step in track.steps():
        await clock.sleep((start + max(step.at, 0) - clock.now()) / SECOND)
        alarm = _present_alarm(daemon, bed, step)
        if step.alarm is not None and alarm is None:
            missed(
                bed,
                f"nobody could {step.do} {step.alarm} at {span_text(step.at)}: it was not there",
            )
            continue
        answered = await daemon.host.act(bed, step.action(id=uuid4().hex, start=start, alarm=alarm))
        if answered.refused:
            missed(bed, f"{step.do} at {span_text(step.at)} was refused: {answered.refused}")


def _present_alarm(daemon: Daemon, bed: str, step: StaffStep) -> str | None:
    if step.alarm is None:
        return None
    for track in daemon.host.beds()[bed].tracks:
        if track.key == step.alarm and track.alarm is not None:
            return track.alarm.id
    return None


async def _play_broker(
    timeline: Timeline, broker: Broker, start: Instant, clock: Clock, missed: Missed
) -> None:
    for fault in timeline.host_faults():
        if fault.fault is not FaultKind.BROKER_DOWN:
            missed(
                None,
                f"{fault.fault} at {span_text(fault.at)} was not played; `./dev faults` has it",
            )
            continue
        await clock.sleep((start + fault.at - clock.now()) / SECOND)
        await broker.down()
        await clock.sleep(fault.lasts / SECOND)
        await broker.up()
