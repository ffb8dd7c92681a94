"""How a message of an IntelliVue stands on its RS-232 interface (MIB). Pure.

    C0  11 01 length payload FCS FCS  C1         length big-endian, FCS low byte first
    C0, C1 and 7D between them are sent as 7D, byte ^ 20; 7D C1 gives a frame up, a second C0 begins anew

FCS is CRC-16/X.25 over head and payload. On the LAN the payload is the datagram: `pack` and `unpack` make one
form of both, so that one codec reads line, LAN and capture.
"""

from typing import Final

from devices.wire import NO_FRAME, UNFINISHED, Framer

BEGIN: Final = 0xC0
END: Final = b"\xc1"
ESCAPE: Final = 0x7D
FLIP: Final = 0x20
HEAD: Final = b"\x11\x01"
MOST: Final = 1500
"""Bytes of the longest payload: monitors announce up to 1456."""
LONGEST: Final = 2 * (4 + MOST + 2) + 2


def _table() -> tuple[int, ...]:
    rows = []
    for row in range(256):
        crc = row
        for _ in range(8):
            crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
        rows.append(crc)
    return tuple(rows)


_CRC: Final = _table()


def fcs(data: bytes) -> int:
    """CRC-16/X.25."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFF


def pack(payload: bytes) -> bytes:
    """The frame of a payload."""
    body = HEAD + len(payload).to_bytes(2, "big") + payload
    body += fcs(body).to_bytes(2, "little")
    out = bytearray([BEGIN])
    for byte in body:
        out += bytes([ESCAPE, byte ^ FLIP]) if byte in {BEGIN, END[0], ESCAPE} else bytes([byte])
    return bytes(out + END)


def payload_of(frame: bytes) -> bytes | None:
    """What a frame from C0 to C1 holds; None where escape, head, length or FCS are wrong."""
    first, *rest = frame[1:-1].split(bytes([ESCAPE]))
    if not all(rest):
        return None
    body = first + b"".join(bytes([part[0] ^ FLIP]) + part[1:] for part in rest)
    payload = body[4:-2]
    if body[:2] != HEAD or len(body) < 6 or int.from_bytes(body[2:4], "big") != len(payload):
        return None
    good = len(payload) <= MOST and fcs(body[:-2]) == int.from_bytes(body[-2:], "little")
    return payload if good else None


def measure(data: bytes, at: int) -> int:
    """For `Framer`: from C0 to C1."""
    if data[at] != BEGIN:
        return NO_FRAME
    end = data.find(END, at + 1, at + LONGEST)
    if data.find(BEGIN, at + 1, None if end < 0 else end) >= 0:
        return NO_FRAME
    if end < 0:
        return UNFINISHED
    return end + 1 - at if payload_of(data[at : end + 1]) is not None else NO_FRAME


def framer() -> Framer:
    """A cutter of frames."""
    return Framer(measure, limit=LONGEST, start=BEGIN)


def unpack(frames: bytes) -> list[bytes]:
    """The payloads of whole frames, as they go out on the LAN."""
    return [payload for one in framer().cut(frames) if (payload := payload_of(one)) is not None]
