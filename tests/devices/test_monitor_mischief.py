"""What networks, adapters and monitors do to streams that are sound by themselves: nothing is invented, lost for long, or silent."""

import struct
from typing import Final

import pytest

from devices.family import Family
from devices.monitors import capnostream, dinamap, intellivue
from devices.monitors import intellivue_message as message
from devices.monitors.capnostream import NUMERICS, frame
from devices.monitors.dinamap import QUESTIONS, READ_NIBP, encode_nibp
from devices.monitors.intellivue_frame import pack, unpack
from devices.monitors.intellivue_values import (
    NUMBERS,
    SYS,
    Observed,
    encode_number,
    encode_observed,
    observed_of,
)
from devices.wire import Said
from monitord.model import SECOND, Cause, Instant, Quality, Signal
from tests.devices.test_capnostream import numerics
from tests.devices.test_dinamap import CALM, HIGH, plain
from tests.devices.test_intellivue import associated, cuff, polled, seen, spo2
from tests.devices.wirekit import AT, faults, feed, frames, quality, sample, values


def told_of(said: list[Said], cause: Cause) -> list[str]:
    return [each.detail for each in faults(said) if each.cause is cause and each.present]


# Capnostream.

MOVED: Final = [bytes([7, 38, 0, 14, 97]), bytes([50, 38, 0, 14, 97]), bytes([0, 14, 97, 72, 7])]
"""The numbers 38, 0, 14, 97, 72 one byte late, late behind a byte that fits, and early."""


@pytest.mark.parametrize("breaths", [14, 25])
@pytest.mark.parametrize("extra", [7, 50])
@pytest.mark.parametrize("early", [False, True])
def test_a_first_frame_that_stands_one_byte_off_does_not_keep_the_good_ones_out(
    breaths: int, extra: int, *, early: bool
) -> None:
    right = bytes([38, 0, breaths, 97, 72])
    moved = right[1:] + bytes([extra]) if early else bytes([extra]) + right[:-1]
    good = [numerics(1001 + second, shown=right) for second in range(9)]
    stream = [numerics(1000, shown=moved), *good]
    found = frames(feed(capnostream.FAMILY.wire(), b"".join(frame(NUMERICS, d) for d in stream)))
    assert sum(values(each)[Signal.SPO2] == 97 for each in found) >= 8


@pytest.mark.parametrize("shown", MOVED)
def test_numbers_that_stay_one_byte_off_are_never_a_reading_after_good_ones(shown: bytes) -> None:
    good = [numerics(1000 + second) for second in range(3)]
    moved = [numerics(1003 + second, shown=shown) for second in range(9)]
    wire = capnostream.FAMILY.wire()
    said = feed(wire, b"".join(frame(NUMERICS, each) for each in (*good, *moved)))
    assert len(frames(said)) == 3
    assert wire.rejected == sum(len(frame(NUMERICS, each)) for each in moved)
    assert told_of(said, Cause.DEVICE) == [capnostream.MISPLACED]


def test_numerics_that_are_all_refused_beside_a_waveform_are_told_once_and_over_with_a_good_one() -> (
    None
):
    wire = capnostream.FAMILY.wire()
    stands = frame(NUMERICS, numerics(5000)) + capnostream.encode_wave(1, 30)
    said = feed(wire, stands * 20)
    assert len(frames(said)) == capnostream.STANDS
    assert told_of(said, Cause.DEVICE) == [capnostream.MISPLACED]
    said = feed(wire, b"".join(frame(NUMERICS, numerics(5000 + second)) for second in (1, 2)))
    assert [each.present for each in faults(said)] == [False]


def test_the_breathless_are_not_taken_for_numbers_one_byte_off() -> None:
    data = numerics(1000, shown=bytes([0, 9, 0, 97, 72]), at13=1, at15=30)
    (only,) = frames(feed(capnostream.FAMILY.wire(), frame(NUMERICS, data)))
    assert sample(only, Signal.NO_BREATH).value == 30


@pytest.mark.parametrize("place", range(27))
@pytest.mark.parametrize("value", [0x00, 0x7F, 0x80, 0x85, 0xFE, 0xFF])
def test_a_reserved_value_at_any_place_of_numerics_makes_no_good_number_of_none(
    place: int, value: int
) -> None:
    right = numerics(1000)
    data = right[:place] + bytes([value]) + right[place + 1 :]
    for each in frames(feed(capnostream.FAMILY.wire(), frame(NUMERICS, data))):
        for one in each.samples:
            assert one.value != 0xFF or one.quality is not Quality.GOOD or place == 15


@pytest.mark.parametrize("cut", range(1, 34))
def test_a_frame_that_is_cut_and_followed_by_another_costs_itself_alone(cut: int) -> None:
    line = frame(NUMERICS, numerics(0x8085, at4=0x80))
    cut = min(cut, len(line) - 1)
    wire = capnostream.FAMILY.wire()
    (only,) = frames(feed(wire, line[:cut] + line))
    assert values(only)[Signal.ETCO2] == 0x80
    assert wire.rejected == cut


# Dinamap.


def test_an_adapter_that_sends_our_questions_back_does_not_make_answers_without_a_check_unreadable() -> (
    None
):
    wire = dinamap.FAMILY.wire()
    turns = [plain(50), plain(52), plain(3, HIGH), plain(5, HIGH)]
    said = feed(wire, b"".join(READ_NIBP + each for each in turns))
    found = [(values(each)[Signal.NIBP_SYS], quality(each)) for each in frames(said)]
    assert found == [(120, Quality.REPEATED), (185, Quality.GOOD)]
    assert wire.rejected == len(turns) * (len(READ_NIBP) - 1)


@pytest.mark.parametrize("at", range(1, 21))
def test_two_talkers_at_once_give_no_reading(at: int) -> None:
    answer = encode_nibp(HIGH, 1)
    collided = answer[:at] + QUESTIONS[1][:-1] + answer[at:]
    wire = dinamap.FAMILY.wire()
    assert len(frames(feed(wire, encode_nibp(CALM, 50) + collided + encode_nibp(CALM, 52)))) == 1
    assert wire.rejected >= len(collided) - 1


@pytest.mark.parametrize("counter", ["    ", "-001", "00 1", "9 99"])
def test_a_counter_that_is_no_number_is_no_answer(counter: str) -> None:
    line = f" NA000{counter}185110135"
    wire = dinamap.FAMILY.wire()
    said = feed(wire, encode_nibp(CALM, 50) + dinamap.checked(line))
    assert len(frames(said)) == 1


# IntelliVue.


def ask(wire: intellivue.IntellivueWire, *packets: bytes) -> list[float | None]:
    said = wire.receive(b"".join(packets), AT)
    return [each.samples[0].value for each in frames(said)]


def test_one_answer_with_a_wrong_time_does_not_keep_the_next_ones_out() -> None:
    hours = 8_000 * 3600
    wire = associated()
    found = ask(
        wire,
        polled(spo2(97), ticks=8_000),
        polled(spo2(96), ticks=8_000 + hours),
        *(polled(spo2(90 - n), ticks=16_000 + 8_000 * n, invoke=n) for n in range(4)),
    )
    assert found == [97, 96, 89, 88, 87]
    assert wire.rejected


def test_answers_that_were_overtaken_one_after_the_other_are_not_told() -> None:
    late = [polled(spo2(97), ticks=ticks, invoke=ticks) for ticks in (8_000, 16_000, 24_000)]
    assert ask(associated(), polled(spo2(84), ticks=32_000), *late) == [84]


def test_a_datagram_that_comes_twice_counts_once_and_an_answer_that_is_the_same_counts() -> None:
    wire = associated()
    one = polled(spo2(97), ticks=8_000, invoke=4)
    assert ask(wire, one, one, one) == [97]
    assert wire.rejected == 2 * len(one)
    assert ask(wire, polled(spo2(97), ticks=8_000, invoke=5)) == [97]


def test_a_datagram_that_comes_for_ever_is_no_sign_of_life() -> None:
    wire = associated()
    one = polled(spo2(97), ticks=8_000, invoke=4)
    wire.receive(one, AT)
    for second in range(1, 10):
        wire.receive(one, Instant(AT + second * SECOND))
    assert message.association_request() in b"".join(
        unpack(wire.send_due(Instant(AT + 10 * SECOND)))
    )


@pytest.mark.parametrize(
    "late", [message.association_accepted(), message.association_refused()], ids=["yes", "no"]
)
def test_a_second_answer_to_the_request_leaves_the_association_as_it_is(late: bytes) -> None:
    wire = associated()
    said = wire.receive(pack(late), AT)
    assert told_of(said, Cause.DEVICE) == []
    assert message.association_request() not in unpack(wire.send_due(AT))
    assert unpack(wire.send_due(Instant(AT + SECOND)))
    assert ask(wire, polled(spo2(97))) == [97]


@pytest.mark.parametrize(("count", "length"), [(1, 30), (3, 10), (0, 30), (3, 0), (1, 65535)])
def test_a_list_whose_count_or_length_is_smaller_than_what_follows_ends_there(
    count: int, length: int
) -> None:
    numbers = [Observed(physio=SYS + n, state=0, unit=0x0F20, value=120 - n) for n in range(3)]
    name, value = encode_observed(numbers)
    assert name == NUMBERS
    cut = struct.pack(">HH", count, length) + value[4:]
    assert len(list(observed_of({NUMBERS: cut}))) == min(count, length // 10, 3)


@pytest.mark.parametrize(
    ("object_", "label"),
    [
        ([seen(0x4BB8, 97, 0x0AA0)], "SpO2"),
        ([seen(0x50B0, 5, 0x0220)], "EtCO2"),
    ],
)
def test_a_number_in_a_unit_that_is_not_read_is_told_once(
    object_: list[tuple[int, bytes]], label: str
) -> None:
    polls = [polled(object_, ticks=8_000 * n, invoke=n) for n in range(1, 5)]
    said = feed(intellivue.FAMILY.wire(), b"".join(polls))
    assert not any(one.quality.may_raise for each in frames(said) for one in each.samples)
    assert told_of(said, Cause.DEVICE) == [f"a unit that is not read: {label}"]


@pytest.mark.parametrize("mantissa", ["7FFFFF", "800000", "7FFFFE", "800002", "800001"])
@pytest.mark.parametrize("exponent", ["00", "FF", "7F", "80"])
def test_no_number_not_at_this_resolution_and_infinity_are_none(
    mantissa: str, exponent: str
) -> None:
    name, value = seen(0x4BB8, 97, 0x0220)
    float_ = bytes.fromhex(exponent + mantissa)
    assert encode_number(97) == value[6:]
    (only,) = frames(feed(intellivue.FAMILY.wire(), polled([(name, value[:6] + float_)])))
    assert (only.samples[0].value, quality(only)) == (None, Quality.INVALID)


@pytest.mark.parametrize("exponent", range(-128, 128, 5))
def test_a_power_of_ten_that_no_patient_has_is_no_good_number(exponent: int) -> None:
    name, value = seen(0x4BB8, 97, 0x0220)
    float_ = struct.pack(">b", exponent) + (97).to_bytes(3, "big")
    (only,) = frames(feed(intellivue.FAMILY.wire(), polled([(name, value[:6] + float_)])))
    good = 1 <= 97 * 10.0**exponent <= 100
    assert (quality(only) is Quality.GOOD) == good


def test_numbers_in_the_other_order_of_bytes_are_no_message() -> None:
    line = unpack(polled(spo2(97)))[0]
    turned = b"".join(line[at + 1 : at + 2] + line[at : at + 1] for at in range(0, len(line), 2))
    wire = intellivue.FAMILY.wire()
    assert feed(wire, pack(turned)) == []
    assert wire.rejected == len(pack(turned))


@pytest.mark.parametrize(
    "family", [capnostream.FAMILY, dinamap.FAMILY, intellivue.FAMILY], ids=lambda each: each.name
)
@pytest.mark.parametrize("damage", ["cut", "doubled", "bit"])
def test_a_stream_damaged_at_any_place_gives_no_number_that_was_not_sent(
    family: Family, damage: str
) -> None:
    stream = {
        "capnostream": frame(NUMERICS, numerics(7)) + frame(NUMERICS, numerics(8)),
        "dinamap": encode_nibp(CALM, 50) + encode_nibp(HIGH, 1) + encode_nibp(HIGH, 3),
        "intellivue": polled(spo2(97), cuff()) + polled(spo2(97), cuff(), invoke=2),
    }[family.name]
    sent = {
        (one.signal, one.value)
        for each in frames(feed(family.wire(), stream))
        for one in each.samples
    }
    for at in range(len(stream)):
        damaged = {
            "cut": stream[:at] + stream[at + 1 :],
            "doubled": stream[:at] + stream[at : at + 1] + stream[at:],
            "bit": stream[:at] + bytes([stream[at] ^ 1 << at % 8]) + stream[at + 1 :],
        }[damage]
        for each in frames(feed(family.wire(), damaged)):
            for one in each.samples:
                known = one.value is None or (one.signal, one.value) in sent
                assert known or not one.quality.usable, (at, one)
