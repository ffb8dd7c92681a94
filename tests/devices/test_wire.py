import re

import pytest

from devices.wire import NO_FRAME, UNFINISHED, Framer, Lines, byte_sum, xor


def counted(data: bytes, at: int) -> int:
    """Frames of this test: `<`, a length, so many bytes."""
    if data[at] != ord("<"):
        return NO_FRAME
    if len(data) < at + 2:
        return UNFINISHED
    size = 2 + data[at + 1]
    return size if len(data) >= at + size else UNFINISHED


@pytest.mark.parametrize("start", [None, ord("<")])
def test_frames_are_cut_and_what_lies_between_is_counted(start: int | None) -> None:
    framer = Framer(counted, limit=16, start=start)
    assert framer.cut(b"ab<\x02xyc<\x00<\x03p") == [b"<\x02xy", b"<\x00"]
    assert framer.cut(b"qr") == [b"<\x03pqr"]
    assert framer.rejected == 3


@pytest.mark.parametrize("start", [None, ord("<")])
def test_a_frame_that_stays_unfinished_is_garbage_at_the_limit(start: int | None) -> None:
    framer = Framer(counted, limit=16, start=start)
    assert framer.cut(b"<\xff" + b"." * 13) == []
    assert framer.rejected == 0
    assert framer.cut(b".<\x01a") == [b"<\x01a"]
    assert framer.rejected == 16


def test_a_framer_keeps_no_more_than_its_limit_whatever_comes() -> None:
    framer = Framer(counted, limit=16, start=ord("<"))
    for _ in range(1000):
        framer.cut(b"<\xff")
        assert len(framer._rest) < 16
    assert framer.rejected > 1900


def test_lines_end_in_cr_or_lf_or_both_and_empty_ones_are_dropped() -> None:
    lines = Lines(limit=10)
    assert lines.cut(b"one\r\ntwo\rthree\n\n\r\nfo") == ["one", "two", "three"]
    assert lines.cut(b"ur\r") == ["four"]
    assert lines.cut(b"\n") == []
    assert lines.rejected == 0


def test_noise_stays_in_a_line_and_is_counted() -> None:
    lines = Lines(limit=10)
    assert lines.cut(b"a\x00b\nfine\n\xff\n") == ["a\x00b", "fine"]
    assert lines.rejected == 2


@pytest.mark.parametrize("step", [1, 3, 100])
def test_the_end_of_an_overlong_line_is_kept_for_what_may_stand_there(step: int) -> None:
    lines = Lines(limit=10)
    data = b"x" * 25 + b"12:00  98\nfine\n"
    said = [line for at in range(0, len(data), step) for line in lines.cut(data[at : at + step])]
    assert said == ["x12:00  98", "fine"]
    assert lines.rejected == 24


def test_two_lines_without_an_end_between_them_are_parted_where_the_next_begins() -> None:
    lines = Lines(limit=40, start=re.compile(r"\d\d:\d\d"))
    assert lines.cut(b"~~12:00 98\xff12:01 97\n") == ["~~", "12:00 98\xff", "12:01 97"]


def test_an_unfinished_line_is_given_when_it_is_asked_for() -> None:
    lines = Lines(limit=40)
    assert lines.cut(b"one\ntwo") == ["one"]
    assert lines.finish() == ["two"]
    assert lines.finish() == []


def test_a_line_without_end_is_not_kept() -> None:
    lines = Lines(limit=10)
    for _ in range(1000):
        lines.cut(b"xxxx")
        assert len(lines._rest) <= 10


def test_headings_are_dropped_without_being_counted() -> None:
    lines = Lines(limit=20, heading=re.compile("TIME"))
    assert lines.cut(b"TIME  SpO2\n12:00  98\n") == ["12:00  98"]
    assert lines.rejected == 0


def test_sum_and_exclusive_or() -> None:
    assert byte_sum(b"\xff\x02") == 1
    assert xor(b"\x0f\xf1\x01") == 0xFF
