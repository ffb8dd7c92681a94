"""What a bad line does to bytes; each fault holds while its spell does. Seeded, so the same each run."""

from typing import Final

from devices.twin.body import Body
from monitord.model.tracks import FaultKind

_NOISE_SHARE: Final = 0.02
"""Bytes that noise hits: one in fifty, so that most 5-byte frames still get through."""

_MERGED_MOST: Final = 2048


class Mischief:
    """Spoils one connection; `spoil` gives the pieces that are written, each on its own."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._kept = b""
        self._cut_from: float | None = None
        self._merge_until = 0.0

    def spoil(self, data: bytes, t: float) -> list[bytes]:
        body = self._body
        if body.has(FaultKind.SILENCE, t) or body.has(FaultKind.UNPLUG, t):
            self._kept = b""
            return []
        if not data:
            return []
        spell = body.spell(FaultKind.MID_FRAME, t)
        if spell and self._cut_from != spell.begin:
            self._cut_from = spell.begin
            data = data[len(data) // 2 + 1 :]
        if body.has(FaultKind.BAD_CHECKSUM, t):
            data = data[:-1] + bytes([data[-1] ^ 0x01]) if data else data
        if body.has(FaultKind.DUPLICATE, t):
            data += data
        if body.has(FaultKind.NOISE, t):
            data = self._with_noise(data, t)
        if body.has(FaultKind.MERGE, t):
            return self._merged(data, t)
        data, self._kept = self._kept + data, b""
        if body.has(FaultKind.SPLIT, t):
            return self._split(data, t)
        return [data] if data else []

    def _with_noise(self, data: bytes, t: float) -> bytes:
        """Changes, inserts and loses bytes."""
        dice = self._body.dice(f"noise/{t:.3f}")
        spoiled = bytearray()
        for byte in data:
            if dice.random() >= _NOISE_SHARE:
                spoiled.append(byte)
                continue
            match dice.randrange(3):
                case 0:
                    spoiled.append(byte ^ 1 << dice.randrange(8))
                case 1:
                    spoiled += bytes([byte, dice.randrange(256)])
                case _:
                    pass
        return bytes(spoiled)

    def _split(self, data: bytes, t: float) -> list[bytes]:
        dice = self._body.dice(f"split/{t:.3f}")
        pieces = []
        while data:
            size = dice.randint(1, 7)
            pieces.append(data[:size])
            data = data[size:]
        return pieces

    def _merged(self, data: bytes, t: float) -> list[bytes]:
        """Keeps back for 2 s at a time, as buffering adapters do."""
        self._kept += data
        if t < self._merge_until and len(self._kept) < _MERGED_MOST:
            return []
        self._merge_until = t + 2
        data, self._kept = self._kept, b""
        return [data]
