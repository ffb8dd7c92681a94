"""Frames of a fixed width that come many at a time and mostly say the same, compared all at once. Pure.

A stretch of bytes is one large integer: a mask, an exclusive or or a sum then works on every frame of it in a
few steps, where a loop would take some for each.
"""

from functools import lru_cache
from typing import Final

_LANES: Final = int.from_bytes(b"\x00\xff" * 4096)
"""Every second byte of a column, so that a sum has room above it; longer columns are summed in parts."""
MOST_ROWS: Final = 8192
_MOST: Final = 256
"""Frames that are compared at once: what is kept for each length stays small."""


class Alike:
    """Finds how many frames agree with the last one in the bits of a mask, whose first byte counts most."""

    def __init__(self, mask: bytes) -> None:
        self._mask = mask
        self._size = len(mask)
        self.last = b""
        """The masked frame to agree with; empty for none."""

    def remember(self, frame: bytes) -> bytes:
        """Takes a frame for the last one; returns what is left of it by the mask."""
        self.last = bytes(byte & bits for byte, bits in zip(frame, self._mask, strict=True))
        return self.last

    def count(self, data: bytes, at: int) -> int:
        """Frames from `at` on that follow each other without anything between and are like the last."""
        frames = min((len(data) - at) // self._size, _MOST)
        if not self.last or not frames:
            return 0
        length = frames * self._size
        stretch = int.from_bytes(data[at : at + length] if length < len(data) else data)
        differing = stretch & _repeated(self._mask, frames) ^ _repeated(self.last, frames)
        # The frame with the highest bit that differs is the first that is not alike.
        return frames - -(-differing.bit_length() // (8 * self._size))


@lru_cache(maxsize=256)
def _repeated(frame: bytes, times: int) -> int:
    return int.from_bytes(frame * times)


def sums_hold(rows: bytes) -> bool:
    """Whether in each row of five bytes the last is the sum of the four others, modulo 256."""
    if len(rows) > 5 * MOST_ROWS:
        return sums_hold(rows[: 5 * MOST_ROWS]) and sums_hold(rows[5 * MOST_ROWS :])
    a, b, c, d, total = [int.from_bytes(rows[column::5]) for column in range(5)]
    even = (a & _LANES) + (b & _LANES) + (c & _LANES) + (d & _LANES)
    a, b, c, d = a >> 8, b >> 8, c >> 8, d >> 8
    odd = (a & _LANES) + (b & _LANES) + (c & _LANES) + (d & _LANES)
    return not ((even ^ total) & _LANES | (odd ^ total >> 8) & _LANES)
