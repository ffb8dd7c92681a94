"""A Viatom ring behind a gateway: answers with what it shows, and never speaks by itself."""

from collections.abc import Mapping
from typing import Any, Final

from devices.oximeters.viatom import ASK_LIVE, encode_live
from devices.twin.body import Body
from devices.twin.oximeter_body import Oximeter
from devices.twin.stream_twin import StreamTwin
from devices.twin.twin_options import none

_BEATS: Final = 8
"""Averaged beats, as the family assumes; the maker states none."""


class ViatomVoice:
    """Knows one question."""

    def __init__(self, body: Body, options: Mapping[str, Any]) -> None:
        none(options)
        self._oximeter = Oximeter(body, beats=_BEATS, hold=0)

    def speak(self, t: float) -> bytes:
        self._oximeter.read(t)
        return b""

    def answer(self, data: bytes, t: float) -> bytes:
        return encode_live(self._oximeter.read(t)) if ASK_LIVE in data else b""


TWIN: Final = StreamTwin("viatom", "Viatom or Wellue ring, live values", ViatomVoice)
