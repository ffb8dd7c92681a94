import pytest

from devices.oximeters import contec, contec5
from devices.oximeters.pleth import PlethBeat
from devices.readings import OXIMETRY, Oximetry
from monitord.model import SECOND, Instant, Quality, Signal
from tests.devices.wirekit import AT, feed, frames, quality, values, waves

FINE = Oximetry(spo2=97, pulse_rate=65)
CAPTURED = bytes.fromhex("01 E0 85 B3 96 C1 E1 FF FF")
HELLO = bytes.fromhex("0C 80 06 80 80 87") + contec.packed(2, b" CMS50F")

NINE = contec.encode_live(FINE, 51)
FIVE = contec5.encode(FINE, 42)


def test_the_captured_frame_is_65_beats_and_97_percent() -> None:
    beat = contec.decode_live(CAPTURED)
    assert beat == PlethBeat(FINE, 51)
    assert contec.restored(CAPTURED) == bytes.fromhex("05 33 16 41 61 FF FF")


def test_the_captured_frame_is_what_the_encoder_writes() -> None:
    assert contec.encode_live(FINE, 51) == CAPTURED


def test_the_perfusion_bit_is_not_believed() -> None:
    """It is set in the captured frame, although the index says that there is none."""
    (frame,) = frames(feed(contec.FAMILY.wire(), CAPTURED))
    assert set(values(frame)) == OXIMETRY


@pytest.mark.parametrize(
    ("second", "expected"), [("E1", Quality.PROBE_OFF), ("E2", Quality.SEARCHING)]
)
def test_the_captured_states_stand_in_the_high_bits(second: str, expected: Quality) -> None:
    (frame,) = frames(
        feed(contec.FAMILY.wire(), bytes.fromhex(f"01 {second} 85 B3 96 C1 E1 FF FF"))
    )
    assert quality(frame) is expected


def test_ff_and_7f_are_no_numbers() -> None:
    gone = contec.encode_live(Oximetry(quality=Quality.PROBE_OFF), 0)
    (frame,) = frames(feed(contec.FAMILY.wire(), gone))
    assert set(values(frame).values()) == {None}


def test_the_command_to_start_is_the_published_one() -> None:
    assert bytes.fromhex("7D 81 A1 80 80 80 80 80 80") == contec.START


def test_it_asks_for_live_frames_and_keeps_the_device_awake() -> None:
    wire = contec.FAMILY.wire()
    assert wire.deadline == Instant(0)
    assert wire.send_due(AT) == contec.START
    assert wire.send_due(Instant(AT + SECOND)) == b""
    feed(wire, NINE * 300)
    assert wire.deadline == AT + 5 * SECOND
    assert wire.send_due(Instant(AT + 5 * SECOND)) == contec.ALIVE


def test_it_asks_again_when_nothing_came() -> None:
    wire = contec.FAMILY.wire()
    wire.send_due(AT)
    feed(wire, HELLO)
    assert wire.send_due(Instant(AT + 5 * SECOND)) == contec.START


def test_unknown_frames_are_skipped_to_the_next_one() -> None:
    wire = contec.FAMILY.wire()
    said = feed(wire, bytes.fromhex("33 80 81 82") + NINE)
    assert len(frames(said)) == 1
    assert wire.rejected == 4


@pytest.mark.parametrize("rate", [30, 127, 128, 200, 250])
def test_a_pulse_rate_keeps_its_bit_7(rate: int) -> None:
    shown = Oximetry(spo2=97, pulse_rate=rate)
    for wire, stream in (
        (contec.FAMILY.wire(), contec.encode_live(shown, 10)),
        (contec5.FAMILY.wire(), contec5.encode(shown, 10)),
    ):
        (frame,) = frames(feed(wire, stream))
        assert values(frame)[Signal.PULSE_RATE] == rate


def test_the_constructed_5_byte_frame() -> None:
    (frame,) = frames(feed(contec5.FAMILY.wire(), bytes.fromhex("C4 2A 05 48 61")))
    assert values(frame) == {Signal.SPO2: 97, Signal.PULSE_RATE: 72}
    assert contec5.encode(Oximetry(spo2=97, pulse_rate=72), 42, beep=True) == bytes.fromhex(
        "C4 2A 05 48 61"
    )


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ("84 2A 15 48 61", Quality.PROBE_OFF),
        ("84 2A 25 48 61", Quality.SEARCHING),
        ("94 2A 05 48 61", Quality.SEARCHING),
        ("84 2A 05 00 00", Quality.INVALID),
        ("84 2A 45 7F 7F", Quality.INVALID),
    ],
)
def test_each_state_of_the_5_byte_frame(frame: str, expected: Quality) -> None:
    (told,) = frames(feed(contec5.FAMILY.wire(), bytes.fromhex(frame)))
    assert quality(told) is expected


def test_60_frames_are_one_reading_and_two_blocks_of_pleth() -> None:
    for wire, frame in ((contec.FAMILY.wire(), NINE), (contec5.FAMILY.wire(), FIVE)):
        feed(wire, frame * 60)
        said = feed(wire, frame * 60)
        assert len(frames(said)) == 1
        assert [len(wave.values) for wave in waves(said)] == [30, 30]


def test_a_fall_is_told_with_its_first_frame() -> None:
    wire = contec5.FAMILY.wire()
    feed(wire, FIVE * 10)
    said = feed(wire, contec5.encode(Oximetry(spo2=88, pulse_rate=65), 42))
    assert [values(frame)[Signal.SPO2] for frame in frames(said)] == [88]


def test_the_5_byte_wire_never_speaks() -> None:
    wire = contec5.FAMILY.wire()
    wire.request(Signal.SPO2, AT)
    assert (wire.deadline, wire.send_due(AT)) == (None, b"")
