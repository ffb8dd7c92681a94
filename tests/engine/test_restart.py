"""The daemon dies and comes back: nothing is forgotten, nothing starts again, nothing twice."""

from monitord.model import (
    MINUTE,
    AlarmEvent,
    AlarmPhase,
    Notify,
    Priority,
    Reason,
)
from tests.builders import infusing, level, spo2_low, with_rules


def test_a_restart_within_the_freshness_time_alarms_when_it_would_have() -> None:
    bed = infusing()
    bed.spo2(86, "12s")
    bed.restart(down="2s")
    bed.spo2(86, "3s")
    assert bed.story("spo2_low") == ["15s start medium"]


def test_a_restart_in_a_delay_fires_at_the_first_true_reading_when_data_grew_stale() -> None:
    bed = infusing()
    bed.spo2(86, "5s")
    bed.restart(down="60s")
    # Below 90 was on its way: the absence says it after its 15 s and 10 s more.
    assert bed.story("spo2_stale") == ["14s start low", "25s escalate medium"]
    bed.spo2(86, "1s")
    assert bed.story("spo2_low") == ["65s start medium"]


def test_what_fell_due_in_the_downtime_is_told_once_and_late() -> None:
    bed = infusing()
    bed.spo2(84, "6s")
    effects = bed.restart(down="100s")
    told = [e for e in effects if isinstance(e, Notify) and e.line.alarm == "spo2_low"]
    assert [e.destination for e in told] == ["nurse", "doctor", "sounder"]
    assert {e.reason for e in told} == {Reason.LATE}


def test_after_downtime_the_telling_goes_on_from_its_tier() -> None:
    bed = infusing()
    bed.spo2(84, "6s")
    bed.restart(down="40s")
    bed.mark()
    bed.spo2(84, "30s")
    assert bed.told[-1] == "19s sounder escalate"


def test_an_acknowledged_alarm_is_not_told_again_after_downtime() -> None:
    bed = infusing()
    bed.spo2(88, "16s")
    bed.acknowledge("spo2_low")
    bed.spo2(88)
    bed.mark()
    bed.restart(down="5s")
    assert bed.told == []
    alarm = bed.alarm("spo2_low")
    assert alarm
    assert alarm.phase is AlarmPhase.ANSWERED


def test_an_accepted_alarm_stays_accepted_over_downtime() -> None:
    bed = infusing()
    bed.spo2(88, "16s")
    bed.accept("spo2_low")
    bed.spo2(88)
    bed.mark()
    bed.restart(down="5s")
    assert bed.told == []
    bed.spo2(88, "296s")
    assert bed.told == ["8s nurse accept", "299s nurse expire"]


def test_an_acknowledgement_expires_at_its_time_whatever_the_downtime() -> None:
    bed = infusing()
    bed.spo2(88, "16s")
    bed.acknowledge("spo2_low")
    bed.restart(down="16min")
    reminders = [line for line in bed.of("spo2_low") if line.event == "reminder"]
    assert reminders[0].at == bed.marked + 16_000_000 + 15 * MINUTE
    assert bed.told[-1].endswith("nurse start") is False


def test_downtime_clears_nothing() -> None:
    bed = infusing()
    bed.spo2(88, "16s")
    bed.restart(down="1h")
    assert bed.alarm("spo2_low") is not None


def test_what_ended_in_the_downtime_is_told_to_those_who_know() -> None:
    bed = infusing()
    bed.spo2(88, "16s")
    bed.spo2(97, "2s")
    bed.restart(down="8s")
    assert bed.story("spo2_low")[-1] == "22s clear medium"
    # Ten seconds after the start of which they were told.
    assert bed.told[-1] == "25s nurse clear"


def test_a_paused_sound_ends_at_its_time_over_downtime() -> None:
    bed = infusing()
    bed.spo2(88, "16s")
    bed.pause_audio()
    bed.restart(down="3min")
    alarm = bed.alarm("spo2_low")
    assert alarm
    assert alarm.audio_paused_until is None


def test_an_infusion_phase_counts_through_downtime() -> None:
    bed = infusing()
    bed.stop_infusion()
    bed.restart(down="31min")
    session = bed.state.session
    assert session
    assert session.phase == "late"
    assert session.phase_since == bed.marked + 30 * MINUTE


def test_what_was_eased_before_the_downtime_is_no_easing_after_it() -> None:
    """A high alarm that latches, and whose present level is less, is told late as what goes on."""
    levels = (level("<90", Priority.MEDIUM), level("<80", Priority.HIGH))
    bed = infusing(with_rules(spo2_low=spo2_low(levels=levels, hysteresis=0.0, clear_delay=0)))
    bed.spo2(78, "3s")
    bed.spo2(88, "3s")
    assert bed.last("spo2_low").event is AlarmEvent.DEESCALATE
    effects = bed.restart(down="2s")
    told = [each for each in effects if isinstance(each, Notify)]
    assert [(each.reason, each.line.event) for each in told] == [(Reason.LATE, AlarmEvent.REMINDER)]


def test_of_a_high_alarm_that_was_over_a_tier_due_in_the_second_of_the_restart_is_told() -> None:
    levels = (level("<80", Priority.HIGH),)
    bed = infusing(with_rules(spo2_low=spo2_low(levels=levels, hysteresis=0.0, clear_delay=0)))
    bed.spo2(78, "3s")
    bed.spo2(97, "3s")
    assert bed.last("spo2_low").event is AlarmEvent.LATCH
    effects = bed.restart(down="26s")
    told = [e for e in effects if isinstance(e, Notify) and e.line.alarm == "spo2_low"]
    assert [e.destination for e in told] == ["nurse", "doctor"]
