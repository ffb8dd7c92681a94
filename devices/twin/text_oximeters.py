"""Oximeters that print lines of text: Masimo once a second, Nellcor a row every 2 s."""

from collections.abc import Mapping
from typing import Any, Final

from devices.oximeters import masimo, nellcor
from devices.twin.body import Body
from devices.twin.oximeter_body import Oximeter
from devices.twin.stream_twin import Beat, StreamTwin
from devices.twin.twin_options import none

_BEATS: Final = 8
"""Averaged beats: about the 8 s (Masimo) and 5 to 7 s (Nellcor) of the makers."""

_HEADING_ROWS: Final = 25
_AMPLITUDE: Final = 20
"""Nellcor's pulse amplitude for 1 % perfusion: a guess that gives numbers such as the log's."""


class MasimoVoice:
    """A Rad-8: dashes as soon as the finger is gone."""

    def __init__(self, body: Body, options: Mapping[str, Any]) -> None:
        none(options)
        self._body = body
        self._oximeter = Oximeter(body, beats=_BEATS, hold=0)
        self._beat = Beat(1.0)

    def speak(self, t: float) -> bytes:
        return b"".join(
            masimo.encode_line(
                self._oximeter.read(at), self._body.clock(at).strftime("%m/%d/%y %H:%M:%S")
            )
            for at in self._beat.due(t)
        )

    def answer(self, data: bytes, t: float) -> bytes:  # noqa: ARG002 - it only prints
        return b""


class NellcorVoice:
    """An N-560: a heading every 25 rows."""

    def __init__(self, body: Body, options: Mapping[str, Any]) -> None:
        none(options)
        self._body = body
        self._oximeter = Oximeter(body, beats=_BEATS, hold=0)
        self._beat = Beat(2.0)
        self._rows = 0

    def speak(self, t: float) -> bytes:
        return b"".join(self._row(at) for at in self._beat.due(t))

    def answer(self, data: bytes, t: float) -> bytes:  # noqa: ARG002 - it only prints
        return b""

    def _row(self, t: float) -> bytes:
        heading = b"" if self._rows % _HEADING_ROWS else nellcor.encode_heading()
        self._rows += 1
        shown = self._oximeter.read(t)
        amplitude = None
        if shown.perfusion_index is not None:
            amplitude = min(round(_AMPLITUDE * shown.perfusion_index), 254)
        now = self._body.clock(t)
        clock = f"{now:%d}-{nellcor.MONTHS[now.month - 1].title()}-{now:%y %H:%M:%S}"
        return heading + nellcor.encode_row(shown, clock, amplitude=amplitude)


MASIMO: Final = StreamTwin("masimo", "Masimo Rad-8, ASCII1", MasimoVoice)
NELLCOR: Final = StreamTwin("nellcor", "Nellcor N-560, ASCII real-time", NellcorVoice)
