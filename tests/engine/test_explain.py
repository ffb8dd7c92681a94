"""What `explain` says: every rule, what it saw, what it waits for, what comes next."""

from monitord.engine.explain import as_text, explain
from monitord.engine.protocol.protocol import AwayTerms
from monitord.engine.state import STATE
from monitord.model import Arm, Signal, in_words
from tests.builders import CUFF, Bed, admitted, with_protocol


def said(bed: Bed, key: str) -> tuple[str, str]:
    """The state of one rule in a word, and its sentences as one text."""
    found = {each.key: each for each in explain(bed.state)}
    return found[key].state, "\n".join(map(in_words, found[key].lines))


def test_a_condition_before_its_delay_says_when_it_will_alarm() -> None:
    bed = admitted()
    bed.start_infusion()
    bed.spo2(86, for_="5s")
    word, text = said(bed, "spo2_low")
    assert word == "waits"
    assert "SpO2 86 %" in text
    assert "Medium: true for 5 s, alarms in 10 s if it lasts" in text


def test_a_pending_condition_without_a_good_reading_says_that_it_is_held() -> None:
    bed = admitted()
    bed.start_infusion()
    bed.spo2(86, for_="5s")
    bed.wait("12s")
    word, text = said(bed, "spo2_low")
    assert word == "waits"
    assert "too old to count" in text
    assert "no good reading now: the time stands still" in text


def test_an_alarm_says_since_when_and_what_comes_next() -> None:
    bed = admitted()
    bed.start_infusion()
    bed.spo2(86, for_="20s")
    word, text = said(bed, "spo2_low")
    assert word == "alarm"
    assert "Medium: SpO2 86 now, below 90 for 20 s" in text
    assert "next step in" in text


def test_an_acknowledged_alarm_says_by_whom_and_until_when() -> None:
    bed = admitted()
    bed.start_infusion()
    bed.spo2(86, for_="20s")
    bed.acknowledge("spo2_low")
    word, text = said(bed, "spo2_low")
    assert word == "acknowledged"
    assert "acknowledged by" in text
    assert "sounds again in" in text


def test_a_rule_that_never_had_a_reading_cannot_tell() -> None:
    bed = admitted()
    bed.start_infusion()
    bed.spo2(97, for_="3s")
    assert said(bed, "sbp_high")[0] == "cannot_tell"


def test_the_text_is_the_same_from_a_snapshot() -> None:
    bed = admitted()
    bed.start_infusion()
    bed.spo2(86, for_="20s")
    again = STATE.validate_json(STATE.dump_json(bed.state))
    assert as_text(again) == as_text(bed.state)


def test_the_text_begins_with_the_bed_and_its_phase() -> None:
    bed = admitted()
    bed.start_infusion()
    bed.spo2(97, for_="3s")
    assert as_text(bed.state).startswith("Bed 1: session ")
    assert "infusion for 3 s" in as_text(bed.state).splitlines()[0]


def test_a_patient_who_is_away_is_said_with_reason_and_end() -> None:
    bed = admitted(with_protocol(away=AwayTerms(phases=("pre",))))
    bed.start_baseline()
    bed.spo2(97, for_="3s")
    assert bed.patient_away(5) is None
    bed.wait("2min")
    assert "Away for 2 min: toilet (nurse); signal-loss alarms resume in 3 min" in as_text(
        bed.state
    )
    bed.wait("4min")
    assert "the time is over, signal-loss alarms are on" in as_text(bed.state)


def test_a_cuff_that_keeps_the_finger_from_counting_is_said_with_its_end() -> None:
    bed = Bed()
    bed.admit(cuff_arm=Arm.LEFT, probe_arm=Arm.LEFT)
    bed.frame({Signal.CUFF_PRESSURE: 150.0}, source=CUFF)
    bed.wait("20s")
    assert "SpO2 and pulse do not count for another 40 s" in as_text(bed.state)
    bed.wait("40s")
    assert "do not count" not in as_text(bed.state)
