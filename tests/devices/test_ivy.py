import pytest

from devices.monitors.ivy import FAMILY, HEAD, NO_SIGNAL, encode
from devices.readings import CuffReading
from monitord.model import NIBP, Frame, Quality, Signal
from tests.devices.wirekit import feed, frames, quality, sample, values, waves

CAPTURED_LINES = (
    "HR=1;80;ECG-II-DIAG;\rRR=1;35;APNEA: 20 SEC;\rETCO2=1;;;\rSPO2=1;100;PR=80 ;\r"
    "NIBP=4;121;75;92;80;;\rP1=3;111;73;88;;\rP2=3;;;;NO TRANSDUCER;\rT1=1;;;\rT2=1;;;\r"
)
QUIET = bytes([NO_SIGNAL]) * 400
CAPTURED = HEAD + QUIET + CAPTURED_LINES.encode() + b"\xfe"
SHOWN = CuffReading(sys=121, dia=75, map=92, pulse=80)
NEXT = CuffReading(sys=134, dia=82, map=101, pulse=77)


def message(cuff: CuffReading | None = SHOWN, *, spo2: int | None = 98, alarm: str = "") -> bytes:
    return encode(spo2=spo2, pulse_rate=80, heart_rate=81, resp_rate=14, cuff=cuff, alarm=alarm)


def cuffs(told: list[Frame]) -> list[Frame]:
    return [frame for frame in told if set(values(frame)) == NIBP]


def test_the_captured_lines() -> None:
    vital, cuff = frames(feed(FAMILY.wire(), CAPTURED))
    assert values(vital) == {
        Signal.SPO2: 100,
        Signal.PULSE_RATE: 80,
        Signal.HEART_RATE: 80,
        Signal.RESP_RATE: 35,
    }
    assert quality(vital) is Quality.GOOD
    assert values(cuff) == {
        Signal.NIBP_SYS: 121,
        Signal.NIBP_DIA: 75,
        Signal.NIBP_MAP: 92,
        Signal.NIBP_PULSE: 80,
    }


def test_the_encoder_writes_the_captured_lines() -> None:
    written = encode(spo2=100, pulse_rate=80, heart_rate=80, resp_rate=35, cuff=SHOWN)
    assert written.replace(b"P1=3;;;;NO TRANSDUCER;", b"P1=3;111;73;88;;") == CAPTURED


def test_the_cuff_reading_that_a_connection_finds_is_not_fresh() -> None:
    (found,) = cuffs(frames(feed(FAMILY.wire(), message() * 5)))
    assert quality(found) is Quality.REPEATED


def test_a_repeated_cuff_reading_is_told_once_and_a_new_one_is_fresh() -> None:
    found, fresh = cuffs(frames(feed(FAMILY.wire(), message() * 3 + message(NEXT) * 3)))
    assert quality(found) is Quality.REPEATED
    assert quality(fresh) is Quality.GOOD
    assert values(fresh)[Signal.NIBP_SYS] == 134


def test_a_first_measurement_after_none_is_fresh() -> None:
    (fresh,) = cuffs(frames(feed(FAMILY.wire(), message(None) + message(SHOWN))))
    assert quality(fresh) is Quality.GOOD


def test_a_message_without_the_cuff_line_does_not_make_the_old_reading_new() -> None:
    lost = message().replace(b"NIBP=", b"N!BP=")
    told = cuffs(frames(feed(FAMILY.wire(), message() + lost + message(None) + message())))
    assert [quality(frame) for frame in told] == [Quality.REPEATED]


@pytest.mark.parametrize(
    ("alarm", "expected"),
    [
        ("", Quality.GOOD),
        ("SPO2 LOW", Quality.GOOD),
        ("PULSE SEARCH", Quality.SEARCHING),
        ("SENSOR OFF", Quality.PROBE_OFF),
        ("NO SENSOR", Quality.PROBE_OFF),
        ("LOW PERFUSION", Quality.LOW_PERFUSION),
        ("DEMO", Quality.DEMO),
    ],
)
def test_each_alarm_text_of_the_oximeter(alarm: str, expected: Quality) -> None:
    (vital,) = frames(feed(FAMILY.wire(), message(None, alarm=alarm)))
    assert sample(vital, Signal.SPO2).quality is expected
    assert sample(vital, Signal.PULSE_RATE).quality is expected
    assert sample(vital, Signal.HEART_RATE).quality is Quality.GOOD


def test_an_empty_field_is_no_number() -> None:
    (vital,) = frames(feed(FAMILY.wire(), message(None, spo2=None)))
    assert sample(vital, Signal.SPO2).value is None
    assert sample(vital, Signal.SPO2).quality is Quality.INVALID


def test_the_pleth_is_the_third_waveform_and_silence_is_none() -> None:
    assert waves(feed(FAMILY.wire(), message())) == []
    points = bytes(range(100, 150))
    (wave,) = waves(feed(FAMILY.wire(), encode(spo2=98, pulse_rate=80, pleth=points)))
    assert (wave.rate_hz, wave.values) == (50.0, tuple(points))


def test_an_end_mark_inside_the_waveforms_does_not_end_the_message() -> None:
    points = bytes([0xFE]) * 50
    wire = FAMILY.wire()
    (vital,) = frames(feed(wire, encode(spo2=98, pulse_rate=80, pleth=points)))
    assert values(vital)[Signal.SPO2] == 98
    assert wire.rejected == 0
