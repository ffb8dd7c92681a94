"""The one driver that runs any wire protocol on any port.

The wire decides what bytes mean and what to say when; this file moves the bytes, keeps the wire's
time by the lent clock, and declares a line lost on which nothing comes any more that is understood.
"""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

import structlog
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

from devices.family import Family, Line
from devices.port import Port, check_address, is_pseudo_terminal, open_port
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

SHORTEST_NAP: Final[Span] = 10 * MILLISECOND
"""A wire whose deadline stays in the past is asked no more often: a serial byte takes about 1 ms."""

LONGEST_NAP: Final[Span] = MINUTE
"""Without any deadline it looks around once a minute, at no measurable cost."""

BURST_GAP: Final[Span] = MINUTE
"""Rejected bytes this close to the last ones belong to the same burst and are not logged again."""

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
        self.config: type[BaseModel] = create_model(
            f"{family.name}_config", __base__=(StreamConfig, family.options)
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
        self._line = settings.line(family.line)
        self._silence = settings.silence or family.silence
        self._wire = family.wire(config)
        self._port: Port | None = None
        self._wake: Callable[[], object] = lambda: None
        self._nap_ends = Instant(0)
        self._heard_at = Instant(0)
        """When something came last that the wire understood: nonsense is silence."""
        self._arrived = 0
        self._most_understood = 0
        self._rejected_at: Instant | None = None
        self._rejected_seen = 0
        self._tap = TAP.get()

    @property
    def rejected(self) -> int:
        """Bytes on this connection that belonged to no valid frame."""
        return self._wire.rejected

    async def run(self, emit: Emit, clock: Clock) -> None:
        port = self._port = await open_port(self._address, self._line)
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

    def request(self, signal: Signal, at: Instant) -> None:
        """Passed to the wire, which speaks at its next deadline; lost while no line is open."""
        self._wire.request(signal, at)
        self._look_at_deadline()

    def _receive(self, data: bytes, at: Instant, emit: Emit) -> None:
        if data and self._tap is not None:
            self._tap(data, at)
        said = self._wire.receive(data, at)
        for item in said:
            emit(item, at)
        if said or self._understood(data):
            self._heard_at = at
        if self._wire.rejected != self._rejected_seen:
            self._report_rejected(at)
        self._look_at_deadline()

    def _understood(self, data: bytes) -> bool:
        """Whether more bytes than ever belong to a frame, or may yet: an answer without a reading.

        What is unfinished is bounded, so that nonsense reaches no new height for long. The ends of lines are
        not counted, as no wire counts them as rejected.
        """
        self._arrived += len(data.translate(None, b"\r\n"))
        understood = self._arrived - self._wire.rejected
        more = understood > self._most_understood
        self._most_understood = max(understood, self._most_understood)
        return more

    def _report_rejected(self, at: Instant) -> None:
        if self._rejected_at is None or at - self._rejected_at >= BURST_GAP:
            count = self._wire.rejected - self._rejected_seen
            _log.warning("bytes_rejected", device=self._name, first=count, all=self._wire.rejected)
        self._rejected_at = at
        self._rejected_seen = self._wire.rejected

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
                    what = f", {self._wire.rejected} bytes not understood" if self.rejected else ""
                    raise DeviceError(f"{silent}{what}")
            if self._port is not None and (data := self._wire.send_due(now)):
                self._port.send(data)
                if self._tap is not None:
                    self._tap(data, now, sent=True)
            # A wire that gave up on an answer has something to say though nothing arrived.
            self._receive(b"", now, emit)
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
