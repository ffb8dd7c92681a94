"""Omron HBP-9030 (format 5) and HBP-9020 (mode 5): one line of text after each measurement. Pure.

    HBP-9030   YYYY,MM,DD,hh,mm,<20 characters>,E,SYS,DIA,PUL,M          blanks where there was an error
    HBP-9020   bp,<20 characters>,YYYY/MM/DD,hh:mm,SYS,MEAN,DIA,PUL,M

E is an error digit, M counts movements. There is no checksum: each field has a fixed width, and one
that noise hit has no reading.
Sources: two public parsers; no capture.
"""

import re
from typing import Final

from devices.family import Family, Line
from devices.garbled import PrinterWire
from devices.readings import PRESSURES, CuffReading, device_time
from devices.wire import NOISE, Lines
from monitord.model import NIBP, SECOND, Instant, Signal

LONGEST: Final = 200
START: Final = re.compile(r"\d{4},\d\d,\d\d,\d\d,\d\d,|bp,")
DIGITS: Final = 6
"""A line with so many held a reading, whatever became of it; a plug that is put in makes fewer."""

_9030: Final = (4, 2, 2, 2, 2, 20, 1, 3, 3, 3, 1)
_9020: Final = (2, 20, 10, 5, 3, 3, 3, 3, 1)
"""Characters of each field; they stand a comma apart."""
_ONLY_9020: Final = re.compile("^bp|[/:]")
_BLANK: Final = "   "


def decode_line(line: str) -> CuffReading | None:
    """Either line, also one in noise, whose fields that are whole count; None for any other."""
    layout = _9020 if _ONLY_9020.search(line) else _9030
    cells = _cells(line, layout)
    if cells and layout is _9030:
        clock, (error, sys, dia, pulse) = cells[:5], cells[6:10]
        mean = _BLANK
    elif cells:
        clock = [part for cell in cells[2:4] for part in re.split("[/:]", cell)]
        (sys, mean, dia, pulse), error = cells[4:8], "0"
    else:
        held = sum(char.isdecimal() for char in line) >= DIGITS
        return CuffReading(lost=PRESSURES) if held else None
    code = NOISE.sub("", error)
    told = {
        Signal.NIBP_SYS: sys,
        Signal.NIBP_DIA: dia,
        Signal.NIBP_MAP: mean,
        Signal.NIBP_PULSE: pulse,
    }
    numbers = {signal: int(text) for signal, cell in told.items() if (text := _number(cell))}
    failed = re.fullmatch("[1-9]", code) is not None
    blank = {signal for signal, cell in told.items() if cell == _BLANK}
    return CuffReading(
        sys=numbers.get(Signal.NIBP_SYS),
        dia=numbers.get(Signal.NIBP_DIA),
        map=numbers.get(Signal.NIBP_MAP),
        pulse=numbers.get(Signal.NIBP_PULSE),
        error=f"error {code}" if failed else "",
        lost=frozenset() if failed else frozenset(told.keys() - numbers.keys() - blank),
        measured_at=_clock(clock),
    )


def _cells(line: str, widths: tuple[int, ...]) -> list[str]:
    """The fields of a line; where noise hit a comma, by their places from the end. Empty for none."""
    cells = line.split(",")
    if len(cells) == len(widths):
        return cells
    cells, commas, end = [], 0, len(line)
    for width in reversed(widths):
        cells.insert(0, line[max(0, end - width) : end])
        end -= width + 1
        commas += line[end : end + 1] == ","
    return cells if end >= -1 and commas >= len(widths) - 2 else []


def _number(cell: str) -> str:
    """Its three digits; empty where it lost one."""
    text = NOISE.sub("", cell)
    return text if re.fullmatch(r"\d{3}", text, re.ASCII) else ""


def _clock(cells: list[str]) -> Instant | None:
    """Of year, month, day, hour, minute; what stands before the year is noise."""
    texts = [NOISE.sub("", cell) for cell in cells]
    widths = (4, 2, 2, 2, 2)
    texts[:1] = [text[-4:] for text in texts[:1]]
    if len(texts) != 5 or any(
        not re.fullmatch(r"\d" * width, text, re.ASCII)
        for text, width in zip(texts, widths, strict=True)
    ):
        return None
    year, month, day, hour, minute = (int(text) for text in texts)
    return device_time(year, month, day, hour, minute)


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


FAMILY: Final = Family(
    name="omron_hbp",
    title="Omron HBP-9030 (format 5), HBP-9020 (mode 5)",
    evidence="unverified",
    line=Line(baud=9600),
    signals=NIBP,
    delay=SECOND,
    silence=None,
    make=lambda _: PrinterWire(Lines(limit=LONGEST, start=START), decode_line),
)
