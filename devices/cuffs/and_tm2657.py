"""A&D TM-2657 and TM-2655 style walk-in cuffs: one frame after each measurement. Pure.

    16 16 01 "00" 02  model 1E yymmddhhmm 1E RA 1E M 1E E00 1E S127 1E M 97 1E D 76 1E P 78 ...  03 BCC

Fields are known by their letter, upper and lower case apart: `P` is the pulse, `p` a pressure. Of two
fields M the one with digits is the mean. BCC is the exclusive or of the text, or of everything from
01 to 03: both were found to fit, so either is taken.
Sources: most fields of a real frame in a public parser, a second parser.
"""

import re
from dataclasses import replace
from typing import Final

from devices.family import Family, Line
from devices.garbled import PrinterWire
from devices.readings import CuffReading, device_time
from devices.wire import NOISE, xor
from monitord.model import NIBP, SECOND, Signal

HEAD: Final = b"\x16\x16\x0100\x02"
END: Final = b"\x03"
SEPARATOR: Final = "\x1e"
LONGEST: Final = 320

MODEL: Final = b"TM2"
FILLERS: Final = b"\0\x11\x13"
"""NUL, XON and XOFF."""
DIGITS: Final = 6
"""A print of a measurement has many more; a plug that is put in makes fewer."""
SIGNALS: Final = {
    "S": Signal.NIBP_SYS,
    "D": Signal.NIBP_DIA,
    "M": Signal.NIBP_MAP,
    "P": Signal.NIBP_PULSE,
}

_NUMBER: Final = re.compile(r"([SMDP]) *(\d{1,3})", re.ASCII)
_WHOLE: Final = re.compile(r"([SMDP])(\d{3}| \d\d|  \d)", re.ASCII)
_ERROR: Final = re.compile(r"E(\d\d)")
_TIME: Final = re.compile(r"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)")


class Prints:
    """Cuts prints: up to an end and its check character; their beginning may be damaged."""

    def __init__(self) -> None:
        self._rest = b""
        self.rejected = 0

    def cut(self, data: bytes) -> list[bytes]:
        self._rest += data
        pieces = []
        while 0 <= (end := self._rest.find(END)) < len(self._rest) - 1:
            pieces += self._apart(self._kept(self._rest[: end + 2]))
            self._rest = self._rest[end + 2 :]
        if END not in self._rest:
            self._rest = self._kept(self._rest)
        return pieces

    def finish(self) -> list[bytes]:
        """What stands unfinished: its end, or its check character, was lost."""
        rest, self._rest = self._rest, b""
        return self._apart(rest) if rest else []

    @staticmethod
    def _apart(piece: bytes) -> list[bytes]:
        """Two prints, where the end of the first was lost."""
        begin = piece.rfind(HEAD)
        return [piece[:begin], piece[begin:]] if begin > 0 else [piece]

    def _kept(self, piece: bytes) -> bytes:
        over = max(0, len(piece) - LONGEST)
        self.rejected += over
        return piece[over:]


def decode(piece: bytes) -> CuffReading | None:
    """The reading; None where it holds none: systolic, diastolic and error code are all missing.

    Where the check character does not fit, and bytes that are no text show where noise hit, the fields
    that are whole count. Where nothing shows it, nothing counts.
    """
    body, end, check = piece.rpartition(END)
    if not end:
        body, check = piece, b""
    # Two bytes that became fillers can leave the check character right: without them a field must have its width.
    for kept, width in ((body, _NUMBER), (body.translate(None, FILLERS), _WHOLE)):
        for begin in {kept.rfind(HEAD[-1:]) + 1, max(0, kept.rfind(MODEL))}:
            fields = kept[begin:].decode("latin-1").split(SEPARATOR)
            fits = check and check[0] in {xor(kept[begin:]), xor(HEAD[2:] + kept[begin:] + END)}
            # A NUL does not change the check character.
            if fits and not any(NOISE.search(field) for field in fields):
                return _verified(fields, width)
    head, text = body[: len(HEAD)], body[len(HEAD) :].decode("latin-1")
    seen = not check or head != HEAD or NOISE.search(text.replace(SEPARATOR, ""))
    return _damaged(NOISE.split(body.decode("latin-1")) if seen else [], text)


def _verified(fields: list[str], form: re.Pattern[str]) -> CuffReading | None:
    numbers = {found[1]: int(found[2]) for field in fields if (found := form.fullmatch(field))}
    error = next((found[1] for field in fields if (found := _ERROR.fullmatch(field))), "00")
    if error == "00" and not {"S", "D"} <= set(numbers):
        return None
    return _reading(numbers, error, fields[1] if len(fields) > 1 else "")


def _damaged(parts: list[str], text: str) -> CuffReading | None:
    """Of the parts between noise those that have the width of a field."""
    numbers = {found[1]: int(found[2]) for part in parts if (found := _WHOLE.fullmatch(part))}
    error = next((found[1] for part in parts if (found := _ERROR.fullmatch(part))), "00")
    if not numbers and sum(char.isdecimal() for char in text) < DIGITS:
        return None
    time = next((part for part in parts if _TIME.fullmatch(part)), "")
    lost = {signal for letter, signal in SIGNALS.items() if letter not in numbers}
    reading = _reading(numbers, error, time)
    return reading if reading.error else replace(reading, lost=frozenset(lost))


def _reading(numbers: dict[str, int], error: str, time: str) -> CuffReading:
    found = _TIME.fullmatch(time)
    clock = [int(text) for text in found.groups()] if found else [0] * 5
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


FAMILY: Final = Family(
    name="and_tm2657",
    title="A&D TM-2657, TM-2655",
    evidence="published example",
    line=Line(baud=2400),
    signals=NIBP,
    delay=SECOND,
    silence=None,
    make=lambda _: PrinterWire(Prints(), decode),
)
