"""What a sender writes and nobody can read: it is counted, told once, in words, and nothing is made of it."""

from collections.abc import Iterable

import pytest

from devices.hl7.hl7_codes import NO_LOCAL_CODES
from devices.hl7.hl7_observations import observation
from devices.hl7.hl7_segments import USUAL
from devices.readings import Misfit
from monitord.model import SIGNALS, Cause, Fault, Signal
from tests.devices.test_hl7_readings import DIA, MMHG, SPO2, SYS, obx, oru, read, said

WHOLE = (
    "150020^MDC_PRESS_BLD_NONINV^MDC",
    "150300^MDC_PRESS_CUFF^MDC",
    "0002-4a04^NBP^MDIL",
    "85354-9^Blood pressure panel^LN",
    "NIBP",
    "^NIBP",
    "BP^Blood Pressure^WAP",
)


def each_second(*rows: Iterable[str]) -> list[tuple[str, ...]]:
    return [oru(*each, at=f"202601051000{second:02}+0000") for second, each in enumerate(rows)]


def told(messages: Iterable[tuple[str, ...]], cause: Cause) -> list[str]:
    found = [each for each in said(*messages) if isinstance(each, Fault) and each.present]
    return [each.detail for each in found if each.cause is cause]


@pytest.mark.parametrize("code", WHOLE)
@pytest.mark.parametrize("value", ["120/80", "120", "120/80 (93)", "120^80"])
def test_a_whole_pressure_in_one_row_is_no_reading_and_told_once(code: str, value: str) -> None:
    rows = each_second(*[[obx(code, value, MMHG)]] * 4)
    assert read(*rows) == {}
    assert len(told(rows, Cause.GARBLED)) == 1
    assert told(rows, Cause.DEVICE) == [
        f"{SIGNALS[Signal.NIBP_SYS].label} of the monitor is not a number: {value!r}"
    ]


@pytest.mark.parametrize("code", WHOLE)
@pytest.mark.parametrize("value", ["", "---", "Adult"])
def test_the_title_of_a_pressures_rows_is_no_unread_pressure(code: str, value: str) -> None:
    rows = each_second(*[[obx(code, value, "")]] * 4)
    assert told(rows, Cause.GARBLED) == told(rows, Cause.DEVICE) == []


def test_a_whole_pressure_beside_its_parts_loses_nothing() -> None:
    parts = [obx(SYS, "120", MMHG), obx(DIA, "80", MMHG), obx(WHOLE[0], "120/80", MMHG)]
    rows = each_second(*[parts] * 4)
    assert {Signal.NIBP_SYS, Signal.NIBP_DIA} <= read(*rows).keys()
    assert told(rows, Cause.GARBLED) == told(rows, Cause.DEVICE) == []


@pytest.mark.parametrize("code", [SPO2, SYS, "8867-4^HR^LN", "151562^Resp^MDC", "ETCO2", "Temp"])
def test_a_value_of_a_known_code_that_is_no_number_is_a_misfit_in_words(code: str) -> None:
    found = observation(obx(code, "xx", "").split("|"), USUAL, NO_LOCAL_CODES, None)
    assert found is not None
    assert not isinstance(found, Misfit)
    assert found.value is None
    assert [each.why for each in found.misfits] == ["is not a number: 'xx'"]


def test_a_value_that_is_another_nonsense_in_each_message_is_told_once() -> None:
    rows = each_second(*([obx(SPO2, f"x{number}")] for number in range(9)))
    assert told(rows, Cause.DEVICE) == ["SpO2 of the monitor is not a number: 'x0'"]


def test_a_field_that_stands_in_every_other_message_is_told_too() -> None:
    pulse = [obx("149530^MDC_PULS_OXIM_PULS_RATE^MDC", "70", "")]
    rows = each_second(*[[obx(SPO2, "xx")], pulse] * 4)
    assert told(rows, Cause.DEVICE) == ["SpO2 of the monitor is not a number: 'xx'"]


def test_what_is_sent_no_more_is_over_after_a_while() -> None:
    rows = each_second(*[[obx(SPO2, "xx")]] * 3, *[[obx("8867-4^HR^LN", "70", "")]] * 56)
    more = [oru(obx("8867-4^HR^LN", "70", ""), at=f"202601051001{n:02}+0000") for n in range(9)]
    ends = [each.present for each in said(*rows, *more) if isinstance(each, Fault)]
    assert ends == [False, True, False]


def test_an_unread_pressure_that_is_shown_in_every_other_message_is_told_once() -> None:
    rows = each_second(*[[obx(SYS, "12O", MMHG), obx(DIA, "80", MMHG)], [obx(SPO2, "97")]] * 4)
    assert len(told(rows, Cause.GARBLED)) == 1


def test_words_beside_a_status_that_says_there_is_none_are_no_unread_value() -> None:
    rows = each_second(*[[obx(SPO2, "probe off", f11="X"), obx(SYS, "leak", MMHG, f11="X")]] * 4)
    assert told(rows, Cause.GARBLED) == told(rows, Cause.DEVICE) == []
