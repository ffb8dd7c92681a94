import pytest

from devices.readings import Oximetry
from devices.viatom import ASK_LIVE, FAMILY, crc8, encode_live
from monitord.model import SECOND, Cause, Instant, Quality
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
    ("head", "expected"),
    [
        ("61 48 01", Quality.GOOD),
        ("61 48 FF", Quality.PROBE_OFF),
        ("FF FF FF", Quality.PROBE_OFF),
        ("00 00 00", Quality.INVALID),
        ("FF FF 01", Quality.INVALID),
    ],
)
def test_each_state(head: str, expected: Quality) -> None:
    body = bytes.fromhex(f"55 00 FF 00 00 0D 00 {head} 00 00 00 00 50 00 00 00 00 00")
    (frame,) = frames(feed(FAMILY.wire(), body + bytes([crc8(body)])))
    assert quality(frame) is expected
    assert (None in values(frame).values()) == (not head.startswith("61"))


def test_an_answer_in_pieces_of_20_bytes_is_one_reading() -> None:
    answer = encode_live(FINE)
    assert len(frames(feed(FAMILY.wire(), answer, [20]))) == 1


def test_another_answer_is_no_reading() -> None:
    body = bytes.fromhex("55 00 FF 00 00 02 00 61 48")
    assert frames(feed(FAMILY.wire(), body + bytes([crc8(body)]))) == []


def test_an_empty_battery_is_told() -> None:
    (fault,) = faults(feed(FAMILY.wire(), encode_live(FINE, battery=9)))
    assert (fault.cause, fault.present) == (Cause.BATTERY, True)
