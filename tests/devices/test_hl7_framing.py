"""The stream is cut into the same messages however the network splits it, and what it keeps is bounded."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.hl7.hl7_framing import HEAD, Damage, MessageCutter, Piece
from tests.devices.hl7_messages import COMEN, EFFICIA, framed, message

ONE, OTHER = message(*EFFICIA), message(*COMEN)


def cut(
    data: bytes, *places: int, limit: int = 4096, finish: bool = True
) -> tuple[list[Piece], int]:
    cutter = MessageCutter(limit)
    ends = [0, *sorted(places), len(data)]
    pieces: list[Piece] = []
    for begin, end in itertools.pairwise(ends):
        pieces += cutter.cut(data[begin:end])
    if finish:
        pieces += cutter.finish()
    return pieces, cutter.rejected


def test_several_messages_in_one_read_are_several() -> None:
    pieces, rejected = cut(framed(ONE) + framed(OTHER))
    assert [piece.body for piece in pieces] == [ONE, OTHER]
    assert rejected == 0


def test_text_without_a_frame_ends_with_the_next_or_with_silence() -> None:
    pieces, rejected = cut(ONE + OTHER)
    assert [piece.body.strip() for piece in pieces] == [ONE.strip(), OTHER.strip()]
    assert all(piece.bare for piece in pieces)
    assert rejected == 0


def test_a_frame_whose_end_does_not_come_is_told_and_never_read() -> None:
    pieces, rejected = cut(framed(ONE)[:-2] + framed(OTHER))
    assert [(piece.damage, piece.body) for piece in pieces] == [
        (Damage.CUT_OFF, ONE),
        (Damage.NONE, OTHER),
    ]
    assert rejected == len(ONE) + 1
    assert [piece.damage for piece in cut(framed(ONE)[:-2])[0]] == [Damage.CUT_OFF]


def test_a_frame_that_ends_with_fs_alone_or_with_lf_is_one() -> None:
    pieces, _ = cut(b"\x0b" + ONE + b"\x1c\n" + b"\x0b" + OTHER + b"\x1c" + framed(ONE))
    assert [piece.body for piece in pieces] == [ONE, OTHER, ONE]


def test_of_a_message_that_is_too_long_the_beginning_is_kept_and_the_next_is_read() -> None:
    long = framed(ONE + b"OBX|x" * 2000)
    pieces, rejected = cut(long + framed(OTHER))
    assert [(piece.damage, len(piece)) for piece in pieces] == [
        (Damage.TOO_LONG, HEAD),
        (Damage.NONE, len(OTHER)),
    ]
    assert rejected == len(long) - 3


@pytest.mark.parametrize("junk", [b"\x00", b"\xff", b"A", b"\x0b", b"\x1c", b"\r", b"M", b"MSH"])
def test_what_is_kept_of_nonsense_is_bounded(junk: bytes) -> None:
    cutter = MessageCutter(4096)
    for _ in range(100):
        cutter.cut(junk * (5000 // len(junk)))
    kept = sum(len(piece) for piece in cutter.finish())
    assert kept <= 3 * 4096
    assert [piece.body for piece in cutter.cut(framed(ONE)) if piece.damage is Damage.NONE] == [ONE]


PARTS = st.sampled_from(
    [
        *(b"\x0b", b"\x1c", b"\x1c\r", b"\r", b"\n", b"MSH", b"M", b"MS", b"MSH|^~\\&|", b"x" * 40),
        ONE[:60],
        framed(ONE[:30]),
    ]
)


def test_text_as_long_as_may_be_is_whole_wherever_a_read_ends_within_its_end() -> None:
    text = b"MSH|" + b"x" * 96
    data = text + b"\rMSH|" + b"y" * 9
    for place in range(1, len(data)):
        assert cut(data, place, limit=100) == cut(data, limit=100)
    assert cut(data, limit=100)[0][0].body == text


@given(st.lists(PARTS, max_size=24), st.lists(st.integers(0, 600), max_size=6))
def test_any_split_says_the_same(parts: list[bytes], places: list[int]) -> None:
    data = b"".join(parts)
    inside = [place for place in places if place < len(data)]
    assert cut(data, *inside, limit=100) == cut(data, limit=100)
    assert cut(data, *range(1, len(data)), limit=100) == cut(data, limit=100)
    assert cut(data, limit=100)[1] <= len(data)
