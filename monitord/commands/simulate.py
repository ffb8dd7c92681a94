"""`monitord simulate`: one twin on a real port, with live orders on standard input."""

import asyncio
import contextlib
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

from monitord.config.files.reader import nearest
from monitord.config.files.shipped_files import shipped
from monitord.config.protocol.timeline_file import read_scenario
from monitord.daemon.sequencing.clock import LiveClock
from monitord.driver import Bedside, Twin
from monitord.errors import ConfigError
from monitord.model.timeline import BedTimeline
from monitord.plugins import TWINS, PluginStatus, load_group

SCENARIO = "scenarios/infusion.yaml"
ORDERS_AT_MOST = 100
# Lines typed faster than the twin takes them, ten a second, wait; beyond this they are dropped.


def simulate(
    device: str, *, port: str, scenario: Path | None, bed: str | None, speed: float
) -> None:
    """Plays until Ctrl-C or the end of standard input's terminal.

    ConfigError names what is wrong with the scenario, DeviceError what with the port.
    """
    twins: dict[str, Twin] = {
        plugin.name: plugin.value
        for plugin in load_group(TWINS)
        if plugin.status is PluginStatus.LOADED
    }
    if device not in twins:
        raise ConfigError([f"no twin is called {device!r}{nearest(device, twins)}"])
    name, track = _bed(scenario or shipped(SCENARIO), bed, device)
    before = structlog.get_config()
    structlog.configure(
        processors=[_sentence], logger_factory=structlog.PrintLoggerFactory(file=sys.stderr)
    )
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_play(twins[device], port, name, track, speed))
    finally:
        structlog.configure(**before)


def _sentence(_logger: object, _method: str, line: MutableMapping[str, Any]) -> str:
    """What a twin logs, for somebody at a terminal: its sentence, or its name and its words."""
    event = str(line.pop("event")).replace("_", " ")
    rest = ", ".join(f"{key} {value}" for key, value in line.items())
    return str(line.get("says") or f"{event}: {rest}")


def _bed(path: Path, bed: str | None, driver: str) -> tuple[str, BedTimeline]:
    """The device's name and its bed: the one asked for, else the first with such a device."""
    timeline = read_scenario(path)
    if bed is not None and bed not in timeline.beds:
        raise ConfigError([f"{path}: no bed {bed!r}{nearest(bed, timeline.beds)}"])
    tracks = [timeline.beds[bed]] if bed is not None else list(timeline.beds.values())
    for track in tracks:
        for name, device in track.devices.items():
            if device.driver == driver:
                return name, track
    return driver, tracks[0]


async def _play(twin: Twin, port: str, name: str, track: BedTimeline, speed: float) -> None:
    clock = LiveClock(speed=speed)
    orders: asyncio.Queue[str] = asyncio.Queue(ORDERS_AT_MOST)
    _listen(orders)
    print(f"{twin.title} at {port}; orders such as `probe_off 20s`, Ctrl-C ends it", flush=True)
    await twin.run(port, name, Bedside(timeline=track, start=clock.now()), clock, orders)


def _listen(orders: asyncio.Queue[str]) -> None:
    """Reads orders from standard input, where there is one that can be waited for."""
    loop = asyncio.get_running_loop()

    def line() -> None:
        text = sys.stdin.readline()
        if not text:
            loop.remove_reader(sys.stdin)
        elif text.strip() and not orders.full():
            orders.put_nowait(text.strip())

    with contextlib.suppress(OSError, ValueError):
        # A plain file or a closed standard input cannot be waited for: then there are no orders.
        loop.add_reader(sys.stdin, line)
