"""A patient who leaves the bed: silence is expected for a time, by name, and no longer."""

from monitord.engine.protocol.protocol import AwayTerms
from monitord.model import MINUTE, Reason, Signal
from tests.builders import Bed, infusing, with_protocol

TERMS = AwayTerms(phases=("pre", "early", "late"), at_most=10 * MINUTE)


def recovering() -> Bed:
    bed = infusing(with_protocol(away=TERMS))
    bed.stop_infusion()
    bed.nibp(120)
    bed.spo2(97, "10s")
    bed.mark()
    return bed


def test_silence_while_away_is_recorded_and_told_to_nobody() -> None:
    bed = recovering()
    assert bed.patient_away(minutes=5) is None
    bed.wait("4min")
    assert bed.last("spo2_stale").inhibited_by == "away"
    assert bed.told == []


def test_the_time_that_was_said_ends_in_an_alarm_and_the_silence_is_told() -> None:
    bed = recovering()
    bed.patient_away(minutes=3)
    bed.wait("3min")
    assert bed.story("away") == ["3min start medium"]
    assert bed.last("away").text == "Patient still away? Due back now (toilet, entered by nurse)"
    assert bed.last("spo2_stale").reason is Reason.UNINHIBITED
    assert "3min nurse reminder" in bed.told


def test_staff_say_that_the_patient_is_back() -> None:
    bed = recovering()
    bed.patient_away()
    bed.wait("2min")
    assert bed.patient_back() is None
    bed.wait("11s")
    assert bed.last("spo2_stale").inhibited_by is None
    assert bed.alarm("away") is None


def test_good_readings_after_a_silence_end_it() -> None:
    bed = recovering()
    bed.patient_away()
    bed.spo2(97, "5s")
    bed.wait("1min")
    assert bed.state.session
    assert bed.state.session.away
    bed.spo2(97)
    assert bed.state.session.away is None


def test_readings_that_go_on_do_not_end_it() -> None:
    bed = recovering()
    bed.patient_away()
    bed.spo2(97, "30s")
    assert bed.state.session
    assert bed.state.session.away


def test_a_reading_that_comes_is_judged_as_ever() -> None:
    bed = recovering()
    bed.patient_away()
    bed.spo2(84, "6s")
    assert bed.story("spo2_low") == ["5s start high"]
    assert "5s nurse start" in bed.told


def test_an_active_alarm_stays() -> None:
    bed = recovering()
    bed.spo2(86, "16s")
    bed.patient_away()
    bed.wait("4min")
    assert bed.alarm("spo2_low") is not None


def test_an_alarm_that_was_told_goes_on_when_the_time_is_over() -> None:
    bed = recovering()
    bed.wait("40s")
    bed.patient_away(minutes=2)
    bed.wait("131s")
    alarm = bed.alarm("spo2_stale")
    assert alarm
    assert alarm.inhibited_by is None
    assert alarm.telling.next_at is not None


def test_nobody_leaves_during_the_infusion() -> None:
    bed = infusing(with_protocol(away=TERMS))
    assert bed.patient_away() == (
        "Not marked away: the patient must stay in the chair in this phase (infusion)"
    )


def test_nobody_leaves_for_longer_than_the_protocol_says() -> None:
    assert recovering().patient_away(minutes=11) == "At most 10 minutes by this protocol"


def test_nobody_leaves_where_the_protocol_says_nothing_of_it() -> None:
    bed = infusing()
    bed.stop_infusion()
    assert bed.patient_away() == (
        "Not marked away: the patient must stay in the chair in this phase (early)"
    )


def test_an_infusion_that_starts_ends_it() -> None:
    bed = Bed(with_protocol(away=TERMS))
    bed.admit()
    bed.start_baseline()
    bed.patient_away()
    bed.start_infusion()
    assert bed.state.session
    assert bed.state.session.away is None


def test_a_voided_leave_never_was() -> None:
    bed = recovering()
    bed.patient_away(id="slip")
    bed.wait("1min")
    bed.void("slip")
    assert bed.last("spo2_stale").priority.word == "medium"
    assert bed.state.session
    assert bed.state.session.away is None


def test_nobody_comes_back_who_was_not_away() -> None:
    assert recovering().patient_back() == "Patient was not marked away; nothing changed"


def test_it_survives_a_restart_and_ends_at_its_time() -> None:
    bed = recovering()
    bed.patient_away(minutes=3)
    bed.wait("1min")
    bed.restart(down="5min")
    assert bed.story("away") == ["3min start medium"]
    assert Signal.SPO2 in {reading.signal for reading in bed.state.readings}
