"""Which device speaks on which line: each free line is offered to each fit driver for a few seconds.

Only drivers of vital signs that were proven on something are tried: nothing is sent that a pump
could take for an order, and a cuff is never asked to measure.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from monitord.daemon.clock import LiveClock
from monitord.driver import Driver
from monitord.errors import DeviceError
from monitord.model import NIBP, Fault, Frame, Instant, Signal, Wave
from monitord.plugins import Plugins

LISTEN_S = 3.0
# Oximeters speak at least every 2 s.
FRAMES_ENOUGH = 2
# One frame of another family's bytes may look right by chance, two with plausible values hardly.
UNVERIFIED = "unverified"
_VITALS = frozenset({Signal.SPO2, *NIBP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A line and the driver that understood most of what came; None where none did."""

    port: str
    driver: str | None
    frames: int = 0


def lines(folder: Path = Path("/dev")) -> list[str]:
    """Serial lines by their steadiest names: by-id, else by our own udev rule, else by number."""
    named = [*(folder / "monitord").glob("*"), *(folder / "serial" / "by-id").glob("*")]
    known = {path.resolve() for path in named}
    numbered = [*folder.glob("ttyUSB*"), *folder.glob("ttyACM*")]
    return sorted(map(str, [*named, *(path for path in numbered if path.resolve() not in known)]))


async def scan(
    ports: Iterable[str], plugins: Plugins, *, listen_s: float = LISTEN_S
) -> list[Found]:
    """Tries all lines at once, on each one driver after the other."""
    fit = [driver for driver in plugins.drivers.values() if _is_fit(driver)]
    return list(await asyncio.gather(*(_try_line(port, fit, listen_s) for port in ports)))


def _is_fit(driver: Driver) -> bool:
    return driver.evidence != UNVERIFIED and "port" in driver.config.model_fields


async def _try_line(port: str, drivers: Iterable[Driver], listen_s: float) -> Found:
    best = Found(port=port, driver=None)
    for driver in drivers:
        try:
            config = driver.config.model_validate({"port": port})
            if not driver.signals(config) & _VITALS:
                continue
        except ValidationError:
            # It needs settings that nobody can guess.
            continue
        frames = await _count(driver, config, listen_s)
        if frames >= FRAMES_ENOUGH and frames > best.frames:
            best = Found(port=port, driver=driver.name, frames=frames)
    return best


async def _count(driver: Driver, config: Any, listen_s: float) -> int:
    """How many groups of readings with a good value came; 0 where the line cannot be opened."""
    seen: Counter[str] = Counter()

    def emit(item: Frame | Fault | Wave, _at: Instant) -> None:
        if isinstance(item, Frame) and any(
            sample.quality.usable and sample.value is not None for sample in item.samples
        ):
            seen["frames"] += 1

    try:
        async with asyncio.timeout(listen_s):
            await driver.open("scan", config).run(emit, LiveClock())
    except (TimeoutError, DeviceError):
        pass
    return seen["frames"]
