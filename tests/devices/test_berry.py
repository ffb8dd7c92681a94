import pytest

from devices.oximeters import berry
from devices.readings import Oximetry
from monitord.model import Instant, Quality, Signal
from tests.devices.wirekit import AT, feed, frames, quality, values, waves

FINE = Oximetry(spo2=97, pulse_rate=72, perfusion_index=2.9)
VERSION = bytes.fromhex("ff aa 53 56 31 2e 30 34 2e 30 30 2e 33 36 00 00 00 00 00 3a")
VERSION_IN_BCI = bytes.fromhex("ff 56 31 2e 30 ff 30 2e 30 30 ff 2e 30 30 00")


def test_the_published_version_replies_are_whole_and_no_readings() -> None:
    assert berry.measure_berry(VERSION, 0) == 20
    for wire, reply in ((berry.FAMILY.wire(), VERSION), (berry.BCI.wire(), VERSION_IN_BCI)):
        assert feed(wire, reply) == []
        assert wire.rejected == 0


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ("85 2A 05 48 61", Quality.GOOD),
        ("A5 2A 05 48 61", Quality.NO_SENSOR),
        ("95 2A 05 48 61", Quality.SEARCHING),
        ("85 2A 15 48 61", Quality.PROBE_OFF),
        ("85 2A 25 48 61", Quality.SEARCHING),
        ("8F 00 40 7F 7F", Quality.INVALID),
    ],
)
def test_the_status_bits_of_bci_are_not_those_of_contec(frame: str, expected: Quality) -> None:
    (told,) = frames(feed(berry.BCI.wire(), bytes.fromhex(frame)))
    assert quality(told) is expected


@pytest.mark.parametrize("rate", [30, 127, 128, 200, 250])
def test_a_pulse_rate_keeps_its_bit_7(rate: int) -> None:
    shown = Oximetry(spo2=97, pulse_rate=rate, perfusion_index=1.0)
    for wire, stream in (
        (berry.BCI.wire(), berry.encode_bci(shown, 10)),
        (berry.BCI_RR.wire(), berry.encode_bci_rr(shown, 10)),
        (berry.FAMILY.wire(), berry.encode_berry(shown, 10)),
    ):
        (frame,) = frames(feed(wire, stream))
        assert values(frame)[Signal.PULSE_RATE] == rate


@pytest.mark.parametrize("index", [0.3, 1.5, 1.6, 2.9, 12.0])
def test_a_perfusion_index_comes_in_tenths_from_two_halves(index: float) -> None:
    shown = Oximetry(spo2=97, pulse_rate=72, perfusion_index=index)
    for wire, stream in (
        (berry.BCI_RR.wire(), berry.encode_bci_rr(shown, 10)),
        (berry.FAMILY.wire(), berry.encode_berry(shown, 10)),
    ):
        (frame,) = frames(feed(wire, stream))
        assert values(frame)[Signal.PERFUSION_INDEX] == index


@pytest.mark.parametrize(
    "expected", [Quality.GOOD, Quality.NO_SENSOR, Quality.PROBE_OFF, Quality.SEARCHING]
)
def test_what_is_encoded_is_decoded(expected: Quality) -> None:
    shown = Oximetry(spo2=93, pulse_rate=101, perfusion_index=1.0, quality=expected)
    for wire, stream in (
        (berry.BCI.wire(), berry.encode_bci(shown, 10)),
        (berry.BCI_RR.wire(), berry.encode_bci_rr(shown, 10)),
        (berry.FAMILY.wire(), berry.encode_berry(shown, 10)),
    ):
        (frame,) = frames(feed(wire, stream))
        assert quality(frame) is expected
        assert values(frame)[Signal.SPO2] == 93


def test_127_255_and_0_are_no_numbers() -> None:
    for wire, stream in (
        (berry.BCI_RR.wire(), berry.encode_bci_rr(Oximetry(), 10)),
        (berry.FAMILY.wire(), berry.encode_berry(Oximetry(), 10)),
    ):
        (frame,) = frames(feed(wire, stream))
        assert set(values(frame).values()) == {None}
        assert quality(frame) is Quality.INVALID


def test_100_frames_are_one_reading_and_two_blocks_of_pleth() -> None:
    wire = berry.BCI.wire()
    frame = berry.encode_bci(FINE, 42)
    feed(wire, frame * 100)
    said = feed(wire, frame * 100)
    assert len(frames(said)) == 1
    assert [len(wave.values) for wave in waves(said)] == [50, 50]


def test_the_dialect_is_said_once_and_only_where_asked_for() -> None:
    silent = berry.FAMILY.wire()
    assert (silent.deadline, silent.send_due(AT)) == (None, b"")
    for family, said in ((berry.BCI, b"\xe0\xf1"), (berry.FAMILY, b"\xe1\xf1")):
        wire = family.wire(berry.BerryOptions(select=True))
        assert wire.deadline == Instant(0)
        assert wire.send_due(AT) == said
        assert wire.send_due(AT) == b""
        assert wire.deadline is None
