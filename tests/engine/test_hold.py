"""The cuff on the probe's arm: readings under pressure say nothing, for a time that is bounded."""

from monitord.model import Arm, Quality, Signal
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


def test_readings_count_again_15_s_after_the_result() -> None:
    bed = on_one_arm()
    pressure(bed, 150)
    bed.spo2(80, "30s")
    bed.nibp(122)
    bed.spo2(80, "15s")
    assert bed.story("spo2_low") == []
    bed.spo2(80, "6s")
    assert bed.story("spo2_low") == ["50s start high"]


def test_the_hold_is_over_after_60_s_whatever_the_cuff_says() -> None:
    bed = on_one_arm()
    for _ in range(7):
        pressure(bed, 150)
        bed.spo2(80, "10s")
    assert bed.story("spo2_low") == ["65s start high"]


def test_a_silence_counts_from_its_beginning_when_the_hold_is_over() -> None:
    bed = on_one_arm()
    pressure(bed, 150)
    bed.spo2(None, "70s", quality=Quality.SEARCHING)
    assert bed.story("spo2_stale") == ["1min start medium"]


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
    bed.wait("40s")
    assert bed.story("spo2_stale") == ["14s start low", "29s escalate medium"]


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
