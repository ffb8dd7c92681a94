"""Frames of a fixed width that come many at a time and mostly say the same, compared all at once. Pure.

A stretch of bytes is one large integer: a mask, an exclusive or or a sum then works on every frame of it in a
few steps, where a loop would take some for each.
"""

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
    a, b, c, d, total = [int.from_bytes(rows[column::5]) for column in range(5)]
    even = (a & _LANES) + (b & _LANES) + (c & _LANES) + (d & _LANES)
    a, b, c, d = a >> 8, b >> 8, c >> 8, d >> 8
    odd = (a & _LANES) + (b & _LANES) + (c & _LANES) + (d & _LANES)
    return not ((even ^ total) & _LANES | (odd ^ total >> 8) & _LANES)
