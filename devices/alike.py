"""Frames of a fixed width that come many at a time and mostly say the same, compared all at once. Pure.

A stretch of bytes is one large integer: a mask, an exclusive or or a sum then works on every frame of it in a
few steps, where a loop would take some for each.
"""

from functools import lru_cache
from typing import Final

MOST_ROWS: Final = 8192
"""Rows that are summed at once: what is kept for each length stays small."""
_MOST: Final = 256
"""Frames that are compared at once: what is kept for each length stays small."""


class Alike:
    """Finds how many frames agree with the last one in the bits of a mask, whose first byte counts most."""

    def __init__(self, mask: bytes) -> None:
        self._mask = mask
        self._size = len(mask)
        self._wanted: dict[int, tuple[int, int]] = {}
        """Of so many frames the mask, and what is left of each by it, as one number each."""
        self.last = b""
        """The masked frame to agree with; empty for none."""

    def masked(self, frame: bytes) -> bytes:
        """What is left of a frame by the mask."""
        left = int.from_bytes(frame) & int.from_bytes(self._mask)
        return left.to_bytes(self._size)

    def remember(self, masked: bytes) -> None:
        """Takes a frame, of which this is left by the mask, for the last one."""
        if masked != self.last:
            self.last = masked
            self._wanted.clear()

    def count(self, data: bytes, at: int) -> int:
        """Frames from `at` on that follow each other without anything between and are like the last."""
        size = self._size
        frames = min((len(data) - at) // size, _MOST)
        if not self.last or not frames:
            return 0
        wanted = self._wanted.get(frames)
        if wanted is None:
            mask, last = int.from_bytes(self._mask * frames), int.from_bytes(self.last * frames)
            wanted = self._wanted[frames] = mask, last
        length = frames * size
        mask, last = wanted
        stretch = int.from_bytes(data[at : at + length] if length < len(data) else data)
        differing = stretch & mask ^ last
        # The frame with the highest bit that differs is the first that is not alike.
        return frames - -(-differing.bit_length() // (8 * size)) if differing else frames


def sums_hold(rows: bytes) -> bool:
    """Whether in each row of five bytes the last is the sum of the four others, modulo 256."""
    if len(rows) > 5 * MOST_ROWS:
        return sums_hold(rows[: 5 * MOST_ROWS]) and sums_hold(rows[5 * MOST_ROWS :])
    pairs, totals = _lanes(len(rows) // 5)
    number = int.from_bytes(rows)
    # Two bytes are summed where the second of them stood, which has room for it; then the two sums.
    two = (number & pairs) + (number >> 8 & pairs)
    return not (two + (two >> 16) >> 8 ^ number) & totals


@lru_cache(maxsize=64)
def _lanes(rows: int) -> tuple[int, int]:
    """The second and fourth byte of each row, and the fifth."""
    return int.from_bytes(b"\0\xff\0\xff\0" * rows), int.from_bytes(b"\0\0\0\0\xff" * rows)
