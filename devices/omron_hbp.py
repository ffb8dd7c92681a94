"""Omron HBP-9030 (format 5) and HBP-9020 (mode 5): one line of text after each measurement. Pure.

    HBP-9030   YYYY,MM,DD,hh,mm,<20 characters>,E,SYS,DIA,PUL,M          blanks where there was an error
    HBP-9020   bp,<20 characters>,YYYY/MM/DD,hh:mm,SYS,MEAN,DIA,PUL,M

E is an error digit, M counts movements. There is no checksum: the shape is checked strictly.
Sources: two public parsers; no capture.
"""

import re
from typing import Final

from devices.family import Family, Line
from devices.readings import CuffReading, device_time
from devices.wire import Lines, Listening, Said
from monitord.model import NIBP, SECOND, Instant

LONGEST: Final = 96

_9030: Final = re.compile(
    r"(\d{4}),(\d\d),(\d\d),(\d\d),(\d\d),[^,]{20},(\d),(\d{3}| {3}),(\d{3}| {3}),(\d{3}| {3}),\d"
)
_9020: Final = re.compile(
    r"bp,[^,]{0,20},(\d{4})/(\d\d)/(\d\d),(\d\d):(\d\d),(\d{3}),(\d{3}),(\d{3}),(\d{3}),\d+"
)


def decode_line(line: str) -> CuffReading | None:
    """Either line; None for any other."""
    if found := _9030.fullmatch(line):
        error, sys, dia, pulse = found.groups()[5:]
        mean = ""
    elif found := _9020.fullmatch(line):
        sys, mean, dia, pulse = found.groups()[5:]
        error = "0"
    else:
        return None
    year, month, day, hour, minute = (int(text) for text in found.groups()[:5])
    return CuffReading(
        sys=_number(sys),
        dia=_number(dia),
        map=_number(mean),
        pulse=_number(pulse),
        error="" if error == "0" else f"error {error}",
        measured_at=device_time(year, month, day, hour, minute),
    )


def _number(text: str) -> int | None:
    return int(text) if text.strip() else None


def encode_9030(cuff: CuffReading, clock: str, *, error: int = 0, patient: str = "") -> bytes:
    """A line of format 5; `clock` is `YYYY,MM,DD,hh,mm`."""
    cells = (
        "   " if error or value is None else f"{value:03}"
        for value in (cuff.sys, cuff.dia, cuff.pulse)
    )
    return f"{clock},{patient:0>20},{error},{','.join(cells)},0\r\n".encode("ascii")


def encode_9020(cuff: CuffReading, clock: str, *, patient: str = "") -> bytes:
    """A line of mode 5; `clock` is `YYYY/MM/DD,hh:mm`."""
    cells = ",".join(f"{value or 0:03}" for value in (cuff.sys, cuff.map, cuff.dia, cuff.pulse))
    return f"bp,{patient:0>20},{clock},{cells},0\r\n".encode("ascii")


class OmronWire(Listening):
    """Takes each line as a fresh measurement, unless it is the one before sent again."""

    def __init__(self) -> None:
        self._lines = Lines(limit=LONGEST)
        self._last: str | None = None
        self._refused = 0

    @property
    def rejected(self) -> int:
        return self._lines.rejected + self._refused

    def receive(self, data: bytes, at: Instant) -> list[Said]:  # noqa: ARG002 - lines carry a time
        said: list[Said] = []
        for line in self._lines.cut(data):
            cuff = decode_line(line)
            if cuff is None:
                self._refused += len(line)
            elif line != self._last:
                said.append(cuff.frame(mean=line.startswith("bp")))
                self._last = line
        return said


FAMILY: Final = Family(
    name="omron_hbp",
    title="Omron HBP-9030 (format 5), HBP-9020 (mode 5)",
    evidence="unverified",
    line=Line(baud=9600),
    signals=NIBP,
    delay=SECOND,
    silence=None,
    make=lambda _: OmronWire(),
)
