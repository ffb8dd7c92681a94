"""Oximeters that send one point of the pleth in each frame. Pure."""

from collections.abc import Callable
from typing import NamedTuple

from devices.fault_changes import FaultChanges
from devices.readings import Oximetry, Pace
from devices.wire import Framer, Listening, Said
from monitord.model import Instant, Wave


class PlethBeat(NamedTuple):
    """One frame: what is displayed, and one point of the waveform."""

    oximetry: Oximetry
    pleth: int


Decode = Callable[[bytes], PlethBeat | None]
"""One whole frame; None where it is none of a measurement."""


class PlethWire(Listening):
    """Gives the reading once a second, or when it changes, and the pleth in blocks of half a second."""

    def __init__(
        self,
        framer: Framer,
        decode: Decode,
        *,
        rate_hz: int,
        perfusion: bool = False,
    ) -> None:
        self._framer = framer
        self._decode = decode
        self._rate_hz = float(rate_hz)
        self._block = -(-rate_hz // 2)
        self._perfusion = perfusion
        self._pace = Pace(rate_hz)
        self._faults = FaultChanges()
        self._points: list[int] = []
        self.beats = 0
        """Frames of a measurement so far."""

    @property
    def rejected(self) -> int:
        return self._framer.rejected

    def receive(self, data: bytes, at: Instant) -> list[Said]:  # noqa: ARG002 - paced by count
        said: list[Said] = []
        for piece in self._framer.cut(data):
            beat = self._decode(piece)
            if beat is not None:
                said += self._take(beat)
        return said

    def _take(self, beat: PlethBeat) -> list[Said]:
        said: list[Said] = []
        self.beats += 1
        if self._pace.due(beat.oximetry):
            said.append(beat.oximetry.frame(perfusion=self._perfusion))
            said += self._faults.battery(low=beat.oximetry.low_battery)
        self._points.append(beat.pleth)
        if len(self._points) == self._block:
            said.append(Wave(name="pleth", rate_hz=self._rate_hz, values=tuple(self._points)))
            self._points.clear()
        return said
