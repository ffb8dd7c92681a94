"""ESPA 4.4.4, the serial interface of paging and nurse-call equipment, as a sans-IO dialogue. Pure.

Facts: the public proposal of November 1984 (after ISO 1745) and the worked example of Zenitel's
wiki; call type, priority and status numbers are from general knowledge of the proposal, so try
them on the equipment at hand. Not proven on a real paging system.

Who holds the line: a control station polls `<address> ENQ`; who is polled and has something to say
selects a receiver by `<address> ENQ`, gets ACK, sends its block, gets ACK or NAK, and ends with EOT.
A control station that wants to talk polls itself first.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from monitord.model import AlarmLine, Priority

SOH, STX, ETX, EOT, ENQ, ACK, NAK = b"\x01\x02\x03\x04\x05\x06\x15"
US, RS = b"\x1f", b"\x1e"

TEXT_AT_MOST = 128
# Longest text of a record 2 (display message).
RESENDS = 3
# A block that was not understood is sent so often again.

Role = Literal["station", "control"]

_CALL = b"1"
_PRIORITY = {Priority.HIGH: "1", Priority.MEDIUM: "2", Priority.LOW: "3"}
# Record 6: 1 alarm (emergency), 2 high, 3 normal.
_RESET, _STANDARD = "1", "3"
# Record 4: a reset ends the call, a standard call shows its text.


def checksum(block: bytes) -> int:
    """BCC: exclusive or of all that follows SOH, ETX included."""
    result = 0
    for byte in block:
        result ^= byte
    return result & 0x7F


def block(records: dict[str, str], header: bytes = _CALL) -> bytes:
    """SOH header STX records ETX BCC; a record is its number, US, its data; RS between records."""
    parts = [number.encode("ascii") + US + plain(text) for number, text in records.items()]
    inside = header + bytes([STX]) + RS.join(parts) + bytes([ETX])
    return bytes([SOH]) + inside + bytes([checksum(inside)])


def plain(text: str) -> bytes:
    """Seven bits, no control characters: what the line carries."""
    return "".join(s if " " <= s <= "~" else "?" for s in text).encode("ascii")


def call(line: AlarmLine, text: str, *, address: str, beep: str, resets: bool = False) -> bytes:
    """The call to a pager that one alarm line makes; one that `resets` ends what the pager shows."""
    return block(
        {
            "1": address,
            "2": text[:TEXT_AT_MOST],
            "3": beep,
            "4": _RESET if resets else _STANDARD,
            "5": "1",
            "6": _PRIORITY[line.priority],
        }
    )


class _Phase(Enum):
    IDLE = "idle"
    SELECTING = "selecting"
    SENT = "sent"


@dataclass(slots=True)
class EspaResult:
    """How a block ended: `error` None when it was taken."""

    error: str | None


class Dialogue:
    """One end of the line; bytes in, bytes to send out, at most one block on its way."""

    def __init__(self, role: Role, own: str, peer: str) -> None:
        self._role = role
        self._own = own.encode("ascii")
        self._peer = peer.encode("ascii")
        self._phase = _Phase.IDLE
        self._block: bytes | None = None
        self._resends = 0
        self._last = b""
        self.result: EspaResult | None = None
        self.polled = False
        """Whether the control station has asked for us at all: no sign of it means no line."""

    def begin(self, data: bytes) -> bytes:
        """Takes a block; what to send now: as a station nothing, until it is polled."""
        self._block, self._resends, self.result = data, 0, None
        if self._role == "station":
            return b""
        self._phase = _Phase.SELECTING
        return self._own + bytes([ENQ]) + self._peer + bytes([ENQ])

    def abandon(self) -> bytes:
        """Gives the block up; what to send so that the line is free again."""
        busy = self._phase is not _Phase.IDLE
        self._block, self._phase, self.result = None, _Phase.IDLE, None
        return bytes([EOT]) if busy else b""

    def receive(self, data: bytes) -> bytes:
        """What to answer to these bytes."""
        out = bytearray()
        for byte in data:
            out += self._byte(byte)
            self._last = bytes([byte])
        return bytes(out)

    def _byte(self, byte: int) -> bytes:
        if byte == ENQ and self._phase is _Phase.IDLE and self._last == self._own:
            return self._polled()
        if self._phase is _Phase.SELECTING:
            return self._selected(byte)
        if self._phase is _Phase.SENT:
            return self._answered(byte)
        return b""

    def _polled(self) -> bytes:
        self.polled = True
        if self._role == "control":
            return b""
        if self._block is None:
            return bytes([EOT])
        self._phase = _Phase.SELECTING
        return self._peer + bytes([ENQ])

    def _selected(self, byte: int) -> bytes:
        if byte == ACK and self._block is not None:
            self._phase = _Phase.SENT
            return self._block
        if byte in {NAK, EOT}:
            return self._end("the receiver is not ready")
        return b""

    def _answered(self, byte: int) -> bytes:
        if byte == ACK:
            return self._end(None)
        if byte == EOT:
            return self._end("the receiver gave up")
        if byte != NAK:
            return b""
        # A digit before NAK says why: 1 transmission error, 2 busy, 3 message not understood.
        if self._last == b"3" or self._resends >= RESENDS or self._block is None:
            return self._end(f"not taken (NAK {self._last.decode('ascii', 'replace')})")
        self._resends += 1
        return self._block

    def _end(self, error: str | None) -> bytes:
        self._phase, self._block, self.result = _Phase.IDLE, None, EspaResult(error)
        return bytes([EOT])
