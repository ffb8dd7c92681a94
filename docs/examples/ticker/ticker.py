"""The made-up Ticker oximeter: one line a second on a serial port at 19200 baud. Pure.

    T S097 P072 B0 02

SpO2 in %, pulse in 1/min, battery (1: low), and the sum of the bytes before the last blank, modulo
256, in hex. `---` is no reading: no finger. Sources: made up, for docs/drivers.md.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from devices.family import Family, Line
from devices.readings import OXIMETRY, OximeterWire, Oximetry
from devices.stream import StreamDriver
from devices.twin.body import Body
from devices.twin.oximeter_body import Oximeter
from devices.twin.stream_twin import Beat, StreamTwin
from devices.twin.twin_options import none
from devices.wire import Lines, Wire, byte_sum
from monitord.kit import Example
from monitord.model import SECOND, Quality, Signal

LONGEST: Final = 32
"""Bytes of a line; the real ones have 17."""

_LINE: Final = re.compile(r"T S(\d{3}|---) P(\d{3}|---) B([01]) ([0-9A-F]{2})")


def decode(line: str) -> Oximetry | None:
    """A line; None for what is none, or has another sum."""
    found = _LINE.fullmatch(line)
    if found is None or byte_sum(line[:-3].encode()) != int(found[4], 16):
        return None
    spo2, pulse = (None if text == "---" else int(text) for text in found.groups()[:2])
    return Oximetry(
        spo2=spo2,
        pulse_rate=pulse,
        quality=Quality.PROBE_OFF if spo2 is None else Quality.GOOD,
        low_battery=found[3] == "1",
    )


def encode(oximetry: Oximetry) -> bytes:
    """The line that shows this reading."""
    spo2 = "---" if oximetry.spo2 is None else f"{oximetry.spo2:03}"
    pulse = "---" if oximetry.pulse_rate is None else f"{oximetry.pulse_rate:03}"
    text = f"T S{spo2} P{pulse} B{int(bool(oximetry.low_battery))}".encode()
    return text + f" {byte_sum(text):02X}\r\n".encode()


def make(_options: object) -> Wire:
    return OximeterWire(Lines(limit=LONGEST), decode)


FAMILY: Final = Family(
    name="ticker",
    title="Ticker oximeter (an example; no such device exists)",
    evidence="unverified",
    line=Line(baud=19200),
    signals=OXIMETRY,
    delay=4 * SECOND,
    silence=5 * SECOND,
    make=make,
)


def examples() -> tuple[Example, ...]:
    """What the kit takes apart."""
    stream = b"".join(encode(Oximetry(spo2=spo2, pulse_rate=72)) for spo2 in (97, 88))
    return (
        Example(
            name="lines",
            make=FAMILY.wire,
            stream=stream * 2,
            values={Signal.SPO2: (97.0, 88.0), Signal.PULSE_RATE: (72.0,)},
            longest=19,
        ),
    )


DRIVER: Final = StreamDriver(FAMILY, examples)


class TickerVoice:
    """What a simulated Ticker prints: a line a second, dashes as soon as the finger is gone."""

    def __init__(self, body: Body, options: Mapping[str, Any]) -> None:
        none(options)
        self._oximeter = Oximeter(body, beats=4, hold=0)
        self._beat = Beat(1.0)

    def speak(self, t: float) -> bytes:
        """The bytes that are due by `t`, in s since the timeline's zero."""
        return b"".join(encode(self._oximeter.read(at)) for at in self._beat.due(t))

    def answer(self, _data: bytes, _t: float) -> bytes:
        """What it says to bytes of the host: it only prints."""
        return b""


TWIN: Final = StreamTwin("ticker", "Ticker oximeter", TickerVoice)
