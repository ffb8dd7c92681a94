"""Changes a healthy input in small ways, as lines and programs do; seeded, so that a finding comes again."""

import random
from collections.abc import Iterator
from typing import Final

LONGEST: Final = 1024
"""Bytes of an input: enough for several frames of every family."""
LIKELY: Final = (
    *(b"\x00", b"\xff", b"\xff\xff", b"\x11", b"\x13", b"\r", b"\n", b"\r\n", b" ", b"~", b"\x7f"),
    *(
        b"0",
        b"-1",
        b"1e999",
        b"NaN",
        b"nan",
        b"None",
        b"null",
        b"true",
        b'"',
        b"{",
        b"}",
        b"[",
        b"]",
    ),
    *(b":", b",", b"=", b"\\", b"9" * 400, b"\xc3\xa9", b"\xed\xa0\x80", b"\xef\xbb\xbf"),
)


def inputs(healthy: bytes, count: int, seed: str, *, frame: int = 32) -> Iterator[bytes]:
    """`count` inputs: mostly changed pieces of the healthy one, some of nothing but noise.

    Most are a few frames long (`frame` is the bytes of one): what makes a codec fail stands in so many. One in
    thirty may be as long as LONGEST.
    """
    draw = random.Random(seed)
    sizes = tuple(min(LONGEST, max(12, frame * frames)) for frames in (1, 2, 2, 3, 5))
    for _ in range(count):
        size = LONGEST if draw.random() < 0.03 else draw.choice(sizes)
        if draw.random() < 0.02:
            yield draw.randbytes(draw.randrange(size))
            continue
        start = draw.randrange(len(healthy)) if draw.random() < 0.3 else 0
        data = bytearray(healthy[start : start + size])
        for _ in range(draw.choice((1, 1, 2, 3, 8))):
            _change(data, healthy, draw)
        yield bytes(data[:LONGEST])


def _change(data: bytearray, healthy: bytes, draw: random.Random) -> None:
    place = draw.randrange(len(data) + 1)
    match draw.randrange(7):
        case 0:  # a bit
            if place < len(data):
                data[place] ^= 1 << draw.randrange(8)
        case 1:  # a byte
            data[place : place + 1] = draw.randbytes(1)
        case 2:  # one more
            data[place:place] = draw.randbytes(draw.randrange(1, 4))
        case 3:  # some lost
            del data[place : place + draw.choice((1, 1, 2, 5, 40))]
        case 4:  # what is likely to hurt
            data[place : place + draw.randrange(3)] = draw.choice(LIKELY)
        case 5:  # twice
            data[place:place] = data[place : place + draw.choice((1, 4, 30))]
        case _:  # a piece from elsewhere
            other = draw.randrange(len(healthy))
            data[place:place] = healthy[other : other + draw.choice((1, 4, 30))]
