"""When monitord asks a cuff for a reading, and every bound that keeps it from doing so."""

from monitord.model import Arm, Reason, RequestReading, Signal
from tests.builders import Bed, admitted, automatic, infusing


def steady(bed: Bed, minutes: int) -> list[RequestReading]:
    """A quiet patient whose cuff answers nothing; what was asked."""
    for _ in range(minutes):
        bed.spo2(97, "1min")
    return bed.requests


def test_a_due_reading_is_asked_for() -> None:
    bed = infusing(automatic())
    asked = steady(bed, 6)
    assert asked == [RequestReading(bed="1", signal=Signal.NIBP_SYS, reason=Reason.SCHEDULED)]


def test_nothing_is_asked_for_where_that_is_switched_off() -> None:
    bed = infusing()
    assert steady(bed, 30) == []
    assert not [name for name, _ in bed.state.timers if name.startswith("request:")]


def test_switching_it_on_during_a_session_takes_effect() -> None:
    bed = infusing()
    steady(bed, 6)
    bed.configure(automatic())
    assert steady(bed, 1)


def test_nothing_is_asked_for_without_a_session() -> None:
    bed = Bed(automatic())
    assert steady(bed, 30) == []


def test_an_answer_moves_the_next_question_by_the_interval() -> None:
    bed = infusing(automatic())
    for _ in range(3):
        steady(bed, 5)
        # A second late: a reading that comes when it is due need not be asked for.
        bed.spo2(97)
        bed.nibp(120)
    assert len(bed.requests) == 3


def test_an_unanswered_question_is_repeated_no_sooner_than_the_bed_allows() -> None:
    bed = infusing(automatic())
    assert len(steady(bed, 10)) == 3


def test_no_suite_file_asks_more_often_than_once_a_minute() -> None:
    bed = infusing(automatic(minimum_interval=1_000_000))
    assert len(steady(bed, 10)) == 6


def test_no_hour_holds_more_than_twenty() -> None:
    bed = infusing(automatic(minimum_interval=1_000_000, per_hour=1000))
    assert len(steady(bed, 60)) == 20


def test_the_probe_arm_is_spared_during_an_spo2_alarm() -> None:
    bed = admitted(automatic())
    bed.nibp(120)
    bed.start_infusion()
    bed.spo2(86, "7min")
    assert bed.alarm("spo2_low") is not None
    assert bed.requests == []


def test_another_arm_may_be_measured_during_an_spo2_alarm() -> None:
    bed = Bed(automatic())
    bed.admit(cuff_arm=Arm.LEFT, probe_arm=Arm.RIGHT)
    bed.nibp(120)
    bed.start_infusion()
    bed.spo2(86, "7min")
    assert len(bed.requests) == 2
