from devices.cuffs.and_tm2657 import FAMILY, HEAD, decode, encode
from devices.garbled import REPEAT
from devices.readings import CuffReading
from devices.wire import xor
from monitord.model import Instant, Quality, Signal, iso
from tests.devices.wirekit import feed, frames, quality, values

READ = CuffReading(sys=127, dia=76, map=97, pulse=78)
TEXT = b"\x1e".join(
    b"TM2657,2411121014,RA,M,E00,S127,M 97,D 76,P 78,I00,L180,p  0,i  ,m  ,c".split(b",")
)
FRAME = HEAD + TEXT + b"\x03" + bytes([xor(TEXT)])
FIRST = encode(READ, "2411121014")


def test_the_fields_of_the_captured_frame() -> None:
    (frame,) = frames(feed(FAMILY.wire(), FRAME))
    assert values(frame) == {
        Signal.NIBP_SYS: 127,
        Signal.NIBP_DIA: 76,
        Signal.NIBP_MAP: 97,
        Signal.NIBP_PULSE: 78,
    }
    assert quality(frame) is Quality.GOOD
    assert iso(frame.samples[0].measured_at or Instant(0)) == "2024-11-12T10:14:00.000000Z"


def test_letters_are_case_sensitive_and_the_mode_is_not_the_mean() -> None:
    text = TEXT.replace(b"p  0", b"p200").replace(b"\x1eP 78", b"").replace(b"\x1eM 97", b"")
    cuff = decode(HEAD + text + b"\x03" + bytes([xor(text)]))
    assert cuff is not None
    assert (cuff.pulse, cuff.map) == (None, None)


def test_either_check_character_is_taken_and_no_other() -> None:
    whole = HEAD + TEXT + b"\x03"
    other = xor(whole[2:])
    assert len(frames(feed(FAMILY.wire(), whole + bytes([other])))) == 1
    wrong = ({*range(256)} - {other, xor(TEXT)}).pop()
    assert frames(feed(FAMILY.wire(), whole + bytes([wrong]))) == []


def test_an_error_is_a_cuff_error() -> None:
    (frame,) = frames(feed(FAMILY.wire(), encode(READ, "2411121014", error=45)))
    assert quality(frame) is Quality.CUFF_ERROR


def test_a_frame_that_is_sent_again_is_no_second_measurement() -> None:
    assert len(frames(feed(FAMILY.wire(), FIRST + FIRST))) == 1


def test_a_frame_without_pressures_is_counted_as_rejected() -> None:
    text = b"TM2657\x1e2411121014\x1eE00"
    frame = HEAD + text + b"\x03" + bytes([xor(text)])
    wire = FAMILY.wire()
    assert feed(wire, frame) == []
    assert wire.rejected == len(frame)


def test_a_number_with_a_hole_in_it_is_lost() -> None:
    (fault,) = feed(FAMILY.wire(), FRAME.replace(b"S127", b"S1 7"))
    assert fault == REPEAT
    said = feed(FAMILY.wire(), FRAME.replace(b"S127", b"S1 7").replace(b"L180", b"L\xff80"))
    assert values(frames(said)[0])[Signal.NIBP_SYS] is None
    assert values(frames(said)[0])[Signal.NIBP_DIA] == 76
