import pytest

from devices.oximeters import nonin
from devices.oximeters.nonin import FAMILY, NoninOptions
from devices.oximeters.nonin_pleth import decode_items, encode_packet, measure_df2
from devices.oximeters.nonin_slow import (
    decode_df13,
    decode_line,
    decode_short,
    encode_df1,
    encode_df8,
    encode_df13,
)
from devices.readings import Oximetry
from devices.wire import Wire
from monitord.model import Cause, Fault, Instant, Quality, Signal, from_iso, iso
from tests.devices.wirekit import AT, faults, feed, frames, quality, values, waves

FINE = Oximetry(spo2=97, pulse_rate=72, low_battery=False)
PLETH = range(40, 65)


def wire(form: nonin.Format = "df2") -> Wire:
    return FAMILY.wire(NoninOptions(format=form))


def test_the_captured_frames_are_74_beats_and_96_percent() -> None:
    stream = bytes.fromhex("01814300C5 0180434A0E 0180436024")
    assert [measure_df2(stream, at) for at in (0, 5, 10)] == [5, 5, 5]
    items = decode_items(stream[3::5] + bytes(22))
    assert (items.pulse_rate, items.spo2) == (74, 96)


def test_the_captured_frame_without_a_finger_is_whole_and_says_so() -> None:
    alone = bytes.fromhex("01986300FC")
    assert measure_df2(alone, 0) == 5
    off = alone[1] & (0x08 | 0x10)
    assert off == 0x18
    packet = encode_packet(Oximetry(quality=Quality.PROBE_OFF), PLETH)
    assert packet[6] & off == off


def test_a_firmware_item_of_148_is_no_reason_to_reject_the_frame() -> None:
    packet = bytearray(encode_packet(FINE, PLETH))
    packet[18], packet[19] = 148, (packet[19] + 148 - packet[18]) & 0xFF
    line = wire()
    assert frames(feed(line, bytes(packet)))
    assert line.rejected == 0


@pytest.mark.parametrize("rate", [30, 127, 128, 255, 256, 321])
@pytest.mark.parametrize("form", ["df1", "df2", "df7", "df8", "df13"])
def test_a_pulse_rate_keeps_its_high_bits(form: nonin.Format, rate: int) -> None:
    shown = Oximetry(spo2=97, pulse_rate=rate, low_battery=False)
    stream = {
        "df1": encode_df1(shown),
        "df2": encode_packet(shown, PLETH),
        "df7": encode_packet(shown, PLETH, form=7),
        "df8": encode_df8(shown),
        "df13": encode_df13(shown),
    }[form]
    (frame,) = frames(feed(wire(form), stream))
    assert values(frame) == {Signal.SPO2: 97, Signal.PULSE_RATE: rate}


@pytest.mark.parametrize(
    ("frame", "spo2", "pulse", "expected"),
    [
        ("80 48 61 00", 97, 72, Quality.GOOD),
        ("81 00 61 00", 97, 128, Quality.GOOD),
        ("80 48 61 08", 97, 72, Quality.PROBE_OFF),  # held for 10 s after the finger is gone
        ("a0 48 61 00", 97, 72, Quality.SEARCHING),
        ("c0 48 61 00", 97, 72, Quality.NO_SENSOR),
        ("84 48 61 00", 97, 72, Quality.MOTION),
        ("90 48 61 00", 97, 72, Quality.LOW_PERFUSION),
        ("88 48 61 00", 97, 72, Quality.GOOD),  # marginal perfusion
        ("83 7f 7f 00", None, None, Quality.INVALID),
    ],
)
def test_format_8_by_its_bytes(
    frame: str, spo2: int | None, pulse: int | None, expected: Quality
) -> None:
    (told,) = frames(feed(wire("df8"), bytes.fromhex(frame)))
    assert values(told) == {Signal.SPO2: spo2, Signal.PULSE_RATE: pulse}
    assert quality(told) is expected


@pytest.mark.parametrize(
    "expected",
    [
        Quality.GOOD,
        Quality.LOW_PERFUSION,
        Quality.MOTION,
        Quality.SEARCHING,
        Quality.PROBE_OFF,
        Quality.NO_SENSOR,
    ],
)
@pytest.mark.parametrize("form", [2, 7])
def test_a_packet_keeps_its_quality(form: int, expected: Quality) -> None:
    shown = Oximetry(spo2=97, pulse_rate=72, quality=expected)
    said = feed(wire("df2" if form == 2 else "df7"), encode_packet(shown, PLETH, form=form))
    (frame,) = frames(said)
    assert quality(frame) is expected
    assert values(frame)[Signal.SPO2] == 97


def test_what_is_held_after_removal_is_probe_off_and_then_missing() -> None:
    held = encode_packet(Oximetry(spo2=97, pulse_rate=72, quality=Quality.PROBE_OFF), PLETH)
    gone = encode_packet(Oximetry(quality=Quality.PROBE_OFF), PLETH)
    first, second = frames(feed(wire(), held + gone))
    assert values(first)[Signal.SPO2] == 97
    assert values(second)[Signal.SPO2] is None
    assert quality(first) is quality(second) is Quality.PROBE_OFF


def test_poor_perfusion_holds_between_pulses() -> None:
    poor = encode_packet(Oximetry(spo2=97, pulse_rate=72, quality=Quality.LOW_PERFUSION), PLETH)
    between = bytearray(encode_packet(FINE, PLETH))
    for at in range(0, 125, 5):
        between[at + 4] = (between[at + 4] - (between[at + 1] & 0x06)) & 0xFF
        between[at + 1] &= ~0x06
    told = frames(feed(wire(), poor + bytes(between) * 3))
    assert {quality(frame) for frame in told} == {Quality.LOW_PERFUSION}


def test_a_steady_patient_gives_one_frame_a_second_and_a_fall_is_told_at_once() -> None:
    steady = encode_packet(FINE, PLETH)
    line = wire()
    assert len(frames(feed(line, steady * 30))) == 10
    assert len(frames(feed(line, steady))) == 1
    fallen = Oximetry(spo2=88, pulse_rate=72, low_battery=False)
    (frame,) = frames(feed(line, encode_packet(fallen, PLETH)))
    assert values(frame)[Signal.SPO2] == 88


def test_the_pleth_comes_in_blocks_of_a_packet() -> None:
    (eight,) = waves(feed(wire(), encode_packet(FINE, PLETH)))
    assert (eight.name, eight.rate_hz, eight.values) == ("pleth", 75.0, tuple(PLETH))
    deep = range(30_000, 30_025)
    (sixteen,) = waves(feed(wire("df7"), encode_packet(FINE, deep, form=7)))
    assert sixteen.values == tuple(deep)


def test_a_packet_that_lost_a_frame_is_no_reading() -> None:
    packet = encode_packet(FINE, PLETH)
    line = wire()
    said = feed(line, packet[:50] + packet[55:] + packet)
    assert len(frames(said)) == 1
    assert line.rejected == 120


def test_a_low_battery_is_a_fault_once_and_ends_once() -> None:
    low = encode_df8(Oximetry(spo2=97, pulse_rate=72, low_battery=True))
    said = feed(wire("df8"), encode_df8(FINE) + low * 3 + encode_df8(FINE) * 2)
    assert faults(said) == [
        Fault(cause=Cause.BATTERY, subject="", present=False),
        Fault(cause=Cause.BATTERY, subject="", present=True, detail="low battery"),
        Fault(cause=Cause.BATTERY, subject="", present=False),
    ]


def test_a_critical_battery_of_a_3150_is_low_too() -> None:
    assert decode_short(bytes.fromhex("80486102")).low_battery


def test_a_spot_check_by_its_bytes() -> None:
    data = bytes.fromhex("20 50 12 31 14 30 15 00 02 01 01 41 00 61")
    frame = bytes.fromhex("00 02 00 0d 00 0e") + data + bytes([sum(data) & 0xFF, 3])
    shown = decode_df13(frame)
    assert (shown.spo2, shown.pulse_rate, shown.low_battery) == (97, 321, True)
    assert iso(shown.measured_at or Instant(0)) == "2050-12-31T14:30:15.000000Z"
    (told,) = frames(feed(wire("df13"), frame))
    assert quality(told) is Quality.GOOD


def test_a_longer_spot_check_moves_its_checksum() -> None:
    data = bytes.fromhex("20 50 12 31 14 30 15 00 02 00 00 48 00 61 aa bb")
    frame = bytes.fromhex("00 02 00 0d 00 10") + data + bytes([sum(data) & 0xFF, 3])
    (told,) = frames(feed(wire("df13"), frame))
    assert values(told) == {Signal.SPO2: 97, Signal.PULSE_RATE: 72}


def test_a_spot_check_from_the_memory_is_not_fresh() -> None:
    stored = Oximetry(
        spo2=97, pulse_rate=72, quality=Quality.REPEATED, measured_at=from_iso("2024-01-01T00:00Z")
    )
    (told,) = frames(feed(wire("df13"), encode_df13(stored)))
    assert quality(told) is Quality.REPEATED


def test_a_spot_check_without_measurement_is_invalid() -> None:
    (told,) = frames(feed(wire("df13"), encode_df13(Oximetry(quality=Quality.INVALID))))
    assert set(values(told).values()) == {None}
    assert quality(told) is Quality.INVALID


@pytest.mark.parametrize(
    ("line", "spo2", "pulse"),
    [
        ("SPO2=097 HR=072", 97, 72),
        ("SPO2=097 HR=072*", 97, 72),
        ("SPO2=--- HR=---", None, None),
    ],
)
def test_an_ascii_line(line: str, spo2: int | None, pulse: int | None) -> None:
    assert decode_line(line) == Oximetry(spo2=spo2, pulse_rate=pulse)


def test_other_text_is_no_ascii_line() -> None:
    line = wire("ascii")
    assert feed(line, b"NONIN MEDICAL\r\nSPO2=97 HR=72\r\n") == []
    assert line.rejected == len("NONIN MEDICALSPO2=97 HR=72")


def test_the_commands_are_the_documented_bytes() -> None:
    assert nonin.select_format("df13") == bytes.fromhex("02 70 02 02 0D 03")
    assert nonin.select_format("df8") == bytes.fromhex("02 70 02 02 08 03")


def test_a_format_is_selected_once_and_a_refusal_is_told() -> None:
    line = FAMILY.wire(NoninOptions(format="df8", select=True))
    assert line.deadline == Instant(0)
    assert line.send_due(AT) == bytes.fromhex("02 70 02 02 08 03")
    assert line.send_due(AT) == b""
    assert line.deadline is None
    refused, *_ = faults(feed(line, b"\x15" + encode_df8(FINE)))
    assert refused.cause is Cause.DEVICE
    assert refused.present
    assert line.rejected == 0


def test_the_default_wire_only_listens() -> None:
    line = wire()
    line.request(Signal.SPO2, AT)
    assert (line.deadline, line.send_due(AT)) == (None, b"")


@pytest.mark.parametrize("form", ["df2", "df7"])
def test_two_packets_with_holes_never_make_one(form: nonin.Format) -> None:
    """A frame of the first and the SYNC frame of the second are lost: 25 frames, none in its place."""
    number = 2 if form == "df2" else 7
    packet = encode_packet(FINE, PLETH, form=number)
    junk = b"\x00"
    first = packet[:35] + junk + packet[40:]
    second = junk + packet[5:]
    for places in (first + second, first + second[: len(junk) + 5]):
        told = wire(form)
        assert frames(feed(told, places)) == []
        assert [values(one) for one in frames(feed(told, packet))] == [
            {Signal.SPO2: 97.0, Signal.PULSE_RATE: 72.0}
        ]
