"""Missing, stale and late data; equipment that is lost: the technical chain."""

from monitord.engine.protocol.protocol import ScheduleItem, Source
from monitord.model import MINUTE, SECOND, Cause, Fault, Quality, Signal
from tests.builders import CUFF, OXIMETER, admitted, infusing, protocol, settings


def test_silence_raises_low_then_medium_then_high() -> None:
    bed = infusing()
    bed.wait("125s")
    assert bed.story("spo2_stale") == ["10s start low", "30s escalate medium", "2min escalate high"]


def test_silence_never_clears_an_alarm() -> None:
    bed = infusing()
    bed.spo2(86, "16s")
    bed.wait("10min")
    assert bed.alarm("spo2_low") is not None
    assert not [line for line in bed.of("spo2_low") if line.event in {"clear", "end"}]


def test_silence_joins_the_alarm_that_it_does_not_clear() -> None:
    bed = infusing()
    bed.spo2(86, "16s")
    bed.wait("10s")
    assert bed.alarm("spo2_stale") is not None


def test_a_pending_condition_waits_through_a_gap_and_fires_at_the_first_true_reading() -> None:
    bed = infusing()
    bed.spo2(86, "4s")
    bed.wait("60s")
    assert bed.story("spo2_low") == []
    bed.spo2(86, "1s")
    assert bed.story("spo2_low") == ["64s start medium"]


def test_a_pending_condition_speaks_by_elapsed_time_until_its_reading_grows_stale() -> None:
    bed = infusing()
    bed.spo2(86, "7s")
    bed.wait("30s")
    assert bed.story("spo2_low") == ["15s start medium"]


def test_probe_off_is_silence_and_says_so() -> None:
    bed = infusing()
    bed.probe_off("31s")
    assert bed.story("spo2_stale") == ["10s start low", "30s escalate medium"]
    assert bed.last("spo2_stale").text == "No SpO2 reading for 30 s, last 97: probe off"


def test_motion_without_a_number_is_no_reading() -> None:
    bed = infusing()
    bed.spo2(None, "12s", quality=Quality.MOTION)
    assert bed.story("spo2_stale") == ["10s start low"]


def test_a_gap_with_bad_numbers_says_one_time_that_of_the_last_good_one() -> None:
    bed = infusing()
    bed.spo2(97, "60s").spo2(95, "30s", quality=Quality.MOTION)
    bed.spo2(None, "31s", quality=Quality.MOTION)
    assert bed.last("spo2_stale").text == (
        "No good SpO2 reading for 60 s, last 97: movement; check the patient"
    )


def test_a_doubtful_number_is_heard_and_ends_no_silence_that_has_begun() -> None:
    bed = infusing()
    bed.spo2(97, "12s", quality=Quality.MOTION)
    assert bed.story("spo2_stale") == []
    bed.spo2(97, "1s").wait("10s").spo2(97, "5s", quality=Quality.MOTION)
    assert [line.split()[1] for line in bed.story("spo2_stale")] == ["start"]
    bed.spo2(97, "1s")
    assert [line.split()[1] for line in bed.story("spo2_stale")] == ["start", "clear"]


def test_silence_ends_with_a_good_reading() -> None:
    bed = infusing()
    bed.wait("12s")
    bed.spo2(97)
    assert bed.story("spo2_stale") == ["10s start low", "12s clear low"]


def test_a_signal_that_never_came_is_silent_since_the_session_began() -> None:
    bed = admitted()
    bed.wait("11s")
    assert bed.story("spo2_stale") == ["10s start low"]


def test_a_lost_link_is_told_instead_of_the_silence() -> None:
    bed = infusing()
    bed.link(up=False)
    bed.wait("35s")
    assert bed.story(f"link:{OXIMETER}") == ["10s start medium"]
    assert bed.alarm("spo2_stale") is not None
    assert {line.inhibited_by for line in bed.of("spo2_stale")} == {f"link:{OXIMETER}"}
    assert bed.told == ["10s nurse start"]


def test_a_link_is_over_when_a_good_reading_has_come_through() -> None:
    bed = infusing()
    bed.link(up=False)
    bed.wait("35s")
    bed.link(up=True)
    bed.spo2(None, "30s", quality=Quality.SEARCHING)
    bed.spo2(97, "1s", quality=Quality.LOW_PERFUSION)
    assert bed.alarm(f"link:{OXIMETER}") is not None
    bed.spo2(97, "20s")
    assert bed.told == [
        "10s nurse start",
        "1min nurse escalate",
        "1min doctor escalate",
        "70s nurse clear",
        "70s doctor clear",
    ]


def test_a_cuff_that_lies_still_is_connected_again_by_its_own_word() -> None:
    bed = infusing()
    bed.link(up=False, device=CUFF)
    bed.wait("35s")
    bed.link(up=True, device=CUFF)
    assert bed.alarm(f"link:{CUFF}") is None


def test_silence_that_ends_with_the_lost_link_is_never_told() -> None:
    bed = infusing()
    bed.link(up=False)
    bed.wait("35s")
    bed.link(up=True)
    bed.wait("2s")
    bed.spo2(97, "20s")
    assert bed.told == ["10s nurse start", "37s nurse clear"]


def test_a_doubtful_number_restarts_the_clock_of_an_absence_that_stays() -> None:
    bed = infusing()
    bed.wait("15s")
    bed.spo2(97, "1s", quality=Quality.LOW_PERFUSION)
    bed.wait("40s")
    assert bed.story("spo2_stale") == ["10s start low", "45s escalate medium"]
    bed.spo2(97)
    assert bed.story("spo2_stale")[-1] == "56s clear medium"


def test_doubtful_numbers_are_no_silence() -> None:
    bed = infusing()
    bed.spo2(97, "60s", quality=Quality.LOW_PERFUSION)
    assert bed.story("spo2_stale") == []


def test_a_new_phase_does_not_restart_the_clock_of_a_signal_that_never_came() -> None:
    bed = admitted()
    bed.wait("25s")
    bed.start_infusion()
    bed.wait("10s")
    assert bed.story("spo2_stale") == ["10s start low", "30s escalate medium"]


def test_a_slow_source_is_silent_after_two_and_a_half_of_its_intervals() -> None:
    slow = {OXIMETER: Source(signals=(Signal.SPO2,), interval=60 * SECOND)}
    bed = infusing(settings(sources=slow))
    for _ in range(5):
        bed.frame({Signal.SPO2: 97})
        bed.wait("60s")
    assert bed.of("spo2_stale") == []
    bed.wait("91s")
    assert bed.last("spo2_stale").priority.word == "high"


def test_a_lost_cuff_is_told_instead_of_the_overdue_reading() -> None:
    bed = infusing()
    bed.link(up=False, device=CUFF)
    for _ in range(6):
        bed.spo2(97, "1min")
    assert bed.alarm("nibp_overdue") is not None
    assert {line.inhibited_by for line in bed.of("nibp_overdue")} == {f"link:{CUFF}"}


def test_a_device_fault_never_hides_what_is_more_urgent() -> None:
    bed = infusing()
    bed.send(Fault(cause=Cause.DEVICE, subject=OXIMETER, present=True))
    bed.wait("60s")
    assert bed.last("spo2_stale").inhibited_by == f"device:{OXIMETER}"
    bed.wait("61s")
    assert bed.last("spo2_stale").priority.word == "high"
    assert bed.last("spo2_stale").inhibited_by is None
    assert "2min nurse escalate" in bed.told


def test_the_link_inhibits_the_device_behind_it() -> None:
    bed = infusing()
    bed.link(up=False)
    bed.wait("11s")
    bed.send(Fault(cause=Cause.BATTERY, subject=OXIMETER, present=True))
    assert bed.last(f"battery:{OXIMETER}").inhibited_by == f"link:{OXIMETER}"


def test_a_fault_ends_when_its_device_leaves_the_bed() -> None:
    bed = infusing()
    bed.link(up=False)
    bed.wait("15s")
    sources = {"other": settings().sources[OXIMETER], CUFF: settings().sources[CUFF]}
    bed.configure(settings(sources=sources))
    assert bed.story(f"link:{OXIMETER}")[-1] == "15s clear medium"


def test_a_reading_is_overdue_by_a_share_of_its_interval() -> None:
    bed = infusing()
    for _ in range(11):
        bed.spo2(97, "1min")
    assert bed.story("nibp_overdue") == ["6min start low", "10min escalate medium"]


def test_an_overdue_reading_ends_the_alarm_when_it_comes() -> None:
    bed = infusing()
    for _ in range(7):
        bed.spo2(97, "1min")
    bed.nibp(120)
    assert bed.story("nibp_overdue") == ["6min start low", "7min clear low"]


def test_a_later_phase_has_its_own_interval() -> None:
    bed = infusing()
    bed.stop_infusion()
    bed.spo2(97, "1min")
    bed.nibp(120)
    for _ in range(12):
        bed.spo2(97, "1min")
    assert bed.story("nibp_overdue") == ["13min start low"]


def test_a_change_of_phase_never_puts_off_what_was_due() -> None:
    bed = infusing()
    for _ in range(4):
        bed.spo2(97, "1min")
    bed.stop_infusion()
    for _ in range(7):
        bed.spo2(97, "1min")
    assert bed.story("nibp_overdue") == ["6min start low", "10min escalate medium"]


def test_what_is_overdue_stays_so_in_a_phase_that_does_not_want_it() -> None:
    every = {"infusion": 5 * MINUTE}
    item = ScheduleItem(signals=(Signal.NIBP_SYS,), every=every)
    bed = infusing(settings(protocols={"small": protocol(schedule={"nibp": item})}))
    for _ in range(7):
        bed.spo2(97, "1min")
    bed.stop_infusion()
    assert bed.alarm("nibp_overdue") is not None
    bed.nibp(120)
    assert bed.alarm("nibp_overdue") is None


def test_one_of_two_signals_is_not_the_whole_item() -> None:
    bed = infusing()
    for _ in range(4):
        bed.spo2(97, "1min")
    bed.observe({Signal.NIBP_SYS: 122})
    for _ in range(3):
        bed.spo2(97, "1min")
    assert bed.story("nibp_overdue") == ["6min start low"]
    bed.observe({Signal.NIBP_DIA: 80})
    assert bed.alarm("nibp_overdue") is None


def test_an_observation_counts_as_the_reading() -> None:
    bed = infusing()
    for _ in range(4):
        bed.spo2(97, "1min")
    bed.observe({Signal.NIBP_SYS: 122, Signal.NIBP_DIA: 80})
    for _ in range(5):
        bed.spo2(97, "1min")
    assert bed.story("nibp_overdue") == []
