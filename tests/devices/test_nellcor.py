import pytest

from devices.oximeters.nellcor import FAMILY, decode_row, encode_heading, encode_row
from devices.readings import Oximetry
from monitord.model import Cause, Instant, Quality, Signal, iso
from tests.devices.wirekit import faults, feed, frames, quality, values

ROWS = [
    "29-Dec-17 07:18:43    99      66      12                     ",
    "29-Dec-17 07:18:57    89*     66     201    MO SL            ",
    "29-Dec-17 07:19:29   ---     ---     ---    SD          AS   ",
    "29-Dec-17 07:20:27     0       0     ---    PS               ",
    "29-Dec-17 07:21:13    96      63     ---    PS               ",
]
CLOCK = "29-Dec-17 07:18:43"


@pytest.mark.parametrize(
    ("row", "spo2", "pulse", "expected"),
    [
        (ROWS[0], 99, 66, Quality.GOOD),
        (ROWS[1], 89, 66, Quality.MOTION),
        (ROWS[2], None, None, Quality.NO_SENSOR),
        (ROWS[3], None, None, Quality.SEARCHING),
        (ROWS[4], 96, 63, Quality.SEARCHING),  # the last values, not a measurement
    ],
)
def test_the_captured_rows(
    row: str, spo2: int | None, pulse: int | None, expected: Quality
) -> None:
    (frame,) = frames(feed(FAMILY.wire(), f"{row}\r\n".encode()))
    assert values(frame) == {Signal.SPO2: spo2, Signal.PULSE_RATE: pulse}
    assert quality(frame) is expected


def test_the_captured_rows_are_what_the_encoder_writes() -> None:
    steady = Oximetry(spo2=99, pulse_rate=66)
    assert encode_row(steady, CLOCK, amplitude=12) == f"{ROWS[0]}\r\n".encode()
    moved = Oximetry(spo2=89, pulse_rate=66, quality=Quality.MOTION)
    written = encode_row(moved, "29-Dec-17 07:18:57", amplitude=201, codes=("SL",))
    assert written == f"{ROWS[1]}\r\n".encode()


def test_the_clock_of_the_device_is_kept_and_the_month_may_be_upper_case() -> None:
    for month in ("Dec", "DEC", "dec"):
        shown = decode_row(f"29-{month}-17 07:18:43    99      66      12")
        assert shown is not None
        assert iso(shown.measured_at or Instant(0)) == "2017-12-29T07:18:43.000000Z"


def test_a_shorter_row_is_read_by_words() -> None:
    shown = decode_row("01-FEB-16 10:00:00 98 72 40 SO AO")
    assert shown is not None
    assert (shown.spo2, shown.pulse_rate, shown.quality) == (98, 72, Quality.PROBE_OFF)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("AO", Quality.GOOD),
        ("AS", Quality.GOOD),
        ("PH", Quality.GOOD),
        ("PL", Quality.GOOD),
        ("SH", Quality.GOOD),
        ("SL", Quality.GOOD),
        ("LB", Quality.GOOD),
        ("LM", Quality.INTERFERENCE),
        ("LP", Quality.SEARCHING),
        ("MO", Quality.MOTION),
        ("PS", Quality.SEARCHING),
        ("SD", Quality.NO_SENSOR),
        ("SO", Quality.PROBE_OFF),
    ],
)
def test_each_status_code(code: str, expected: Quality) -> None:
    shown = decode_row(f"{CLOCK}    97      70      50    {code}")
    assert shown is not None
    assert shown.quality is expected


def test_a_low_battery_begins_and_ends() -> None:
    rows = [f"{CLOCK}    97      70      50    {code}\r\n" for code in ("LB", "LB", "AS")]
    told = faults(feed(FAMILY.wire(), "".join(rows).encode()))
    battery = [fault for fault in told if fault.cause is Cause.BATTERY]
    assert [(fault.cause, fault.present) for fault in battery] == [
        (Cause.BATTERY, True),
        (Cause.BATTERY, False),
    ]


def test_headings_are_no_readings_and_not_counted_as_garbage() -> None:
    newer = b"               ADULT   10SAT-S   SPO2 RESP MODE: FAST\r\n"
    wire = FAMILY.wire()
    assert feed(wire, encode_heading() + newer) == []
    assert wire.rejected == 0


@pytest.mark.parametrize(
    "row",
    [
        "29-Dec-17 07:18:43    99      66",
        "29-Dec-17 07:18:43    9 9     66      12",
        "Dec-17 07:18     99      66      12",
    ],
)
def test_other_lines_are_rejected_and_counted(row: str) -> None:
    wire = FAMILY.wire()
    assert feed(wire, f"{row}\r\n".encode()) == []
    assert wire.rejected == len(row)


@pytest.mark.parametrize(
    "expected",
    [
        Quality.GOOD,
        Quality.MOTION,
        Quality.SEARCHING,
        Quality.PROBE_OFF,
        Quality.NO_SENSOR,
        Quality.INTERFERENCE,
    ],
)
def test_what_is_encoded_is_decoded(expected: Quality) -> None:
    shown = Oximetry(spo2=93, pulse_rate=101, quality=expected)
    again = decode_row(encode_row(shown, CLOCK).decode().strip())
    assert again is not None
    assert (again.spo2, again.pulse_rate, again.quality) == (93, 101, expected)


def test_its_own_alarms_are_told_on_change_in_words() -> None:
    """Rows of the real log: SL is its saturation alarm, AS its paused sound."""
    told = faults(feed(FAMILY.wire(), "\r\n".join([*ROWS[:3], ROWS[4], ""]).encode()))
    own = [fault for fault in told if fault.cause is Cause.DEVICE_ALARM]
    assert [(fault.present, fault.detail) for fault in own] == [
        (False, ""),
        (True, "SpO2 low"),
        (False, ""),
        (True, "sound paused"),
        (False, ""),
    ]


@pytest.mark.parametrize(
    ("row", "spo2", "pulse", "expected"),
    [
        ("29-Dec-17 07:18:43    84      \x1366      12   \x11", 84, None, Quality.LOW_PERFUSION),
        ("29-Dec-17 07:18:43    84  \x11    66      12   \x13 SD", 84, 66, Quality.NO_SENSOR),
        ("29-Dec-17 07:18:43 \xff \xff   84   66   \x0012", 84, 66, Quality.LOW_PERFUSION),
    ],
)
def test_noise_at_several_places_costs_the_fields_that_it_hits_and_no_other(
    row: str, spo2: int, pulse: int | None, expected: Quality
) -> None:
    found = decode_row(row)
    assert found is not None
    assert (found.spo2, found.pulse_rate, found.quality) == (spo2, pulse, expected)


def test_noise_in_place_of_a_number_and_between_two_is_not_told_apart_and_makes_no_number() -> None:
    assert decode_row("29-Dec-17 07:18:43    84      \xff\xff      12   \x11 AS") is None
