"""The cuff on the probe's arm: readings under pressure say nothing, for a time that is bounded."""

from monitord.model import Arm, Quality, Signal, parse_span
from tests.builders import CUFF, Bed, automatic


def on_one_arm(probe: Arm = Arm.LEFT) -> Bed:
    bed = Bed(automatic())
    bed.admit(cuff_arm=Arm.LEFT, probe_arm=probe)
    bed.spo2(97)
    bed.nibp(120)
    bed.start_infusion()
    bed.mark()
    return bed


def pressure(bed: Bed, mmhg: float) -> None:
    bed.frame({Signal.CUFF_PRESSURE: mmhg}, source=CUFF)


def quality(bed: Bed) -> Quality:
    return next(r.quality for r in bed.state.readings if r.signal is Signal.SPO2)


def test_an_inflated_cuff_raises_no_spo2_alarm() -> None:
    bed = on_one_arm()
    pressure(bed, 150)
    bed.spo2(70, "40s")
    assert quality(bed) is Quality.CUFF_INFLATED
    assert bed.story("spo2_low") == []


def test_a_pulse_lost_under_the_cuff_is_no_silence() -> None:
    bed = on_one_arm()
    pressure(bed, 150)
    bed.spo2(None, "35s", quality=Quality.SEARCHING)
    bed.nibp(122)
    bed.spo2(97, "20s")
    assert bed.story("spo2_stale") == []


def test_the_first_good_reading_after_the_result_counts_again() -> None:
    bed = on_one_arm()
    pressure(bed, 150)
    bed.spo2(80, "30s")
    bed.nibp(122)
    bed.spo2(80, "1s")
    assert quality(bed) is Quality.CUFF_INFLATED
    bed.spo2(80, "6s")
    assert quality(bed) is Quality.GOOD
    assert bed.story("spo2_low") == ["36s start high"]


def test_a_doubtful_reading_counts_again_10_s_after_the_result() -> None:
    bed = on_one_arm()
    pressure(bed, 150)
    bed.wait("30s")
    bed.nibp(122)
    bed.spo2(97, "10s", quality=Quality.LOW_PERFUSION)
    assert quality(bed) is Quality.CUFF_INFLATED
    bed.spo2(97, "1s", quality=Quality.LOW_PERFUSION)
    assert quality(bed) is Quality.LOW_PERFUSION


def test_a_number_under_a_cuff_that_holds_no_longer_is_doubtful() -> None:
    bed = on_one_arm()
    for _ in range(9):
        pressure(bed, 150)
        bed.spo2(80, "10s")
    assert quality(bed) is Quality.LOW_PERFUSION
    assert bed.story("spo2_low")[0].endswith("start high")


def test_an_absence_speaks_at_its_age_when_the_bucket_is_empty() -> None:
    bed = on_one_arm()
    pressure(bed, 150)
    bed.spo2(None, "59s", quality=Quality.SEARCHING)
    assert bed.story("spo2_stale") == []
    bed.spo2(None, "11s", quality=Quality.SEARCHING)
    assert bed.story("spo2_stale") == ["1min start medium"]
    assert (
        bed.last("spo2_stale").text
        == "No SpO2 reading for 61 s, last 97: sensor searching for signal"
    )


def test_a_cuff_that_inflates_again_and_again_hides_nothing_for_long() -> None:
    bed = on_one_arm()
    for _ in range(6):
        pressure(bed, 150)
        bed.spo2(60, "25s")
        bed.nibp(122)
        bed.spo2(None, "2s", quality=Quality.SEARCHING)
    first = bed.of("spo2_low")[0]
    assert first.priority.word == "high"
    assert first.at - bed.marked <= parse_span("85s")


def test_good_readings_refill_the_bucket_at_a_third_of_their_time() -> None:
    bed = on_one_arm()
    pressure(bed, 150)
    bed.spo2(None, "50s", quality=Quality.SEARCHING)
    bed.nibp(122)
    bed.wait("1s")
    bed.spo2(97, "60s")
    bed.mark()
    pressure(bed, 150)
    bed.spo2(None, "35s", quality=Quality.SEARCHING)
    # 9 s of the 60 s are left, and a third of the 59 s between the readings comes to them.
    told = bed.of("spo2_stale")[0]
    assert parse_span("28s") < told.at - bed.marked < parse_span("29s")


def test_an_ordinary_cuff_on_the_probes_arm_every_5_min_says_nothing() -> None:
    bed = on_one_arm()
    for _ in range(12):
        pressure(bed, 150)
        bed.spo2(None, "45s", quality=Quality.SEARCHING)
        bed.nibp(122)
        bed.spo2(None, "9s", quality=Quality.SEARCHING)
        bed.spo2(97, "246s")
    assert bed.of("spo2_stale") == []
    assert bed.told == []


def test_a_reading_under_the_cuff_clears_nothing() -> None:
    bed = on_one_arm()
    bed.spo2(84, "10s")
    pressure(bed, 150)
    bed.spo2(97, "30s")
    alarm = bed.alarm("spo2_low")
    assert alarm
    assert alarm.phase.value == "active"


def test_a_device_that_falls_silent_under_the_cuff_is_noticed() -> None:
    bed = on_one_arm()
    pressure(bed, 150)
    bed.spo2(97, "5s")
    bed.wait("55s")
    # The hold is no reading: the silence is as old as what came before the cuff.
    assert bed.story("spo2_stale") == ["1min start medium"]


def test_another_arm_is_not_held() -> None:
    bed = on_one_arm(probe=Arm.RIGHT)
    pressure(bed, 150)
    bed.spo2(80, "6s")
    assert bed.story("spo2_low") == ["5s start high"]


def test_an_arm_that_nobody_entered_is_not_held() -> None:
    bed = Bed()
    bed.admit()
    bed.mark()
    pressure(bed, 150)
    bed.spo2(80, "6s")
    assert bed.story("spo2_low") == ["5s start high"]


def test_a_reading_that_monitord_asks_for_is_held_without_any_pressure() -> None:
    bed = on_one_arm()
    bed.spo2(97, "5min")
    assert len(bed.requests) == 1
    bed.spo2(80, "40s")
    assert bed.story("spo2_low") == []


def test_a_lying_cuff_is_no_inflation() -> None:
    bed = on_one_arm()
    pressure(bed, 3)
    bed.spo2(80, "6s")
    assert bed.story("spo2_low") == ["5s start high"]


def test_the_next_inflation_holds_again() -> None:
    bed = on_one_arm()
    pressure(bed, 150)
    bed.spo2(97, "30s")
    bed.nibp(120)
    bed.spo2(97, "60s")
    pressure(bed, 150)
    bed.spo2(80, "30s")
    assert bed.story("spo2_low") == []


def test_a_hold_survives_a_restart() -> None:
    bed = on_one_arm()
    pressure(bed, 150)
    bed.spo2(80, "10s")
    bed.restart(down="2s")
    bed.spo2(80, "30s")
    assert bed.story("spo2_low") == []
