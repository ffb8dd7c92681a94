"""A Mindray monitor on its data port: values once a second, a pressure when it was measured, signs of life."""

from collections.abc import Mapping
from typing import Any, Final

from devices.hl7 import mindray_pds
from devices.twin.body import Body
from devices.twin.oximeter_body import Oximeter
from devices.twin.stream_twin import Beat, StreamTwin
from devices.twin.walk_in_cuffs import SelfStartingCuff
from monitord.model import SECOND, Instant, Quality, Signal

_BEATS: Final = 8


class PdsVoice:
    """Speaks by itself; what the host says changes nothing."""

    def __init__(self, body: Body, options: Mapping[str, Any]) -> None:
        self._body = body
        self._oximeter = Oximeter(body, beats=_BEATS, hold=0)
        self._cuff = SelfStartingCuff(body, options)
        self._beat = Beat(1.0)

    def speak(self, t: float) -> bytes:
        out = b""
        cuff = self._cuff.done(t)
        if cuff is not None and not cuff.error:
            measured_at = Instant(round(self._body.clock(t).timestamp() * SECOND))
            values = {
                Signal.NIBP_SYS: cuff.sys,
                Signal.NIBP_DIA: cuff.dia,
                Signal.NIBP_MAP: cuff.map,
            }
            out = mindray_pds.encode_pressure(values, measured_at)
        return out + b"".join(mindray_pds.KEEP_ALIVE + self._values(at) for at in self._beat.due(t))

    def answer(self, data: bytes, t: float) -> bytes:  # noqa: ARG002 - it only sends
        return b""

    def _values(self, t: float) -> bytes:
        seen, shown = self._body.vitals(t), self._oximeter.read(t)
        good = shown.quality in {Quality.GOOD, Quality.LOW_PERFUSION}
        return mindray_pds.encode_values(
            {
                Signal.SPO2: shown.spo2 if good else None,
                Signal.PULSE_RATE: shown.pulse_rate if good else None,
                Signal.PERFUSION_INDEX: shown.perfusion_index if good else None,
                Signal.RESP_RATE: round(seen.resp_rate),
            }
        )


MINDRAY_PDS: Final = StreamTwin("mindray_pds", "Mindray monitor, PDS data port", PdsVoice)
