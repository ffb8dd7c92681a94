"""Pumps are only read: what they say becomes samples, and what is said to them is a closed list."""

import re

import pytest

from devices.pumps import bbraun, new_era
from devices.pumps.bbraun import ALIVE, GET, NEXT, encode_values, seal, stuff, unstuff
from monitord.model import SECOND, Cause, Instant, Quality, Signal
from tests.devices.wirekit import AT, faults, feed, frames, quality, sample, values

BED = "icu4"
ARTERENOL = {
    "INRT": "0.30",
    "INVI": "1.4",
    "INSOL": "Arterenol4mg/50, Deed",
    "INM3": "1",
    "INM14": "0",
}
HELLO = stuff(seal("0,50100,GNACK,0", bed=BED))


def answer(
    values: dict[str, str], *, slot: str = "13", more: bool = False, time: int = 100
) -> bytes:
    return encode_values(values, slot=slot, time=time, bed=BED, more=more)


def test_the_published_first_question() -> None:
    assert seal(ALIVE) == b"\x0100031\x021/1/1>ADMIN:ALIVE\x0300061\x04"
    assert stuff(seal(ALIVE)) == b"\x0100031\x021/1/1>AEXMIN:ALIVEE\x0300061\x04"


@pytest.mark.parametrize("text", [b"DEde", b"EXex", b"DXEXD", b"EEXX", b"eexx", b"dead BEEF"])
def test_stuffing_is_undone_from_left_to_right(text: bytes) -> None:
    assert unstuff(stuff(text)) == text


def test_the_values_of_the_published_dialog() -> None:
    (frame,) = frames(feed(bbraun.FAMILY.wire(), HELLO + answer(ARTERENOL)))
    assert values(frame) == {
        Signal.INFUSION_RATE: 0.3,
        Signal.INFUSION_VOLUME: 1.4,
        Signal.INFUSION_RUNNING: 1,
    }


@pytest.mark.parametrize(
    ("changed", "running"),
    [
        ({}, 1),
        ({"INM3": "0"}, 0),
        ({"INM14": "1"}, 0),
        ({"INM3": "_NV"}, None),
        ({"INM3": ""}, None),
    ],
)
def test_purging_is_not_infusing(changed: dict[str, str], running: float | None) -> None:
    (frame,) = frames(feed(bbraun.FAMILY.wire(), HELLO + answer(ARTERENOL | changed)))
    assert sample(frame, Signal.INFUSION_RUNNING).value == running


@pytest.mark.parametrize("text", ["_NV", "_NA", "", "inf", "-1", "1e3", "0x10"])
def test_no_value_is_none_and_never_zero(text: str) -> None:
    (frame,) = frames(feed(bbraun.FAMILY.wire(), HELLO + answer({**ARTERENOL, "INRT": text})))
    rate = sample(frame, Signal.INFUSION_RATE)
    assert (rate.value, rate.quality) == (None, Quality.INVALID)


def test_an_answer_in_several_blocks_is_one_reading() -> None:
    first = answer({"INRT": "0.30", "INM3": "1"}, more=True)
    wire = bbraun.FAMILY.wire()
    assert frames(feed(wire, HELLO + first)) == []
    (frame,) = frames(feed(wire, answer({"INVI": "1.4"})))
    assert values(frame)[Signal.INFUSION_RATE] == 0.3


def test_a_pump_of_several_must_be_named() -> None:
    both = answer(ARTERENOL, more=True) + answer({**ARTERENOL, "INRT": "0.10"}, slot="14")
    said = feed(bbraun.FAMILY.wire(), HELLO + both)
    assert quality(frames(said)[0]) is Quality.INVALID
    assert [fault.cause for fault in faults(said)] == [Cause.DEVICE]
    named = bbraun.FAMILY.wire(bbraun.BBraunOptions(slot="14"))
    (frame,) = frames(feed(named, HELLO + both))
    assert values(frame)[Signal.INFUSION_RATE] == 0.1


def test_a_pump_that_was_taken_out_has_no_values() -> None:
    wire = bbraun.FAMILY.wire(bbraun.BBraunOptions(slot="13"))
    feed(wire, HELLO + answer(ARTERENOL))
    (frame,) = frames(feed(wire, answer({"GNERR": "39"})))
    assert quality(frame) is Quality.INVALID


def test_no_further_data_is_not_no_pump() -> None:
    wire = bbraun.FAMILY.wire()
    end = stuff(seal("100,50100,GNERR,11", bed=BED))
    (first,) = frames(feed(wire, HELLO + answer(ARTERENOL, more=True) + end))
    assert values(first)[Signal.INFUSION_RATE] == 0.3


def test_no_data_after_a_question_is_no_pump() -> None:
    wire = bbraun.FAMILY.wire()
    feed(wire, HELLO + answer(ARTERENOL))
    for second in range(1, 6):
        wire.send_due(Instant(AT + second * SECOND))
    (frame,) = frames(feed(wire, stuff(seal("100,50100,GNERR,11", bed=BED))))
    assert quality(frame) is Quality.INVALID


def test_alarms_and_battery_of_the_pump_are_faults_that_end() -> None:
    wire = bbraun.FAMILY.wire()
    said = feed(wire, HELLO + answer({**ARTERENOL, "INA3": "1", "INA15": "1", "INA1": "1"}))
    assert [(one.cause, one.present, one.detail) for one in faults(said)] == [
        (Cause.DEVICE, True, "pump alarm: pressure, air"),
        (Cause.BATTERY, True, "low battery"),
    ]
    said = feed(wire, answer({**ARTERENOL, "INA3": "0", "INA15": "0", "INA1": "0"}))
    assert [(one.cause, one.present) for one in faults(said)] == [
        (Cause.DEVICE, False),
        (Cause.BATTERY, False),
    ]


def test_the_dialog_uses_the_name_that_the_bed_answered_with() -> None:
    wire = bbraun.FAMILY.wire()
    assert wire.send_due(AT) == stuff(seal(ALIVE))
    wire.receive(HELLO, AT)
    assert wire.send_due(AT) == b""  # 0.1 s before an answer
    assert wire.deadline == AT + SECOND // 10
    assert wire.send_due(Instant(AT + SECOND // 10)) == NEXT
    asked = stuff(seal(GET, bed=BED))
    assert wire.deadline is not None
    assert wire.send_due(wire.deadline) == asked
    assert wire.deadline is not None
    assert wire.send_due(wire.deadline) == stuff(seal(ALIVE))  # no answer: begin again


@pytest.mark.parametrize(
    ("answer_", "running", "other"),
    [
        (b"\x0200II1.400W0.000ML\x03", 1, {Signal.INFUSION_VOLUME: 1.4}),
        (b"\x0200SI250.0W0.000UL\x03", 0, {Signal.INFUSION_VOLUME: 0.25}),
        (b"\x0200I2.500MH\x03", 1, {Signal.INFUSION_RATE: 2.5}),
        (b"\x0200P1.000MM\x03", 0, {Signal.INFUSION_RATE: 60}),
        (b"\x0200W100.0UM\x03", 0, {Signal.INFUSION_RATE: 6}),
        (b"\x0200X500.0UH\x03", 0, {Signal.INFUSION_RATE: 0.5}),
        (b"\x0200T?\x03", 0, {}),
        (b"\x0200U?NA\x03", 0, {}),
    ],
)
def test_each_answer_of_a_new_era(answer_: bytes, running: int, other: dict[Signal, float]) -> None:
    (frame,) = frames(feed(new_era.FAMILY.wire(), answer_))
    assert values(frame) == {Signal.INFUSION_RUNNING: running, **other}


def test_an_alarm_of_a_new_era_is_a_fault_that_ends() -> None:
    wire = new_era.FAMILY.wire()
    said = feed(wire, b"\x0200A?S\x03\x0200A?S\x03\x0200I2.500MH\x03")
    assert [(one.present, one.detail) for one in faults(said)] == [
        (True, "pump alarm: stalled"),
        (False, ""),
    ]


def test_the_answer_of_another_pump_on_the_chain_is_not_ours() -> None:
    wire = new_era.FAMILY.wire(new_era.NewEraOptions(address=7))
    assert frames(feed(wire, b"\x0208I2.500MH\x03")) == []
    assert wire.send_due(AT) == b"07DIS\r"
    assert wire.send_due(Instant(AT + SECOND)) == b"07RAT\r"


def test_whatever_a_new_era_says_only_two_questions_are_asked() -> None:
    wire = new_era.FAMILY.wire()
    sent = b""
    for second in range(300):
        at = Instant(AT + second * SECOND)
        wire.request(Signal.INFUSION_RATE, at)
        sent += wire.send_due(at)
        wire.receive((b"\x0200A?R\x03", b"\x0200?COM\x03", b"\x0200S1.000MH\x03")[second % 3], at)
    assert re.fullmatch(rb"(00DIS\r|00RAT\r)*", sent)
    assert len(sent) == 300 * 6


def test_whatever_a_space_says_only_two_questions_are_asked() -> None:
    """Also when the bed's name tries to smuggle a command into the question."""
    evil = [stuff(seal("x", bed=name)) for name in ("a>SET:INRT", "a,b", "1\x1e2", "x y")]
    said = [*evil, HELLO, answer(ARTERENOL), answer({"GNERR": "68"}), answer({}, more=True)]
    wire = bbraun.FAMILY.wire()
    sent = set()
    for tenth in range(20_000):
        at = Instant(AT + tenth * SECOND // 10)
        wire.request(Signal.INFUSION_RATE, at)
        sent.add(wire.send_due(at))
        if tenth % 7 == 0 and tenth // 100 % 2:  # in bursts, so that it also has to ask
            wire.receive(said[tenth // 7 % len(said)], at)
    assert sent == {b"", NEXT, stuff(seal(ALIVE)), stuff(seal(GET, bed=BED))}
