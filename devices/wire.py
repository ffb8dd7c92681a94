"""What a sans-IO wire protocol is, and framing helpers. Pure.

A wire owns framing, resynchronisation after garbage, checksum, scale, invalid markers and status
bits. It never raises on bytes from the line: what is no frame is counted in `rejected` and skipped.
What it says depends on the bytes alone, not on how they were split over reads.
"""

import re
from collections.abc import Callable, Iterable, Iterator
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

Stretch = Callable[[bytes, int], int]
"""Takes as many frames as it likes from an index on; returns their length."""


class Framer:
    """Cuts binary frames: by `measure`, from one `start` byte to the next while out of step.

    `limit` bounds what is kept: a frame still unfinished at that length is garbage.
    """

    def __init__(self, measure: Measure, *, limit: int, start: bytes = b"") -> None:
        self._measure = measure
        self._limit = limit
        self._start = start
        self._rest = b""
        self.rejected = 0

    def cut(self, data: bytes) -> list[bytes]:
        return list(self.pieces(data))

    def without(self, data: bytes, stretch: Stretch) -> bytes:
        """What `stretch` leaves of the next bytes, for `pieces`; all, where a frame is unfinished."""
        return data if self._rest else data[stretch(data, 0) :]

    def pieces(self, data: bytes, stretch: Stretch | None = None) -> Iterator[bytes]:
        """As `cut`, one by one: `rejected` counts what was skipped before each. Take them all.

        Whole frames that `stretch` takes by itself do not come here.
        """
        buffer = self._rest + data
        at, end = 0, len(buffer)
        while at < end:
            if stretch is not None and (taken := stretch(buffer, at)):
                at += taken
                continue
            size = self._measure(buffer, at)
            if size > 0:
                yield buffer[at : at + size]
                at += size
            elif size == UNFINISHED and end - at < self._limit:
                break
            else:
                found = buffer.find(self._start, at + 1) if self._start else at + 1
                following = found if found >= 0 else end
                self.rejected += following - at
                at = following
        self._rest = buffer[at:]


class Lines:
    """Cuts lines of printable ASCII that end in CR, LF or both; empty ones are dropped.

    A line that is longer than `limit` or holds other bytes is rejected whole. What `heading`
    matches is known to be no reading and dropped.
    """

    _END: Final = bytes.maketrans(b"\r", b"\n")
    _PRINTABLE: Final = bytes(range(0x20, 0x7F))

    def __init__(self, *, limit: int, heading: re.Pattern[str] | None = None) -> None:
        self._limit = limit
        self._heading = heading
        self._rest = b""
        self._overlong = False
        self.rejected = 0

    def cut(self, data: bytes) -> list[str]:
        *lines, self._rest = (self._rest + data).translate(self._END).split(b"\n")
        if lines and self._overlong:
            self.rejected += len(lines.pop(0))
            self._overlong = False
        if len(self._rest) > self._limit:
            self.rejected += len(self._rest)
            self._rest = b""
            self._overlong = True
        texts = [line.decode("ascii") for line in lines if line and self._fit(line)]
        return [text for text in texts if not (self._heading and self._heading.search(text))]

    def _fit(self, line: bytes) -> bool:
        if len(line) <= self._limit and not line.translate(None, self._PRINTABLE):
            return True
        self.rejected += len(line)
        return False


def byte_sum(data: bytes) -> int:
    """The checksum of most oximeters: the sum of the bytes modulo 256."""
    return sum(data) & 0xFF


def xor(data: bytes) -> int:
    """The exclusive or of all bytes."""
    result = 0
    for byte in data:
        result ^= byte
    return result
