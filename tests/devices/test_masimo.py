import pytest

from devices.oximeters.masimo import FAMILY, decode_line, encode_line, own_alarm, quality_of
from devices.readings import Oximetry
from monitord.model import Cause, Instant, Quality, Signal, iso
from tests.devices.wirekit import faults, feed, frames, quality, values

TAIL = "SPCO=--.-% SPMET=--.-% DESAT=-- PIDELTA=+--"
STEADY = f"02/22/16 22:47:45 SN=0000056661 SPO2=098% BPM=097 PI=03.60% {TAIL} ALARM=0000 EXC=000800"
STALE = f"05/20/21 14:06:02 SN=0000182948 SPO2=098% BPM=101 PI=--.--% {TAIL} ALARM=0010 EXC=000824"
SLOW = f"03/06/05 21:11:30 SN=0000066575 SPO2=098% BPM=057 PI=07.02% {TAIL} ALARM=0038 EXC=000800"
CLOCK = "02/22/16 22:47:45"


@pytest.mark.parametrize(
    ("line", "spo2", "pulse", "pi", "expected"),
    [
        (STEADY, 98, 97, 3.6, Quality.GOOD),
        (STALE, 98, 101, None, Quality.PROBE_OFF),
        (SLOW, 98, 57, 7.02, Quality.GOOD),
    ],
)
def test_the_captured_lines(
    line: str, spo2: int, pulse: int, pi: float | None, expected: Quality
) -> None:
    (frame,) = frames(feed(FAMILY.wire(), f"{line}\r\n".encode()))
    assert values(frame) == {
        Signal.SPO2: spo2,
        Signal.PULSE_RATE: pulse,
        Signal.PERFUSION_INDEX: pi,
    }
    assert quality(frame) is expected


def test_the_clock_of_the_device_is_kept() -> None:
    shown = decode_line(STEADY)
    assert shown is not None
    assert iso(shown.measured_at or Instant(0)) == "2016-02-22T22:47:45.000000Z"


def test_the_captured_line_is_what_the_encoder_writes() -> None:
    shown = Oximetry(spo2=98, pulse_rate=97, perfusion_index=3.6)
    assert encode_line(shown, CLOCK, serial="0000056661") == f"{STEADY}\r\n".encode()


@pytest.mark.parametrize(
    ("exceptions", "expected"),
    [
        (0x800, Quality.GOOD),
        (0x801, Quality.NO_SENSOR),
        (0x802, Quality.SENSOR_FAULT),
        (0x804, Quality.LOW_PERFUSION),
        (0x808, Quality.SEARCHING),
        (0x810, Quality.LOW_PERFUSION),
        (0x820, Quality.PROBE_OFF),
        (0x840, Quality.INTERFERENCE),
        (0x880, Quality.SENSOR_FAULT),
        (0x900, Quality.INVALID),
        (0xC00, Quality.LOW_PERFUSION),
        (0x001800, Quality.NO_SENSOR),
        (0x002800, Quality.GOOD),  # cable life
        (0x004800, Quality.SENSOR_FAULT),
        (0x008800, Quality.SENSOR_FAULT),
        (0x010800, Quality.SENSOR_FAULT),
        (0x020800, Quality.SEARCHING),
        (0x040800, Quality.GOOD),  # sensor life
        (0x080800, Quality.SENSOR_FAULT),
        (0x100800, Quality.SENSOR_FAULT),
        (0x600800, Quality.GOOD),  # doubts about carbon monoxide and methaemoglobin only
    ],
)
def test_each_exception_bit(exceptions: int, expected: Quality) -> None:
    assert quality_of(exceptions) is expected


@pytest.mark.parametrize("bit", [0x1, 0x2, 0x8, 0x20, 0x40, 0x80, 0x100])
def test_a_reading_with_a_disqualifying_bit_is_not_usable(bit: int) -> None:
    assert not quality_of(0x800 | bit).usable


@pytest.mark.parametrize(
    "alarm", ["000", "010", "012", "014", "018", "01A", "020", "030", "032", "034", "038", "03A"]
)
def test_the_alarm_words_of_the_wild_are_hexadecimal_and_no_exceptions(alarm: str) -> None:
    shown = decode_line(STEADY.replace("ALARM=0000", f"ALARM={alarm}"))
    assert shown is not None
    assert (shown.quality, shown.low_battery) == (Quality.GOOD, False)


def test_a_low_battery_is_bit_40_of_the_alarm_word() -> None:
    low = encode_line(Oximetry(spo2=98, pulse_rate=60, low_battery=True), CLOCK)
    fault, *_ = faults(feed(FAMILY.wire(), low))
    assert (fault.cause, fault.present) == (Cause.BATTERY, True)


def test_an_old_radical_without_serial_number_is_read_by_key() -> None:
    line = "03/06/05 21:11:30 SPO2=098% BPM=057 PI=07.02% DESAT=-- PIDELTA=+-- ALARM=38 EXC=0800"
    shown = decode_line(line)
    assert shown is not None
    assert (shown.spo2, shown.pulse_rate, shown.perfusion_index) == (98, 57, 7.02)


def test_a_radical_7_with_more_pairs_and_no_percent_sign_is_read_by_key() -> None:
    line = (
        f"{CLOCK} SN=---------- SPO2=098% BPM=097 PI=03.60 SPHB=--.- SPOC=-- RESVD=--- PVI=014 "
        "ALARM=0000000 EXC=0000800 EXC1=0000000"
    )
    shown = decode_line(line)
    assert shown is not None
    assert (shown.perfusion_index, shown.quality) == (3.6, Quality.GOOD)


@pytest.mark.parametrize(
    "line",
    [
        "09/21/08 09:56:12 SpO2=097 PR=069 PI=04.69 EXC=800:SET",  # trend print-out
        "BPM=09",  # the tail of a line
        f"{CLOCK} SPO2=098% BPM=097 PI=03.60%",
        f"{CLOCK} SPO2=inf% BPM=nan PI=1e9% ALARM=0000 EXC=000800",
    ],
)
def test_other_lines_are_rejected_and_counted(line: str) -> None:
    wire = FAMILY.wire()
    assert feed(wire, f"{line}\r\n".encode()) == []
    assert wire.rejected == len(line)


@pytest.mark.parametrize(
    ("line", "spo2", "pulse", "expected"),
    [
        (STEADY[20:], 98, 97, Quality.GOOD),
        (STEADY.replace("SPO2=098%", "SPO2=09x%"), None, 97, Quality.GOOD),
        (STEADY.replace("SPO2=098%", "SPO2=98%"), None, 97, Quality.GOOD),
        (STEADY.replace("BPM", "B-M"), 98, None, Quality.GOOD),
        (STEADY.replace("EXC=000800", "EXC=00g800"), 98, 97, Quality.LOW_PERFUSION),
    ],
)
def test_a_field_of_another_shape_has_no_reading_and_the_others_count(
    line: str, spo2: int | None, pulse: int | None, expected: Quality
) -> None:
    shown = decode_line(line)
    assert shown is not None
    assert (shown.spo2, shown.pulse_rate, shown.quality) == (spo2, pulse, expected)


def test_missing_numbers_are_invalid() -> None:
    (frame,) = frames(feed(FAMILY.wire(), encode_line(Oximetry(), CLOCK)))
    assert set(values(frame).values()) == {None}
    assert quality(frame) is Quality.INVALID


@pytest.mark.parametrize(
    "expected",
    [
        Quality.GOOD,
        Quality.NO_SENSOR,
        Quality.SENSOR_FAULT,
        Quality.PROBE_OFF,
        Quality.SEARCHING,
        Quality.INTERFERENCE,
        Quality.LOW_PERFUSION,
    ],
)
def test_what_is_encoded_is_decoded(expected: Quality) -> None:
    shown = Oximetry(
        spo2=91, pulse_rate=120, perfusion_index=0.4, quality=expected, low_battery=False
    )
    again = decode_line(encode_line(shown, CLOCK).decode().strip())
    assert again is not None
    assert (again.spo2, again.pulse_rate, again.perfusion_index) == (91, 120, 0.4)
    assert again.quality is expected


@pytest.mark.parametrize(
    ("bits", "words"),
    [
        (0x00, ""),
        (0x12, "SpO2 low"),
        (0x38, "pulse rate low, sound off"),
        (0x3A, "SpO2 low, pulse rate low, sound off"),
        (0x10, "an alarm"),
        (0x20, "sound off"),
        (0x40, ""),
    ],
)
def test_the_oximeters_own_alarms_in_words(bits: int, words: str) -> None:
    assert own_alarm(bits) == words


def test_its_own_alarm_is_told_on_change_and_never_as_a_quality() -> None:
    """The real line of a Rad-8 with its pulse alarm, between two without."""
    wire = FAMILY.wire()
    said = feed(wire, f"{STEADY}\r\n{SLOW}\r\n{SLOW}\r\n{STEADY}\r\n".encode())
    own = [fault for fault in faults(said) if fault.cause is Cause.DEVICE_ALARM]
    assert [(fault.present, fault.detail) for fault in own] == [
        (False, ""),
        (True, "pulse rate low, sound off"),
        (False, ""),
    ]
    assert quality(frames(said)[1]) is Quality.GOOD
