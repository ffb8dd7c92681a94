"""A bedside monitor that sends HL7: it calls the listener, sends what it shows once a second, and hears the answers.

Address: tcp://HOST:PORT of the listener. Options: `dialect` (mdil, pcd01, nihon_kohden), `location` (PV1-3), `every`
(the cuff's interval), `interval` (between messages). Its messages are of training (MSH-11 T): a bed takes them for a
demonstration, unless the suite file says that it is `simulated`.
"""

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated, Final
from urllib.parse import urlsplit

import structlog
from pydantic import BaseModel, ConfigDict, Field

from devices.hl7.hl7_encode import DialectOfHl7, MonitorDisplay, encode
from devices.hl7.hl7_framing import MessageCutter
from devices.hl7.hl7_segments import messages_in
from devices.twin.body import Body
from devices.twin.mischief import Mischief
from devices.twin.oximeter_body import Oximeter
from devices.twin.stream_twin import TICK, Beat, take_orders
from devices.twin.walk_in_cuffs import SelfStartingCuff
from monitord.driver import Bedside, Clock, raise_if_cancelled
from monitord.errors import DeviceError, in_words
from monitord.model import MINUTE, SECOND, Duration, Instant, Quality, Signal
from monitord.model.tracks import FaultKind

RETRY: Final = 1.0
"""s of engine time between attempts to reach the listener."""
_BEATS: Final = 8

_log = structlog.get_logger()


class Hl7TwinOptions(BaseModel):
    """See the module."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dialect: DialectOfHl7 = "pcd01"
    location: Annotated[str, Field(min_length=1, max_length=100)] = "SUITE^^1"
    every: Duration = 5 * MINUTE
    interval: Annotated[Duration, Field(ge=SECOND)] = SECOND


class MonitorByHl7:
    """What is sent at each time; sans-IO, asked in time order."""

    def __init__(self, body: Body, options: Hl7TwinOptions) -> None:
        self._body = body
        self._options = options
        self._oximeter = Oximeter(body, beats=_BEATS, hold=0)
        self._cuff = SelfStartingCuff(body, {"every": f"{options.every // SECOND}s"})
        self._beat = Beat(options.interval / SECOND)
        self._pressure: dict[Signal, float | None] = {}
        self._pressure_at: Instant | None = None
        self._count = 0

    def speak(self, t: float) -> bytes:
        """Everything due at `t`."""
        cuff = self._cuff.done(t)
        if cuff is not None and not cuff.error:
            self._pressure = {
                Signal.NIBP_SYS: cuff.sys,
                Signal.NIBP_DIA: cuff.dia,
                Signal.NIBP_MAP: cuff.map,
                Signal.NIBP_PULSE: cuff.pulse,
            }
            self._pressure_at = self._clock(t)
        return b"".join(self._message(at) for at in self._beat.due(t))

    def _message(self, t: float) -> bytes:
        self._count += 1
        seen, shown = self._body.vitals(t), self._oximeter.read(t)
        good = shown.quality in {Quality.GOOD, Quality.LOW_PERFUSION}
        values: dict[Signal, float | None] = {
            Signal.SPO2: shown.spo2 if good else None,
            Signal.PULSE_RATE: shown.pulse_rate if good else None,
            Signal.PERFUSION_INDEX: shown.perfusion_index if good else None,
            Signal.RESP_RATE: round(seen.resp_rate),
        }
        return encode(
            MonitorDisplay(
                at=self._clock(t),
                values=values,
                cuff=self._pressure,
                cuff_at=self._pressure_at,
            ),
            self._options.dialect,
            control=f"T{self._count}",
            location=self._options.location,
            processing="T",
        )

    def _clock(self, t: float) -> Instant:
        return Instant(round(self._body.clock(t).timestamp() * SECOND))


class Hl7Twin:
    """Calls; a listener that is away is tried again."""

    name = "hl7"
    title = "Bedside monitor that sends HL7 (three dialects)"

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()
        """Acknowledgement codes that came back, of all that play."""

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
            options = Hl7TwinOptions.model_validate(settings.options if settings else {})
            parts = urlsplit(address)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise DeviceError(f"{device}: {in_words(error)}") from error
        if parts.scheme != "tcp" or not host or not port:
            raise DeviceError(f"{address!r}: a sender of HL7 calls tcp://HOST:PORT")
        play = _Call(
            host=host,
            port=port,
            monitor=MonitorByHl7(body, options),
            body=body,
            clock=clock,
            commands=commands,
            answers=self.answers,
        )
        while True:
            try:
                await play.converse()
            except OSError as error:
                _log.info("twin_listener_away", device=device, detail=str(error))
            raise_if_cancelled()
            await clock.sleep(RETRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    host: str
    port: int
    monitor: MonitorByHl7
    body: Body
    clock: Clock
    commands: asyncio.Queue[str]
    answers: Counter[str]
    cutter: MessageCutter = field(default_factory=MessageCutter)

    async def converse(self) -> None:
        """One connection; returns when the monitor was unplugged and is plugged in again."""
        while self.body.has(FaultKind.UNPLUG, self._now()):
            self._due()
            await self.clock.sleep(TICK)
        reader, writer = await asyncio.open_connection(self.host, self.port)
        hearing = asyncio.create_task(self._hear(reader), name=f"twin hears {self.body.device}")
        mischief = Mischief(self.body)
        try:
            while not self.body.has(FaultKind.UNPLUG, t := self._now()):
                if hearing.done():
                    raise ConnectionResetError("the listener closed the connection")
                for piece in mischief.spoil(self._due(), t):
                    writer.write(piece)
                    await asyncio.sleep(0)
                await writer.drain()
                await self.clock.sleep(TICK)
        finally:
            hearing.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await hearing
            writer.transport.abort()

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(4096):
            for piece in self.cutter.cut(data):
                for lines in messages_in(piece.body):
                    rows = [line.split("|") for line in lines if line.startswith("MSA")]
                    self.answers.update(row[1] for row in rows if len(row) > 1)

    def _due(self) -> bytes:
        t = self._now()
        take_orders(self.body, self.commands, t)
        return self.monitor.speak(t)

    def _now(self) -> float:
        return (self.clock.now() - self.body.bedside.start) / SECOND


TWIN: Final = Hl7Twin()
