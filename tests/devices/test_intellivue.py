"""IntelliVue's data export: published bytes, an association's life, what numbers mean, and NIBP that repeats."""

import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.monitors import intellivue_message as message
from devices.monitors.intellivue import FAMILY, IntellivueWire
from devices.monitors.intellivue_frame import fcs, framer, pack, payload_of, unpack
from devices.monitors.intellivue_values import (
    DIA,
    MEAN,
    MODE,
    NO_TIME,
    PATIENT_ALARMS,
    STAMP,
    STAMP_TICKS,
    SYS,
    TECHNICAL_ALARMS,
    Observed,
    bcd_time,
    encode_alarms,
    encode_bcd_time,
    encode_number,
    encode_observed,
    number,
)
from monitord.model import NIBP, SECOND, Cause, Frame, Instant, Quality, Signal, iso
from tests.devices.wirekit import AT, faults, feed, frames, sample, values

Attributes = list[tuple[int, bytes]]
MONITORING = [(MODE, b"\x40\x00")]
FLOAT_EXAMPLES = (
    ("FD007D00", 32.0),
    ("FF000140", 32.0),
    ("01000140", 3200.0),
    ("02000020", 3200.0),
)


def seen(physio: int, value: float | None, unit: int, state: int = 0) -> tuple[int, bytes]:
    return encode_observed([Observed(physio=physio, state=state, unit=unit, value=value)])


def spo2(value: float | None = 97, state: int = 0) -> Attributes:
    return [seen(0x4BB8, value, 0x0220, state)]


def cuff(
    sys: float | None = 121,
    dia: float | None = 75,
    mean: float | None = 92,
    *,
    stamp: str | None = "20260105100000",
    state: int = 0,
    unit: int = 0x0F20,
) -> Attributes:
    shown = zip((SYS, DIA, MEAN), (sys, dia, mean), strict=True)
    triple = [Observed(physio=p, state=state, unit=unit, value=v) for p, v in shown]
    taken = [] if stamp is None else [(STAMP, encode_bcd_time(stamp))]
    return [encode_observed(triple), *taken]


def polled(*objects: Attributes, what: int = message.NUMERICS, **more: Any) -> bytes:
    given_: dict[str, Any] = {
        "invoke": 1,
        "ticks": 8000,
        "clock": encode_bcd_time("20260105100010"),
    }
    return pack(message.encode_poll_result(what, list(objects), **(given_ | more)))


def told(*polls: bytes) -> list[Frame]:
    return frames(feed(FAMILY.wire(), b"".join(polls)))


def cuffs(*polls: bytes) -> list[Frame]:
    return [each for each in told(*polls) if set(values(each)) <= NIBP]


def test_the_requests_are_the_published_bytes() -> None:
    asked = message.association_request()
    assert asked.startswith(bytes.fromhex("0DEC0508130100160102800014020002C1DC"))
    assert asked.endswith(bytes.fromhex("F00100088C000000") + bytes(20))
    assert len(asked) == 238
    expected = bytearray.fromhex(
        "E1000002 0001 001C 0000 0007 0016 0021 0000 0000 0000 0000 0C16 0008 0001 0001 0006 0000"
    )
    expected[8:10] = b"\x00\x01"  # the invoke id goes with the poll's number
    assert message.poll_request(1, message.NUMERICS) == bytes(expected)


def test_the_answer_to_the_first_event_is_the_published_one() -> None:
    event = message.operation(message.created_event(7, 0x01020304, MONITORING))
    assert event is not None
    assert message.created_answer(event) == bytes.fromhex(
        "E1000002 0002 0014 0007 0001 000E 0021 0000 0000 01020304 0D06 0000"
    )


@pytest.mark.parametrize(("octets", "value"), FLOAT_EXAMPLES)
def test_a_float_is_mantissa_and_power_of_ten(octets: str, value: float) -> None:
    assert number(bytes.fromhex(octets)) == value


@pytest.mark.parametrize("mantissa", ["7FFFFF", "800000", "7FFFFE", "800002", "800001"])
def test_mantissas_that_are_no_number(mantissa: str) -> None:
    assert number(bytes.fromhex("FF" + mantissa)) is None
    assert number(encode_number(None)) is None
    assert number(encode_number(-3.5)) == -3.5


def test_a_frame_is_escaped_and_sealed_and_a_second_beginning_begins_anew() -> None:
    assert fcs(b"123456789") == 0x906E  # the check value of CRC-16/X.25
    payload = bytes([0xC0, 0xC1, 0x7D, 0x00])
    line = pack(payload)
    assert line.startswith(bytes.fromhex("C011010004 7DE0 7DE1 7D5D 00"))
    assert payload_of(line) == payload
    cutter = framer()
    assert cutter.cut(line[:6] + line) == [line]
    assert cutter.rejected == 6
    assert framer().cut(line[:-1] + b"\x7d\xc1") == []
    assert unpack(line * 2) == [payload, payload]


def associated(period: int = 4000) -> IntellivueWire:
    wire = IntellivueWire()
    assert unpack(wire.send_due(AT)) == [message.association_request()]
    wire.receive(pack(message.association_accepted(period)), AT)
    wire.receive(pack(message.created_event(3, 0, MONITORING)), AT)
    return wire


def kinds(out: bytes) -> list[int]:
    """What is polled in what is sent."""
    found = [message.operation(each) for each in unpack(out)]
    return [
        int.from_bytes(each.body[18:20], "big")
        for each in found
        if each is not None and each.command == message.ACTION
    ]


def test_an_association_is_asked_for_answered_and_polled() -> None:
    wire = associated()
    out = wire.send_due(AT)
    first = message.operation(unpack(out)[0])
    assert first is not None
    assert (first.kind, first.invoke, first.command) == (message.RESULT, 3, message.EVENT)
    assert kinds(out) == [message.NUMERICS, message.ALERTS, message.SYSTEM]
    seconds = [kinds(wire.send_due(Instant(AT + number * SECOND))) for number in range(1, 10)]
    assert all(each[0] == message.NUMERICS for each in seconds)
    assert [number for number, each in enumerate(seconds, 1) if len(each) > 1] == [3, 6, 9]


@pytest.mark.parametrize(
    ("period", "seconds"),
    [(2500, 10), (26_400, 10), (30_000, 11.25), (344_000, 129), (400_000, 130)],
)
def test_a_monitor_that_is_silent_for_its_patience_is_asked_anew(
    period: int, seconds: float
) -> None:
    """3.3 s and shorter: 10 s; up to 43 s: three times; else 130 s."""
    wire = associated(period)
    wire.send_due(AT)
    last = Instant(AT + round(seconds * SECOND))
    assert message.association_request() not in unpack(wire.send_due(Instant(last - 1)))
    assert unpack(wire.send_due(last)) == [message.association_request()]


def test_no_poll_is_quicker_than_the_monitor_lets() -> None:
    wire = associated(16_000)
    wire.send_due(AT)
    assert wire.send_due(Instant(AT + SECOND)) == b""
    assert kinds(wire.send_due(Instant(AT + 2 * SECOND))) == [message.NUMERICS]


def test_a_refusal_is_said_and_tried_again_and_an_abort_begins_anew() -> None:
    wire = IntellivueWire()
    wire.send_due(AT)
    (said,) = faults(wire.receive(pack(message.association_refused()), AT))
    assert (said.cause, said.present) == (Cause.DEVICE, True)
    assert "another client" in said.detail
    assert wire.send_due(Instant(AT + 2 * SECOND)) == b""
    assert unpack(wire.send_due(Instant(AT + 3 * SECOND))) == [message.association_request()]
    (over,) = faults(wire.receive(pack(message.association_accepted()), AT))
    assert not over.present
    wire.receive(pack(message.created_event(1, 0, MONITORING)), AT)
    wire.receive(pack(bytes([message.ABORTED, 1, 0])), AT)
    assert wire.deadline == Instant(0)  # the answer to the event still goes out
    wire.send_due(AT)
    assert unpack(wire.send_due(Instant(AT + SECOND))) == [message.association_request()]


def test_the_signals_of_a_poll() -> None:
    (only,) = told(
        polled(
            spo2(97),
            [seen(0x4822, 72, 0x0AA0)],
            [seen(0x4BB0, 2.9, 0x0220)],
            [seen(0x4182, 73, 0x0AA0)],
            [seen(0x500A, 30, 0x0AE0)],
            [seen(0x5012, 18, 0x0AE0)],
            [seen(0x50B0, 38, 0x0F20)],
            [seen(0x4B48, 36.8, 0x17A0)],
            [seen(0x4A15, 140, 0x0F20)],  # an arterial line is no cuff
        )
    )
    assert values(only) == {
        Signal.SPO2: 97,
        Signal.PULSE_RATE: 72,
        Signal.PERFUSION_INDEX: 2.9,
        Signal.HEART_RATE: 73,
        Signal.RESP_RATE: 18,  # the airway's, not that of the chest
        Signal.ETCO2: 38,
        Signal.TEMPERATURE: 36.8,
    }


@pytest.mark.parametrize(
    ("state", "quality"),
    [
        (0x0000, Quality.GOOD),
        (0x0082, Quality.GOOD),
        (0x8000, Quality.INVALID),
        (0x4000, Quality.INTERFERENCE),
        (0x2000, Quality.INVALID),
        (0x1000, Quality.SEARCHING),
        (0x0800, Quality.DEMO),
        (0x0400, Quality.DEMO),
        (0x0100, Quality.INVALID),
        (0xC000, Quality.INVALID),
    ],
)
def test_only_a_state_whose_high_byte_is_0_is_good(state: int, quality: Quality) -> None:
    (only,) = told(polled(spo2(97, state)))
    assert sample(only, Signal.SPO2).quality is quality


def test_numbers_that_are_marked_as_demo_are_said() -> None:
    said = faults(feed(FAMILY.wire(), polled(spo2(97, 0x0400)) + polled(spo2(97))))
    assert [(each.present, each.detail) for each in said] == [
        (True, "numbers that are marked as demo or test"),
        (False, ""),
    ]


@pytest.mark.parametrize(
    ("bits", "word"), [(0x2000, "demo mode"), (0x1000, "service mode"), (0x0002, "standby")]
)
def test_in_demo_service_and_standby_no_number_is_a_patients_whatever_its_state(
    bits: int, word: str
) -> None:
    mode = [(MODE, bits.to_bytes(2, "big"))]
    by_event = pack(message.created_event(1, 0, mode))
    by_poll = polled(mode, what=message.SYSTEM)
    for said_so in (by_event, by_poll):
        wire = FAMILY.wire()
        said = feed(wire, said_so + polled(spo2(84)) + polled(cuff(stamp="20260105100005")))
        found = [each for frame in frames(said) for each in frame.samples]
        assert found
        assert not [each for each in found if each.quality.may_raise]
        (fault,) = faults(said)
        assert fault.detail == f"{word}: its numbers are no patient's"
        over = feed(wire, polled(MONITORING, what=message.SYSTEM) + polled(spo2(96)))
        assert [each.present for each in faults(over)] == [False]
        assert sample(frames(over)[0], Signal.SPO2).quality is Quality.GOOD


@pytest.mark.parametrize(
    ("physio", "unit", "value", "expected"),
    [
        (0x50B0, 0x0F03, 5.7, 42.75),
        (0x50B0, 0x0F20, 38, 38),
        (0x50B0, 0x0220, 5, None),
        (0x4B48, 0x1140, 98.6, 37.0),
        (0x4B48, 0x17A0, 98.6, None),
        (0x4B48, 0x1140, 36.8, None),
        (0x4BB8, 0x0F20, 97, None),
    ],
)
def test_a_number_counts_in_its_units_and_in_no_other(
    physio: int, unit: int, value: float, expected: float | None
) -> None:
    (only,) = told(polled([seen(physio, value, unit)]))
    (one,) = only.samples
    assert one.value == expected
    assert one.quality.usable is (expected is not None)


def test_of_two_sensors_the_first_that_has_a_number_counts() -> None:
    (only,) = told(polled(spo2(None, 0x8000), spo2(96), spo2(88)))
    assert sample(only, Signal.SPO2).value == 96


def test_what_a_connection_finds_was_measured_before_and_a_new_time_is_a_reading() -> None:
    old = polled(cuff(stamp="20260105093600"))
    new = polled(cuff(stamp="20260105100004"))
    found, fresh = cuffs(old, old, new, new)
    assert {each.quality for each in found.samples} == {Quality.REPEATED}
    assert {each.quality for each in fresh.samples} == {Quality.GOOD}
    assert sample(fresh, Signal.NIBP_SYS).measured_at == AT - 6 * SECOND
    assert values(fresh)[Signal.NIBP_MAP] == 92


def test_a_new_time_that_is_24_minutes_old_is_no_reading_of_now() -> None:
    stored = cuffs(polled(cuff(stamp="20260105093000")), polled(cuff(stamp="20260105093600")))
    assert {each.quality for each in stored[1].samples} == {Quality.REPEATED}


def test_a_time_in_ticks_serves_as_well() -> None:
    def taken(ticks: int) -> Attributes:
        return [*cuff(stamp=None), (STAMP_TICKS, struct.pack(">I", ticks))]

    _, fresh = cuffs(
        polled(taken(1000), ticks=80_000, clock=NO_TIME),
        polled(taken(40_000), ticks=88_000, clock=NO_TIME),
    )
    assert sample(fresh, Signal.NIBP_SYS).quality is Quality.GOOD
    assert sample(fresh, Signal.NIBP_SYS).measured_at == AT - 6 * SECOND


def test_without_a_time_only_other_pressures_are_a_reading() -> None:
    same, other = polled(cuff(stamp=None)), polled(cuff(134, 82, 101, stamp=None))
    later = polled(cuff(stamp=None), ticks=16_000)
    seen_ = cuffs(same, same, other, other, later)
    assert [(each.samples[0].value, each.samples[0].quality) for each in seen_] == [
        (121, Quality.REPEATED),
        (134, Quality.GOOD),
        (121, Quality.GOOD),
    ]


def test_a_time_that_is_told_now_and_then_makes_no_reading_of_the_same_pressures() -> None:
    assert len(cuffs(polled(cuff()), polled(cuff(stamp=None)), polled(cuff()))) == 1


@pytest.mark.parametrize("state", [0x0020, 0x0040])
def test_a_measurement_under_way_and_an_early_systolic_wait(state: int) -> None:
    begun = polled(cuff(150, None, None, stamp="20260105100008", state=state))
    done = polled(cuff(150, 90, 110, stamp="20260105100008"))
    assert len(cuffs(polled(cuff()), begun, begun)) == 1
    assert cuffs(polled(cuff()), begun, done)[1].samples[0].value == 150


def test_a_failed_measurement_is_an_error_and_a_cleared_display_is_none() -> None:
    failed = polled(cuff(None, None, None, stamp="20260105100008", state=0x8000))
    assert {e.quality for e in cuffs(polled(cuff()), failed, failed)[1].samples} == {
        Quality.CUFF_ERROR
    }
    cleared = polled(cuff(None, None, None, stamp=None, state=0xA000))
    assert len(cuffs(polled(cuff(stamp=None)), cleared, cleared)) == 1
    assert cuffs(failed) == []


def test_a_questionable_pressure_may_raise_and_never_counts_as_good() -> None:
    doubted = polled(cuff(185, 110, 135, stamp="20260105100008", state=0x4000))
    (_, only) = cuffs(polled(cuff()), doubted)
    assert {each.quality for each in only.samples} == {Quality.INTERFERENCE}


def test_pressures_in_kpa_are_converted() -> None:
    new = cuff(16.0, 10.0, 12.0, stamp="20260105100008", unit=0x0F03)
    _, only = cuffs(polled(cuff()), polled(new))
    assert [each.value for each in only.samples] == [120, 75, 90]


def test_the_pulse_of_a_reading_is_the_one_of_its_time() -> None:
    def pulse(stamp: str) -> Attributes:
        return [seen(0xF0E5, 66, 0x0AA0), (STAMP, encode_bcd_time(stamp))]

    new = cuff(stamp="20260105100008")
    _, own = cuffs(polled(cuff()), polled(new, pulse("20260105100008")))
    assert values(own)[Signal.NIBP_PULSE] == 66
    _, other = cuffs(polled(cuff()), polled(new, pulse("20260105095500")))
    assert Signal.NIBP_PULSE not in values(other)


def test_linked_parts_are_all_read() -> None:
    parts = polled(spo2(97), linked=(1, 1)) + polled([seen(0x4822, 72, 0x0AA0)], linked=(2, 2))
    found = told(parts + polled([seen(0x5012, 14, 0x0AE0)], linked=(3, 3)), polled())
    assert [next(iter(values(each))) for each in found] == [
        Signal.SPO2,
        Signal.PULSE_RATE,
        Signal.RESP_RATE,
    ]


def test_an_answer_that_was_overtaken_on_its_way_is_not_told() -> None:
    newer, older = polled(spo2(84), ticks=16_000), polled(spo2(97), ticks=8_000)
    assert [each.samples[0].value for each in told(newer, older)] == [84]
    again = pack(message.created_event(1, 0, MONITORING))  # the monitor was switched on anew
    assert [each.samples[0].value for each in told(newer, again, older)] == [84, 97]


def alerts(patient: bytes, technical: bytes = b"\0\0\0\0") -> bytes:
    lists = [(PATIENT_ALARMS, patient), (TECHNICAL_ALARMS, technical)]
    return polled(lists, what=message.ALERTS)


def test_the_monitors_own_alarms_are_told_in_its_words() -> None:
    said = faults(
        feed(
            FAMILY.wire(),
            alerts(encode_alarms(["** SpO2 LOW"]), encode_alarms(["ECG LEADS OFF"], state=0x1000))
            + alerts(encode_alarms([])),
        )
    )
    assert [(each.cause, each.present, each.detail) for each in said] == [
        (Cause.DEVICE_ALARM, True, "** SpO2 LOW, ECG LEADS OFF (sound off)"),
        (Cause.DEVICE_ALARM, False, ""),
    ]


@pytest.mark.parametrize("state", [0x0100, 0x0200, 0x0400])
def test_alarms_of_demo_standby_and_test_are_no_alarms(state: int) -> None:
    said = faults(feed(FAMILY.wire(), alerts(encode_alarms(["** SpO2 LOW"], state=state))))
    assert not [each for each in said if each.present]


def test_a_flood_of_alarms_and_of_letters_is_bounded() -> None:
    def words(*texts: str) -> str:
        return faults(feed(FAMILY.wire(), alerts(encode_alarms(texts))))[0].detail

    assert words(*["A\u202e" * 10] * 12) == ", ".join(["A" * 10] * 8)
    assert words("A" * 300) == "A" * 60


def test_a_list_that_is_cut_ends_there_and_what_stood_before_counts() -> None:
    whole = message.encode_poll_result(
        message.NUMERICS,
        [spo2(97), [seen(0x4822, 72, 0x0AA0)]],
        invoke=1,
        ticks=8000,
        clock=NO_TIME,
    )
    wrong = bytearray(whole)
    wrong[-12:-10] = b"\xff\xff"  # the length of the last attribute
    (only,) = told(pack(bytes(wrong)))
    assert set(values(only)) == {Signal.SPO2}
    wire = FAMILY.wire()
    assert feed(wire, pack(whole[:-3])) == []
    assert wire.rejected > 0


def test_times_are_eight_digits_pairs() -> None:
    assert iso(bcd_time(bytes.fromhex("2026010510000425")) or AT) == "2026-01-05T10:00:04.250000Z"
    for wrong in ("FFFFFFFFFFFFFFFF", "2026130510000400", "20260A0510000400", "2026"):
        assert bcd_time(bytes.fromhex(wrong)) is None


ANSWERS = [
    pack(message.association_accepted()),
    pack(message.association_refused()),
    pack(message.created_event(1, 0, MONITORING)),
    polled(spo2(97)),
    pack(bytes([message.ABORTED, 1, 0])),
]


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=60) | st.sampled_from(ANSWERS), max_size=40))
def test_whatever_arrives_it_sends_its_requests_and_nothing_else(steps: list[bytes]) -> None:
    wire = IntellivueWire()
    for step, data in enumerate(steps):
        at = Instant(AT + step * SECOND)
        for signal in Signal:
            wire.request(signal, at)
        wire.receive(data, at)
        for out in unpack(wire.send_due(at)):
            if out == message.association_request():
                continue
            sent = message.operation(out)
            assert sent is not None
            if sent.command == message.EVENT:
                assert (sent.kind, sent.body[10:14]) == (message.RESULT, b"\x0d\x06\0\0")
            else:
                what = int.from_bytes(sent.body[18:20], "big")
                assert out == message.poll_request(sent.invoke, what)
