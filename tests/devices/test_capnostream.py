"""Capnostream 20: its frames, what the gas means, and numerics that stand one byte off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.monitors.capnostream import (
    ACTIVE,
    COMMANDS,
    ENABLE,
    FAMILY,
    NUMERICS,
    START,
    Capnography,
    encode_numerics,
    encode_wave,
    frame,
    plausible,
    unescape,
)
from devices.readings import Oximetry
from devices.twin.capnograph_twin import CapnostreamVoice
from devices.wire import Wire
from monitord.model import SECOND, Cause, Frame, Instant, Quality, Signal
from tests.devices.test_twin_families import talk
from tests.devices.twinkit import body, fault, samples
from tests.devices.wirekit import AT, faults, feed, frames, sample, values

FINE = Oximetry(spo2=97, pulse_rate=72, low_battery=False)
CALM = Capnography(etco2=38, resp_rate=14, no_breath=0)
LIMITS = bytes([60, 15, 30, 5, 8, 100, 85, 140, 50])


def numerics(
    time: int, *, shown: bytes = bytes([38, 0, 14, 97, 72]), rest: bytes = bytes(6), **change: int
) -> bytes:
    """The data of numerics by hand: the layout of the reference, not of our encoder."""
    data = bytearray(time.to_bytes(4, "big") + shown + bytes([0, *rest]) + LIMITS + bytes([1, 0]))
    data[15] = 0
    for place, value in change.items():
        data[int(place.removeprefix("at"))] = value
    return bytes(data)


def told(*data: bytes) -> list[Frame]:
    return frames(feed(FAMILY.wire(), b"".join(frame(NUMERICS, each) for each in data)))


def test_the_commands_are_the_bytes_of_the_reference() -> None:
    assert ENABLE == frame(1) == bytes.fromhex("85010100")
    assert START == frame(4) == bytes.fromhex("85010405")
    assert ACTIVE == frame(6) == bytes.fromhex("85010607")


def test_it_enables_and_starts_once_and_says_every_2_s_that_it_is_there() -> None:
    wire = FAMILY.wire()
    assert wire.send_due(AT) == ENABLE + START
    assert wire.send_due(Instant(AT + SECOND)) == b""
    assert wire.deadline == AT + 2 * SECOND
    assert wire.send_due(Instant(AT + 2 * SECOND)) == ACTIVE


def sent(wire: Wire, steps: list[bytes]) -> list[bytes]:
    """Everything that it sends while this arrives and everything is asked of it."""
    out = []
    for number, data in enumerate(steps):
        at = Instant(AT + number * SECOND)
        for signal in Signal:
            wire.request(signal, at)
        wire.receive(data, at)
        out.append(wire.send_due(at))
    return out


@given(st.lists(st.binary(max_size=60), max_size=30))
def test_whatever_arrives_and_is_asked_it_sends_its_three_commands_and_nothing_else(
    steps: list[bytes],
) -> None:
    for out in sent(FAMILY.wire(), steps):
        left = out
        for command in COMMANDS:
            left = left.replace(command, b"")
        assert left == b""


def test_numerics_by_the_layout_of_the_reference() -> None:
    (only,) = told(numerics(1000))
    assert values(only) == {
        Signal.SPO2: 97,
        Signal.PULSE_RATE: 72,
        Signal.ETCO2: 38,
        Signal.RESP_RATE: 14,
        Signal.NO_BREATH: 0,
    }
    assert {each.quality for each in only.samples} == {Quality.GOOD}
    assert encode_numerics(FINE, CALM, time=1000) == frame(NUMERICS, numerics(1000))


def test_80_and_85_are_escaped_on_the_line_and_the_check_is_of_what_they_mean() -> None:
    line = frame(NUMERICS, numerics(0x85, at4=0x80, at6=20))
    assert line[1:].count(b"\x85") == 0
    assert b"\x80\x00" in line
    assert b"\x80\x05" in line
    assert unescape(line[1:]) == bytes([28, 1]) + numerics(0x85, at4=0x80, at6=20) + line[-1:]
    (only,) = told(numerics(0x85, at4=0x80, at6=20))
    assert sample(only, Signal.ETCO2).value == 128


def test_ff_is_no_number() -> None:
    (only,) = told(numerics(1, shown=b"\xff" * 5))
    assert {one.value for one in only.samples if one.signal is not Signal.NO_BREATH} == {None}
    assert not any(s.quality.usable for s in only.samples if s.signal is not Signal.NO_BREATH)


@pytest.mark.parametrize(
    ("alarms", "quality"),
    [
        (0x01, Quality.SEARCHING),
        (0x20, Quality.PROBE_OFF),
        (0x40, Quality.NO_SENSOR),
        (0x04, Quality.GOOD),
    ],
)
def test_the_oximeters_alarms_say_what_its_numbers_are_and_leave_the_breath_alone(
    alarms: int, quality: Quality
) -> None:
    (only,) = told(numerics(1, at14=alarms))
    assert sample(only, Signal.SPO2).quality is quality
    assert sample(only, Signal.RESP_RATE).quality is Quality.GOOD


@pytest.mark.parametrize(
    ("fast", "quality"),
    [
        (0x08, Quality.GOOD),  # the end of a breath
        (0x40, Quality.NO_SENSOR),
        (0x04, Quality.SENSOR_FAULT),
        (0x80, Quality.SENSOR_FAULT),
        (0x20, Quality.SEARCHING),
        (0x02, Quality.SEARCHING),
    ],
)
def test_a_sampling_line_that_is_off_occluded_or_purged_gives_no_breath_and_no_apnoea(
    fast: int, quality: Quality
) -> None:
    stream = encode_wave(1, 0, fast=fast) + frame(NUMERICS, numerics(1, at13=1, at15=40))
    (only,) = frames(feed(FAMILY.wire(), stream))
    gas = (Signal.ETCO2, Signal.RESP_RATE, Signal.NO_BREATH)
    assert {sample(only, each).quality for each in gas} == {quality}
    assert sample(only, Signal.SPO2).quality is Quality.GOOD


@pytest.mark.parametrize(("unit", "word"), [(2, "kPa"), (3, "Vol%")])
def test_carbon_dioxide_in_another_unit_is_no_reading_and_is_said(unit: int, word: str) -> None:
    said = feed(FAMILY.wire(), frame(NUMERICS, numerics(1, at4=5, at25=unit)))
    (only,) = frames(said)
    assert sample(only, Signal.ETCO2).value is None
    assert sample(only, Signal.RESP_RATE).value == 14
    assert [each.detail for each in faults(said) if each.present] == [
        f"carbon dioxide in {word} is not read: set mmHg"
    ]


def test_its_own_alarms_battery_and_troubles_are_told_once_each() -> None:
    alarmed = numerics(1, at9=0x04, at13=0x05, at14=0x04, at26=0x84)
    said = faults(feed(FAMILY.wire(), frame(NUMERICS, alarmed) + frame(NUMERICS, alarmed)))
    present = {each.cause: each.detail for each in said if each.present}
    assert present == {
        Cause.DEVICE_ALARM: "no breath, EtCO2 low, SpO2 low, sound off",
        Cause.DEVICE: "the pump is off",
        Cause.BATTERY: "low battery",
    }
    assert len(said) == 3


def test_seconds_without_a_breath_count_when_they_grow_with_the_devices_time() -> None:
    seen = told(*(numerics(100 + t, at15=t) for t in (0, 1, 2, 3, 3 + 20)))
    counted = [sample(each, Signal.NO_BREATH).value for each in seen]
    assert counted == [0, 1, 2, 3]  # the last frame's time leapt


def test_a_number_that_stands_still_beside_breaths_is_a_setting_and_no_apnoea() -> None:
    seen = told(*(numerics(100 + t, at15=30) for t in range(5)))
    assert {sample(each, Signal.NO_BREATH).value for each in seen} == {None}
    (alarmed,) = told(numerics(100, at15=30, at13=0x01))
    assert sample(alarmed, Signal.NO_BREATH).value == 30


def test_a_frame_that_comes_twice_and_a_count_at_its_end_stay_believed() -> None:
    seen = told(
        numerics(1, at15=253),
        *(numerics(t, at15=t + 252) for t in (2, 2, 3)),
        numerics(4, at15=255),
    )
    assert [sample(each, Signal.NO_BREATH).value for each in seen] == [None, 254, 254, 255, 255]


GOOD = numerics(1000)


@pytest.mark.parametrize("extra", [0, 14, 97, 255])
@pytest.mark.parametrize("following", [0, 1, 2, 3])
def test_numerics_that_stand_one_byte_off_are_no_reading(extra: int, following: int) -> None:
    """All of them, or the five numbers alone; the first of a connection, or after good ones."""
    before = [numerics(1000 - following + number) for number in range(following)]
    late = (bytes([extra]) + GOOD)[:27]
    early = (GOOD + bytes([extra]))[1:]
    assert len(told(*before, late)) == following
    assert len(told(*before, early)) == following


@pytest.mark.parametrize("shown", [[7, 38, 0, 14, 97], [0, 14, 97, 72, 7], [9, 38, 1, 15, 96]])
def test_five_numbers_that_moved_within_a_sound_frame_are_no_reading(shown: list[int]) -> None:
    wire = FAMILY.wire()
    stream = frame(NUMERICS, GOOD)
    moved = frame(NUMERICS, numerics(1001, shown=bytes(shown)))
    after = frame(NUMERICS, numerics(1002))
    assert len(frames(feed(wire, stream + moved + after))) == 2
    assert wire.rejected == len(moved)


def test_a_fall_to_60_and_a_rate_of_97_are_readings() -> None:
    fast = told(GOOD, numerics(1001, shown=bytes([38, 0, 97, 97, 97])))
    assert len(fast) == 2
    low = told(GOOD, numerics(1001, shown=bytes([38, 0, 14, 60, 97])))
    assert sample(low[1], Signal.SPO2).value == 60


def test_a_clock_that_was_set_costs_one_frame_and_one_that_stands_is_never_believed() -> None:
    assert len(told(GOOD, *(numerics(5000 + t) for t in range(3)))) == 3
    assert len(told(GOOD, *(numerics(5000) for _ in range(9)))) == 1


def test_limits_and_unit_say_whether_numerics_stand_where_they_belong() -> None:
    assert plausible(GOOD)
    assert plausible(numerics(1, at21=0xFF))  # a limit that is off
    wrong = (numerics(1, at25=0), numerics(1, at25=4), numerics(1, at22=100), numerics(1, at21=101))
    assert not any(map(plausible, wrong))


def test_short_numerics_and_other_answers_are_no_reading() -> None:
    wire = FAMILY.wire()
    text = frame(4, b"V45.67 02/24/2008 B355987654  ")
    assert feed(wire, text + frame(9, b"A1") + frame(0, b"\x01")) == []
    assert wire.rejected == 0
    assert feed(wire, frame(NUMERICS, GOOD[:26])) == []
    assert wire.rejected == len(frame(NUMERICS, GOOD[:26]))


def test_the_twin_is_silent_until_it_is_told_to_send() -> None:
    voice = CapnostreamVoice(body(), {})
    assert voice.speak(0) == b""
    voice.answer(ENABLE, 0.1)
    assert voice.speak(1) == b""
    voice.answer(START[:2], 1.1)
    voice.answer(START[2:], 1.2)
    assert voice.speak(2).startswith(b"\x85\x05\x00")


APNOEA = {"reaction": "apnoea", "at": "30s", "for": "2min", "depth": 100}


def test_a_twins_patient_who_stops_breathing_is_counted_and_breathes_again() -> None:
    voice = CapnostreamVoice(body(patient={"oxygen": 0.4, "reactions": [APNOEA]}), {})
    said = talk(voice, FAMILY.wire(), 200)
    counted = dict(samples(said, Signal.NO_BREATH))
    assert counted[29].value == 0
    assert 18 <= (counted[50].value or 0) <= 20
    assert dict(samples(said, Signal.ETCO2))[60].value == 0
    assert (dict(samples(said, Signal.SPO2))[120].value or 0) >= 95
    assert counted[199].value == 0
    assert (dict(samples(said, Signal.ETCO2))[170].value or 0) > 45


def test_a_sampling_line_that_was_pulled_off_is_no_reading_of_the_breath() -> None:
    pulled = [fault("sampling_line_off", "10s", "20s")]
    said = talk(CapnostreamVoice(body(faults=pulled), {}), FAMILY.wire(), 40)
    for signal in (Signal.ETCO2, Signal.RESP_RATE, Signal.NO_BREATH):
        found = dict(samples(said, signal))
        assert found[9].quality is found[35].quality is Quality.GOOD
        assert found[20].quality is Quality.NO_SENSOR
    assert dict(samples(said, Signal.SPO2))[20].quality is Quality.GOOD
