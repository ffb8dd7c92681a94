"""Monitors with a cuff of their own: Ivy 450C, GE S/5, GE Dinamap. They repeat the last pressure."""

from collections.abc import Mapping
from typing import Any, Final

from devices.monitors import dinamap, ge_dri, ivy
from devices.readings import CuffReading
from devices.twin.body import Body
from devices.twin.capnograph_twin import Capnometer
from devices.twin.oximeter_body import Oximeter
from devices.twin.stream_twin import Beat, StreamTwin
from devices.twin.walk_in_cuffs import SelfStartingCuff
from monitord.model import Quality

_BEATS: Final = 8
"""Averaged beats: the makers' slower settings."""

_INTERVAL: Final = 5
"""s between GE's records: the shortest that the real monitor accepts."""

_WORDS: Final = {
    Quality.PROBE_OFF: "PROBE OFF",
    Quality.SEARCHING: "SEARCHING",
    Quality.LOW_PERFUSION: "LOW PERFUSION",
}
"""Alarm texts of our Ivy; the maker's list is not known."""


class BedsideMonitor:
    """What both measure: oximetry, breathing, and the pressure that is shown until the next."""

    def __init__(self, body: Body, options: Mapping[str, Any]) -> None:
        self.body = body
        self.oximeter = Oximeter(body, beats=_BEATS, hold=0)
        self._cuff = SelfStartingCuff(body, options)
        self.shown: CuffReading | None = None
        self.shown_at = 0
        self.shown_clock = ""
        """Its time by the device's clock, as YYYYMMDDhhmmss."""

    def follow(self, t: float) -> None:
        reading = self._cuff.done(t)
        if reading is not None and not reading.error:
            taken = self.body.clock(t)
            self.shown, self.shown_at = reading, int(taken.timestamp())
            self.shown_clock = taken.strftime("%Y%m%d%H%M%S")


class IvyVoice:
    """A message a second, with 50 points of the pleth."""

    def __init__(self, body: Body, options: Mapping[str, Any]) -> None:
        self._monitor = BedsideMonitor(body, options)
        self._beat = Beat(1.0)

    def speak(self, t: float) -> bytes:
        self._monitor.follow(t)
        return b"".join(self._message(at) for at in self._beat.due(t))

    def answer(self, data: bytes, t: float) -> bytes:  # noqa: ARG002 - it only sends
        return b""

    def _message(self, t: float) -> bytes:
        monitor = self._monitor
        seen, shown = monitor.body.vitals(t), monitor.oximeter.read(t)
        return ivy.encode(
            spo2=shown.spo2,
            pulse_rate=shown.pulse_rate,
            heart_rate=round(seen.pulse_rate),
            resp_rate=round(seen.resp_rate),
            cuff=monitor.shown,
            alarm=_WORDS.get(shown.quality, ""),
            pleth=bytes(monitor.oximeter.pleth(t, 50, 50, top=240)),
        )


class GeVoice:
    """Sends nothing before it was asked, then two records every 5 s."""

    def __init__(self, body: Body, options: Mapping[str, Any]) -> None:
        self._monitor = BedsideMonitor(body, options)
        self._capnometer = Capnometer(body)
        self._beat = Beat(_INTERVAL)
        self._asked = False

    def speak(self, t: float) -> bytes:
        self._monitor.follow(t)
        self._monitor.oximeter.read(t)
        self._capnometer.read(t)
        due = self._beat.due(t)
        return b"".join(self._records(at) for at in due) if self._asked else b""

    def answer(self, data: bytes, t: float) -> bytes:
        self._asked = self._asked or ge_dri.FLAG in data
        return self._records(t) if self._asked else b""

    def _records(self, t: float) -> bytes:
        monitor = self._monitor
        seen, now = monitor.body.vitals(t), int(monitor.body.clock(t).timestamp())
        shown, gas = monitor.oximeter.read(t), self._capnometer.read(t)
        return ge_dri.encode_auxiliary(time=now, nibp_time=monitor.shown_at) + (
            ge_dri.encode_displayed(
                shown,
                time=now,
                cuff=monitor.shown,
                heart_rate=round(seen.pulse_rate),
                resp_rate=round(seen.resp_rate) if gas.etco2 is None else gas.resp_rate,
                etco2=gas.etco2,
            )
        )


class DinamapVoice:
    """Answers the questions for pressures and rate; its counter tells the seconds since the last determination."""

    def __init__(self, body: Body, options: Mapping[str, Any]) -> None:
        self._cuff = SelfStartingCuff(body, options)
        self._shown: CuffReading | None = None
        self._stored = 0.0
        self._heard = b""

    def speak(self, t: float) -> bytes:
        """It is asked; a failed determination shows no numbers."""
        reading = self._cuff.done(t)
        if reading is not None:
            self._shown, self._stored = reading, t
        return b""

    def answer(self, data: bytes, t: float) -> bytes:
        *questions, rest = (self._heard + data).split(b"\r")
        self._heard = rest[-8:]
        return b"".join(self._reply(each + b"\r", t) for each in questions)

    def _reply(self, question: bytes, t: float) -> bytes:
        if question == dinamap.READ_NIBP:
            return dinamap.encode_nibp(self._shown, int(t - self._stored))
        if question == dinamap.READ_RATE:
            return dinamap.encode_rate(self._shown.pulse if self._shown else None)
        return b""


DINAMAP: Final = StreamTwin("dinamap", "GE Dinamap, host communications", DinamapVoice)
GE_DRI: Final = StreamTwin("ge_dri", "GE S/5, record interface", GeVoice)
IVY: Final = StreamTwin("ivy", "Ivy 450C, ANSAR-B", IvyVoice)
