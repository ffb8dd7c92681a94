"""Oximeters that send a frame for each point of the pleth: Contec's two protocols, Berry's three."""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, Final

from devices.oximeters import berry, contec, contec5
from devices.readings import Oximetry
from devices.twin.body import Body
from devices.twin.oximeter_body import Oximeter
from devices.twin.stream_twin import TICK, Beat, StreamTwin
from devices.twin.twin_options import none

_TOP: Final = 127
"""The waveform has 7 bits in all of these."""

_BEATS: Final = 8
"""Averaged beats, as the families assume; no maker states them."""

_PATIENCE: Final = 15.0
"""s without a command after which the 9-byte Contec stops: three missed keep-alives; no maker says."""

Frame = Callable[[Oximetry, int], bytes]


class PlethVoice:
    """Sends frames by itself, all the time."""

    def __init__(self, body: Body, rate_hz: int, frame: Frame) -> None:
        self._oximeter = Oximeter(body, beats=_BEATS, hold=0)
        self._rate_hz = rate_hz
        self._frame = frame
        self._beat = Beat(TICK)

    def speak(self, t: float) -> bytes:
        return b"".join(self._block(at) for at in self._beat.due(t))

    def answer(self, data: bytes, t: float) -> bytes:  # noqa: ARG002 - commands change nothing here
        return b""

    def _block(self, t: float) -> bytes:
        shown = self._oximeter.read(t)
        points = self._oximeter.pleth(t, round(self._rate_hz * TICK), self._rate_hz, top=_TOP)
        return b"".join(self._frame(shown, point) for point in points)


class ContecVoice(PlethVoice):
    """Silent until it is asked, and when nobody asked for long."""

    def __init__(self, body: Body, options: Mapping[str, Any]) -> None:
        none(options)
        super().__init__(body, contec.RATE_HZ, contec.encode_live)
        self._live_until: float | None = None

    def speak(self, t: float) -> bytes:
        said = super().speak(t)
        return said if self._live_until is not None and t < self._live_until else b""

    def answer(self, data: bytes, t: float) -> bytes:
        if contec.STOP in data:
            self._live_until = None
        elif contec.START in data or (contec.ALIVE in data and self._live_until is not None):
            self._live_until = t + _PATIENCE
        return b""


def _contec5(body: Body, options: Mapping[str, Any]) -> PlethVoice:
    none(options)
    return PlethVoice(body, contec5.RATE_HZ, contec5.encode)


def _bci(body: Body, options: Mapping[str, Any]) -> PlethVoice:
    none(options)
    return PlethVoice(body, berry.RATE_HZ, berry.encode_bci)


def _bci_rr(body: Body, options: Mapping[str, Any]) -> PlethVoice:
    none(options)
    return PlethVoice(body, berry.RATE_HZ, berry.encode_bci_rr)


def _berry(body: Body, options: Mapping[str, Any]) -> PlethVoice:
    none(options)
    numbers = count()
    return PlethVoice(
        body,
        berry.RATE_HZ,
        lambda shown, point: berry.encode_berry(shown, point, index=next(numbers)),
    )


BCI: Final = StreamTwin("bci", "Berry or BCI board, BCI dialect", _bci)
BCI_RR: Final = StreamTwin("bci_rr", "Berry board, BCI-RR dialect", _bci_rr)
BERRY: Final = StreamTwin("berry", "Berry board, BERRY dialect", _berry)
CONTEC: Final = StreamTwin("contec", "Contec CMS50, 9-byte protocol", ContecVoice)
CONTEC5: Final = StreamTwin("contec5", "Contec CMS50, 5-byte protocol", _contec5)
