"""What a cuff prints once, and could not be read whole: what of it can be read counts, the rest is told (`garbled`)."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Generic, Protocol

from devices.readings import PRESSURES, CuffReading, Piece
from devices.wire import Cutter, Listening, Piece_co, Said, printable
from monitord.model import SECOND, Cause, Fault, Instant, Span, say

QUIET: Final[Span] = 3 * SECOND
"""A print is over when nothing comes for so long: a byte takes 4 ms at 2400 baud, a network may stall."""
NONSENSE: Final = 8
"""So many bytes that stand in no print, between two quiet times, are a print at a wrong line setting."""
REPEAT: Final = Fault(cause=Cause.GARBLED, subject="", present=True, why=say("why.repeat"))
_NO_NOISE: Final = bytes({*range(0x20, 0x7F), *b"\0\x11\x13\r\n\x16\x01\x02\x03\x1e"})
"""Text, fillers and what frames it."""


class PrintCutter(Cutter[Piece_co], Protocol[Piece_co]):
    """A cutter that can be told that a print is over."""

    def finish(self) -> Iterable[Piece_co]:
        """What stands unfinished, as though its end had come."""
        ...


class PrinterWire(Listening, Generic[Piece]):
    """A cuff that prints each measurement once: what of it can be read is read, the rest is told.

    `decode` gives None for what is no print of a measurement. A print is fresh unless it is the one
    before again; one whose end was lost counts as ended when the line is quiet for `QUIET`. Nonsense
    may have been a print: it is told as a lost one.
    """

    def __init__(
        self, cutter: PrintCutter[Piece], decode: Callable[[Piece], CuffReading | None]
    ) -> None:
        self._cutter = cutter
        self._decode = decode
        self._last: CuffReading | None = None
        self._ends_at: Instant | None = None
        self._noise = 0
        self._refused = 0

    @property
    def rejected(self) -> int:
        return self._cutter.rejected + self._refused

    @property
    def deadline(self) -> Instant | None:
        return self._ends_at

    def receive(self, data: bytes, at: Instant) -> list[Said]:
        if data:
            self._ends_at = Instant(at + QUIET)
            self._noise += len(data.translate(None, _NO_NOISE))
            return self._take(self._cutter.cut(data))
        if self._ends_at is None or at < self._ends_at:
            return []
        self._ends_at = None
        said = self._take(self._cutter.finish())
        if self._noise >= NONSENSE:
            said.append(REPEAT)
        self._noise = 0
        return said

    def _take(self, pieces: Iterable[Piece]) -> list[Said]:
        said: list[Said] = []
        for piece in pieces:
            cuff = self._decode(piece)
            if cuff is None:
                self._refused += printable(piece)
                continue
            self._noise = 0
            if cuff != self._last:
                said.extend(self._tell(cuff))
                self._last = cuff
        return said

    def _tell(self, cuff: CuffReading) -> Iterator[Said]:
        again = self._last is not None and _may_be(cuff, self._last)
        if not again and not cuff.lost >= PRESSURES:
            yield cuff.frame()
        if again or not cuff.lost.isdisjoint(PRESSURES):
            yield REPEAT


def _may_be(damaged: CuffReading, last: CuffReading) -> bool:
    """Whether it may be the last print again: it has lost its time, and what it tells is the same."""
    told = ("sys", "dia", "map", "pulse")
    same = all(getattr(damaged, key) in {None, getattr(last, key)} for key in told)
    return damaged.measured_at is None and same
