from datetime import datetime

import pytest

from devices.cuffs.and_ua767 import (
    CLOSE,
    HEARD,
    NO_DATA,
    OPEN,
    REST,
    START,
    TIMEOUT,
    Ua767Wire,
    decode_record,
    encode_control,
    encode_record,
    measure,
)
from devices.garbled import REPEAT
from devices.readings import CuffReading
from monitord.model import MILLISECOND, SECOND, Frame, Instant, Quality, Signal, iso
from tests.devices.wirekit import AT, feed, frames, quality, values

RECORD = b"\x02D700016028503C000062031E0D050021"
NEXT = encode_record(
    CuffReading(sys=131, dia=84, pulse=66), datetime.fromisoformat("1998-03-30T13:25")
)
ACK = encode_control()
NAK = encode_control(heard=False)


def later(span: int) -> Instant:
    return Instant(AT + span)


def opening() -> Ua767Wire:
    wire = Ua767Wire()
    wire.request(Signal.NIBP_SYS, AT)
    assert wire.send_due(AT) == OPEN
    return wire


def measuring() -> Ua767Wire:
    wire = opening()
    wire.receive(ACK, AT)
    assert wire.send_due(AT) == START
    wire.receive(ACK, AT)
    return wire


def test_the_published_record_is_120_over_80_for_systolic_is_a_difference() -> None:
    cuff = decode_record(RECORD)
    assert cuff is not None
    assert (cuff.sys, cuff.dia, cuff.pulse) == (120, 80, 60)
    assert iso(cuff.measured_at or AT) == "1998-03-30T13:05:00.000000Z"
    assert encode_record(cuff, datetime.fromisoformat("1998-03-30T13:05")) == RECORD


def test_the_published_commands_have_their_check_sums() -> None:
    assert (OPEN, CLOSE, START) == (b"\x02CPC053B", b"\x02CPC043A", b"\x02CPC403A")


@pytest.mark.parametrize("block", [b"\x02D70000000CB", b"\x02D70000A06306160E14BC"])
def test_no_data_and_a_clock_are_whole_blocks_without_a_reading(block: bytes) -> None:
    assert measure(block, 0) == len(block)
    assert decode_record(block) is None


def test_no_data_is_the_published_block() -> None:
    assert NO_DATA == b"\x02D70000000CB"


def test_a_sleeping_device_is_woken_opened_and_started() -> None:
    wire = opening()
    assert wire.send_due(later(50 * MILLISECOND)) == b""
    assert wire.deadline == later(200 * MILLISECOND)
    assert wire.send_due(later(200 * MILLISECOND)) == OPEN
    wire.receive(ACK, later(250 * MILLISECOND))
    assert wire.send_due(later(250 * MILLISECOND)) == START
    wire.receive(ACK, later(300 * MILLISECOND))
    (frame,) = frames(wire.receive(RECORD, later(40 * SECOND)))
    assert values(frame) == {Signal.NIBP_SYS: 120, Signal.NIBP_DIA: 80, Signal.NIBP_PULSE: 60}
    assert quality(frame) is Quality.GOOD
    assert wire.send_due(later(40 * SECOND)) == HEARD + CLOSE


def failed(said: list[Frame]) -> bool:
    return [quality(frame) for frame in said] == [Quality.CUFF_ERROR]


def test_a_device_that_never_wakes_is_a_cuff_error() -> None:
    wire = opening()
    sent = b"".join(wire.send_due(later(tenth * 100 * MILLISECOND)) for tenth in range(1, 40))
    assert sent == OPEN * 9 + CLOSE
    assert failed(frames(wire.receive(b"", later(4 * SECOND))))


def test_a_start_is_repeated_only_where_it_was_refused_and_at_most_three_times() -> None:
    wire = opening()
    wire.receive(ACK, AT)
    assert wire.send_due(AT) == START
    wire.receive(NAK, AT)
    assert wire.send_due(AT) == START
    wire.receive(NAK, AT)
    assert wire.send_due(AT) == START
    assert failed(frames(wire.receive(NAK, AT)))
    assert wire.send_due(AT) == CLOSE


def test_a_start_without_an_answer_is_not_repeated() -> None:
    wire = opening()
    wire.receive(ACK, AT)
    wire.send_due(AT)
    assert [wire.send_due(later(second * SECOND)) for second in range(1, 20)] == [b""] * 19
    (frame,) = frames(wire.receive(RECORD, later(30 * SECOND)))
    assert quality(frame) is Quality.GOOD


def test_a_measurement_without_a_record_ends_at_the_time_out() -> None:
    wire = measuring()
    assert wire.deadline == later(TIMEOUT)
    assert wire.send_due(later(TIMEOUT)) == CLOSE
    assert failed(frames(wire.receive(b"", later(TIMEOUT))))


def test_no_data_after_a_measurement_is_a_cuff_error() -> None:
    assert failed(frames(measuring().receive(NO_DATA, AT)))


def test_the_cuff_rests_30_s_between_two_starts() -> None:
    assert REST == 30 * SECOND
    wire = measuring()
    wire.receive(RECORD, AT)
    wire.request(Signal.NIBP_SYS, AT)
    assert wire.send_due(AT) == HEARD + CLOSE
    assert wire.deadline == later(REST)
    assert wire.send_due(later(REST - 1)) == b""
    assert wire.send_due(later(REST)) == OPEN


def test_a_record_that_nobody_asked_for_is_fresh_only_if_its_time_moved() -> None:
    told = frames(feed(Ua767Wire(), RECORD + RECORD + NEXT + RECORD))
    assert [quality(frame) for frame in told] == [
        Quality.REPEATED,
        Quality.REPEATED,
        Quality.GOOD,
        Quality.REPEATED,
    ]


def test_the_same_record_again_is_not_the_answer_to_a_request() -> None:
    wire = measuring()
    wire.receive(RECORD, AT)
    wire.send_due(AT)
    wire.request(Signal.NIBP_SYS, AT)
    wire.send_due(later(REST))
    wire.receive(ACK + ACK, later(REST))
    (again,) = frames(wire.receive(RECORD, later(REST + SECOND)))
    assert quality(again) is Quality.REPEATED
    (fresh,) = frames(wire.receive(NEXT, later(REST + 40 * SECOND)))
    assert quality(fresh) is Quality.GOOD


def test_only_a_cuff_signal_starts_it() -> None:
    wire = Ua767Wire()
    wire.request(Signal.SPO2, AT)
    assert (wire.deadline, wire.send_due(AT)) == (None, b"")


def test_whatever_arrives_only_open_start_close_and_heard_are_sent() -> None:
    wire = Ua767Wire()
    sent = set()
    for second in range(600):
        wire.request(Signal.NIBP_SYS, later(second * SECOND))
        out = wire.send_due(later(second * SECOND))
        for allowed in (OPEN, START, CLOSE, HEARD):
            if allowed in out:
                sent.add(allowed)
                out = out.replace(allowed, b"")
        assert out == b""
        wire.receive((ACK, NAK, RECORD, NO_DATA, b"\x02D70", ACK, NEXT)[second % 7], AT)
    assert sent == {OPEN, START, CLOSE, HEARD}


@pytest.mark.parametrize("filler", [b"\0", b"\x11", b"\x13"])
def test_a_filler_anywhere_in_a_record_costs_nothing_and_is_counted(filler: bytes) -> None:
    (whole,) = frames(Ua767Wire().receive(RECORD, AT))
    for place in range(len(RECORD)):
        wire = Ua767Wire()
        assert frames(wire.receive(RECORD[:place] + filler + RECORD[place:], AT)) == [whole]
        assert wire.rejected == 1


def test_a_record_that_the_line_changed_is_told_once_so_that_it_is_repeated() -> None:
    for place in range(1, len(RECORD)):
        broken = RECORD[:place] + b"\x7f" + RECORD[place + 1 :]
        wire = Ua767Wire()
        assert wire.receive(broken, AT) + wire.receive(broken, AT) == [REPEAT]
        assert len(frames(wire.receive(RECORD, AT))) == 1
        assert REPEAT in wire.receive(broken, AT) + wire.receive(broken, AT)


def test_a_record_that_was_asked_for_and_lost_ends_as_a_cuff_error_and_is_not_told_twice() -> None:
    wire = measuring()
    assert wire.receive(RECORD[:-1] + b"\x7f", AT) == []
    wire.send_due(later(TIMEOUT))
    assert failed(frames(wire.receive(b"", later(TIMEOUT))))
