"""What a sans-IO wire protocol is, and framing helpers. Pure.

A wire owns framing, resynchronisation after garbage, checksum, scale, invalid markers and status
bits. It never raises on bytes from the line: what is no frame is counted in `rejected` and skipped.
What it says depends on the bytes alone, not on how they were split over reads.
"""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Final, Protocol, TypeVar

from monitord.model import Fault, Frame, Instant, Signal, Wave

Said = Frame | Fault | Wave
"""What a device says. A fault's subject stays empty: the stream driver knows the device's name."""


class Wire(Protocol):
    """One conversation with one device; a new connection has a new wire."""

    @property
    def rejected(self) -> int:
        """Bytes skipped so far because they belonged to no valid frame."""
        ...

    @property
    def deadline(self) -> Instant | None:
        """When `send_due` wants to be called although nothing arrived; None for never.

        A wire that speaks first has a deadline in the past from the start.
        """
        ...

    def receive(self, data: bytes, at: Instant) -> list[Said]:
        """Everything that these bytes complete; `at` is when they arrived.

        After `send_due`, `receive(b"", at)` gives what time alone has decided (a cuff that never
        answered is an error).
        """
        ...

    def send_due(self, at: Instant) -> bytes:
        """The bytes to send now, once; empty when there is nothing to say."""
        ...

    def request(self, signal: Signal, at: Instant) -> None:
        """Asks for a reading; a wire that cannot, does nothing."""
        ...


class Listening:
    """The half of a wire that never speaks."""

    @property
    def deadline(self) -> Instant | None:
        return None

    def send_due(self, at: Instant) -> bytes:  # noqa: ARG002 - a listener needs no time
        return b""

    def request(self, signal: Signal, at: Instant) -> None:
        """Nothing can be asked for."""


Piece_co = TypeVar("Piece_co", covariant=True)


class Cutter(Protocol[Piece_co]):
    """Cuts a stream into frames and keeps the unfinished rest, which is bounded."""

    @property
    def rejected(self) -> int:
        """Bytes that were no frame."""
        ...

    def cut(self, data: bytes) -> Iterable[Piece_co]:
        """The frames that these bytes complete."""
        ...


NO_FRAME: Final = 0
UNFINISHED: Final = -1

Measure = Callable[[bytes, int], int]
"""The length of the whole, checked frame that begins at an index; else NO_FRAME or UNFINISHED."""


class Framer:
    """Cuts binary frames: by `measure`, from one `start` byte to the next while out of step.

    It is one byte: of two, the first may come alone, at the end of a read. `limit` bounds what is kept:
    a frame still unfinished at that length is garbage; so it must be the length of the longest.
    """

    def __init__(self, measure: Measure, *, limit: int, start: int | None = None) -> None:
        self._measure = measure
        self._limit = limit
        self._start = start
        self._rest = b""
        self.rejected = 0

    def cut(self, data: bytes) -> list[bytes]:
        return list(self.pieces(data))

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """As `cut`, one by one: `rejected` counts what was skipped before each. Take them all."""
        buffer = self._rest + data
        at, end = 0, len(buffer)
        while at < end:
            size = self._measure(buffer, at)
            if size > 0:
                yield buffer[at : at + size]
                at += size
            elif size == UNFINISHED and end - at < self._limit:
                break
            else:
                found = at + 1 if self._start is None else buffer.find(self._start, at + 1)
                following = found if found >= 0 else end
                self.rejected += following - at
                at = following
        self._rest = buffer[at:]


NOISE: Final = re.compile(r"[^ -~]")
"""What is no text: fillers (NUL), flow control (XON, XOFF), bytes that the line changed."""


def printable(piece: Sized) -> int:
    """How many characters of a line are text; of a binary frame, all."""
    noise = len(NOISE.findall(piece)) if isinstance(piece, str) else 0
    return len(piece) - noise


class Lines:
    """Cuts lines that end in CR, LF or both; empty ones are dropped.

    Noise stays in a line, a character for each byte: it costs the field that it hits, which its decoder
    knows. It is counted; so is what a line has more than `limit`, of which the end is kept. Where two
    lines run into one, `start` says where the next begins. What `heading` matches is known to be no
    reading and dropped.
    """

    _END: Final = bytes.maketrans(b"\r", b"\n")

    def __init__(
        self,
        *,
        limit: int,
        heading: re.Pattern[str] | None = None,
        start: re.Pattern[str] | None = None,
    ) -> None:
        self._limit = limit
        self._heading = heading
        self._start = start
        self._rest = b""
        self.rejected = 0

    def cut(self, data: bytes) -> list[str]:
        *lines, rest = (self._rest + data).translate(self._END).split(b"\n")
        self._rest = self._end_of(rest)
        return [text for line in lines for text in self._texts(self._end_of(line))]

    def finish(self) -> list[str]:
        """What stands unfinished, as though its end had come."""
        rest, self._rest = self._rest, b""
        return self._texts(rest)

    def _end_of(self, line: bytes) -> bytes:
        over = len(line) - self._limit
        if over <= 0:
            return line
        self.rejected += over
        return line[over:]

    def _texts(self, line: bytes) -> list[str]:
        text = line.decode("latin-1")
        self.rejected += len(NOISE.findall(text))
        places = [found.start() for found in self._start.finditer(text)] if self._start else []
        cuts = [0, *(place for place in places if place), len(text)]
        pieces = [text[a:b] for a, b in itertools.pairwise(cuts)]
        heading = self._heading
        return [
            piece
            for piece in pieces
            if NOISE.sub("", piece) and not (heading and heading.search(piece))
        ]


def byte_sum(data: bytes) -> int:
    """The checksum of most oximeters: the sum of the bytes modulo 256."""
    return sum(data) & 0xFF


def xor(data: bytes) -> int:
    """The exclusive or of all bytes."""
    result = 0
    for byte in data:
        result ^= byte
    return result
