"""A&D TM-2657 and TM-2655 style walk-in cuffs: one frame after each measurement. Pure.

    16 16 01 "00" 02  model 1E yymmddhhmm 1E RA 1E M 1E E00 1E S127 1E M 97 1E D 76 1E P 78 ...  03 BCC

Fields are known by their letter, upper and lower case apart: `P` is the pulse, `p` a pressure. Of two
fields M the one with digits is the mean. BCC is the exclusive or of the text, or of everything from
01 to 03: both were found to fit, so either is taken.
Sources: most fields of a real frame in a public parser, a second parser.
"""

import re
from typing import Final

from devices.family import Family, Line
from devices.readings import CuffReading, device_time
from devices.wire import NO_FRAME, UNFINISHED, Framer, Listening, Said, xor
from monitord.model import NIBP, SECOND, Instant

HEAD: Final = b"\x16\x16\x0100\x02"
END: Final = b"\x03"
SEPARATOR: Final = "\x1e"
LONGEST: Final = 320

_NUMBER: Final = re.compile(r"([SMDP]) *(\d{1,3})")
_ERROR: Final = re.compile(r"E(\d\d)")
_TIME: Final = re.compile(r"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)")


def measure(data: bytes, at: int) -> int:
    """For `Framer`: a frame with either check character."""
    if not HEAD.startswith(data[at : at + len(HEAD)]):
        return NO_FRAME
    end = data.find(END, at + len(HEAD), at + LONGEST)
    if not 0 < end < len(data) - 1:
        return UNFINISHED
    text, whole = data[at + len(HEAD) : end], data[at + 2 : end + 1]
    return end + 2 - at if data[end + 1] in {xor(text), xor(whole)} else NO_FRAME


def decode(frame: bytes) -> CuffReading | None:
    """The reading; None where systolic, diastolic and error code are all missing."""
    fields = frame[len(HEAD) : -2].decode("ascii", "replace").split(SEPARATOR)
    numbers = {found[1]: int(found[2]) for field in fields if (found := _NUMBER.fullmatch(field))}
    error = next((found[1] for field in fields if (found := _ERROR.fullmatch(field))), "00")
    if error == "00" and not {"S", "D"} <= set(numbers):
        return None
    time = _TIME.fullmatch(fields[1]) if len(fields) > 1 else None
    clock = [int(text) for text in time.groups()] if time else [0] * 5
    return CuffReading(
        sys=numbers.get("S"),
        dia=numbers.get("D"),
        map=numbers.get("M"),
        pulse=numbers.get("P"),
        error="" if error == "00" else f"error {error}",
        measured_at=device_time(2000 + clock[0], clock[1], clock[2], clock[3], clock[4]),
    )


def encode(cuff: CuffReading, clock: str, *, error: int = 0) -> bytes:
    """The frame of a measurement; `clock` is yymmddhhmm; with an `error` the numbers are blank."""

    def number(letter: str, value: int | None) -> str:
        return f"{letter}{'' if value is None or error else value:>3}"

    fields = [
        "TM2657",
        clock,
        "RA",
        "M",
        f"E{error:02}",
        number("S", cuff.sys),
        number("M", cuff.map),
        number("D", cuff.dia),
        number("P", cuff.pulse),
        "I00",
        "L180",
        "p  0",
    ]
    text = SEPARATOR.join(fields).encode("ascii")
    return HEAD + text + END + bytes([xor(text)])


class Tm2657Wire(Listening):
    """Takes each frame as a fresh measurement, unless it is the one before printed again."""

    def __init__(self) -> None:
        self._framer = Framer(measure, limit=LONGEST, start=b"\x16")
        self._last: bytes | None = None
        self._refused = 0

    @property
    def rejected(self) -> int:
        return self._framer.rejected + self._refused

    def receive(self, data: bytes, at: Instant) -> list[Said]:  # noqa: ARG002 - frames carry a time
        said: list[Said] = []
        for frame in self._framer.cut(data):
            cuff = decode(frame)
            if cuff is None:
                self._refused += len(frame)
            elif frame != self._last:
                said.append(cuff.frame())
                self._last = frame
        return said


FAMILY: Final = Family(
    name="and_tm2657",
    title="A&D TM-2657, TM-2655",
    evidence="published example",
    line=Line(baud=2400),
    signals=NIBP,
    delay=SECOND,
    silence=None,
    make=lambda _: Tm2657Wire(),
)
