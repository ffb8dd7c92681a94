"""Missing, stale and late data; equipment that is lost: the technical chain."""

from monitord.model import Cause, Fault, Quality, Reason, Signal
from tests.builders import CUFF, OXIMETER, admitted, infusing, settings


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
    assert bed.last("spo2_stale").text == "SpO2: probe off for 30 s"


def test_motion_is_no_reading() -> None:
    bed = infusing()
    bed.spo2(70, "12s", quality=Quality.MOTION)
    assert bed.story("spo2_low") == []
    assert bed.story("spo2_stale") == ["10s start low"]


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


def test_silence_is_told_after_all_when_the_link_is_back_without_the_signal() -> None:
    bed = infusing()
    bed.link(up=False)
    bed.wait("35s")
    bed.link(up=True)
    bed.wait("11s")
    assert bed.last("spo2_stale").reason is Reason.UNINHIBITED
    assert "45s nurse reminder" in bed.told
    bed.wait("120s")
    assert bed.last("spo2_stale").priority.word == "high"


def test_silence_that_ends_with_the_lost_link_is_never_told() -> None:
    bed = infusing()
    bed.link(up=False)
    bed.wait("35s")
    bed.link(up=True)
    bed.wait("2s")
    bed.spo2(97, "20s")
    assert bed.told == ["10s nurse start", "35s nurse clear"]


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
    for _ in range(11):
        bed.spo2(97, "1min")
    assert bed.story("nibp_overdue") == []
    bed.spo2(97, "1min")
    assert bed.story("nibp_overdue") == ["12min start low"]


def test_an_observation_counts_as_the_reading() -> None:
    bed = infusing()
    for _ in range(4):
        bed.spo2(97, "1min")
    bed.observe({Signal.NIBP_SYS: 122, Signal.NIBP_DIA: 80})
    for _ in range(5):
        bed.spo2(97, "1min")
    assert bed.story("nibp_overdue") == []
