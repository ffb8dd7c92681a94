"""A capnograph at a patient's nose, and the Capnostream 20 that shows it beside an oximeter."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from devices.monitors import capnostream
from devices.monitors.capnostream import Capnography
from devices.twin.body import Body
from devices.twin.oximeter_body import Oximeter
from devices.twin.stream_twin import Beat, StreamTwin
from devices.twin.twin_options import none
from devices.wire import Framer
from monitord.model import Quality
from monitord.model.tracks import FaultKind

_BEATS: Final = 8
"""Averaged beats of its oximeter: a usual setting."""
_HELD: Final = 15.0
"""s without a breath for which rate and carbon dioxide stay on the display: about three breaths."""
_BREATHES: Final = 1.0
"""Breaths/min below which there is none that a sensor could see."""
_POINTS: Final = 20
"""Points of the waveform in a second."""
_LINE_OFF: Final = 0x40


class Capnometer:
    """What a sampling line at the nose shows; ask it in time order."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._breath_at: float | None = None
        self._shown = Capnography()
        """What the last breath gave."""

    def read(self, t: float) -> Capnography:
        """The display at `t`."""
        if self._body.has(FaultKind.SAMPLING_LINE_OFF, t):
            self._breath_at = None
            return Capnography(quality=Quality.NO_SENSOR)
        seen = self._body.vitals(t)
        if seen.resp_rate >= _BREATHES or self._breath_at is None:
            self._breath_at = t
        without = int(t - self._breath_at + 1e-6)
        if t - self._breath_at >= _HELD:
            return Capnography(etco2=0, resp_rate=0, no_breath=without)
        if self._breath_at == t:
            rate = max(round(seen.resp_rate), 1)
            self._shown = Capnography(etco2=round(seen.etco2), resp_rate=rate, no_breath=0)
        return replace(self._shown, no_breath=without)


class CapnostreamVoice:
    """Silent until it is enabled and told to send; then the waveform, and numerics once a second."""

    def __init__(self, body: Body, options: Mapping[str, Any]) -> None:
        none(options)
        self._body = body
        self._framer = Framer(
            capnostream.measure, limit=capnostream.LONGEST, start=capnostream.HEAD
        )
        self._oximeter = Oximeter(body, beats=_BEATS, hold=0)
        self._capnometer = Capnometer(body)
        self._beat = Beat(1.0)
        self._heard: set[bytes] = set()

    def speak(self, t: float) -> bytes:
        due = self._beat.due(t)
        if not {capnostream.ENABLE, capnostream.START} <= self._heard:
            return b""
        return b"".join(self._second(at) for at in due)

    def answer(self, data: bytes, t: float) -> bytes:  # noqa: ARG002 - it sends by itself
        self._heard.update(self._framer.cut(data))
        return b""

    def _second(self, t: float) -> bytes:
        gas = self._capnometer.read(t)
        fast = _LINE_OFF if gas.quality is Quality.NO_SENSOR else 0
        height = (gas.etco2 or 0) if not gas.no_breath else 0
        points = (
            capnostream.encode_wave(number, height * (number >= _POINTS // 2), fast=fast)
            for number in range(_POINTS)
        )
        alarms = capnostream.NO_BREATH if (gas.no_breath or 0) >= 30 else 0
        numerics = capnostream.encode_numerics(
            self._oximeter.read(t),
            gas,
            time=int(self._body.clock(t).timestamp()),
            co2_alarms=alarms,
        )
        return b"".join(points) + numerics


CAPNOSTREAM: Final = StreamTwin("capnostream", "Capnostream 20", CapnostreamVoice)
