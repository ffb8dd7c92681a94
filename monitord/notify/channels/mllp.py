"""MLLP: an HL7 message between VT and FS CR on a TCP stream (HL7 Minimal Lower Layer Protocol). Pure."""

_START = b"\x0b"
_END = b"\x1c\r"
LONGEST = 64 * 1024
# Bytes of one message at most; more is dropped up to the next start.


def framed(message: str) -> bytes:
    """The message as it goes over the wire."""
    return _START + message.encode() + _END


class Deframer:
    """Bytes in, whole messages out; garbage between messages is skipped."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> list[str]:
        """The messages that these bytes complete."""
        self._bytes += data
        found = []
        while (end := self._bytes.find(_END)) >= 0:
            piece = bytes(self._bytes[:end])
            del self._bytes[: end + len(_END)]
            start = piece.rfind(_START)
            if start >= 0:
                found.append(piece[start + 1 :].decode(errors="replace"))
        if len(self._bytes) > LONGEST:
            self._bytes.clear()
        return found
