"""Words for tests of the HL7 listener: beds that listen, and a sender on a real socket."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from devices.hl7.hl7_config import Hl7DeviceConfig
from devices.hl7.hl7_driver import Hl7Connection
from devices.hl7.hl7_framing import MessageCutter
from devices.hl7.hl7_moments import dtm
from devices.hl7.hl7_segments import messages_in
from monitord.model import Cause, Fault, Frame, Instant, Sample, Signal, Wave
from tests.devices.hl7_messages import framed, message
from tests.peers import GENEROUS_S, LoopClock, free_port, until

T = TypeVar("T")


async def soon(coming: Awaitable[T]) -> T:
    """What must come; the test fails when it does not."""
    async with asyncio.timeout(GENEROUS_S):
        return await coming


class ListeningBed:
    """A bed of a listener, and what it said."""

    def __init__(self, name: str, config: Hl7DeviceConfig, clock: LoopClock) -> None:
        self.connection = Hl7Connection(name, config)
        self.clock = clock
        self.items: list[Frame | Fault | Wave] = []
        self.task = asyncio.create_task(self.connection.run(self._take, clock))

    def _take(self, item: Frame | Fault | Wave, at: Instant) -> None:
        self.items.append(item)

    def samples(self, signal: Signal = Signal.SPO2) -> list[Sample]:
        frames = [item for item in self.items if isinstance(item, Frame)]
        return [each for frame in frames for each in frame.samples if each.signal is signal]

    def values(self, signal: Signal = Signal.SPO2) -> list[float | None]:
        return [each.value for each in self.samples(signal)]

    def faults(self, cause: Cause) -> list[bool]:
        return [
            each.present for each in self.items if isinstance(each, Fault) and each.cause is cause
        ]

    async def up(self) -> None:
        await until(lambda: self.items or self.task.done())

    async def end(self) -> None:
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await self.task


class Suite:
    """Beds at one port."""

    def __init__(self, port: int, clock: LoopClock) -> None:
        self.port = port
        self.clock = clock
        self.beds: dict[str, ListeningBed] = {}

    def __getitem__(self, name: str) -> ListeningBed:
        return self.beds[name]

    @asynccontextmanager
    async def sender(self, tls: ssl.SSLContext | None = None) -> AsyncIterator["Sender"]:
        name = None if tls is None else "localhost"
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, ssl=tls, server_hostname=name
        )
        try:
            yield Sender(reader, writer, self.clock)
        finally:
            writer.transport.abort()


class Sender:
    """A monitor's or a gateway's end of the connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, clock: LoopClock
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.clock = clock
        self._cutter = MessageCutter()
        self._answers: list[list[list[str]]] = []

    def write(self, data: bytes) -> None:
        self.writer.write(data)

    def send(self, *lines: str) -> None:
        self.write(framed(message(*lines)))

    async def answer(self) -> dict[str, list[str]]:
        """The next acknowledgement: its segments by name, as fields."""
        while not self._answers:
            data = await soon(self.reader.read(65536))
            assert data, "closed without an answer"
            for piece in self._cutter.cut(data):
                for lines in messages_in(piece.body):
                    self._answers.append([line.split("|") for line in lines])
        return {row[0]: row for row in self._answers.pop(0)}

    async def code(self) -> str:
        """MSA-1 of the next acknowledgement."""
        return (await self.answer())["MSA"][1]

    async def says(self, spo2: object, *, place: str = "A^^1", **head: str) -> str:
        """Sends one reading; what it is answered."""
        self.send(*self.reading(spo2, place=place, **head))
        return await self.code()

    def reading(
        self,
        spo2: object,
        *,
        place: str = "A^^1",
        application: str = "X",
        ack: str = "",
        control: str = "1",
    ) -> tuple[str, ...]:
        now = dtm(self.clock.now())
        return (
            rf"MSH|^~\&|{application}||||{now}||ORU^R01|{control}|P|2.6|||{ack}",
            f"PV1||I|{place}",
            f"OBR|1|||M|||{now}",
            f"OBX|1|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC||{spo2}|%|||||R",
        )


@asynccontextmanager
async def suite(
    *, common: dict[str, Any] | None = None, **beds: dict[str, Any]
) -> AsyncIterator[Suite]:
    """Beds by name, each with settings beside those that all have."""
    clock = LoopClock()
    found = Suite(free_port(), clock)
    for name, settings in (beds or {"one": {"location": "A^^1"}}).items():
        config = Hl7DeviceConfig.model_validate(
            {"listen": f"127.0.0.1:{found.port}", **(common or {}), **settings}
        )
        found.beds[name] = ListeningBed(name, config, clock)
    try:
        for bed in found.beds.values():
            await bed.up()
        yield found
    finally:
        for bed in found.beds.values():
            await bed.end()
