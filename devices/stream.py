"""The one driver that runs any wire protocol on any port.

The wire decides what bytes mean and what to say when; this file moves the bytes, keeps the wire's
time by the lent clock, and declares a line lost on which nothing comes any more that is understood.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Final, Literal

import structlog
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

from devices.datagram_port import calls_within, check_interface, check_udp, open_datagrams
from devices.family import Family, Line
from devices.port import READ_SIZE, Port, check_address, is_pseudo_terminal, open_port
from monitord.driver import TAP, Clock, Connection, Emit
from monitord.errors import DeviceError
from monitord.kit.example import Example
from monitord.model import (
    MILLISECOND,
    MINUTE,
    SECOND,
    Cause,
    Duration,
    Fault,
    Instant,
    Signal,
    Span,
    span_text,
)
from monitord.source_rate_limit import Budget

SHORTEST_NAP: Final[Span] = 10 * MILLISECOND
"""A wire whose deadline stays in the past is asked no more often: a serial byte takes about 1 ms."""

LONGEST_NAP: Final[Span] = MINUTE
"""Without any deadline it looks around once a minute, at no measurable cost."""

BURST_GAP: Final[Span] = MINUTE
"""Rejected bytes this close to the last ones belong to the same burst and are not logged again."""

BITS_A_BYTE: Final = 10
"""On a serial line, with its start and stop bit."""
LEAST_BYTES_PER_S: Final = 23_040.0
"""Twice a line of 115200 baud, the fastest of any family: decoded in a few hundredths of a second."""
STALL_S: Final = 10.0
"""So long a network may hold a line's bytes back, and then bring them all at once."""

REST_S: Final = 0.5
"""So long nothing is decoded where more came: a tenth of the shortest silence that a family has."""

_log = structlog.get_logger()


class StreamConfig(BaseModel):
    """Settings of every device on a line; those of its family stand beside them.

    Line settings left out are the family's; `dtr` and `rts` stand on, as most interfaces need them. `silence` is how long the line may be quiet before it
    counts as lost. `simulated` overrules what the port looks like: a pseudo-terminal is a twin.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    port: Annotated[str, AfterValidator(check_address)]
    baud: int | None = Field(default=None, ge=50, le=4_000_000)
    bits: Literal[7, 8] | None = None
    parity: Literal["N", "E", "O"] | None = None
    stopbits: Literal[1, 2] | None = None
    xonxoff: bool | None = None
    rtscts: bool | None = None
    dtr: bool | None = None
    rts: bool | None = None
    silence: Duration | None = Field(default=None, ge=SECOND)
    simulated: bool | None = None

    def line(self, usual: Line) -> Line:
        """The family's line with what this device has set otherwise."""
        fields = Line.__dataclass_fields__
        asked = {name: getattr(self, name) for name in fields}
        return Line(
            **{
                name: getattr(usual, name) if value is None else value
                for name, value in asked.items()
            }
        )


def check_line_or_udp(address: str) -> str:
    """The address itself; ValueError with what to write instead where none can be opened."""
    return check_udp(address) if address.startswith("udp://") else check_address(address)


class NetworkConfig(StreamConfig):
    """Settings of a device on a line, or on a network by UDP.

    `calls_at` is this machine's own address in the devices' network, on which their calls are heard: where `port`
    names no port it is then the one that the device calls out. Without it nothing is listened to.
    """

    port: Annotated[str, AfterValidator(check_line_or_udp)]
    calls_at: Annotated[str, AfterValidator(check_interface)] | None = None


class StreamDriver:
    """A device family as a driver; `config` joins the line's settings with the family's own.

    `examples` gives healthy streams of the family, from which the kit proves codec and driver.
    """

    def __init__(self, family: Family, examples: Callable[[], tuple[Example, ...]] = tuple) -> None:
        self.family = family
        self.examples = examples
        self.name = family.name
        self.title = family.title
        self.evidence: str = family.evidence
        beacons = family.every_beacon
        self.calls = partial(calls_within, beacons) if beacons else None
        """Hears for so many seconds which of its devices call themselves out; None where they do not."""
        self.config: type[BaseModel] = create_model(
            f"{family.name}_config",
            __base__=(
                StreamConfig if family.datagrams is None else NetworkConfig,
                family.options,
            ),
        )

    def signals(self, config: Any) -> frozenset[Signal]:  # noqa: ARG002  # the same on every line
        return self.family.signals

    def delay(self, config: Any) -> Span:  # noqa: ARG002  # the same on every line
        return self.family.delay

    def simulated(self, config: Any) -> bool:
        settings: StreamConfig = config
        if settings.simulated is not None:
            return settings.simulated
        return is_pseudo_terminal(settings.port)

    def open(self, name: str, config: Any) -> Connection:
        return StreamConnection(self.family, name, config)


class StreamConnection:
    """One conversation over one line, from opening it to losing it."""

    def __init__(self, family: Family, name: str, config: Any) -> None:
        settings: StreamConfig = config
        self._name = name
        self._address = settings.port
        self._datagrams = family.datagrams
        self._calls_at: str | None = getattr(settings, "calls_at", None)
        self._line = settings.line(family.line)
        self._silence = settings.silence or family.silence
        self._begin = partial(family.wire, config)
        self._wire = self._begin()
        per_s = max(LEAST_BYTES_PER_S, 2 * self._line.baud / BITS_A_BYTE)
        self._budget = Budget(per_s, STALL_S * per_s)
        self._resting = False
        self._newest = b""
        """While it rests, the end of what came."""
        self._newest_at = Instant(0)
        self.shed = 0
        """Bytes that were not decoded because more came than two such lines can carry."""
        self._port: Port | None = None
        self._wake: Callable[[], object] = lambda: None
        self._nap_ends = Instant(0)
        self._heard_at = Instant(0)
        """When something came last that the wire understood: nonsense is silence."""
        self._arrived = 0
        self._most_understood = 0
        self._rejected_at: Instant | None = None
        self._rejected_seen = 0
        self._rejected_before = 0
        self._tap = TAP.get()

    @property
    def rejected(self) -> int:
        """Bytes on this connection that belonged to no valid frame."""
        return self._rejected_before + self._wire.rejected

    async def run(self, emit: Emit, clock: Clock) -> None:
        port = self._port = await self._open()
        self._heard_at = clock.now()
        if self._silence is None:
            # It may be quiet for an hour: an open port is all there is to know of this link.
            emit(Fault(cause=Cause.LINK, subject=self._name, present=False), clock.now())

        def receive(data: bytes) -> None:
            self._receive(data, clock.now(), emit)

        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(port.run(receive), name=f"read {self._name}")
                group.create_task(self._keep_time(emit, clock), name=f"time {self._name}")
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        finally:
            self._port = None
            port.close()

    async def _open(self) -> Port:
        if self._datagrams is not None and self._address.startswith("udp://"):
            return await open_datagrams(self._address, self._datagrams, interface=self._calls_at)
        return await open_port(self._address, self._line)

    def request(self, signal: Signal, at: Instant) -> None:
        """Passed to the wire, which speaks at its next deadline; lost while no line is open."""
        self._wire.request(signal, at)
        self._look_at_deadline()

    def _receive(self, data: bytes, at: Instant, emit: Emit) -> None:
        data, at = self._within_budget(data, at)
        if data and self._tap is not None:
            self._tap(data, at)
        said = self._wire.receive(data, at)
        for item in said:
            emit(item, at)
        if said or self._understood(data):
            self._heard_at = at
        if self.rejected != self._rejected_seen:
            self._report_rejected(at)
        self._look_at_deadline()

    def _within_budget(self, data: bytes, at: Instant) -> tuple[bytes, Instant]:
        """What is decoded now, and when it arrived: these bytes, none, or the newest of those that waited.

        Where too much came nothing is decoded for half a second at a time, and then the newest: what stands
        on the two sides of such a gap is never joined to one frame.
        """
        if not self._resting:
            if self._budget.take(at, len(data)):
                return data, at
            self._resting = True
            self._begin_anew()
            self._wake()
        if data:
            self._newest, self._newest_at = self._newest + data, at
            self.shed += max(0, len(self._newest) - READ_SIZE)
            self._newest = self._newest[-READ_SIZE:]
        if self._budget.room(at) < self._budget.per_s * REST_S:
            return b"", at
        self._resting = False
        data, self._newest = self._newest, b""
        self._budget.take(at, len(data))
        return data, self._newest_at

    def _begin_anew(self) -> None:
        self._rejected_before += self._wire.rejected
        self._wire = self._begin()
        # What stood unfinished is gone: it is no proof that something was understood.
        self._most_understood += READ_SIZE

    def _understood(self, data: bytes) -> bool:
        """Whether more bytes than ever belong to a frame, or may yet: an answer without a reading.

        What is unfinished is bounded, so that nonsense reaches no new height for long. The ends of lines are
        not counted, as no wire counts them as rejected.
        """
        self._arrived += len(data.translate(None, b"\r\n"))
        understood = self._arrived - self.rejected
        more = understood > self._most_understood
        self._most_understood = max(understood, self._most_understood)
        return more

    def _report_rejected(self, at: Instant) -> None:
        if self._rejected_at is None or at - self._rejected_at >= BURST_GAP:
            count = self.rejected - self._rejected_seen
            _log.warning("bytes_rejected", device=self._name, first=count, all=self.rejected)
        self._rejected_at = at
        self._rejected_seen = self.rejected

    def _look_at_deadline(self) -> None:
        due = self._wire.deadline
        if due is not None and due < self._nap_ends:
            self._wake()

    async def _keep_time(self, emit: Emit, clock: Clock) -> None:
        while True:
            now = clock.now()
            ends = [now + LONGEST_NAP]
            if self._silence is not None:
                ends.append(self._heard_at + self._silence)
                if now >= ends[-1]:
                    silent = f"{self._address}: silent for {span_text(self._silence)}"
                    what = f", {self.rejected} bytes not understood" if self.rejected else ""
                    raise DeviceError(f"{silent}{what}")
            if self._port is not None and (data := self._wire.send_due(now)):
                self._port.send(data)
                if self._tap is not None:
                    self._tap(data, now, sent=True)
            # A wire that gave up on an answer has something to say though nothing arrived.
            self._receive(b"", now, emit)
            if self._resting:
                ends.append(now + round(REST_S * SECOND))
            if self._wire.deadline is not None:
                ends.append(self._wire.deadline)
            self._nap_ends = Instant(max(min(ends), now + SHORTEST_NAP))
            nap = asyncio.create_task(
                clock.sleep((self._nap_ends - now) / SECOND), name=f"nap {self._name}"
            )
            self._wake = nap.cancel
            try:
                await asyncio.wait({nap})
            finally:
                nap.cancel()
