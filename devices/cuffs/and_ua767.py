"""A&D UA-767PC arm cuff: started over RS-232, answers with one record. Pure.

    control  01 "70" "PC" 06|15      from the device: heard, or not; 01 "PC" "70" 06|15 to it
    command  02 "C" "PC" cc KK       05 open, 04 close, 40 start
    data     02 "D" "70" LLLL "0" data KK
    KK is the sum of the characters after 02, modulo 256, in hex; LLLL counts the data.
    record   SYS-DIA, DIA, pulse, 00, 00, year - 1900, month, day, hour, minute, 00: two hex digits each

The device sleeps: the first command only wakes it. Systolic is sent as a difference.
Fillers in front of or inside a block (NUL, XON, XOFF) are no part of it; a record that the line changed and that
nobody asked for is told, so that it is repeated.
Only open, close, start and the control blocks are ever sent. It closes by itself after 5 min.
Source: the vendor's command set, version 2.1.
"""

from dataclasses import replace
from datetime import datetime
from enum import Enum, auto
from typing import Final

from devices.family import Family, Line, Options
from devices.garbled import REPEAT
from devices.readings import CuffReading, device_time
from devices.wire import NO_FRAME, UNFINISHED, Framer, Said, byte_sum
from monitord.model import MILLISECOND, MINUTE, NIBP, SECOND, Instant, Signal, Span

HEX: Final = b"0123456789ABCDEF"
ACK: Final = 0x06
NAK: Final = 0x15
HEARD: Final = b"\x01PC70\x06"

WAKE: Final[Span] = 200 * MILLISECOND
"""Between two attempts to open; the device asks for at least 100 ms."""
REPLY: Final[Span] = SECOND
TRIES: Final = 10
REPEATS: Final = 3
"""Not-heard answers that the device allows."""
TIMEOUT: Final[Span] = 3 * MINUTE
"""A reading takes about a minute, two with a second inflation; an adult cuff is empty after 180 s."""
REST: Final[Span] = 30 * SECOND
"""Deflated time before an automatic start (IEC 80601-2-30: at least 30 s)."""

FILLERS: Final = b"\0\x11\x13"
RECORD: Final = 22
LONGEST: Final = 9 + 64 + 2
"""Bytes of a data block that is accepted: 64 characters are three times a record."""


def checked(text: str) -> bytes:
    """The block of a text that begins with its type: 02, text, sum."""
    body = text.encode("ascii")
    return b"\x02" + body + f"{byte_sum(body):02X}".encode("ascii")


OPEN: Final = checked("CPC05")
CLOSE: Final = checked("CPC04")
START: Final = checked("CPC40")


def measure(data: bytes, at: int) -> int:
    """For `Framer`: a control or data block of the device."""
    if data[at] == 1:
        block = data[at : at + 6]
        if not b"\x0170PC".startswith(block[:5]):
            return NO_FRAME
        if len(block) < 6:
            return UNFINISHED
        return 6 if block[5] in {ACK, NAK} else NO_FRAME
    head = data[at : at + 8]
    if not b"\x02D70".startswith(head[:4]) or head[4:].strip(HEX):
        return NO_FRAME
    if len(head) < 8:
        return UNFINISHED
    count = int(head[4:], 16)
    # "No data" has a count of 0 and nevertheless one character.
    size = 9 + max(count, 1) + 2
    if size > LONGEST:
        return NO_FRAME
    if len(data) < at + size:
        return UNFINISHED
    body, check = data[at + 1 : at + size - 2], data[at + size - 2 : at + size]
    return size if b"%02X" % byte_sum(body) == check else NO_FRAME


def decode_record(block: bytes) -> CuffReading | None:
    """The reading in a data block; None where it holds none."""
    text = block[9:-2]
    if len(text) != RECORD or text.strip(HEX):
        return None
    data = bytes.fromhex(text.decode("ascii"))
    return CuffReading(
        sys=data[0] + data[1],
        dia=data[1],
        pulse=data[2],
        measured_at=device_time(1900 + data[5], data[6], data[7], data[8], data[9]),
    )


def encode_record(cuff: CuffReading, when: datetime) -> bytes:
    dia = cuff.dia or 0
    clock = (when.year - 1900, when.month, when.day, when.hour, when.minute, 0)
    data = bytes([(cuff.sys or 0) - dia, dia, cuff.pulse or 0, 0, 0, *clock])
    return checked(f"D70{2 * len(data):04X}0{data.hex().upper()}")


NO_DATA: Final = checked("D70000000")


def encode_control(*, heard: bool = True) -> bytes:
    """What the device answers to a command."""
    return b"\x0170PC" + bytes([ACK if heard else NAK])


class Ua767State(Enum):
    IDLE = auto()
    OPENING = auto()
    STARTING = auto()
    MEASURING = auto()


class Ua767Wire:
    """Wakes, opens and starts on request; takes what comes; closes.

    A record that nobody asked for is fresh only if its time is later than the one before.
    """

    def __init__(self, *, timeout: Span = TIMEOUT) -> None:
        self._framer = Framer(measure, limit=LONGEST)
        self._timeout = timeout
        self._state = Ua767State.IDLE
        self._wanted = False
        self._rested = Instant(0)
        self._retry_at = Instant(0)
        self._abort_at = Instant(0)
        self._tries = 0
        self._last: CuffReading | None = None
        self._fillers = 0
        self._sound = 0
        """Bytes that were rejected up to the last block."""
        self._garbled = False
        self._out: list[bytes] = []
        self._said: list[Said] = []

    @property
    def rejected(self) -> int:
        return self._framer.rejected + self._fillers

    @property
    def deadline(self) -> Instant | None:
        if self._out:
            return Instant(0)
        match self._state:
            case Ua767State.IDLE:
                return self._rested if self._wanted else None
            case Ua767State.MEASURING:
                return self._abort_at
            case _:
                return self._retry_at

    def request(self, signal: Signal, at: Instant) -> None:  # noqa: ARG002 - a start waits its turn
        """Starts a measurement as soon as the cuff has rested; ignored while one is running."""
        if signal in NIBP and self._state is Ua767State.IDLE:
            self._wanted = True

    def send_due(self, at: Instant) -> bytes:
        match self._state:
            case Ua767State.IDLE if self._wanted and at >= self._rested:
                self._wanted = False
                self._enter(Ua767State.OPENING, OPEN, at, WAKE)
            case Ua767State.OPENING | Ua767State.STARTING if at >= self._retry_at:
                self._again(at)
            case Ua767State.MEASURING if at >= self._abort_at:
                self._end(at, CuffReading(error="no result in time"))
            case _:
                pass
        out, self._out = self._out, []
        return b"".join(out)

    def receive(self, data: bytes, at: Instant) -> list[Said]:
        plain = data.translate(None, FILLERS)
        self._fillers += len(data) - len(plain)
        for block in self._framer.pieces(plain):
            self._look_for_a_loss()
            self._sound = self._framer.rejected
            if block[0] == 1:
                self._answered(heard=block[5] == ACK, at=at)
            else:
                self._garbled = False
                self._record(block, at)
        self._look_for_a_loss()
        said, self._said = self._said, []
        return said

    def _look_for_a_loss(self) -> None:
        """Bytes as many as a record between two blocks were one, unless it was asked for: then it is missed."""
        lost = self._framer.rejected - self._sound
        if lost >= RECORD and not self._garbled and self._state is Ua767State.IDLE:
            self._garbled = True
            self._said.append(REPEAT)

    def _enter(self, state: Ua767State, command: bytes, at: Instant, wait: Span) -> None:
        self._state = state
        self._tries = 0
        self._retry_at = Instant(at + wait)
        self._out.append(command)

    def _again(self, at: Instant) -> None:
        self._tries += 1
        opening = self._state is Ua767State.OPENING
        if self._tries < TRIES and opening:
            self._out.append(OPEN)
            self._retry_at = Instant(at + WAKE)
        elif opening:
            self._end(at, CuffReading(error="no answer"))
        else:
            # A start is not repeated unless it was refused: it may have been heard.
            self._state = Ua767State.MEASURING

    def _answered(self, *, heard: bool, at: Instant) -> None:
        match self._state:
            case Ua767State.OPENING if heard:
                self._abort_at = Instant(at + self._timeout)
                self._enter(Ua767State.STARTING, START, at, REPLY)
            case Ua767State.STARTING if heard:
                self._state = Ua767State.MEASURING
            case Ua767State.STARTING:
                self._tries += 1
                if self._tries < REPEATS:
                    self._out.append(START)
                    self._retry_at = Instant(at + REPLY)
                else:
                    self._end(at, CuffReading(error="start refused"))
            case _:
                pass

    def _record(self, block: bytes, at: Instant) -> None:
        self._out.append(HEARD)
        asked = self._state is Ua767State.MEASURING
        cuff = decode_record(block)
        if cuff is None:
            if asked:
                self._end(at, CuffReading(error="no data"))
            return
        last, self._last = self._last, cuff
        if asked and cuff != last:
            # It was started by us: of now, whatever the device's clock says.
            self._end(at, replace(cuff, measured_at=None))
        else:
            later = last is not None and (cuff.measured_at or 0) > (last.measured_at or 0)
            self._said.append(replace(cuff, repeated=not later).frame(mean=False))

    def _end(self, at: Instant, cuff: CuffReading) -> None:
        self._state = Ua767State.IDLE
        self._rested = Instant(at + REST)
        self._out.append(CLOSE)
        self._said.append(cuff.frame(mean=False))


FAMILY: Final = Family(
    name="and_ua767",
    title="A&D UA-767PC",
    evidence="published example",
    line=Line(baud=9600, stopbits=2, xonxoff=True),
    signals=NIBP - {Signal.NIBP_MAP},
    delay=SECOND,
    silence=None,
    make=lambda _: Ua767Wire(),
    options=Options,
)
