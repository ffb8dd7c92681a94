"""`monitord devices --scan`: devices that call themselves out on the network, or send to us. Listens only."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from monitord.driver import DeviceCall, SenderKnock
from monitord.errors import DeviceError
from monitord.model import SIGNALS
from monitord.plugins import DEVICES, PluginStatus, load_group

CALLS_S: Final = 6.0
"""They call every few seconds."""
KNOCKS_S: Final = 75.0
"""Monitors that send HL7 do so once a minute at least, most of them."""
MOST: Final = 64
"""Devices that are listed: more are no suite's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardCall:
    """A device that called, as the driver of that name understands it; or why nothing could be heard."""

    driver: str
    call: DeviceCall | None = None
    error: str = ""

    @property
    def address(self) -> str:
        """What to write as its port."""
        return "" if self.call is None else f"{self.call.over}://{self.call.host}:{self.call.port}"

    def __str__(self) -> str:
        if self.call is None:
            return f"{self.driver}: calls on the network cannot be heard: {self.error}"
        return f"{self.address}: {self.driver}, calls itself {self.call.words or 'nothing'}"


def heard_calls(seconds: float = CALLS_S) -> list[HeardCall]:
    """Each device that called within so many seconds, once, by every driver that can hear calls."""
    hearing = [
        (plugin.name, plugin.value)
        for plugin in load_group(DEVICES)
        if plugin.status is PluginStatus.LOADED and getattr(plugin.value, "calls", None)
    ]
    return asyncio.run(_listen(hearing, seconds)) if hearing else []


async def _listen(drivers: Iterable[tuple[str, Any]], seconds: float) -> list[HeardCall]:
    async def one(name: str, driver: Any) -> list[HeardCall]:
        try:
            calls: list[DeviceCall] = await driver.calls(seconds)
        except DeviceError as error:
            return [HeardCall(driver=name, error=str(error))]
        return [HeardCall(driver=name, call=call) for call in calls[:MOST]]

    return [
        call for found in await asyncio.gather(*(one(*each) for each in drivers)) for call in found
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardKnock:
    """A sender that connected to us, as the driver of that name understands it; it was refused."""

    driver: str
    knock: SenderKnock

    def __str__(self) -> str:
        knock = self.knock
        values = ", ".join(
            f"{SIGNALS[signal].label} {value:g}" for signal, value in knock.readings.items()
        )
        settings = ", ".join(f"{key}: {value}" for key, value in knock.settings.items())
        said = f"{knock.host}: {self.driver}, refused: {knock.words or 'it said nothing'}"
        return f"{said}; {values or 'no values'}; {settings}"


def heard_knocks(listen: str, seconds: float) -> list[HeardKnock]:
    """Everybody who sends to this port within so many seconds, refused; DeviceError where it cannot be had."""
    found = []
    for plugin in load_group(DEVICES):
        knocks = getattr(plugin.value, "knocks", None)
        if plugin.status is PluginStatus.LOADED and knocks is not None:
            heard = asyncio.run(knocks(listen, seconds))
            found += [HeardKnock(driver=plugin.name, knock=knock) for knock in heard]
    return found
