"""Oximeters that send one point of the pleth in each frame. Pure."""

from collections.abc import Callable
from typing import NamedTuple

from devices.alike import Alike
from devices.readings import Faults, Oximetry, Pace
from devices.wire import Framer, Listening, Said
from monitord.model import Instant, Wave


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
        self._rate_hz = rate_hz
        self._block = -(-rate_hz // 2)
        self._perfusion = perfusion
        self._pace = Pace(rate_hz)
        self._faults = Faults()
        self._points = bytearray()
        self._alike = Alike(mask) if mask else None
        self._size = len(mask)
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
        stretch = self._stretch if self._alike else None
        for piece in self._framer.pieces(data, stretch):
            beat = self._decode(piece)
            if beat is not None:
                self._show(beat.oximetry)
                self._take(bytes([beat.pleth]))
                if self._alike:
                    self._alike.remember(piece)
        said, self._said = self._said, []
        return said

    def _show(self, oximetry: Oximetry) -> None:
        if oximetry != self._shown:
            if self._passed:
                self._pace.due(self._shown, self._passed)
                self._passed = 0
            self._shown, self._frame = oximetry, oximetry.frame(perfusion=self._perfusion)
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
            self._said.append(Wave(name="pleth", rate_hz=float(self._rate_hz), values=values))
            self._points.clear()
