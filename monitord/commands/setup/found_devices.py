"""What speaks on the lines, in the network and on the broker, each as the entry of a suite file with what it says now."""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from monitord.commands.held_ports import holder
from monitord.commands.lan_calls import heard_calls
from monitord.commands.port_scan import Match, ScanResult, scan
from monitord.config.files.reader import Reader
from monitord.config.files.yaml_file import read_text
from monitord.config.suite.bindings import read_device
from monitord.config.suite.suite import Device
from monitord.daemon.sequencing.clock import LiveClock
from monitord.errors import ConfigError, DeviceError
from monitord.model import NIBP, SIGNALS, Fault, Frame, Instant, Signal, Wave
from monitord.plugins import Plugins
from monitord.terminal_bar import shown

LISTEN_S: Final = 5.0
"""How long a device that is bound by hand, or a topic, is listened to: they speak once a second, most of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDevice:
    """One device: its entry, where it was found, and what it said."""

    entry: Mapping[str, Any]
    where: str
    says: str

    @property
    def key(self) -> str:
        """The same for the same device, found another time."""
        return json.dumps(self.entry, sort_keys=True)

    @property
    def title(self) -> str:
        return f"{self.entry['driver']} at {self.where}: {self.says}"


def on_lines(addresses: Sequence[str], *, ask: bool) -> tuple[list[FoundDevice], list[str]]:
    """Devices on these lines, best fit of each; and a sentence for each line that has none, or is held."""
    with shown(f"lines listened on: {len(addresses)}") as told:
        results = scan(addresses, ask=ask, told=told)
    found = [_of_match(each.address, each.matches[0]) for each in results if each.matches]
    return found, [line for each in results if not each.matches for line in each.lines()]


def in_network() -> tuple[list[FoundDevice], list[str]]:
    """Monitors that call on the network, each asked for its values; and why nothing could be heard."""
    with shown("listening for monitors on the network", whole=None):
        calls = heard_calls()
    found, rest = [], [str(each) for each in calls if each.call is None]
    for each in calls:
        if each.call is None:
            continue
        result: ScanResult
        (result,) = scan([each.address], ask=True, of=each.driver)
        if result.matches:
            found.append(_of_match(each.address, result.matches[0]))
        else:
            rest.append(str(each))
    return found, rest


def _of_match(address: str, match: Match) -> FoundDevice:
    name = match.candidate.name
    entry: dict[str, Any] = {"driver": name, "port": address, **match.candidate.settings}
    return FoundDevice(entry=entry, where=address, says=words_of(match.readings))


def words_of(readings: Mapping[Signal, float]) -> str:
    """`SpO2 97, PR 72`, or `no values`."""
    said = ", ".join(f"{SIGNALS[each].label} {value:g}" for each, value in readings.items())
    return said or "no values yet"


def device_of(entry: Mapping[str, Any], name: str, plugins: Plugins) -> Device:
    """The device that an entry means; ConfigError lists what is wrong with it."""
    reader = Reader(read_text(json.dumps(dict(entry)), name))
    device = read_device(reader, plugins, (), name, dict(entry))
    reader.finish()
    if device is None:  # pragma: no cover - `finish` raised
        raise ConfigError([f"{name}: no device"])
    return device


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardReadings:
    """What a device said, and in words, or why it said nothing."""

    readings: Mapping[Signal, float]
    words: str


def listened(device: Device, seconds: float = LISTEN_S) -> HeardReadings:
    """What it says within so many seconds; it is asked for no measurement. A line that is held is not opened."""
    if device.port is not None and (who := holder(device.port)):
        return HeardReadings(readings={}, words=f"{device.port} is held by {who}: not opened")
    return asyncio.run(_listen(device, seconds))


async def _listen(device: Device, seconds: float) -> HeardReadings:
    readings: dict[Signal, float] = {}
    linked = False

    def emit(item: Frame | Fault | Wave, _at: Instant) -> None:
        nonlocal linked
        linked = True
        if isinstance(item, Frame):
            readings.update(
                {each.signal: each.value for each in item.samples if each.value is not None}
            )

    connection = device.driver.open(device.name, device.config)
    running = asyncio.create_task(connection.run(emit, LiveClock()))
    await asyncio.wait({running}, timeout=seconds)
    running.cancel()
    why = ""
    with suppress(asyncio.CancelledError):
        try:
            await running
        except DeviceError as error:
            why = str(error)
        except Exception as error:  # noqa: BLE001 - a driver's own code may fail in any way
            why = f"its driver failed: {type(error).__name__}: {error}"
    silent = "the link is there, no values yet" if linked else "nothing was heard"
    return HeardReadings(readings=readings, words=words_of(readings) if readings else why or silent)


def role_of(device: Device, taken: Iterable[str]) -> str:
    """What it is called at its bed: by what it measures, with a number where the name is taken."""
    pumps = {Signal.INFUSION_RATE, Signal.INFUSION_RUNNING} & device.signals
    if Signal.SPO2 in device.signals:
        name = "monitor" if device.signals & NIBP else "oximeter"
    else:
        name = "cuff" if device.signals & NIBP else "pump" if pumps else "device"
    names = set(taken)
    more = (f"{name}{number}" for number in range(2, len(names) + 3))
    return name if name not in names else next(each for each in more if each not in names)
