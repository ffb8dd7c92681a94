"""Oximeters that send one point of the pleth in each frame. Pure."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from devices.alike import Alike
from devices.readings import Faults, Oximetry, Pace
from devices.wire import Framer, Listening, Said
from monitord.model import Frame, Instant, Wave

_KNOWN: Final = 64
"""Readings that are kept: a display shows few in a while."""


@lru_cache(maxsize=_KNOWN)
def _frame(oximetry: Oximetry, perfusion: bool) -> Frame:  # noqa: FBT001 - a cache takes no names
    return oximetry.frame(perfusion=perfusion)


class Beat(NamedTuple):
    """One frame: what is displayed, and one point of the waveform."""

    oximetry: Oximetry
    pleth: int


class PlethWire(Listening):
    """Gives the reading once a second, or when it changes, and the pleth in blocks of half a second.

    `decode` gives None for a frame that is none of a measurement. Where frames have a fixed width and no
    checksum, `mask` has the bits that make them valid and tell their reading: frames that agree in these
    differ in the pleth alone, which is their byte `PLETH`, and are taken many at a time.
    """

    PLETH = 1

    def __init__(
        self,
        framer: Framer,
        decode: Callable[[bytes], Beat | None],
        *,
        rate_hz: int,
        perfusion: bool = False,
        mask: bytes = b"",
    ) -> None:
        self._framer = framer
        self._decode = decode
        self._rate_hz = float(rate_hz)
        self._block = -(-rate_hz // 2)
        self._perfusion = perfusion
        self._pace = Pace(rate_hz)
        self._faults = Faults()
        self._points = bytearray()
        self._alike = Alike(mask) if mask else None
        self._size = len(mask)
        self._known: dict[bytes, Oximetry] = {}
        self._shown = Oximetry()
        self._frame = self._shown.frame(perfusion=perfusion)
        self._said: list[Said] = []
        self._passed = 0
        """Frames since something was due."""
        self._until = 1
        """Frames until something may be due again."""
        self.beats = 0
        """Frames of a measurement so far."""

    @property
    def rejected(self) -> int:
        return self._framer.rejected

    def receive(self, data: bytes, at: Instant) -> list[Said]:  # noqa: ARG002 - paced by count
        stretch = None
        if self._alike:
            stretch = self._stretch
            data = self._framer.without(data, stretch)
        for piece in self._framer.pieces(data, stretch) if data else ():
            beat = self._beat(piece)
            if beat is not None:
                self._show(beat.oximetry)
                self._take(bytes([beat.pleth]))
        said, self._said = self._said, []
        return said

    def _beat(self, piece: bytes) -> Beat | None:
        """As `decode`, which one of some frames that tell the same is given."""
        if not self._alike:
            return self._decode(piece)
        told = self._alike.masked(piece)
        known = self._known.get(told)
        beat = self._decode(piece) if known is None else Beat(known, piece[self.PLETH])
        if beat is not None:
            self._alike.remember(told)
            if known is None:
                if len(self._known) == _KNOWN:
                    self._known.clear()
                self._known[told] = beat.oximetry
        return beat

    def _show(self, oximetry: Oximetry) -> None:
        if oximetry != self._shown:
            if self._passed:
                self._pace.due(self._shown, self._passed)
                self._passed = 0
            self._shown, self._frame = oximetry, _frame(oximetry, self._perfusion)
            self._until = 1

    def _stretch(self, data: bytes, at: int) -> int:
        """The frames that show what the last one showed."""
        count = self._alike.count(data, at) if self._alike else 0
        length = count * self._size
        if count:
            self._take(data[at + self.PLETH : at + length : self._size])
        return length

    def _take(self, points: bytes) -> None:
        """As many frames as points, which all show the same."""
        count, at = len(points), 0
        self.beats += count
        while count - at >= self._until:
            self._points += points[at : at + self._until]
            at += self._until
            self._say(self._passed + self._until)
            ahead = self._pace.ahead(self._shown)
            self._passed, self._until = 0, min(ahead, self._block - len(self._points))
        self._points += points[at:]
        self._passed += count - at
        self._until -= count - at

    def _say(self, count: int) -> None:
        """Of `count` equal frames the last one's reading, if it is due, and the block that is full."""
        if self._pace.due(self._shown, count):
            self._said.append(self._frame)
            self._said.extend(self._faults.battery(low=self._shown.low_battery))
        if len(self._points) == self._block:
            values = tuple(self._points)
            self._said.append(Wave(name="pleth", rate_hz=self._rate_hz, values=values))
            self._points.clear()
