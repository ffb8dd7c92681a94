"""An HL7 v2 message as text: its characters, delimiters, segments, fields and escapes. Pure.

Fields count from 1 as in the standard, MSH-1 being the separator itself. A field is looked at when it is asked
for, so that one that is broken costs nothing but itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_OTHER_SEGMENT_ENDS: Final = ("\r\n", "\n", "\u2028")
"""What senders write instead of CR."""
_HIGH: Final = re.compile(rb"[\x80-\xff]+")
_HEADS: Final = frozenset({"MSH", "BHS", "FHS"})
_ENVELOPE: Final = frozenset({"BHS", "BTS", "FHS", "FTS"})
CHARSETS: Final[dict[str, str]] = {
    "ASCII": "ascii",
    "8859/1": "latin-1",
    "8859/2": "iso8859-2",
    "8859/3": "iso8859-3",
    "8859/4": "iso8859-4",
    "8859/5": "iso8859-5",
    "8859/6": "iso8859-6",
    "8859/7": "iso8859-7",
    "8859/8": "iso8859-8",
    "8859/9": "iso8859-9",
    "8859/15": "iso8859-15",
    "GB 18030-2000": "gb18030",
    "GB18030": "gb18030",
    "GB2312": "gb18030",
    "GBK": "gb18030",
    "BIG-5": "big5",
    "KS X 1001": "euc-kr",
    "ISO IR87": "shift_jis",
    "UNICODE": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
}
"""HL7 table 0211, and what senders write instead."""


def text_of(body: bytes) -> str:
    """The characters of a message: as MSH-18 says, else as the bytes have it; never an error.

    A character of two bytes may hold a delimiter as its second, so that this comes before everything else.
    """
    body = body.replace(b"\0", b"")
    if body.isascii():
        return body.decode("ascii")
    for charset in (*_declared(body), "utf-8", _guessed(body)):
        try:
            return body.decode(charset)
        except UnicodeDecodeError:
            continue
    return body.decode("latin-1")


def _declared(body: bytes) -> tuple[str, ...]:
    start = body.find(b"MSH")
    head = re.split(rb"[\r\n]", body[max(start, 0) :], maxsplit=1)[0]
    fields = head.split(head[3:4]) if len(head) > 4 else []
    if len(fields) <= 17:
        return ()
    word = fields[17].decode("latin-1").split("~")[0].strip().upper()
    known = CHARSETS.get(word) or CHARSETS.get(word.removeprefix("ISO").strip(" -_"))
    return (known,) if known else ()


def _guessed(body: bytes) -> str:
    """Chinese monitors write GBK, in which letters beyond ASCII come in pairs; a lone one is Latin: `°C`."""
    runs = [len(run) for run in _HIGH.findall(body)]
    return "gb18030" if all(length % 2 == 0 for length in runs) else "latin-1"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Delimiters:
    """MSH-1 and MSH-2; those that a sender leaves out are the usual ones. The same signs are the same object."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"

    def unescaped(self, text: str) -> str:
        r"""Undoes `\F\`, `\S\`, `\T\`, `\R\`, `\E\` and `\Xhh\`; what is not known stays as it is."""
        sign = self.escape
        if not sign or sign not in text:
            return text
        marks = {
            "F": self.field,
            "S": self.component,
            "T": self.subcomponent,
            "R": self.repetition,
            "E": sign,
        }
        parts = text.split(sign)
        if len(parts) % 2 == 0:
            return text
        return "".join(
            part if number % 2 == 0 else marks.get(part) or _of_hex(part) or f"{sign}{part}{sign}"
            for number, part in enumerate(parts)
        )

    def escaped(self, text: str) -> str:
        """The message's own delimiters inside a value (HL7 2.6 section 2.7)."""
        marks = {
            self.escape: "E",
            self.field: "F",
            self.component: "S",
            self.subcomponent: "T",
            self.repetition: "R",
        }
        return "".join(
            f"{self.escape}{marks[each]}{self.escape}" if each in marks else each for each in text
        )


def _of_hex(part: str) -> str:
    if part[:1] != "X" or len(part) % 2 == 0:
        return ""
    try:
        return bytes.fromhex(part[1:]).decode("latin-1")
    except ValueError:
        return ""


USUAL: Final = Delimiters()


def delimiters_of(head: str) -> Delimiters | None:
    """Of a header segment; None where it has none that can be used."""
    if len(head) < len("MSH|"):
        return None
    return _delimiters(head[3], head[4:].split(head[3], 1)[0][:4])


@lru_cache(maxsize=64)
def _delimiters(field: str, signs: str) -> Delimiters | None:
    usual = "^~\\&"
    given = signs + usual[len(signs) :]
    every = field + given
    if len(set(every)) < len(every) or any(sign.isalnum() or sign.isspace() for sign in every):
        return None
    return Delimiters(
        field=field,
        component=given[0],
        repetition=given[1],
        escape=given[2],
        subcomponent=given[3],
    )


@dataclass(frozen=True, slots=True)
class Segment:
    """One line of a message."""

    name: str
    fields: list[str]
    """As on the wire; number 0 is the name."""
    signs: Delimiters

    def raw(self, number: int) -> str:
        """A field as on the wire; empty where it is missing."""
        place = number - 1 if self.name in _HEADS else number
        return self.fields[place] if 0 < place < len(self.fields) else ""

    def repetitions(self, number: int) -> list[str]:
        """Those of a field, as on the wire; none of an empty one."""
        found = self.raw(number)
        return found.split(self.signs.repetition) if found else []

    def components(self, number: int) -> list[str]:
        """Those of a field's first repetition, blanks and escapes undone; subcomponents stand as they are."""
        return _components(self.raw(number), self.signs)

    def text(self, number: int, component: int = 1) -> str:
        """One component of a field; empty where it is missing."""
        found = self.components(number)
        return found[component - 1] if component <= len(found) else ""

    def leaves(self, number: int) -> list[list[str]]:
        """Components of a field's first repetition, each as its subcomponents."""
        signs = self.signs
        first = self.raw(number).split(signs.repetition, 1)[0]
        return [
            [signs.unescaped(leaf).strip() for leaf in part.split(signs.subcomponent)]
            for part in first.split(signs.component)
        ]


def _components(field: str, signs: Delimiters) -> list[str]:
    if not field:
        return []
    if signs.repetition in field:
        field = field.split(signs.repetition, 1)[0]
    parts = field.split(signs.component)
    if signs.escape in field:
        parts = [signs.unescaped(part) for part in parts]
    return [part.strip() for part in parts]


def first_text(field: str, signs: Delimiters) -> str:
    """The first component of a field as on the wire; of most fields that is all of it."""
    if signs.component in field or signs.repetition in field or signs.escape in field:
        return _components(field, signs)[0]
    return field.strip()


def messages_in(body: bytes) -> Iterator[list[str]]:
    """The lines of each message in what stood in one frame: a batch (FHS, BHS) holds several."""
    lines: list[str] = []
    text = text_of(body)
    for other in _OTHER_SEGMENT_ENDS:
        text = text.replace(other, "\r")
    for line in text.split("\r"):
        row = line.lstrip(" \t\ufeff\x0b\x1c")
        if row[:3] == "MSH" or (not lines and "MSH" in row[:40]):
            row = row[row.find("MSH") :]
            if lines:
                yield lines
            lines = [row]
        elif lines and row and row[:3] not in _ENVELOPE:
            lines.append(row)
    if lines:
        yield lines
