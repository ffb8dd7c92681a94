"""SunTech Advantage OEM blood-pressure module: the host starts, watches and ends a measurement. Pure.

    host    3A command [data] CHK          module  3E length [data] CHK      length counts all bytes
    CHK makes the sum of a whole frame 0 modulo 256.

Only the four frames of COMMANDS are ever sent: no valve, pump, calibration, reset or sleep command.
Sources: two running clients, an annotated frame; the checksum of each example was verified.
"""

from enum import Enum, StrEnum, auto
from typing import Final

from devices.family import Family, Line, Options
from devices.fault_changes import FaultChanges
from devices.readings import CuffReading, reading
from devices.wire import NO_FRAME, UNFINISHED, Framer, Said, byte_sum
from monitord.model import (
    MILLISECOND,
    MINUTE,
    NIBP,
    SECOND,
    Cause,
    Frame,
    Instant,
    Signal,
    Span,
)

START: Final = bytes.fromhex("3A20A6")
ABORT: Final = bytes.fromhex("3A7901004C")
CUFF: Final = bytes.fromhex("3A79050048")
RESULT: Final = bytes.fromhex("3A7903004A")
COMMANDS: Final = (START, ABORT, CUFF, RESULT)
"""Everything that this driver can say to the module; adults only."""


class ModuleAnswer(StrEnum):
    """The module's one-letter replies."""

    ACCEPTED = "O"
    DONE = "K"
    ABORTED = "A"
    BUSY = "B"
    ERROR = "E"
    UNKNOWN = "N"
    SLEEP = "S"
    TIMEOUT = "T"


REST: Final[Span] = 30 * SECOND
"""Deflated time before an automatic start (IEC 80601-2-30: at least 30 s)."""
TIMEOUT: Final[Span] = 2 * MINUTE
"""A reading takes 20-120 s; an adult cuff must be empty after 180 s, so abort well before."""
POLL: Final[Span] = SECOND
REPLY: Final[Span] = 2 * SECOND
TRIES: Final = 3
EMPTY: Final = 15
"""mmHg below which a cuff no longer stops the venous return of an adult."""
DEFLATION: Final[Span] = 15 * SECOND
"""How long a cuff may take to empty after a measurement before that is a fault."""

ERRORS: Final = {
    1: "weak or no signal",
    2: "motion or artifact",
    3: "out of range",
    4: "measurement timed out",
    85: "blocked hose",
    87: "aborted, or the cuff is loose",
    88: "safety time-out",
    89: "overpressure",
    90: "hardware",
    91: "transducer",
    97: "transducer",
    99: "memory",
}

HEAD: Final = 0x3E
RESULT_SIZE: Final = 24
SIZES: Final = frozenset({4, 5, RESULT_SIZE})


def sealed(body: bytes) -> bytes:
    """The frame with the check byte that makes its sum 0."""
    return body + bytes([-sum(body) & 0xFF])


def measure(data: bytes, at: int) -> int:
    """For `Framer`: a reply of the module."""
    if data[at] != HEAD:
        return NO_FRAME
    if len(data) < at + 2:
        return UNFINISHED
    size = data[at + 1]
    if size not in SIZES:
        return NO_FRAME
    if len(data) < at + size:
        return UNFINISHED
    return size if byte_sum(data[at : at + size]) == 0 else NO_FRAME


def measure_command(data: bytes, at: int) -> int:
    """For `Framer`: a host frame that this driver can send."""
    for command in COMMANDS:
        if data.startswith(command, at):
            return len(command)
        if command.startswith(data[at : at + len(command)]):
            return UNFINISHED
    return NO_FRAME


def decode_result(frame: bytes) -> CuffReading:
    """A result; the pulse is one byte, the byte after it is spare."""
    if code := frame[20]:
        return CuffReading(error=ERRORS.get(code, f"error {code}"))
    return CuffReading(
        sys=int.from_bytes(frame[2:4], "little"),
        dia=int.from_bytes(frame[4:6], "little"),
        map=int.from_bytes(frame[18:20], "little"),
        pulse=frame[16],
    )


def encode_result(cuff: CuffReading, *, code: int = 0, beats: int = 30) -> bytes:
    """A result; `code` is one of ERRORS where there is none. Fields stay filled, as a module does."""
    pair = (cuff.sys or 0).to_bytes(2, "little") + (cuff.dia or 0).to_bytes(2, "little")
    codes = bytes.fromhex("0000000000003107")
    mean = (cuff.map or 0).to_bytes(2, "little")
    tail = bytes([cuff.pulse or 0, 0]) + mean + bytes([code, 0, 0])
    return sealed(bytes([HEAD, RESULT_SIZE]) + pair + bytes([beats, 1]) + codes + tail)


def encode_cuff(mmhg: int) -> bytes:
    return sealed(bytes([HEAD, 5]) + mmhg.to_bytes(2, "little"))


def encode_answer(answer: ModuleAnswer) -> bytes:
    return sealed(bytes([HEAD, 4, ord(answer)]))


class SuntechState(Enum):
    IDLE = auto()
    STARTING = auto()
    MEASURING = auto()
    FETCHING = auto()


class SuntechWire:
    """Polls the cuff pressure, which also proves the link; starts, watches, fetches, aborts.

    A start waits until the cuff was empty for REST. A connection that finds it inflated aborts first:
    nobody is watching that measurement.
    """

    def __init__(self, *, timeout: Span = TIMEOUT) -> None:
        self._framer = Framer(measure, limit=RESULT_SIZE, start=HEAD)
        self._timeout = timeout
        self._state = SuntechState.IDLE
        self._wanted = False
        self._rested: Instant | None = None  # when a start is allowed; None: cuff not known empty
        self._rest: Span = 0  # a cuff that this connection finds empty may be used at once
        self._abort_again = Instant(0)
        self._abort_at = Instant(0)
        self._poll_at = Instant(0)
        self._retry_at = Instant(0)
        self._tries = 0
        self._out: list[bytes] = []
        self._said: list[Said] = []
        self._faults = FaultChanges()

    @property
    def rejected(self) -> int:
        return self._framer.rejected

    @property
    def deadline(self) -> Instant | None:
        due = [self._poll_at]
        if self._out:
            due.append(Instant(0))
        if self._state in {SuntechState.STARTING, SuntechState.FETCHING}:
            due.append(self._retry_at)
        if self._state is not SuntechState.IDLE:
            due.append(self._abort_at)
        elif self._wanted and self._rested is not None:
            due.append(self._rested)
        return min(due)

    def request(self, signal: Signal, at: Instant) -> None:  # noqa: ARG002 - a start waits its turn
        """Starts a measurement as soon as the cuff has rested; ignored while one is running."""
        if signal in NIBP and self._state is SuntechState.IDLE:
            self._wanted = True

    def send_due(self, at: Instant) -> bytes:
        if self._state is not SuntechState.IDLE and at >= self._abort_at:
            self._out.append(ABORT)
            self._end(at, CuffReading(error="no result in time"))
        elif self._state in {SuntechState.STARTING, SuntechState.FETCHING} and at >= self._retry_at:
            self._again(at)
        if self._state is SuntechState.IDLE and self._wanted and self._may_start(at):
            self._wanted = False
            self._state = SuntechState.STARTING
            self._abort_at = Instant(at + self._timeout)
            self._retry_at = Instant(at + REPLY)
            self._out.append(START)
        if at >= self._poll_at:
            self._poll_at = Instant(at + POLL)
            if not self._out and self._state in {SuntechState.IDLE, SuntechState.MEASURING}:
                self._out.append(CUFF)
        out, self._out = self._out, []
        return b"".join(out)

    def receive(self, data: bytes, at: Instant) -> list[Said]:
        for frame in self._framer.cut(data):
            # A module at rest gives no readings for long: any word of it shows that it is there.
            self._said.extend(self._faults.tell(Cause.LINK, None))
            match len(frame):
                case 4:
                    self._answered(chr(frame[2]), at)
                case 5:
                    self._pressure(int.from_bytes(frame[2:4], "little"), at)
                case _ if self._state is SuntechState.FETCHING:
                    self._end(at, decode_result(frame))
        said, self._said = self._said, []
        return said

    def _may_start(self, at: Instant) -> bool:
        return self._rested is not None and at >= self._rested

    def _again(self, at: Instant) -> None:
        """A start is never repeated: it may have been heard. A result may be asked for again."""
        self._tries += 1
        self._retry_at = Instant(at + REPLY)
        if self._state is SuntechState.FETCHING and self._tries < TRIES:
            self._out.append(RESULT)
        else:
            self._out.append(ABORT)
            self._end(at, CuffReading(error="no answer"))

    def _answered(self, letter: str, at: Instant) -> None:
        if self._state is SuntechState.STARTING and letter == ModuleAnswer.ACCEPTED:
            self._state = SuntechState.MEASURING
        elif self._state is SuntechState.MEASURING and letter in {
            ModuleAnswer.DONE,
            ModuleAnswer.ERROR,
        }:
            self._state = SuntechState.FETCHING
            self._tries = 0
            self._retry_at = Instant(at + REPLY)
            self._out.append(RESULT)
        elif (
            self._state in {SuntechState.STARTING, SuntechState.MEASURING}
            and letter != ModuleAnswer.ACCEPTED
        ):
            self._out.append(ABORT)
            self._end(at, CuffReading(error=f"answer {letter}"))

    def _pressure(self, mmhg: int, at: Instant) -> None:
        if self._state is SuntechState.MEASURING:
            self._said.append(Frame(samples=(reading(Signal.CUFF_PRESSURE, mmhg),)))
        if self._state is not SuntechState.IDLE:
            return
        if mmhg < EMPTY:
            if self._rested is None:
                self._rested = Instant(at + self._rest)
            self._said.extend(self._faults.tell(Cause.DEVICE, None))
            return
        self._rested, self._rest = None, REST
        if at >= self._abort_again:
            self._out.append(ABORT)
            if self._abort_again:
                self._said.extend(self._faults.tell(Cause.DEVICE, "the cuff does not deflate"))
            self._abort_again = Instant(at + DEFLATION)

    def _end(self, at: Instant, cuff: CuffReading) -> None:
        self._state = SuntechState.IDLE
        self._rested, self._rest = None, REST
        self._abort_again = Instant(at + DEFLATION)
        self._said.append(cuff.frame())


FAMILY: Final = Family(
    name="suntech",
    title="SunTech Advantage OEM NIBP module",
    evidence="published example",
    line=Line(baud=9600),
    signals=NIBP | {Signal.CUFF_PRESSURE},
    delay=100 * MILLISECOND,
    silence=5 * SECOND,
    make=lambda _: SuntechWire(),
    options=Options,
)
