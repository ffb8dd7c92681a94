"""Dinamap host communications: its checks, what is a new reading, and that nothing is ever started."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.monitors.dinamap import (
    FAMILY,
    QUESTIONS,
    READ_NIBP,
    READ_RATE,
    Determination,
    check,
    checked,
    decode_nibp,
    encode_nibp,
    encode_rate,
)
from devices.readings import CuffReading
from devices.wire import Wire
from monitord.model import NIBP, SECOND, Frame, Instant, Quality, Signal
from tests.devices.wirekit import AT, feed, frames, quality, values

CALM = CuffReading(sys=120, dia=80, map=93)
HIGH = CuffReading(sys=185, dia=110, map=135)
START, CANCEL = b" NC0!E", b" ND!5"


@pytest.mark.parametrize(
    "command", [" NA!2", " OA!3", " RA!6", " RC!8", " TC!:", " TD!;", " NC0!E", " ND!5"]
)
def test_the_check_is_that_of_the_eight_literal_commands(command: str) -> None:
    assert check(command[:-2]) == command[-2:]


def test_a_long_text_is_folded() -> None:
    assert check("z" * 50) == chr(0x20 + (455 >> 6)) + chr(0x20 + (455 & 0x3F))
    assert 50 * (ord("z") - 0x1F) - 0xFFF == 455


def test_the_questions_are_the_literal_ones() -> None:
    assert QUESTIONS == (b" NA!2\r", b" RC!8\r")


def plain(counter: int, cuff: CuffReading = CALM) -> bytes:
    """An answer without a check: 20 characters by the layout of the reference."""
    return f" NA100{counter:04}{cuff.sys:03}{cuff.dia:03}{cuff.map:03} \r".encode()


def test_an_answer_by_the_layout_of_the_reference() -> None:
    expected = Determination(counter=12, pressures=(120, 80, 93))
    assert decode_nibp(plain(12).decode()[:-1]) == expected
    assert decode_nibp(encode_nibp(CALM, 12).decode()[:-1]) == expected
    assert encode_nibp(CALM, 12)[:19] == plain(12)[:19].replace(b"NA1", b"NA0")


def told(*answers: bytes) -> list[Frame]:
    return frames(feed(FAMILY.wire(), b"".join(answers)))


def pressures(each: Frame) -> tuple[float | None, Quality]:
    return values(each)[Signal.NIBP_SYS], quality(each)


def test_what_a_connection_finds_was_measured_before_and_is_told_once() -> None:
    seen = told(*(encode_nibp(HIGH, counter) for counter in (500, 502, 504)))
    assert [pressures(each) for each in seen] == [(185, Quality.REPEATED)]


def test_a_counter_that_falls_is_a_new_reading_also_of_the_same_numbers() -> None:
    seen = told(*(encode_nibp(CALM, counter) for counter in (500, 502, 1, 3, 5, 0, 2)))
    assert [pressures(each)[1] for each in seen] == [Quality.REPEATED, Quality.GOOD, Quality.GOOD]


def test_other_numbers_are_a_new_reading_though_the_fall_was_missed() -> None:
    seen = told(encode_nibp(CALM, 5), encode_nibp(HIGH, 7), encode_nibp(HIGH, 9))
    assert [pressures(each) for each in seen] == [(120, Quality.REPEATED), (185, Quality.GOOD)]


def test_a_counter_at_its_end_that_begins_anew_is_no_reading() -> None:
    seen = told(*(encode_nibp(CALM, counter) for counter in (9990, 9999, 9999, 3)))
    assert len(seen) == 1
    assert len(told(encode_nibp(CALM, 9999), encode_nibp(HIGH, 3))) == 2


def test_without_a_check_what_is_new_must_be_said_twice() -> None:
    assert len(told(plain(50), plain(52), plain(3, HIGH))) == 1
    seen = told(plain(50), plain(52), plain(3, HIGH), plain(5, HIGH), plain(7, HIGH))
    assert [pressures(each) for each in seen] == [(120, Quality.REPEATED), (185, Quality.GOOD)]
    # A digit that the line changed, in the counter or in a pressure, is said once.
    assert len(told(plain(50), plain(9052), plain(54), plain(56))) == 1
    assert len(told(plain(50), plain(52, HIGH), plain(54), plain(56))) == 1
    assert len(told(plain(9050), plain(52), plain(54), plain(56))) == 1


def test_once_an_answer_had_a_check_all_must() -> None:
    wire = FAMILY.wire()
    good = encode_nibp(CALM, 5)
    bad = encode_nibp(HIGH, 1).replace(b"185", b"285")
    assert len(frames(feed(wire, good + bad + bad + plain(1, HIGH) * 2))) == 1
    assert wire.rejected == 2 * (len(bad) - 1) + 2 * 20


def test_a_determination_under_way_shows_no_numbers_and_is_no_error() -> None:
    wire = FAMILY.wire()
    feed(wire, encode_nibp(CALM, 500))
    for second in range(0, 40, 2):
        assert wire.receive(encode_nibp(None, second), Instant(AT + second * SECOND)) == []
    (fresh,) = frames(wire.receive(encode_nibp(HIGH, 1), Instant(AT + 42 * SECOND)))
    assert pressures(fresh) == (185, Quality.GOOD)


def test_numbers_that_do_not_come_are_an_error_of_the_cuff_once() -> None:
    wire = FAMILY.wire()
    feed(wire, encode_nibp(CALM, 500))
    seen: list[Frame] = []
    for second in range(0, 200, 2):
        seen += frames(wire.receive(encode_nibp(None, second), Instant(AT + second * SECOND)))
    assert [quality(each) for each in seen] == [Quality.CUFF_ERROR]
    assert wire.receive(encode_nibp(CALM, 200), Instant(AT + 200 * SECOND)) == []


def test_the_rate_is_asked_for_once_with_a_new_reading() -> None:
    wire = FAMILY.wire()
    assert wire.send_due(AT) == READ_NIBP
    wire.receive(encode_nibp(CALM, 500) + encode_rate(70), AT)
    assert wire.send_due(AT) == b""
    later = Instant(AT + 2 * SECOND)
    assert wire.send_due(later) == READ_NIBP
    wire.receive(encode_nibp(HIGH, 1), later)
    assert wire.deadline == Instant(0)
    assert wire.send_due(later) == READ_RATE
    (only,) = frames(wire.receive(encode_rate(88) + encode_rate(89), later))
    assert values(only) == {Signal.NIBP_PULSE: 88}


def test_a_rate_that_comes_after_the_next_answer_is_of_something_else() -> None:
    wire = FAMILY.wire()
    feed(wire, encode_nibp(CALM, 500) + encode_nibp(HIGH, 1))
    assert wire.send_due(AT) == READ_RATE
    assert wire.receive(encode_nibp(HIGH, 3) + encode_rate(88), AT) == []
    assert feed(FAMILY.wire(), encode_nibp(CALM, 5) + encode_nibp(HIGH, 1) + encode_rate(None))


def emitted(wire: Wire, steps: list[bytes]) -> bytes:
    """Everything that it sends while this arrives and every signal is asked of it."""
    out = b""
    for number, data in enumerate(steps):
        at = Instant(AT + number * SECOND)
        for signal in [*NIBP, *Signal]:
            wire.request(signal, at)
        wire.receive(data, at)
        out += wire.send_due(at) + wire.send_due(at)
    return out


@given(
    st.lists(
        st.binary(max_size=40)
        | st.sampled_from([encode_nibp(CALM, 9), encode_nibp(HIGH, 1), encode_rate(70)])
        | st.integers(0, 9999).map(lambda counter: encode_nibp(CALM, counter))
        | st.sampled_from([START + b"\r", CANCEL + b"\r"]),
        max_size=40,
    )
)
def test_every_byte_that_it_can_emit_is_of_its_two_questions(steps: list[bytes]) -> None:
    out = emitted(FAMILY.wire(), steps)
    assert set(out.split(b"\r")) <= {b"", READ_NIBP[:-1], READ_RATE[:-1]}
    assert START not in out
    assert CANCEL not in out
    assert checked(" NC0") == START + b"\r"
    assert checked(" ND") == CANCEL + b"\r"
