"""The devices at the beds: each supervised by itself, counted, and bound anew when its settings change."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from random import Random
from types import MappingProxyType

import structlog

from monitord.config.suite.suite import Device, Suite
from monitord.daemon.lines.gateways import Gateways, Place
from monitord.daemon.lines.recorder import Recorder
from monitord.daemon.sequencing.clock import LiveClock
from monitord.driver import RECORDED, TAP, Emit, Supervision, supervise
from monitord.model import Cause, Fault, Frame, Instant, RequestReading, Signal, Wave
from monitord.source_rate_limit import NewestKept

Heard = Callable[[str, str, Frame | Fault | Wave, Instant], None]
"""Takes what a device of a bed said: bed, device, what, when its bytes arrived."""


class Devices:
    """Every device of the suite that is current; `rebind` makes another suite current."""

    def __init__(
        self,
        suite: Suite,
        heard: Heard,
        report: Callable[[Fault], None],
        clock: LiveClock,
        random: Random,
        *,
        recorded: Callable[[], asyncio.Future[bool]] | None = None,
    ) -> None:
        self._suite = suite
        self._recorded = recorded
        self._to_bed = heard
        self._to_suite = report
        self._gateways = Gateways()
        self._clock = clock
        self._random = random
        self._group: asyncio.TaskGroup | None = None
        self._bound: dict[tuple[str, str], tuple[Device, Supervision]] = {}
        self._intakes: dict[tuple[str, str], NewestKept[frozenset[Signal], Frame]] = {}
        self.recorder = None
        if (record := suite.record) is not None:
            self.recorder = Recorder(
                folder=Path(record.folder), keep=record.keep, each=record.each, clock=clock
            )

    def __iter__(self) -> Iterator[tuple[str, str, Supervision]]:
        """Bed, name and supervision of each device."""
        for (bed, name), (_, supervision) in self._bound.items():
            yield bed, name, supervision

    @property
    def shed(self) -> dict[tuple[str, str], int]:
        """By bed and device, how much was not looked at because the device sent too much."""
        return {
            key: supervision.shed + self._intakes[key].shed
            for key, (_, supervision) in self._bound.items()
        }

    def connect(
        self,
        group: asyncio.TaskGroup,
        suite: Suite,
        hidden: Iterable[Place] = (),
        told: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Starts those of the suite, as tasks of the caller's group.

        `hidden` and `told` are the gateways that were lost when the last run ended.
        """
        self._group, self._suite = group, suite
        if self.recorder is not None:
            group.create_task(self.recorder.run(), name="recording")
        self._gateways.restore(hidden, told)
        for bed, device in _devices(self._suite):
            self._start(bed, device)
        self._beyond(self._gateways.restored())

    async def rebind(self, suite: Suite) -> None:
        """Ends those that the new suite binds otherwise or has not, then starts what is new."""
        self._suite = suite
        wanted = {(bed, device.name): device for bed, device in _devices(suite)}
        changed = [key for key, (device, _) in self._bound.items() if wanted.get(key) != device]
        before = {key: self._bound.pop(key) for key in changed}
        # A line is free again only when the one who held it has ended.
        await asyncio.gather(*(supervision.cancel() for _, supervision in before.values()))
        for key in changed:
            self._intakes.pop(key).close()
        for (bed, name), (device, _) in before.items():
            # The same device in the same place is as lost as before, until it is heard.
            if not _same_way(device, wanted.get((bed, name))):
                self._beyond(self._gateways.forget(bed, name))
        for bed, device in _devices(suite):
            if (bed, device.name) not in self._bound:
                self._start(bed, device)

    def simulated(self, bed: str, name: str) -> bool:
        """Whether what this device says comes from a twin."""
        bound = self._bound.get((bed, name))
        return bound is not None and bound[1].simulated

    def request(self, request: RequestReading) -> None:
        """Asks the first device of the bed that is connected and supplies the signal."""
        for (bed, _), (device, supervision) in self._bound.items():
            connection = supervision.current()
            if bed == request.bed and connection is not None and request.signal in device.signals:
                connection.request(request.signal, self._clock.now())
                return

    def _start(self, bed: str, device: Device) -> None:
        if self._group is None:
            return
        if device.gateway is not None:
            self._gateways.bind(bed, device.name, device.gateway, self._suite.beds[bed].label)
            if not self._gateways.hides(bed, device.name):
                over = Fault(cause=Cause.GATEWAY, subject=device.name, present=False)
                self._to_bed(bed, device.name, over, self._clock.now())
        heard = partial(self._heard, bed, device.name)
        emit, tap = heard, None
        if self.recorder is not None:
            tap = self.recorder.tap(bed, device)
            emit = heard if tap is not None else partial(self._both, bed, device.name)
        # Whatever its driver is: so many readings go to the engine, and of each kind the newest.
        intake = NewestKept[frozenset[Signal], Frame](emit, self._clock.now)
        self._intakes[bed, device.name] = intake
        # The task's log lines carry the bed: it inherits these words, and the tap.
        before, known = TAP.set(tap), RECORDED.set(self._recorded)
        with structlog.contextvars.bound_contextvars(bed=bed):
            supervision = supervise(
                self._group,
                device.driver,
                device.name,
                device.config,
                emit=partial(_through, intake, emit),
                clock=self._clock,
                random=self._random,
                called=device.called,
            )
        TAP.reset(before)
        RECORDED.reset(known)
        self._bound[bed, device.name] = (device, supervision)

    def _heard(self, bed: str, device: str, item: Frame | Fault | Wave, at: Instant) -> None:
        self._to_bed(bed, device, item, at)
        if isinstance(item, Fault):
            self._beyond(self._gateways.heard(bed, item))

    def _beyond(self, faults: Iterator[tuple[str | None, Fault]]) -> None:
        for bed, fault in faults:
            if bed is None:
                self._to_suite(fault)
            else:
                self._to_bed(bed, fault.subject, fault, self._clock.now())

    def _both(self, bed: str, device: str, item: Frame | Fault | Wave, at: Instant) -> None:
        """What a device without a line of bytes says is heard first, then recorded."""
        self._heard(bed, device, item, at)
        if self.recorder is not None:
            self.recorder.said(bed, device, item, at)


def _through(
    intake: NewestKept[frozenset[Signal], Frame],
    emit: Emit,
    item: Frame | Fault | Wave,
    at: Instant,
) -> None:
    """Readings within the device's budget; faults and curves are bounded where they are kept."""
    if isinstance(item, Frame):
        intake.put(frozenset(sample.signal for sample in item.samples), item, at)
    else:
        emit(item, at)


def _same_way(device: Device, now: Device | None) -> bool:
    return now is not None and (device.gateway, device.of) == (now.gateway, now.of)


def _devices(suite: Suite) -> Iterator[tuple[str, Device]]:
    for bed in suite.beds.values():
        for device in bed.devices.values():
            yield bed.id, device
