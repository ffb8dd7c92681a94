"""What staff answer to an alarm: acknowledge, accept, reject, pause the sound, call for help."""

from monitord.model import (
    MINUTE,
    Acknowledge,
    AlarmEvent,
    AlarmPhase,
    Priority,
    Quality,
    Reason,
    Signal,
)
from tests.builders import Bed, infusing, level, spo2_low, with_rules


def alarming() -> Bed:
    """Medium since 15 s; now is 16 s."""
    bed = infusing()
    bed.spo2(88, "16s")
    return bed


def latched() -> Bed:
    """High from 5 s; 97 is believed after a second, so gone at 16 s; now is 17 s."""
    bed = infusing()
    bed.spo2(84, "10s")
    bed.spo2(97, "7s")
    return bed


def test_acknowledged_is_not_cleared() -> None:
    bed = alarming()
    bed.acknowledge("spo2_low")
    bed.spo2(88, "60s")
    alarm = bed.alarm("spo2_low")
    assert alarm
    assert alarm.phase is AlarmPhase.ANSWERED
    assert alarm.answered_by == "nurse"
    assert bed.story("spo2_low") == ["15s start medium", "16s acknowledge medium"]


def test_acknowledging_stops_the_telling_and_withdraws_what_is_queued() -> None:
    bed = alarming()
    bed.acknowledge("spo2_low")
    bed.spo2(88, "100s")
    # Ten seconds after the start of which they were told.
    assert bed.told == ["15s nurse start", "25s nurse acknowledge"]
    assert [e.type for e in bed.effects].count("withdraw") == 1


def test_an_acknowledgement_expires_and_reminds() -> None:
    bed = alarming()
    bed.acknowledge("spo2_low")
    bed.spo2(88, "901s")
    assert bed.story("spo2_low")[-1] == "916s reminder medium"
    assert bed.last("spo2_low").reason is Reason.REMINDER
    assert bed.told[-1] == "916s nurse reminder"


def test_a_high_alarm_is_reminded_of_after_five_minutes() -> None:
    bed = infusing()
    bed.spo2(84, "6s")
    bed.acknowledge("spo2_low")
    bed.spo2(84, "301s")
    assert bed.story("spo2_low")[-1] == "306s reminder high"


def test_a_worse_level_breaks_through_an_acknowledgement() -> None:
    bed = alarming()
    bed.acknowledge("spo2_low")
    bed.spo2(84, "6s")
    assert bed.last("spo2_low").reason is Reason.BREAKTHROUGH
    assert bed.told[-1] == "21s nurse escalate"
    alarm = bed.alarm("spo2_low")
    assert alarm
    assert alarm.answered_by is None
    assert alarm.expires_at is None


def test_an_acknowledged_alarm_that_comes_back_no_worse_stays_acknowledged() -> None:
    bed = alarming()
    bed.acknowledge("spo2_low")
    bed.spo2(97, "10s")
    bed.spo2(88, "16s")
    line = bed.last("spo2_low")
    assert (line.event, line.reason) == (AlarmEvent.ESCALATE, Reason.COVERED)
    assert bed.told[1:] == ["25s nurse clear"]


def test_its_third_start_is_told() -> None:
    bed = alarming()
    bed.acknowledge("spo2_low")
    for _ in range(2):
        bed.spo2(97, "10s")
        bed.spo2(88, "16s")
    assert bed.last("spo2_low").reason is Reason.RECURRED
    assert bed.told[-1] == "67s nurse escalate"


def test_acknowledging_again_extends_it() -> None:
    bed = alarming()
    bed.acknowledge("spo2_low")
    bed.spo2(88, "200s")
    bed.acknowledge("spo2_low", by="second nurse")
    alarm = bed.alarm("spo2_low")
    assert alarm
    assert alarm.expires_at == bed.now + 15 * MINUTE
    assert alarm.answered_by == "second nurse"


def test_a_high_alarm_that_is_gone_stays_latched() -> None:
    bed = latched()
    assert bed.story("spo2_low") == ["5s start high", "16s latch high"]


def test_a_latched_alarm_is_told_on_until_somebody_answers() -> None:
    bed = latched()
    bed.spo2(97, "30s")
    assert "35s doctor escalate" in bed.told


def test_a_latched_alarm_ends_when_acknowledged() -> None:
    bed = latched()
    bed.acknowledge("spo2_low")
    assert bed.alarm("spo2_low") is None
    assert bed.story("spo2_low")[-1] == "17s acknowledge high"
    bed.spo2(97, "3min")
    assert bed.told[-1] == "17s nurse acknowledge"


def test_a_latched_alarm_that_recurs_breaks_out_under_its_own_id() -> None:
    bed = latched()
    bed.spo2(88, "16s")
    line = bed.last("spo2_low")
    assert (line.event, line.reason) == (AlarmEvent.ESCALATE, Reason.RECURRED)
    assert line.id == "s1/spo2_low/1"


def test_an_acknowledged_high_alarm_clears_without_latching() -> None:
    bed = infusing()
    bed.spo2(84, "10s")
    bed.acknowledge("spo2_low")
    bed.spo2(97, "6s")
    assert bed.story("spo2_low")[-1] == "16s clear high"


def test_a_medium_alarm_does_not_latch() -> None:
    bed = alarming()
    bed.spo2(97, "6s")
    assert bed.alarm("spo2_low") is None


def test_accepting_stops_escalation_for_five_minutes() -> None:
    bed = alarming()
    bed.accept("spo2_low", by="anna")
    bed.spo2(88, "290s")
    assert bed.told == ["15s nurse start", "25s nurse accept"]
    bed.spo2(88, "20s")
    assert bed.last("spo2_low").reason is Reason.EXPIRED
    assert bed.told[-1] == "316s nurse expire"


def test_telling_goes_on_after_an_acceptance_has_expired() -> None:
    bed = alarming()
    bed.accept("spo2_low")
    bed.spo2(88, "370s")
    assert bed.told[-1] == "376s sounder escalate"


def test_a_worse_level_ends_an_acceptance() -> None:
    bed = alarming()
    bed.accept("spo2_low")
    bed.spo2(84, "40s")
    assert "21s nurse escalate" in bed.told
    assert "51s doctor escalate" in bed.told


def test_an_accepted_alarm_that_deescalates_stays_accepted_and_expires() -> None:
    bed = infusing()
    bed.spo2(84, "10s")
    bed.accept("spo2_low")
    bed.spo2(88, "20s")
    alarm = bed.alarm("spo2_low")
    assert alarm
    assert alarm.priority.word == "medium"
    assert alarm.telling.accepted_by == "nurse"
    bed.spo2(88, "300s")
    assert bed.last("spo2_low").reason is Reason.EXPIRED


def test_rejecting_tells_the_next_tier_at_once() -> None:
    bed = alarming()
    bed.reject("spo2_low")
    assert bed.told[-1] == "16s sounder reject"


def test_rejecting_after_accepting_gives_the_responsibility_back() -> None:
    bed = alarming()
    bed.accept("spo2_low")
    bed.reject("spo2_low")
    bed.spo2(88, "61s")
    # Who was told of the start a moment ago hears of both at once, of the newer.
    assert bed.told[1:] == ["16s sounder reject", "25s nurse accept", "76s sounder reminder"]


def test_an_acknowledged_alarm_may_be_accepted_and_given_back() -> None:
    bed = alarming()
    bed.acknowledge("spo2_low")
    assert bed.accept("spo2_low", by="anna") is None
    assert bed.reject("spo2_low") is None
    alarm = bed.alarm("spo2_low")
    assert alarm
    assert alarm.phase is AlarmPhase.ACTIVE
    assert bed.told[-1] == "16s sounder reject"


def test_an_alarm_that_is_over_takes_no_answer() -> None:
    bed = alarming()
    known = bed.id_of("spo2_low")
    bed.spo2(97, "7s")
    from monitord.model import Acknowledge

    assert bed.act(Acknowledge, alarm=known) == "That alarm is over"


def test_a_paused_sound_comes_back_after_its_time() -> None:
    bed = alarming()
    bed.pause_audio()
    alarm = bed.alarm("spo2_low")
    assert alarm
    assert alarm.audio_paused_until == bed.now + 2 * MINUTE
    bed.spo2(88, "121s")
    assert bed.story("spo2_low")[1:] == ["16s audio_pause medium", "136s expire medium"]


def test_a_paused_sound_pauses_no_message() -> None:
    bed = alarming()
    bed.pause_audio()
    bed.spo2(88, "61s")
    assert bed.told == ["15s nurse start", "75s sounder escalate"]


def test_a_worse_level_breaks_through_a_paused_sound() -> None:
    bed = alarming()
    bed.pause_audio()
    bed.spo2(84, "6s")
    alarm = bed.alarm("spo2_low")
    assert alarm
    assert alarm.audio_paused_until is None


def test_a_new_alarm_sounds_during_a_pause() -> None:
    bed = alarming()
    bed.pause_audio()
    bed.nibp(195)
    alarm = bed.alarm("sbp_high")
    assert alarm
    assert alarm.audio_paused_until is None


def test_the_end_of_a_pause_says_nothing_of_a_later_alarm() -> None:
    bed = alarming()
    bed.pause_audio()
    bed.spo2(97, "10s")
    bed.spo2(88, "120s")
    assert AlarmEvent.EXPIRE not in {line.event for line in bed.of("spo2_low")}


def test_help_is_high_at_once_until_acknowledged() -> None:
    bed = infusing()
    bed.call_help()
    assert bed.story("help") == ["0s start high"]
    bed.acknowledge("help")
    assert bed.alarm("help") is None
    bed.call_help()
    assert bed.story("help")[-1] == "0s start high"


def test_help_works_without_a_session() -> None:
    bed = Bed()
    assert bed.call_help() is None
    assert bed.alarm("help") is not None


def test_no_answer_outlives_the_session() -> None:
    bed = alarming()
    bed.acknowledge("spo2_low")
    bed.discharge()
    assert bed.story("spo2_low")[-1] == "16s end medium"
    assert not [name for name, _ in bed.state.timers if name.startswith("alarm:")]


def test_an_answer_to_what_is_over_counts_as_none_in_vain() -> None:
    """It latched, somebody saw it, it came back: two answers more are two, not three."""
    high = (level("<90", Priority.HIGH),)
    bed = infusing(with_rules(spo2_low=spo2_low(levels=high, hysteresis=0.0, clear_delay=0)))
    bed.spo2(88, "3s")
    bed.spo2(95, "1s")
    bed.acknowledge("spo2_low")
    bed.spo2(88, "12s")
    bed.acknowledge("spo2_low")
    bed.spo2(88, "12s")
    bed.mark()
    bed.acknowledge("spo2_low")
    assert bed.told == ["0s nurse acknowledge"]
    bed.spo2(88, "12s")
    bed.acknowledge("spo2_low")
    assert bed.told[1:] == ["12s nurse acknowledge", "12s doctor escalate"]


def test_what_comes_back_worse_than_ever_is_told_at_once() -> None:
    """Though the same people were told of it a moment ago."""
    levels = (level("<90", Priority.MEDIUM), level("<80", Priority.HIGH))
    bed = infusing(with_rules(spo2_low=spo2_low(levels=levels, hysteresis=0.0, clear_delay=0)))
    bed.spo2(88, "3s")
    bed.spo2(95, "3s")
    bed.mark()
    bed.spo2(78, "4s")
    assert bed.told == ["2s nurse escalate"]


def test_what_an_answer_covers_fades_while_only_doubtful_numbers_come() -> None:
    bed = infusing()
    bed.spo2(84, "10s")
    assert bed.accept("spo2_low") is None
    bed.spo2(91)
    bed.spo2(97, "89s")
    bed.mark()
    # Nothing good was as low for 2 min: the last good value is what the answer covers.
    bed.spo2(84, "60s", quality=Quality.MOTION)
    assert bed.story("spo2_low")[-1] == "50s escalate high"
    assert bed.last("spo2_low").reason is Reason.BREAKTHROUGH


def test_an_alarm_of_doubtful_numbers_alone_is_no_worse_than_its_answer_as_they_go_on() -> None:
    bed = infusing()
    bed.spo2(77, "30s", quality=Quality.MOTION)
    assert bed.acknowledge("spo2_low") is None
    bed.mark()
    bed.spo2(77, "4min", quality=Quality.MOTION)
    assert bed.story("spo2_low") == ["0s acknowledge high"]
    bed.spo2(71, "21s", quality=Quality.MOTION)
    assert bed.story("spo2_low")[1:] == ["260s escalate high"]


def test_who_rejects_a_latched_alarm_does_not_make_it_end_anew() -> None:
    bed = infusing()
    bed.spo2(84, "6s")
    bed.spo2(97, "30s")
    assert bed.alarm("spo2_low") is not None
    bed.spo2(97, "90s")
    bed.reject("spo2_low")
    bed.spo2(97, "60s")
    bed.spo2(84, "6s")
    # It came back three minutes after its end: as one that returns for the first time.
    alarm = bed.alarm("spo2_low")
    assert alarm is not None
    assert alarm.returns == 1
    bed.spo2(97, "30s")
    bed.spo2(84, "6s")
    alarm = bed.alarm("spo2_low")
    assert alarm is not None
    assert alarm.returns == 2


def test_what_comes_back_after_the_answer_to_a_latched_alarm_is_told_at_once() -> None:
    bed = infusing()
    bed.spo2(84, "6s")
    bed.spo2(97, "58s")
    bed.reject("spo2_low")
    bed.acknowledge("spo2_low")
    bed.mark()
    bed.spo2(84, "6s")
    assert "5s nurse escalate" in bed.told


def test_an_answer_at_the_instant_of_a_deeper_level_does_not_cover_it() -> None:
    bed = infusing()
    bed.spo2(88, "20s")
    alarm = bed.id_of("spo2_low")
    bed.spo2(84, "5s")
    bed.frame({Signal.SPO2: 84})
    # The sixth reading makes it high at this very instant, and somebody answers the medium one.
    assert bed.act(Acknowledge, alarm=alarm) is None
    bed.wait("1s")
    assert bed.story("spo2_low")[-1] == "25s escalate high"
    assert "25s nurse escalate" in bed.told
