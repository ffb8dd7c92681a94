"""`monitord devices --scan`: devices that call themselves out on the network. Listens only."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from monitord.driver import DeviceCall
from monitord.errors import DeviceError
from monitord.plugins import DEVICES, PluginStatus, load_group

CALLS_S: Final = 6.0
"""They call every few seconds."""
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
        return "" if self.call is None else f"udp://{self.call.host}:{self.call.port}"

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
