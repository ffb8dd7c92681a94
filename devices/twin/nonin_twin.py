"""A Nonin oximeter in formats 1, 2, 7, 8 or ASCII."""

from collections.abc import Mapping
from typing import Any, Final

from devices.oximeters.nonin import ACK, NoninOptions
from devices.oximeters.nonin_pleth import PACKET, RATE_HZ, encode_packet
from devices.oximeters.nonin_slow import encode_df1, encode_df8, encode_line
from devices.twin.body import Body
from devices.twin.oximeter_body import Oximeter
from devices.twin.stream_twin import Beat, StreamTwin

_TOP: Final = {"df2": 255, "df7": 65535}


class NoninVoice:
    """Three packets a second (formats 2 and 7), or one frame."""

    def __init__(self, body: Body, options: Mapping[str, Any]) -> None:
        self._format = NoninOptions.model_validate(dict(options)).format
        if self._format == "df13":
            raise ValueError("format 13 is a spot check: this twin plays the continuous formats")
        self._oximeter = Oximeter(body)
        self._beat = Beat(PACKET / RATE_HZ if self._format in _TOP else 1.0)

    def speak(self, t: float) -> bytes:
        return b"".join(self._frame(at) for at in self._beat.due(t))

    def answer(self, data: bytes, t: float) -> bytes:  # noqa: ARG002 - any command is taken
        return bytes([ACK])

    def _frame(self, t: float) -> bytes:
        shown = self._oximeter.read(t)
        match self._format:
            case "df1":
                return encode_df1(shown)
            case "df8":
                return encode_df8(shown)
            case "ascii":
                return encode_line(shown)
        top = _TOP[self._format]
        pleth = self._oximeter.pleth(t, PACKET, RATE_HZ, top=top)
        timer = int(t * 3) & 0x3FFF  # the device's clock counts thirds of a second in 14 bits
        return encode_packet(shown, pleth, form=2 if self._format == "df2" else 7, timer=timer)


TWIN: Final = StreamTwin("nonin", "Nonin oximeter, formats 1, 2, 7, 8, ASCII", NoninVoice)
