"""Devices that staff swap: one swap at a time, taken by the suite's engine, then bound."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace

import structlog

from monitord.config.partners import partners, refusal
from monitord.config.placing import bound, mark
from monitord.config.suite import Device, Suite
from monitord.engine.swaps import Place, Placed
from monitord.model import Answered, Signal, SwapDevice
from monitord.station.host import AtBed, Partner

_log = structlog.get_logger()


class Swaps:
    """The file's suite, and what staff made of it.

    `swapped` is what the suite's engine knows; `occupied` are the beds with an open session;
    `act` journals and steps the action, of the suite or as an entry of a session; `bind` makes another suite current.
    """

    def __init__(
        self,
        file: Suite,
        *,
        swapped: Callable[[], Sequence[Placed]],
        occupied: Callable[[], Collection[str]],
        act: Callable[[str | None, SwapDevice], Awaitable[Answered]],
        bind: Callable[[Suite], Awaitable[None]],
    ) -> None:
        self.file = file
        self.turn = asyncio.Lock()
        """Held while the suite becomes another one."""
        self._swapped = swapped
        self._occupied = occupied
        self._act = act
        self._bind = bind
        self._running: set[asyncio.Task[Answered]] = set()

    def suite(self) -> Suite:
        """The file's suite with every swap that fits it."""
        swapped = self._swapped()
        suite = bound(self.file, swapped)
        if over := set(swapped) - set(suite.placed):
            _log.warning("swaps_ignored", places=[f"{e.bed}/{e.device}" for e in over])
        return suite

    async def take(self, swap: SwapDevice) -> Answered:
        """To the end, also where who asked for it does not wait."""
        task = asyncio.create_task(self._take(swap), name="swap")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _take(self, swap: SwapDevice) -> Answered:
        async with self.turn:
            suite = self.suite()
            if (why := refusal(suite, self._occupied(), swap)) is not None:
                return Answered(action=swap.id, refused=why)
            here = suite.places[swap.bed, swap.device]
            there = suite.places[swap.with_bed, swap.with_device]
            swap = replace(swap, entry=mark(here), with_entry=mark(there))
            answered = await self._act(None, swap)
            if answered.refused is None:
                if swap.bed in self._occupied():
                    await self._act(swap.bed, replace(swap, id=f"{swap.id}/{swap.bed}"))
                await self._bind(self.suite())
            return answered

    def at_bed(self, suite: Suite, bed: str) -> list[AtBed]:
        """The devices of a bed of the current suite, each with those that it may change places with."""
        occupied = self._occupied()
        return [
            AtBed(
                device=name,
                of=device.of,
                signals=_sorted(device),
                partners=tuple(
                    _partner(suite, place, other)
                    for place, other in partners(suite, occupied, (bed, name))
                ),
            )
            for name, device in suite.beds[bed].devices.items()
        ]


def _partner(suite: Suite, place: Place, device: Device) -> Partner:
    bed, name = place
    where = "" if bed is None else suite.beds[bed].label
    return Partner(bed=bed, device=name, where=where, of=device.of, signals=_sorted(device))


def _sorted(device: Device) -> tuple[Signal, ...]:
    return tuple(signal for signal in Signal if signal in device.signals)
