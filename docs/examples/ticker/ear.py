"""A made-up ear thermometer: a line after each measurement, at 9600 baud. Pure.

    E 36.6 32

The temperature in degrees Celsius (`--.-`: the probe was not in the ear), and the sum of the bytes before the last
blank, modulo 256, in hex. Sources: made up, for docs/drivers.md.
"""

import re
from typing import Final

from devices.family import Family, Line
from devices.readings import reading
from devices.stream import StreamDriver
from devices.wire import Lines, Listening, Said, Wire, byte_sum, printable
from monitord.kit import Example
from monitord.model import SECOND, Frame, Instant, Quality, Sample, Signal

LONGEST: Final = 32

_LINE: Final = re.compile(r"E (\d\d\.\d|--\.-) ([0-9A-F]{2})")


def decode(line: str) -> Sample | None:
    """A line; None for what is none, or has another sum."""
    found = _LINE.fullmatch(line)
    if found is None or byte_sum(line[:-3].encode()) != int(found[2], 16):
        return None
    if found[1] == "--.-":
        return reading(Signal.TEMPERATURE, None, Quality.PROBE_OFF)
    return reading(Signal.TEMPERATURE, float(found[1]))


def encode(celsius: float | None) -> bytes:
    """The line that shows this temperature."""
    text = f"E {'--.-' if celsius is None else f'{celsius:.1f}'}".encode()
    return text + f" {byte_sum(text):02X}\r\n".encode()


class EarWire(Listening):
    """Cuts lines and decodes them; what is no line of the thermometer is counted."""

    def __init__(self) -> None:
        self._lines = Lines(limit=LONGEST)
        self._refused = 0

    @property
    def rejected(self) -> int:
        """Bytes that were no reading."""
        return self._lines.rejected + self._refused

    def receive(self, data: bytes, _at: Instant) -> list[Said]:
        """A frame for each reading that these bytes complete."""
        said: list[Said] = []
        for line in self._lines.cut(data):
            sample = decode(line)
            if sample is None:
                self._refused += printable(line)
            else:
                said.append(Frame(samples=(sample,)))
        return said


def make(_options: object) -> Wire:
    return EarWire()


FAMILY: Final = Family(
    name="ear",
    title="Ear thermometer (an example; no such device exists)",
    evidence="unverified",
    line=Line(baud=9600),
    signals=frozenset({Signal.TEMPERATURE}),
    delay=2 * SECOND,
    silence=None,  # it speaks only after a measurement
    make=make,
)


def examples() -> tuple[Example, ...]:
    """What the kit takes apart."""
    stream = b"".join(map(encode, (36.6, 38.2)))
    return (
        Example(
            name="lines",
            make=FAMILY.wire,
            stream=stream * 2,
            values={Signal.TEMPERATURE: (36.6, 38.2)},
            longest=11,
        ),
    )


DRIVER: Final = StreamDriver(FAMILY, examples)
