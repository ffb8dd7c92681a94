"""The one twin that plays any family on any line: it lends the family's voice time, faults, orders."""

import asyncio
from collections.abc import Callable, Mapping
from math import floor
from typing import Any, Final, Protocol

import structlog

from devices.family import Datagrams
from devices.twin.body import Body
from devices.twin.mischief import Mischief
from devices.twin.twin_line import TwinLine, line_at
from monitord.driver import Bedside, Clock
from monitord.errors import DeviceError, in_words
from monitord.model import SECOND
from monitord.model.tracks import FaultKind

TICK: Final = 0.1
"""s of engine time in which a twin looks at its line, orders and faults."""

BEHIND: Final = 2.0
"""s that a late twin makes up for; what is older was never said."""

_log = structlog.get_logger()


class Voice(Protocol):
    """How one family talks; sans-IO, times in s from the timeline's zero, asked in order."""

    def speak(self, t: float) -> bytes:
        """What the device says by itself at `t`; asked every TICK, empty where nothing is due."""
        ...

    def answer(self, data: bytes, t: float) -> bytes:
        """What it answers to bytes of the host."""
        ...


MakeVoice = Callable[[Body, Mapping[str, Any]], Voice]
"""Makes a voice for a body from the device's options in the timeline; ValueError for bad ones."""


class Beat:
    """Counts what is due `every` seconds, so that speaking depends on time alone, not on wake-ups."""

    def __init__(self, every: float) -> None:
        self._every = every
        self._next: int | None = None

    def due(self, t: float) -> list[float]:
        """The times since the last call; after a long pause only the last BEHIND seconds."""
        now = floor(t / self._every + 1e-9)
        if self._next is None:
            self._next = now
        first = max(self._next, now - int(BEHIND / self._every))
        self._next = max(self._next, now + 1)
        return [number * self._every for number in range(first, now + 1)]


class StreamTwin:
    """A twin of the entry-point group `monitord.twins` for a family that speaks on a line."""

    def __init__(
        self, name: str, title: str, make: MakeVoice, *, datagrams: Datagrams | None = None
    ) -> None:
        self.name = name
        self.title = title
        self._make = make
        self._datagrams = datagrams

    async def run(
        self,
        address: str,
        device: str,
        bedside: Bedside,
        clock: Clock,
        commands: asyncio.Queue[str],
    ) -> None:
        body = Body(bedside, device)
        settings = bedside.timeline.devices.get(device)
        try:
            voice = self._make(body, settings.options if settings else {})
        except ValueError as error:
            raise DeviceError(f"{device}: {in_words(error)}") from error
        line = line_at(address, self._datagrams)
        mischief = Mischief(body)
        ticks = 0
        first = (clock.now() - bedside.start) / SECOND
        try:
            while True:
                t = (clock.now() - bedside.start) / SECOND
                take_orders(body, commands, t)
                await self._tick(line, body, voice, mischief, t)
                ticks = max(ticks + 1, int((t - first) / TICK))
                wait = first + ticks * TICK - (clock.now() - bedside.start) / SECOND
                await clock.sleep(max(wait, 0))
        finally:
            line.unplug()

    @staticmethod
    async def _tick(line: TwinLine, body: Body, voice: Voice, mischief: Mischief, t: float) -> None:
        if body.has(FaultKind.UNPLUG, t):
            line.unplug()
        else:
            await line.plug()
        heard = line.heard()
        data = (voice.answer(heard, t) if heard else b"") + voice.speak(t)
        for piece in mischief.spoil(data, t):
            line.say(piece)
            await asyncio.sleep(0)  # so that a reader in this process sees the pieces apart


def take_orders(body: Body, commands: asyncio.Queue[str], t: float) -> None:
    """Does the live orders that wait; a wrong one is logged, and nothing else happens."""
    while not commands.empty():
        text = commands.get_nowait()
        try:
            body.order(text, t)
        except ValueError as error:
            _log.warning("twin_order_refused", device=body.device, detail=str(error))
