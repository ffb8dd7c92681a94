"""Many frames compared at once say what comparing them one by one says."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import berry, contec5
from devices.alike import Alike, sums_hold
from devices.pleth import Beat

ROW = st.lists(st.integers(0, 255), min_size=4, max_size=4)


def summed(body: list[int], error: int) -> bytes:
    return bytes([*body, (sum(body) + error) & 0xFF])


@given(rows=st.lists(st.tuples(ROW, st.sampled_from([0] * 20 + [1, 128, 255])), max_size=60))
def test_sums_hold_when_each_rows_sum_does(rows: list[tuple[list[int], int]]) -> None:
    data = b"".join(summed(body, error) for body, error in rows)
    assert sums_hold(data) == all(error == 0 for _, error in rows)


def test_sums_of_a_very_long_stretch_are_all_looked_at() -> None:
    good = summed([255, 255, 255, 255], 0) * 20_000
    assert sums_hold(good)
    for place in (0, 8191, 8192, 19_999):
        wrong = bytearray(good)
        wrong[5 * place + 4] ^= 0x01
        assert not sums_hold(bytes(wrong))


@given(
    frames=st.lists(st.sampled_from([b"\x91\x05\x80", b"\x92\x06\x80", b"\x91\x05\x81"])),
    head=st.binary(max_size=4),
    tail=st.binary(max_size=2),
)
def test_like_frames_are_counted_up_to_the_first_that_differs(
    frames: list[bytes], head: bytes, tail: bytes
) -> None:
    """The mask leaves out the low bits of the first byte and all of the second."""
    alike = Alike(bytes([0xF0, 0x00, 0xFF]))
    data = head + b"".join(frames) + tail
    assert alike.count(data, len(head)) == 0
    alike.remember(b"\x90\x00\x80")
    same = [frame[2] == 0x80 for frame in frames]
    assert alike.count(data, len(head)) == [*same, False].index(False)


@pytest.mark.parametrize(
    ("mask", "decode"),
    [
        (contec5.MASK, contec5.decode),
        (berry.BCI_MASK, berry.decode_bci),
        (berry.BCI_RR_MASK, berry.decode_bci),
    ],
)
@given(data=st.data())
def test_a_mask_has_every_bit_that_a_reading_depends_on(
    mask: bytes, decode: Callable[[bytes], Beat | None], data: st.DataObject
) -> None:
    """Of two frames that agree in the mask's bits; the bits 7 are in it."""
    assert all(bits & 0x80 for bits in mask)
    low = st.integers(0, 127)
    rest = [data.draw(low) for _ in mask[1:]]
    one = bytes([data.draw(low) | 0x80, *rest])
    noise = data.draw(st.binary(min_size=len(mask), max_size=len(mask)))
    other = bytes(a & m | n & ~m & 0xFF for a, n, m in zip(one, noise, mask, strict=True))
    first, second = decode(one), decode(other)
    assert (first and first.oximetry) == (second and second.oximetry)
