"""Devices that staff swap: one swap at a time, taken by the suite's engine, then bound."""

import asyncio
from dataclasses import replace

from monitord.config.suite.device_placing import mark
from monitord.config.suite.suite import Device, Suite
from monitord.config.suite.swap_partners import partners, refusal
from monitord.daemon.current_suite import CurrentSuite
from monitord.daemon.sequencing.sequencer import Sequencer
from monitord.daemon.suite.reload import SuiteBinder
from monitord.engine.protocol.device_swaps import Place
from monitord.model import Answered, Signal, SwapDevice
from monitord.station.host import AtBed, Partner


class Swaps:
    """Takes swaps of the current suite; a session's record has them too."""

    def __init__(self, current: CurrentSuite, sequencer: Sequencer, binder: SuiteBinder) -> None:
        self._current = current
        self._sequencer = sequencer
        self._binder = binder
        self._running: set[asyncio.Task[Answered]] = set()

    async def take(self, swap: SwapDevice) -> Answered:
        """To the end, also where who asked for it does not wait."""
        task = asyncio.create_task(self._take(swap), name="swap")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _take(self, swap: SwapDevice) -> Answered:
        async with self._current.turn:
            suite = self._binder.with_swaps()
            if (why := refusal(suite, self._sequencer.occupied, swap)) is not None:
                return Answered.to(swap.id, why, suite.language)
            here = suite.places[swap.bed, swap.device]
            there = suite.places[swap.with_bed, swap.with_device]
            swap = replace(swap, entry=mark(here), with_entry=mark(there))
            answered = await self._sequencer.act(None, swap, source="station")
            if answered.refused is None:
                if swap.bed in self._sequencer.occupied:
                    entry = replace(swap, id=f"{swap.id}/{swap.bed}")
                    await self._sequencer.act(swap.bed, entry, source="station")
                await self._binder.bind()
            return answered

    def at_bed(self, bed: str) -> list[AtBed]:
        """The devices of a bed, each with those that it may change places with."""
        suite, occupied = self._current.suite, self._sequencer.occupied
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
