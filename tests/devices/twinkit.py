"""Words for tests of twins: a bedside from tracks, voices without a line, a driver at a twin's line."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from devices.family import Family
from devices.stream import StreamDriver
from devices.twin.body import Body
from devices.twin.stream_twin import TICK, Voice
from monitord.driver import Bedside, Driver, Supervision, Twin, supervise
from monitord.model import SECOND, Fault, Frame, Instant, Quality, Sample, Signal, Wave
from monitord.model.timeline import Timeline
from tests.peers import START, LoopClock


def bedside(*, start: Instant = START, **tracks: Any) -> Bedside:
    timeline = Timeline.model_validate({"title": "a test", **tracks})
    return Bedside(timeline=timeline.beds["1"], start=start)


def body(device: str = "device", **tracks: Any) -> Body:
    return Body(bedside(**tracks), device)


def fault(kind: str, at: str, lasts: str, device: str = "device", **more: str) -> dict[str, str]:
    return {"device": device, "fault": kind, "at": at, "for": lasts, **more}


def ticks(seconds: float, first: float = 0) -> Iterable[float]:
    """The times at which a twin's voice is asked."""
    return (first + number * TICK for number in range(round(seconds / TICK)))


def spoken(voice: Voice, seconds: float, first: float = 0) -> bytes:
    return b"".join(voice.speak(t) for t in ticks(seconds, first))


Said = tuple[float, Frame | Fault | Wave]


def heard(voice: Voice, family: Family, seconds: float, **options: Any) -> list[Said]:
    """What the family's own codec makes of it, with the time of arrival in s."""
    wire = family.wire(family.options(**options))
    found: list[Said] = []
    for t in ticks(seconds):
        data = voice.speak(t)
        found += [(t, said) for said in wire.receive(data, Instant(round(t * SECOND)))]
    return found


T = TypeVar("T")


def samples(said: Iterable[Said], signal: Signal) -> list[tuple[float, Sample]]:
    return [
        (t, sample)
        for t, item in said
        if isinstance(item, Frame)
        for sample in item.samples
        if sample.signal is signal
    ]


def spells(found: Iterable[tuple[float, Sample]]) -> list[Quality]:
    """The qualities in order, each once."""
    kinds: list[Quality] = []
    for _, sample in found:
        if not kinds or kinds[-1] is not sample.quality:
            kinds.append(sample.quality)
    return kinds


class FastClock(LoopClock):
    """By this clock a minute passes in a second, or as `speed` says."""

    def __init__(self, speed: float = 60) -> None:
        self.speed = speed

    def now(self) -> Instant:
        return Instant(START + round(asyncio.get_running_loop().time() * SECOND * self.speed))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)


def _there(address: str) -> bool:
    return "://" in address or Path(address).exists()


class Ward:
    """A twin and the driver that reads it, both alive."""

    def __init__(self, clock: LoopClock, scene: Bedside, commands: asyncio.Queue[str]) -> None:
        self.clock = clock
        self.bedside = scene
        self.commands = commands
        self.supervision: Supervision | None = None
        self.said: list[Said] = []

    @property
    def t(self) -> float:
        return (self.clock.now() - self.bedside.start) / SECOND

    def take(self, item: Frame | Fault | Wave, at: Instant) -> None:
        self.said.append(((at - self.bedside.start) / SECOND, item))

    def samples(self, signal: Signal) -> list[Sample]:
        return [sample for _, sample in samples(self.said, signal)]

    @property
    def faults(self) -> list[Fault]:
        return [item for _, item in self.said if isinstance(item, Fault)]


@asynccontextmanager
async def ward(
    twin: Twin,
    driver: Driver,
    address: str,
    *,
    settings: dict[str, Any] | None = None,
    speed: float = 60,
    **tracks: Any,
) -> AsyncIterator[Ward]:
    """Starts twin and driver at one address; both are stopped at the end."""
    clock = FastClock(speed)
    commands: asyncio.Queue[str] = asyncio.Queue(16)
    scene = Ward(clock, bedside(start=clock.now(), **tracks), commands)
    config = driver.config.model_validate(settings or {"port": address})
    async with asyncio.TaskGroup() as group:
        play = group.create_task(twin.run(address, "device", scene.bedside, clock, commands))
        while not _there(address):
            await asyncio.sleep(0.001)
            if play.done():
                play.result()
        scene.supervision = supervise(
            group, driver, "device", config, emit=scene.take, clock=clock, random=Random(1)
        )
        try:
            yield scene
        finally:
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                if task is play or task.get_name() == "device device":
                    task.cancel()


def stream(family: Family) -> StreamDriver:
    return StreamDriver(family)
