"""HL7 of one bed on one line: the codec without its listener, for recordings, proofs and fuzzing. Pure.

The listener (`hl7_listener.py`) uses the same parts, and adds who may speak, for which bed, and what is answered.
"""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Final

from devices.hl7.hl7_bed_readings import BedReadings
from devices.hl7.hl7_codes import NO_LOCAL_CODES, LocalCodes
from devices.hl7.hl7_framing import MESSAGE_LIMIT, Damage, MessageCutter, Piece
from devices.hl7.hl7_oru import MessageHeader, Unreadable, header_of, patient_results, read_oru
from devices.hl7.hl7_segments import messages_in
from devices.wire import Listening, Said
from monitord.model import SECOND, Instant, Span

QUIET: Final[Span] = SECOND
"""Bare text without an end is over when nothing comes for so long: a network may split it."""

Message = tuple[MessageHeader, Sequence[str]]


def readable(piece: Piece) -> list[Message | Unreadable]:
    """The messages of a piece, each with its header, or why it has none."""
    found: list[Message | Unreadable] = []
    for lines in messages_in(piece.body):
        rows = whole_rows(lines, piece)
        try:
            found.append((header_of(rows[0]), rows))
        except Unreadable as error:
            found.append(error)
    return found or [Unreadable("no MSH segment")]


def whole_rows(lines: list[str], piece: Piece) -> list[str]:
    """Without a last row that may be cut off: bare text has no end, so its last row needs an end of line or a status."""
    if not piece.bare or len(lines) < 2 or piece.body.endswith((b"\r", b"\n")):
        return lines
    last = lines[-1]
    return lines if last.startswith("OBX") and last.count(lines[0][3:4]) > STATUS else lines[:-1]


STATUS: Final = 10
"""Separators before OBX-11: where it has begun, the value before it is whole."""


class Hl7Wire(Listening):
    """One sender, one bed."""

    def __init__(
        self,
        *,
        local: LocalCodes = NO_LOCAL_CODES,
        zone: tzinfo | None = None,
        arrival: bool = False,
        simulated: bool = False,
        limit: int = MESSAGE_LIMIT,
    ) -> None:
        self._local = local
        self._zone = zone
        self._cutter = MessageCutter(limit)
        self._bed = BedReadings(arrival=arrival, simulated=simulated)
        self._refused = 0
        self._ends_at: Instant | None = None

    @property
    def rejected(self) -> int:
        return self._cutter.rejected + self._refused

    @property
    def deadline(self) -> Instant | None:
        return self._ends_at

    def receive(self, data: bytes, at: Instant) -> list[Said]:
        if data:
            self._ends_at = Instant(at + QUIET)
            return self._take(self._cutter.cut(data), at)
        if self._ends_at is None or at < self._ends_at:
            return []
        self._ends_at = None
        return self._take(self._cutter.finish() if self._cutter.bare else [], at)

    def _take(self, pieces: list[Piece], at: Instant) -> list[Said]:
        said: list[Said] = []
        for piece in pieces:
            if piece.damage is not Damage.NONE:
                continue
            for each in readable(piece):
                if isinstance(each, Unreadable):
                    self._refused += len(piece)
                    continue
                header, rows = each
                if header.readings:
                    # One bed's line: of a message of several patients it is the first.
                    own = patient_results(rows)[0]
                    said += self._bed.take(read_oru(own, header, self._local, self._zone), at)
        return said
