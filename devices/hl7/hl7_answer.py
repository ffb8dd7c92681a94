"""What a sender is answered: the original mode (AA, AE, AR) or the enhanced one (CA, CE, CR, then AA). Pure.

MSH-15 and MSH-16 say who wants which acknowledgement: AL always, NE never, ER on errors, SU on success. Where both
are empty, or MSH-16 alone is, the sender waits for one in the original mode, as bedside monitors do.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from devices.hl7.hl7_framing import FS, VT
from devices.hl7.hl7_moments import dtm
from devices.hl7.hl7_oru import MessageHeader
from devices.hl7.hl7_segments import CHARSETS, USUAL
from monitord.model import Instant
from monitord.model.outside_text import one_line

Mode = Literal["auto", "original", "enhanced"]
REASON_AT_MOST: Final = 200


class AckCode(StrEnum):
    """What became of a message."""

    TAKEN = "A"
    WRONG = "E"
    """Its content is not for us, or could not be kept; it may be sent again."""
    REFUSED = "R"
    """The sender, or the kind of message, is refused; sending it again changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAnswer:
    """A verdict and, unless it was taken, the reason in words."""

    verdict: AckCode
    why: str = ""


TAKEN: Final = MessageAnswer(verdict=AckCode.TAKEN)


def framed(text: str, charset: str = "utf-8") -> bytes:
    """A message as it goes over the wire."""
    return bytes([VT]) + text.encode(charset, errors="replace") + bytes([FS]) + b"\r"


def acknowledgements(
    header: MessageHeader | None,
    answer: MessageAnswer,
    at: Instant,
    number: int,
    mode: Mode = "auto",
) -> bytes:
    """Everything that the sender is answered, framed; empty where it wants nothing. `number` makes our ids."""
    wanted = _codes(header, answer, mode)
    return b"".join(
        _acknowledgement(header, code, answer, at, f"{number}.{place}")
        for place, code in enumerate(wanted)
    )


def _codes(header: MessageHeader | None, answer: MessageAnswer, mode: Mode) -> list[str]:
    verdict = answer.verdict
    original = [f"A{verdict}"]
    if header is None or mode == "original":
        return original
    if mode == "auto" and not header.apply:
        # Mindray asks with MSH-15 alone, and waits for AA.
        return original if _wants(header.accept or "AL", verdict) else []
    codes = [f"C{verdict}"] if _wants(header.accept, verdict) else []
    if _wants(header.apply, verdict):
        codes.append(f"A{verdict}")
    return codes


def _wants(when: str, verdict: AckCode) -> bool:
    good = verdict is AckCode.TAKEN
    return when == "AL" or (when == "SU" and good) or (when == "ER" and not good)


def _acknowledgement(
    header: MessageHeader | None, code: str, answer: MessageAnswer, at: Instant, number: str
) -> bytes:
    head = header or MessageHeader()
    signs = USUAL if header is None else head.signs
    bar = signs.field
    marks = signs.component + signs.repetition + signs.escape + signs.subcomponent
    trigger = head.kind[1] or "R01"
    kind = signs.component.join(("ACK", trigger, "ACK"))
    version = head.version or "2.6"
    fields = [
        *("MSH", marks, "MONITORD", "", head.application, head.facility, dtm(at), "", kind),
        *(f"M{number}", head.processing, version),
    ]
    if head.charset:
        fields += ["", "", "", "", "", head.charset]
    why = signs.escaped(one_line(answer.why, REASON_AT_MOST))
    rows = [bar.join(fields), bar.join(("MSA", code, head.control, why)).rstrip(bar)]
    if answer.verdict is not AckCode.TAKEN:
        rows.append(bar.join(("ERR", "", "", "207", "E", "", "", "", why)))
    charset = CHARSETS.get(head.charset.upper(), "utf-8")
    return framed("\r".join(rows) + "\r", charset)
