"""Reads what an alert manager sends back: accept acknowledgements, and PCD-05 alert status. Pure.

PCD-05 (ORA^R41) names the alert by the OBR-3 of the PCD-04 and says in PRT-3 what became of it
(IHE PCD TF-2, "Report Alert Status"). Words outside `ANSWERS` are reports, not answers.
"""

from dataclasses import dataclass

from monitord.notify.channels.pcd04 import escaped
from monitord.notify.notifier import AnswerWord

ANSWERS: dict[str, AnswerWord] = {
    "accepted": "accept",
    "acceptedpositive": "accept",
    "accept": "accept",
    "rejected": "reject",
    "reject": "reject",
    "acknowledged": "acknowledge",
}

_UNESCAPE = {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\"}


def unescaped(text: str) -> str:
    """Undoes `pcd04.escaped`; an escape that is not known stays as it is."""
    parts = text.split("\\")
    if len(parts) % 2 == 0:
        return text
    return "".join(
        part if number % 2 == 0 else _UNESCAPE.get(part, f"\\{part}\\")
        for number, part in enumerate(parts)
    )


class Hl7Message:
    """Segments by name; fields count from 1, as in the standard, MSH-1 being the separator."""

    def __init__(self, text: str) -> None:
        rows = [row for row in text.replace("\n", "\r").split("\r") if row]
        self._rows = [row.split(text[3:4] or "|") for row in rows]

    def field(self, segment: str, number: int, component: int = 1) -> str:
        """One component of the first such segment's field; empty where it is missing."""
        for row in self._rows:
            if row[0] == segment:
                place = number - 1 if segment == "MSH" else number
                parts = row[place].split("^") if place < len(row) else []
                return unescaped(parts[component - 1]) if component <= len(parts) else ""
        return ""

    @property
    def kind(self) -> str:
        """`ACK`, or `ORA^R41`."""
        trigger = self.field("MSH", 9, 2)
        code = self.field("MSH", 9)
        return code if code == "ACK" else f"{code}^{trigger}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertStatus:
    """What a PCD-05 says of the alert `alarm`: `word` where it is an answer, `by` who gave it."""

    alarm: str
    status: str
    word: AnswerWord | None
    by: str
    control: str


def status_of(message: Hl7Message) -> AlertStatus:
    """The PCD-05's content; empty texts where the message lacks them."""
    status = message.field("PRT", 3, 2) or message.field("PRT", 3)
    person = message.field("PRT", 5)
    family, given = message.field("PRT", 5, 2), message.field("PRT", 5, 3)
    return AlertStatus(
        alarm=message.field("OBR", 3) or message.field("OBR", 2),
        status=status,
        word=ANSWERS.get(status.replace(" ", "").lower()),
        by=person or " ".join(filter(None, (given, family))),
        control=message.field("MSH", 10),
    )


def acknowledgement(message: Hl7Message, control: str, at: str, error: str | None) -> str:
    """The accept acknowledgement of a message that came in: CA, or CE with the reason."""
    code = "CA" if error is None else "CE"
    text = escaped(error or "")
    return (
        f"MSH|^~\\&|MONITORD||||{at}||ACK^R41^ACK|{control}|P|2.6\r"
        f"MSA|{code}|{message.field('MSH', 10)}|{text}\r"
    )
