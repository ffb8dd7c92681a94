import re

import pytest

from devices.cuffs.suntech import (
    ABORT,
    COMMANDS,
    CUFF,
    REST,
    RESULT,
    START,
    TIMEOUT,
    ModuleAnswer,
    SuntechWire,
    decode_result,
    encode_answer,
    encode_cuff,
    encode_result,
    sealed,
)
from devices.readings import CuffReading
from devices.wire import Said
from monitord.model import SECOND, Cause, Instant, Quality, Signal
from tests.devices.wirekit import AT, faults, frames, quality, sample, values

MEASURED = bytes.fromhex("3E18 7300 4A00 1E 01 0000000000003107 55 00 5800 00 0000 E9")
READ = CuffReading(sys=115, dia=74, map=88, pulse=85)


class Bench:
    """A module that answers polls with `cuff` mmHg, and a clock that moves second by second."""

    def __init__(self) -> None:
        self.wire = SuntechWire()
        self.at = AT
        self.cuff = 0
        self.sent = b""
        self.said: list[Said] = []

    def run(self, seconds: int) -> None:
        for _ in range(seconds):
            self.at = Instant(self.at + SECOND)
            out = self.wire.send_due(self.at)
            self.sent += out
            if CUFF in out:
                self.hear(encode_cuff(self.cuff))
            self.said.extend(self.wire.receive(b"", self.at))

    def hear(self, data: bytes) -> None:
        self.said.extend(self.wire.receive(data, self.at))

    def start(self) -> None:
        self.wire.request(Signal.NIBP_SYS, self.at)
        self.run(1)
        assert START in self.sent
        self.hear(encode_answer(ModuleAnswer.ACCEPTED))
        self.said.clear()
        self.sent = b""


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.run(2)
    return bench


def test_the_published_result_is_115_over_74() -> None:
    assert decode_result(MEASURED) == READ
    assert encode_result(READ) == MEASURED


def test_the_published_cuff_frame_is_258_mmhg() -> None:
    assert encode_cuff(258) == bytes.fromhex("3E050201BA")


def test_the_commands_are_the_published_bytes() -> None:
    assert [bytes(command).hex(" ") for command in COMMANDS] == [
        "3a 20 a6",
        "3a 79 01 00 4c",
        "3a 79 05 00 48",
        "3a 79 03 00 4a",
    ]


def test_the_pulse_is_one_byte_and_the_spare_one_is_not_part_of_it() -> None:
    spare = bytearray(MEASURED[:-1])
    spare[17] = 1
    assert decode_result(sealed(bytes(spare))).pulse == 85


def test_a_measurement_is_started_watched_and_fetched(bench: Bench) -> None:
    bench.start()
    bench.cuff = 150
    bench.run(3)
    assert [values(frame) for frame in frames(bench.said)] == [{Signal.CUFF_PRESSURE: 150}] * 3
    bench.hear(encode_answer(ModuleAnswer.DONE))
    bench.run(1)
    assert bench.sent.endswith(RESULT)
    bench.hear(MEASURED)
    assert values(frames(bench.said)[-1]) == {
        Signal.NIBP_SYS: 115,
        Signal.NIBP_DIA: 74,
        Signal.NIBP_MAP: 88,
        Signal.NIBP_PULSE: 85,
    }


@pytest.mark.parametrize("code", [1, 2, 3, 4, 85, 87, 88, 89, 90, 91, 97, 99, 42])
def test_an_error_is_no_result_although_its_fields_are_filled(bench: Bench, code: int) -> None:
    bench.start()
    bench.hear(encode_answer(ModuleAnswer.DONE) + encode_result(READ, code=code))
    (frame,) = frames(bench.said)
    assert quality(frame) is Quality.CUFF_ERROR
    assert set(values(frame).values()) == {None}


@pytest.mark.parametrize(
    "letter", [ModuleAnswer.ABORTED, ModuleAnswer.BUSY, ModuleAnswer.UNKNOWN, ModuleAnswer.TIMEOUT]
)
def test_a_refusal_is_a_cuff_error_and_aborts(bench: Bench, letter: ModuleAnswer) -> None:
    bench.start()
    bench.hear(encode_answer(letter))
    bench.run(1)
    assert [quality(frame) for frame in frames(bench.said)] == [Quality.CUFF_ERROR]
    assert ABORT in bench.sent


def test_a_measurement_without_end_is_aborted_at_the_time_out(bench: Bench) -> None:
    bench.start()
    bench.cuff = 40
    bench.run(TIMEOUT // SECOND - 2)
    assert ABORT not in bench.sent
    bench.run(3)
    assert bench.sent.count(ABORT) == 1
    assert quality(frames(bench.said)[-1]) is Quality.CUFF_ERROR


def test_a_start_without_answer_is_aborted_and_not_repeated(bench: Bench) -> None:
    bench.wire.request(Signal.NIBP_SYS, bench.at)
    bench.run(5)
    assert bench.sent.count(START) == 1
    assert ABORT in bench.sent
    assert quality(frames(bench.said)[-1]) is Quality.CUFF_ERROR


def test_a_lost_result_is_asked_for_again(bench: Bench) -> None:
    bench.start()
    bench.hear(encode_answer(ModuleAnswer.DONE))
    bench.run(3)
    assert bench.sent.count(RESULT) == 2
    bench.hear(MEASURED)
    assert values(frames(bench.said)[-1])[Signal.NIBP_SYS] == 115


def test_the_rest_and_the_time_out_are_within_the_standard() -> None:
    assert REST >= 30 * SECOND
    assert TIMEOUT < 180 * SECOND


def test_the_cuff_rests_30_s_empty_between_two_starts(bench: Bench) -> None:
    bench.start()
    bench.hear(encode_answer(ModuleAnswer.DONE) + MEASURED)
    bench.wire.request(Signal.NIBP_SYS, bench.at)
    bench.cuff = 60
    bench.run(5)
    bench.cuff = 0
    bench.run(REST // SECOND)
    assert START not in bench.sent
    bench.run(2)
    assert bench.sent.count(START) == 1


def test_the_first_start_waits_until_the_cuff_is_known_to_be_empty() -> None:
    bench = Bench()
    bench.cuff = 120
    bench.wire.request(Signal.NIBP_SYS, bench.at)
    bench.run(10)
    assert START not in bench.sent
    assert bench.sent.count(ABORT) == 1
    bench.cuff = 0
    bench.run(REST // SECOND + 2)
    assert bench.sent.count(START) == 1


def test_a_cuff_that_stays_inflated_is_a_device_fault_until_it_empties(bench: Bench) -> None:
    bench.said.clear()
    bench.cuff = 90
    bench.run(20)
    bench.cuff = 0
    bench.run(2)
    told = faults(bench.said)
    assert [(fault.cause, fault.present) for fault in told] == [
        (Cause.DEVICE, True),
        (Cause.DEVICE, False),
    ]


def test_a_request_during_a_measurement_starts_no_second_one(bench: Bench) -> None:
    bench.start()
    bench.wire.request(Signal.NIBP_SYS, bench.at)
    bench.hear(encode_answer(ModuleAnswer.DONE) + MEASURED)
    bench.run(60)
    assert START not in bench.sent


def test_only_a_cuff_signal_inflates(bench: Bench) -> None:
    bench.wire.request(Signal.SPO2, bench.at)
    bench.run(5)
    assert START not in bench.sent


def test_a_result_that_nobody_asked_for_is_no_reading(bench: Bench) -> None:
    bench.said.clear()
    bench.hear(MEASURED)
    assert frames(bench.said) == []


def test_an_impossible_pressure_is_marked(bench: Bench) -> None:
    bench.start()
    bench.cuff = 400
    bench.run(1)
    told = sample(frames(bench.said)[0], Signal.CUFF_PRESSURE)
    assert told.quality is Quality.IMPLAUSIBLE


def test_no_other_frame_can_be_sent() -> None:
    """Whatever the module says, in any order, the wire answers with the four frames only."""
    allowed = re.compile(b"(?:" + b"|".join(re.escape(bytes(one)) for one in COMMANDS) + b")*")
    bench = Bench()
    answers = list(ModuleAnswer)
    for second in range(3000):
        bench.wire.request(Signal.NIBP_SYS, bench.at)
        bench.cuff = 0 if second % 100 < 60 else second % 300
        said_before = len(bench.sent)
        bench.run(1)
        if START in bench.sent[said_before:]:
            bench.hear(encode_answer(ModuleAnswer.ACCEPTED))
        elif second % 3 == 0:
            bench.hear(encode_answer(answers[second // 3 % len(answers)]))
        if second % 11 == 0:
            bench.hear(MEASURED)
    assert allowed.fullmatch(bench.sent)
    assert all(bytes(one) in bench.sent for one in COMMANDS)


@pytest.mark.parametrize(
    "frame",
    [
        *("3A20A6", "3A873F", "3A289E", "3A7901004C", "3A79050048", "3A7903004A", "3A7902004B"),
        *("3A7910003D", "3A7911003C", "3A170000AF", "3A8A3C", "3E050201BA"),
    ],
)
def test_every_published_frame_has_the_checksum(frame: str) -> None:
    """Also of commands that are never sent: children's cuffs, reset, inflation."""
    whole = bytes.fromhex(frame)
    assert sealed(whole[:-1]) == whole
