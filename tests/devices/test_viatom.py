import pytest

from devices.oximeters.viatom import ASK_LIVE, FAMILY, crc8, encode_live
from devices.readings import Oximetry
from monitord.model import SECOND, Cause, Instant, Quality, Signal
from tests.devices.wirekit import AT, faults, feed, frames, quality, values

FINE = Oximetry(spo2=97, pulse_rate=72)


def test_the_published_question_has_its_check_byte() -> None:
    assert bytes.fromhex("AA 17 E8 00 00 00 00 1B") == ASK_LIVE
    assert crc8(ASK_LIVE[:-1]) == 0x1B


def test_it_asks_once_a_second_and_nothing_else() -> None:
    wire = FAMILY.wire()
    assert wire.deadline == Instant(0)
    assert wire.send_due(AT) == ASK_LIVE
    assert wire.send_due(Instant(AT + SECOND - 1)) == b""
    assert wire.deadline == AT + SECOND
    assert wire.send_due(Instant(AT + SECOND)) == ASK_LIVE


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        ("61 48 00 00 00 00 00 50 00 00 0C 01 00", Quality.GOOD),
        ("61 48 01 00 00 00 00 50 00 00 0C 01 00", Quality.GOOD),
        ("61 48 FF 00 00 00 00 50 00 00 0C 01 00", Quality.PROBE_OFF),
        ("61 48 00 00 00 00 00 50 00 00 0C 00 00", Quality.PROBE_OFF),
        ("FF FF FF 00 00 00 00 50 00 00 00 00 00", Quality.PROBE_OFF),
        ("00 00 00 00 00 00 00 50 00 00 00 01 00", Quality.INVALID),
        ("FF FF 01 00 00 00 00 50 00 00 00 01 00", Quality.INVALID),
    ],
)
def test_each_state(live: str, expected: Quality) -> None:
    body = bytes.fromhex(f"55 00 FF 00 00 0D 00 {live}")
    (frame,) = frames(feed(FAMILY.wire(), body + bytes([crc8(body)])))
    assert quality(frame) is expected
    assert (None in values(frame).values()) == (not live.startswith("61"))


def test_a_ring_that_was_taken_off_and_goes_on_showing_numbers_is_off() -> None:
    """The inputs of a public report: 97 and 70 stay, the byte "worn" falls to 0."""
    worn = bytes.fromhex("5500ff00000d00614600000000005000000c01006c")
    off = bytes.fromhex("5500ff00000d00614600000000005000000c000079")
    on, gone = frames(feed(FAMILY.wire(), worn + off))
    assert quality(on) is Quality.GOOD
    assert values(on)[Signal.PERFUSION_INDEX] == 1.2
    assert quality(gone) is Quality.PROBE_OFF


def test_an_answer_in_pieces_of_20_bytes_is_one_reading() -> None:
    answer = encode_live(FINE)
    assert len(frames(feed(FAMILY.wire(), answer, [20]))) == 1


def test_another_answer_is_no_reading() -> None:
    body = bytes.fromhex("55 00 FF 00 00 02 00 61 48")
    assert frames(feed(FAMILY.wire(), body + bytes([crc8(body)]))) == []


def test_an_empty_battery_is_told() -> None:
    (fault,) = faults(feed(FAMILY.wire(), encode_live(FINE, battery=9)))
    assert (fault.cause, fault.present) == (Cause.BATTERY, True)
