"""Noise in front of, inside and behind a text line costs at most the field that it hits, or is told."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.cuffs import and_tm2657, omron_hbp
from devices.family import Family
from devices.oximeters import masimo, nellcor, nonin_slow
from devices.oximeters.nonin import FAMILY as NONIN
from devices.oximeters.nonin import NoninOptions
from devices.readings import CuffReading, Oximetry
from devices.wire import Said, Wire
from monitord.model import SECOND, Cause, Instant, Quality, Signal
from tests.devices.wirekit import AT, faults, frames

CUFF = CuffReading(sys=121, dia=75, map=92, pulse=80)
FINGER = Oximetry(spo2=97, pulse_rate=172, perfusion_index=2.9, low_battery=False)
PRESSURES = {Signal.NIBP_SYS: 121.0, Signal.NIBP_DIA: 75.0, Signal.NIBP_PULSE: 80.0}
MEAN = {Signal.NIBP_MAP: 92.0}
OXIMETRY = {Signal.SPO2: 97.0, Signal.PULSE_RATE: 172.0}

Values = dict[Signal, float]
LINES: dict[str, tuple[Family, bytes, Values]] = {
    "omron 9030": (
        omron_hbp.FAMILY,
        omron_hbp.encode_9030(CUFF, "2026,07,11,09,05", patient="12345678901234567890"),
        PRESSURES,
    ),
    "omron 9020": (
        omron_hbp.FAMILY,
        omron_hbp.encode_9020(CUFF, "2026/07/11,09:05"),
        PRESSURES | MEAN,
    ),
    "tm2657": (and_tm2657.FAMILY, and_tm2657.encode(CUFF, "2607110905"), PRESSURES | MEAN),
    "masimo": (
        masimo.FAMILY,
        masimo.encode_line(FINGER, "02/22/16 22:47:45", serial="0000056661"),
        OXIMETRY | {Signal.PERFUSION_INDEX: 2.9},
    ),
    "nellcor": (
        nellcor.FAMILY,
        nellcor.encode_row(FINGER, "29-Dec-17 07:18:43", amplitude=201, codes=("AS",)),
        OXIMETRY,
    ),
    "nonin": (NONIN, nonin_slow.encode_line(FINGER), OXIMETRY),
}
CUFFS = ("omron 9030", "omron 9020", "tm2657")
FILLERS = (b"\x00", b"\x11", b"\x13")
NOISE = (*FILLERS, b"\xff", b"\x80", b"\x85", b"\xa0", b"\x1c", b"\x0b")
TEXT = (b"x", b"~", b" ", b"S", b"-")


def wire(name: str) -> Wire:
    family = LINES[name][0]
    return family.wire(NoninOptions(format="ascii") if family is NONIN else None)


def heard(name: str, data: bytes) -> list[Said]:
    """What the wire says of the bytes, and of the quiet after them."""
    one = wire(name)
    return one.receive(data, AT) + one.receive(b"", Instant(AT + 10 * SECOND))


def read(said: list[Said]) -> Values:
    """The numbers that count."""
    return {
        sample.signal: sample.value
        for frame in frames(said)
        for sample in frame.samples
        if sample.quality.usable and sample.value is not None
    }


def told(said: list[Said]) -> bool:
    return any(fault.cause is Cause.GARBLED and fault.present for fault in faults(said))


def hits(line: bytes, noise: tuple[bytes, ...]) -> Iterator[bytes]:
    for place in range(len(line)):
        for each in noise:
            yield line[:place] + each + line[place:]
            if each != line[place : place + 1]:
                yield line[:place] + each + line[place + 1 :]


def at_most_one_field_lost(name: str, data: bytes) -> None:
    values = LINES[name][2]
    said = heard(name, data)
    found = read(said)
    assert found.items() <= values.items(), (data, found)
    if name in CUFFS and not {Signal.NIBP_SYS, Signal.NIBP_DIA} <= found.keys():
        assert told(said), data
    # Without its check character a print is not believed: it might hide a wrong digit.
    check_hit = name == "tm2657" and data.startswith(LINES[name][1][:-1])
    assert check_hit or len(found) >= len(values) - 1, (data, found)


@pytest.mark.parametrize("name", LINES)
def test_a_healthy_line_is_read(name: str) -> None:
    said = heard(name, LINES[name][1])
    assert read(said) == LINES[name][2]
    assert not told(said)


@pytest.mark.parametrize("name", LINES)
def test_a_byte_of_noise_anywhere_costs_at_most_the_field_that_it_hits(name: str) -> None:
    for data in hits(LINES[name][1], NOISE):
        at_most_one_field_lost(name, data)


@pytest.mark.parametrize("name", LINES)
def test_a_wrong_letter_anywhere_makes_no_wrong_number_and_a_lost_pressure_is_told(
    name: str,
) -> None:
    for data in hits(LINES[name][1], TEXT):
        said = heard(name, data)
        found = read(said)
        wrong = {signal for signal, value in found.items() if LINES[name][2].get(signal) != value}
        # Rows are read by words: a digit that became a blank leaves a number of fewer digits.
        assert not wrong or (name == "nellcor" and len(data) == len(LINES[name][1])), (data, found)
        if name in CUFFS and not {Signal.NIBP_SYS, Signal.NIBP_DIA} <= found.keys():
            assert told(said), data


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("noise", [*NOISE, b"\x00\xff\x81\x7e" * 9, b"\x00" * 300, b"~" * 400])
def test_noise_in_front_of_and_behind_a_line_costs_nothing(name: str, noise: bytes) -> None:
    line = LINES[name][1]
    assert read(heard(name, noise + line)) == LINES[name][2]
    assert read(heard(name, line + noise)) == LINES[name][2]


@pytest.mark.parametrize("name", LINES)
def test_fillers_before_every_line_cost_nothing_and_are_counted(name: str) -> None:
    line = LINES[name][1]
    one = wire(name)
    assert read(one.receive(b"\0\0" + line, AT) + one.receive(b"\0\0" + line, AT)) == LINES[name][2]
    assert one.rejected >= (0 if name == "tm2657" else 4)


@pytest.mark.parametrize("name", LINES)
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_noise_comes_no_number_is_made_up(name: str, data: st.DataObject) -> None:
    line = bytearray(LINES[name][1])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(line) - 1))
        byte = data.draw(st.sampled_from(NOISE))
        line[place : place + data.draw(st.integers(0, 1))] = byte
    said = heard(name, bytes(line))
    assert read(said).items() <= LINES[name][2].items()
    if name in CUFFS and not {Signal.NIBP_SYS, Signal.NIBP_DIA} <= read(said).keys():
        assert told(said)


def test_two_digits_that_became_fillers_make_no_number_though_the_check_character_fits() -> None:
    line = LINES["tm2657"][1]
    zeros = [place for place, byte in enumerate(line) if byte == ord("0")]
    for one, other in itertools.combinations(zeros, 2):
        data = bytes(0 if place in {one, other} else byte for place, byte in enumerate(line))
        assert read(heard("tm2657", data)).items() <= LINES["tm2657"][2].items(), (one, other)


@pytest.mark.parametrize("name", CUFFS)
def test_a_print_that_breaks_off_is_told_and_makes_no_number(name: str) -> None:
    line = LINES[name][1]
    for end in range(len(line) // 2, len(line)):
        said = heard(name, line[:end])
        assert read(said).items() <= LINES[name][2].items(), line[:end]
        if not {Signal.NIBP_SYS, Signal.NIBP_DIA} <= read(said).keys():
            assert told(said), line[:end]


@pytest.mark.parametrize("name", CUFFS)
def test_a_few_bytes_of_a_plug_that_is_put_in_are_not_told(name: str) -> None:
    for junk in (b"\x00\xff", b"\x00" * 50, b"~\xffa1\r\n", b"\xf8\x80\x00\x03\x20"):
        said = heard(name, junk)
        assert not told(said)
        assert frames(said) == []


@pytest.mark.parametrize("name", CUFFS)
def test_a_print_at_a_wrong_line_setting_is_told_once_the_line_is_quiet(name: str) -> None:
    one = wire(name)
    nonsense = bytes(range(0x80, 0x90)) * 3
    assert one.receive(nonsense, AT) == []
    assert one.deadline is not None
    assert told(one.receive(b"", one.deadline))
    assert one.deadline is None


@pytest.mark.parametrize("name", CUFFS)
def test_two_prints_of_which_the_first_lost_its_end_are_both_read(name: str) -> None:
    line = LINES[name][1]
    ends = {b"\r"[0], b"\n"[0], 3}
    without = bytes(0xFF if byte in ends else byte for byte in line)
    second = (
        line.replace(b"121", b"131")
        if name != "tm2657"
        else and_tm2657.encode(CuffReading(sys=131, dia=75, map=92, pulse=80), "2607110915")
    )
    sys = [
        sample.value
        for frame in frames(heard(name, without + second))
        for sample in frame.samples
        if sample.signal is Signal.NIBP_SYS
    ]
    assert sys == [121, 131]


@pytest.mark.parametrize("name", CUFFS)
def test_a_damaged_second_print_of_the_same_reading_is_no_new_measurement(name: str) -> None:
    line = LINES[name][1]
    clock = {"omron 9030": b"2026", "omron 9020": b"2026", "tm2657": b"2607"}[name]
    again = line.replace(clock, clock[:2] + b"\xff" + clock[3:])
    one = wire(name)
    said = one.receive(line, AT) + one.receive(again, AT)
    assert len(frames(said)) == 1
    assert told(said)


def test_numbers_beside_a_status_that_was_hit_are_doubtful() -> None:
    row = LINES["masimo"][1].replace(b"EXC=00", b"EXC=\xff0")
    (frame,) = frames(heard("masimo", row))
    assert {sample.quality for sample in frame.samples} == {Quality.LOW_PERFUSION}
