import pytest

from devices.cuffs.omron_hbp import FAMILY, decode_line, encode_9020, encode_9030
from devices.garbled import REPEAT
from devices.readings import CuffReading
from monitord.model import Cause, Quality, Signal, from_iso
from tests.devices.wirekit import faults, feed, frames, quality, values

READ = CuffReading(sys=120, dia=80, pulse=72)
LINE_9030 = "2026,07,11,09,05,12345678901234567890,0,120,080,072,0"
LINE_9020 = "bp,12345678901234567890,2023/04/27,15:06,140,098,077,068,3"


def test_the_published_line_of_a_9030() -> None:
    assert decode_line(LINE_9030) == CuffReading(
        sys=120, dia=80, pulse=72, measured_at=from_iso("2026-07-11T09:05Z")
    )
    patient = "12345678901234567890"
    written = encode_9030(READ, "2026,07,11,09,05", patient=patient)
    assert written == f"{LINE_9030}\r\n".encode()


def test_the_published_line_of_a_9020_has_the_mean_second() -> None:
    assert decode_line(LINE_9020) == CuffReading(
        sys=140, map=98, dia=77, pulse=68, measured_at=from_iso("2023-04-27T15:06Z")
    )
    cuff = CuffReading(sys=140, map=98, dia=77, pulse=68)
    again = decode_line(encode_9020(cuff, "2023/04/27,15:06").decode().strip())
    assert again is not None
    assert (again.sys, again.map, again.dia, again.pulse) == (140, 98, 77, 68)


def test_an_error_line_has_blanks_and_is_a_cuff_error() -> None:
    line = encode_9030(READ, "2026,07,11,09,05", error=2)
    assert b",2,   ,   ,   ,0" in line
    (frame,) = frames(feed(FAMILY.wire(), line))
    assert quality(frame) is Quality.CUFF_ERROR
    assert values(frame)[Signal.NIBP_SYS] is None


def test_a_line_that_is_sent_again_is_no_second_measurement() -> None:
    assert len(frames(feed(FAMILY.wire(), f"{LINE_9030}\r\n{LINE_9030}\r\n".encode()))) == 1


@pytest.mark.parametrize(
    ("line", "lost"),
    [
        (LINE_9030[1:], set()),
        (LINE_9030.replace("120", "12"), {Signal.NIBP_SYS}),
        (LINE_9030.replace("080", "08x"), {Signal.NIBP_DIA}),
        (LINE_9020.replace("bp", "bq"), set()),
        (LINE_9030.replace(",072", ",7 2"), {Signal.NIBP_PULSE}),
    ],
)
def test_a_field_of_another_shape_has_no_reading_and_the_others_count(
    line: str, lost: set[Signal]
) -> None:
    said = feed(FAMILY.wire(), f"{line}\r\n".encode())
    (frame,) = frames(said)
    assert {signal for signal, value in values(frame).items() if value is None} == lost
    told = [fault for fault in faults(said) if fault.cause is Cause.GARBLED]
    assert bool(told) is bool(lost & {Signal.NIBP_SYS, Signal.NIBP_DIA})


@pytest.mark.parametrize("line", [LINE_9030[:-2], LINE_9030[20:], LINE_9020[-14:]])
def test_a_line_of_which_too_little_came_is_told_and_no_reading(line: str) -> None:
    (fault,) = feed(FAMILY.wire(), f"{line}\r\n".encode())
    assert fault == REPEAT


def test_other_lines_are_rejected_and_counted() -> None:
    wire = FAMILY.wire()
    assert feed(wire, b"HBP-9030 ready\r\n") == []
    assert wire.rejected == len("HBP-9030 ready")
