"""Answers that nothing became better by, and readings at the very instant at which what an answer covers fades."""

from monitord.model import Priority, Quality, Reason, Signal
from tests.builders import Bed
from tests.engine.test_other_traces import measured, stream
from tests.engine.test_traces import bed_of, heard, play


def test_the_third_answer_in_vain_tells_the_next_tier_though_the_alarm_is_low_by_then() -> None:
    """Low when it was answered first; it rose to medium, and as somebody answers that, 93 is low again."""
    acts = {"acknowledge_1": 61, "accept_2": 62, "acknowledge_3": 90}
    bed = stream("spo2_low", Signal.SPO2, {0: 91, 63: 89, 79: 93}, 120, **acts)
    assert heard(bed, "spo2_low") == [
        "60 start low: screen",
        "78 escalate medium (breakthrough): desk, ward",
        "90 escalate medium (escalated): pager",
    ]


def test_the_end_of_a_session_is_no_third_answer() -> None:
    bed = bed_of("spo2_low")
    play(bed, {0: 84.0}, 60, acknowledge_1=10, acknowledge_2=12, acknowledge_3=14)
    assert bed.discharge(override="goes home") is None
    assert [
        each for each in heard(bed, "spo2_low") if "end" in each or int(each.split()[0]) > 14
    ] == ["61 end high (session_ended): desk, pager, ward"]


def test_a_pressure_at_the_instant_at_which_an_answered_one_fades_is_in_time_to_reach_it() -> None:
    """185 was answered at 32 and stood until 33; 199 is read as its two minutes end: no step from 179."""
    readings = {0: (181, 90, 120), 31: (185, 90, 120), 33: (179, 90, 120), 153: (199, 90, 120)}
    bed = measured("nibp_sys_high", readings, 180, accept=32)
    assert heard(bed, "nibp_sys_high")[-1].startswith("31 ")
    late = measured(
        "nibp_sys_high", {**readings, 153: (179, 90, 120), 154: (199, 90, 120)}, 180, accept=32
    )
    assert heard(late, "nibp_sys_high")[-1] == "154 escalate high (breakthrough): desk, pager, ward"


def test_a_good_number_is_better_than_the_doubtful_ones_on_which_an_alarm_came_back() -> None:
    """The 97 of before it came back is not what the first of the answers was given to."""
    bed = bed_of("spo2_low")
    bed.spo2(84, "10s")
    assert bed.acknowledge("spo2_low") is None
    slope(bed, 84, 97)
    bed.spo2(97, "40s")
    slope(bed, 97, 70, quality=Quality.MOTION)
    bed.spo2(70, "30s", quality=Quality.MOTION)
    assert bed.last("spo2_low").reason is Reason.BREAKTHROUGH
    for _ in range(2):
        assert bed.acknowledge("spo2_low") is None
    slope(bed, 70, 84)
    slope(bed, 84, 72, quality=Quality.MOTION)
    bed.mark()
    assert bed.acknowledge("spo2_low") is None
    bed.wait("1s")
    assert heard(bed, "spo2_low") == []


def slope(bed: Bed, begin: int, end: int, quality: Quality = Quality.GOOD) -> None:
    step = 4 if end > begin else -4
    for value in range(begin, end, step):
        bed.spo2(value, "1s", quality=quality)


def test_what_was_better_for_two_minutes_and_is_medium_again_waits_for_no_grid() -> None:
    """Four times it came back within its rest; once it has become low, medium is worse than what it is."""
    bed = bed_of("spo2_low")
    bed.spo2(89, "20s")
    for _ in range(4):
        bed.spo2(97, "15s")
        bed.spo2(91, "45s")
        bed.spo2(89, "20s")
    bed.spo2(94, "200s")
    assert bed.last("spo2_low").priority is Priority.LOW
    bed.mark()
    bed.spo2(89, "20s")
    assert heard(bed, "spo2_low")[:1] == ["15 escalate medium (worse): desk, pager, ward"]


def test_a_pressure_that_rises_at_the_instant_at_which_its_answer_ends_is_told_to_all() -> None:
    """No deeper than what the answer covers; but that is over, and 181 was the present value."""
    readings = {0: 201, 60: 203, 350: 181, 420: 208}
    bed = measured(
        "nibp_sys_high", {at: (each, 90, 120) for at, each in readings.items()}, 430, accept=120
    )
    assert heard(bed, "nibp_sys_high")[-1] == "420 escalate high (worse): desk, pager, ward"
