"""What holds a patient back: a share of the own value with bounds, old readings, and what every list asks."""

import pytest

from monitord.engine.protocol.criterion import Criterion, ReadingCriterion
from monitord.engine.staff.checklist import discharge_list
from monitord.model import MINUTE, Quality, Signal
from tests.builders import Bed, infusing, limit, with_protocol

SYS, PULSE = Signal.NIBP_SYS, Signal.PULSE_RATE
SHARE = ReadingCriterion(
    name="sbp", signal=SYS, needs=limit("<=140"), or_within=20, ceiling=160, floor=90
)


def recovering(*asked: Criterion) -> Bed:
    bed = infusing(with_protocol(discharge=asked))
    bed.wait("40min")
    bed.stop_infusion()
    bed.wait("10min")
    return bed


def met(bed: Bed, name: str = "sbp") -> tuple[bool, str]:
    (point,) = [each for each in discharge_list(bed.state) if each.name == name]
    return point.met, point.says


@pytest.mark.parametrize(
    ("own", "value", "enough"),
    [
        (130, 139, True),
        (130, 150, True),
        (130, 157, False),
        # Above 160 no share of the own value counts ...
        (150, 160, True),
        (150, 161, False),
        (150, 179, False),
        # ... and a low one is one of the list's: 140 and less are enough by themselves.
        (100, 85, True),
    ],
)
def test_a_share_of_the_own_value_has_a_ceiling(own: float, value: float, *, enough: bool) -> None:
    bed = recovering(SHARE)
    bed.accept_baseline(values={SYS: own})
    bed.nibp(value)
    assert met(bed)[0] is enough


def test_a_share_of_the_own_value_has_a_floor() -> None:
    asked = ReadingCriterion(
        name="spo2", signal=Signal.SPO2, needs=limit(">=95"), or_within=5, floor=90
    )
    bed = recovering(asked)
    bed.accept_baseline(values={Signal.SPO2: 92})
    for value, enough in ((95, True), (91, True), (90, True), (89, False)):
        bed.spo2(value, "20s")
        assert met(bed, "spo2")[0] is enough, value


def test_a_reading_to_leave_on_is_no_older_than_its_age() -> None:
    bed = recovering(
        ReadingCriterion(name="sbp", signal=SYS, needs=limit("<=140"), max_age=10 * MINUTE)
    )
    bed.nibp(120)
    bed.wait("10min")
    assert met(bed)[0]
    bed.wait("1min")
    assert met(bed) == (False, "Systolic BP 120 is 11 min old, at most 10 min; must be 140 or less")


def test_where_the_oximeter_is_off_the_cuffs_pulse_serves() -> None:
    asked = ReadingCriterion(
        name="pulse", signal=PULSE, needs=limit(">=55"), or_signal=Signal.NIBP_PULSE
    )
    bed = recovering(asked)
    assert met(bed, "pulse") == (False, "Pulse 55 or more: no good reading")
    bed.frame({Signal.NIBP_PULSE: 62}, source="cuff")
    assert met(bed, "pulse") == (True, "Pulse by the cuff 62 now, must be 55 or more")
    bed.frame({PULSE: 50})
    assert not met(bed, "pulse")[0]


def test_a_severe_pressure_holds_every_list_however_often_it_was_read() -> None:
    bed = recovering()
    bed.nibp(185)
    bed.acknowledge("sbp_high")
    refused = str(bed.discharge())
    assert refused.startswith(
        "Not yet: Systolic BP 185, even once, holds the patient: must be below 180"
    )
    # The next one is well, and the first was one of one.
    bed.wait("4min")
    bed.nibp(130)
    assert bed.discharge() is None


def test_a_pressure_that_was_doubted_holds_it_too_and_a_cuff_that_fails_says_nothing_new() -> None:
    bed = recovering()
    bed.frame({SYS: 230, Signal.NIBP_DIA: 80}, source="cuff")
    assert [each.name for each in discharge_list(bed.state)] == ["severe_nibp_sys", "unanswered"]
    bed.wait("1min")
    bed.frame({SYS: None, Signal.NIBP_DIA: None}, source="cuff", quality=Quality.CUFF_ERROR)
    assert not met(bed, "severe_nibp_sys")[0]


def test_an_alarm_that_nobody_answered_holds_the_list_whatever_reason_is_given() -> None:
    bed = recovering()
    bed.spo2(84, "10s")
    assert met(bed, "unanswered") == (
        False,
        f"Answer these alarms first: {bed.last('spo2_low').text}",
    )
    assert str(bed.discharge(override="in a hurry")).startswith("Answer these alarms first: ")


def test_an_alarm_that_goes_on_because_nothing_is_known_holds_the_list() -> None:
    bed = recovering()
    bed.spo2(84, "10s")
    bed.acknowledge("spo2_low")
    bed.probe_off("20s")
    points = [each for each in discharge_list(bed.state) if each.name == "held"]
    assert [each.says.split(":")[0] for each in points] == ["No good reading says that it is over"]
    assert str(bed.discharge()).startswith("Not yet: No good reading says that it is over")
    bed.spo2(97, "20s")
    assert [each.name for each in discharge_list(bed.state)] == []
    assert bed.discharge() is None
