"""Limits for one patient: tighter for anybody, looser for a clinician and inside the bounds."""

import pytest

from monitord.engine.explain import as_text
from monitord.engine.protocol.adjust import Adjustable
from monitord.engine.protocol.protocol import Settings
from monitord.engine.rules.limit import LimitRule
from monitord.model import Signal
from tests.builders import HIGH, LOW, MEDIUM, Bed, infusing, level, limit, protocol, rules, settings

LOOSER = (
    Adjustable(rule="spo2_low", priority=MEDIUM, limit=limit("<90"), between=(86, 90)),
    Adjustable(rule="sbp_high", priority=MEDIUM, limit=limit(">=170"), between=(170, 180)),
)
PULSE = {
    "low": LimitRule(signal=Signal.PULSE_RATE, levels=(level("<50", LOW),)),
    "high": LimitRule(signal=Signal.PULSE_RATE, levels=(level(">120", LOW),)),
}


def given() -> Settings:
    small = protocol(
        rules=rules(pulse_low=PULSE["low"], pulse_high=PULSE["high"]), adjustable=LOOSER
    )
    return settings(protocols={"small": small, "other": protocol(name="other", version=2)})


def test_a_looser_limit_holds_for_this_patient() -> None:
    bed = infusing(given())
    assert bed.adjust_limit("spo2_low", MEDIUM, "<90", "<88") is None
    bed.spo2(88, "30s")
    assert bed.story("spo2_low") == []
    bed.spo2(87, "16s")
    assert bed.story("spo2_low") == ["45s start medium"]
    assert bed.last("spo2_low").limit == 88


def test_a_level_that_was_not_adjusted_stays() -> None:
    bed = infusing(given())
    bed.adjust_limit("spo2_low", MEDIUM, "<90", "<86")
    bed.spo2(84, "6s")
    assert bed.story("spo2_low") == ["5s start high"]


def test_the_limit_of_one_phase_is_a_level_of_its_own() -> None:
    bed = infusing(given())
    assert bed.adjust_limit("sbp_high", MEDIUM, ">=170", ">=180") is None
    bed.nibp(175)
    assert bed.story("sbp_high") == []
    bed.stop_infusion()
    assert bed.story("sbp_high") == ["0s start medium"]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (("spo2_low", MEDIUM, "<90", "<85"), "<85 is looser than <90, and the protocol"),
        (("spo2_low", HIGH, "<85", "<84"), "<84 is looser than <85, and the protocol"),
        (("spo2_low", MEDIUM, "<91", "<90"), "no medium limit <91 for SpO2"),
        (("spo2_low", MEDIUM, "<90", ">92"), "cannot stand for <90"),
        (("spo2_low", MEDIUM, "<90", "<400"), "cannot stand for <90"),
        (("spo2_low", MEDIUM, "<90", "90"), "is not a limit"),
        (("spo2_stale", LOW, "<90", "<91"), "no low limit <90 for spo2_stale"),
        (("pulse_low", LOW, "<50", "<125"), "<125 leaves no good value beside >120"),
    ],
)
def test_outside_the_bounds_it_is_refused(asked: tuple[str, int, str, str], why: str) -> None:
    bed = infusing(given())
    rule, priority, was, wanted = asked
    assert why in (bed.adjust_limit(rule, type(LOW)(priority), was, wanted) or "taken")
    assert bed.state.session
    assert bed.state.session.adjusted == ()


def test_a_reason_is_asked_for() -> None:
    bed = infusing(given())
    refused = bed.adjust_limit("spo2_low", MEDIUM, "<90", "<88", reason="")
    assert refused == "Give the reason"


def test_tightening_is_free_and_never_loosens() -> None:
    bed = infusing(given())
    assert "a clinician may" in (bed.tighten_limit("spo2_low", MEDIUM, "<90", "<88") or "")
    assert bed.tighten_limit("spo2_low", MEDIUM, "<90", "<93") is None
    assert "a clinician may" in (bed.tighten_limit("spo2_low", MEDIUM, "<90", "<92") or "")
    bed.spo2(92, "16s")
    assert bed.story("spo2_low") == ["15s start medium"]


def test_a_clinician_goes_back_to_the_protocols_own_limit() -> None:
    bed = infusing(given())
    bed.tighten_limit("spo2_low", MEDIUM, "<90", "<93")
    assert bed.adjust_limit("spo2_low", MEDIUM, "<90", "<90") is None
    bed.spo2(91, "30s")
    assert bed.story("spo2_low") == []


def test_a_tighter_limit_counts_from_when_it_is_set_and_an_alarm_goes_on() -> None:
    bed = infusing(given())
    bed.spo2(86, "20s")
    before = bed.id_of("spo2_low")
    bed.tighten_limit("spo2_low", MEDIUM, "<90", "<93")
    bed.spo2(86, "5s")
    assert bed.id_of("spo2_low") == before
    assert bed.story("spo2_low") == ["15s start medium"]


def test_it_is_shown_with_who_and_why_and_survives_a_restart() -> None:
    bed = infusing(given())
    bed.adjust_limit("spo2_low", MEDIUM, "<90", "<88", by="Dr. Example", id="x1")
    bed.restart("1s")
    said = "Limit of this patient: SpO2 medium below 88, by the protocol below 90; Dr. Example: her own"
    assert said in as_text(bed.state)
    bed.spo2(89, "30s")
    assert bed.story("spo2_low") == []
    assert "put right again" in (bed.void("x1") or "")


def test_it_ends_with_the_session() -> None:
    bed = infusing(given())
    bed.adjust_limit("spo2_low", MEDIUM, "<90", "<88")
    assert bed.discharge() is None
    _admitted_again(bed)
    bed.spo2(89, "16s")
    assert bed.story("spo2_low")[-1] == "15s start medium"


def _admitted_again(bed: Bed) -> None:
    assert bed.admit("s2") is None
    bed.mark()


def test_it_goes_on_under_an_overlay_or_another_protocol_that_has_the_level() -> None:
    bed = infusing(given())
    bed.adjust_limit("spo2_low", MEDIUM, "<90", "<88")
    assert bed.correct_protocol("other") is None
    bed.spo2(89, "30s")
    assert bed.story("spo2_low") == []
