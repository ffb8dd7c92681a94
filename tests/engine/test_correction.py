"""A session that goes on under another protocol: nothing active is lost without a word."""

from dataclasses import replace

from monitord.engine.explain import as_text
from monitord.engine.protocol.protocol import Overlay, Phase, Protocol, Settings, Stage
from monitord.engine.rules.limit import LimitRule
from monitord.model import MINUTE, SECOND, Reason, Signal
from tests.builders import (
    HIGH,
    LOW,
    MEDIUM,
    Bed,
    infusing,
    level,
    protocol,
    rules,
    settings,
    spo2_low,
)

BIRTH = Overlay(
    name="birth",
    version=1,
    asks="Gave birth?",
    rules={
        "birth_sys": LimitRule(
            signal=Signal.NIBP_SYS,
            levels=(level(">=160", MEDIUM), level(">=160", HIGH, "15min")),
        ),
        "birth_spo2": LimitRule(signal=Signal.SPO2, levels=(level("<92", MEDIUM, "60s"),)),
    },
    fresh={Signal.NIBP_SYS: 10 * MINUTE},
)


def other() -> Protocol:
    """Shorter phases, a wider SpO2 limit, and no rule of pressure."""
    kept = rules(spo2_low=spo2_low(levels=(level("<88", MEDIUM, "15s"), level("<80", HIGH))))
    del kept["sbp_high"]
    return protocol(
        name="other",
        rules=kept,
        phases=(
            Phase(name="before", stage=Stage.BASELINE),
            Phase(name="first", stage=Stage.INFUSION, duration=15 * MINUTE),
            Phase(name="second", stage=Stage.INFUSION, duration=15 * MINUTE),
            Phase(name="after", stage=Stage.RECOVERY),
        ),
        schedule={},
    )


def given() -> Settings:
    small = protocol(overlays={"birth": BIRTH})
    small = replace(small, rules={k: r for k, r in small.rules.items() if k != "nibp_overdue"})
    changed = other()
    changed = replace(
        changed, rules={k: r for k, r in changed.rules.items() if k != "nibp_overdue"}
    )
    return settings(protocols={"small": small, "other": changed})


def phase(bed: Bed) -> str:
    session = bed.state.session
    assert session
    return session.phase


def test_stage_and_elapsed_time_say_the_phase_of_the_new_protocol() -> None:
    bed = infusing(given())
    bed.wait("20min")
    assert bed.correct_protocol("other") is None
    session = bed.state.session
    assert session
    assert (session.protocol, session.phase) == ("other", "second")
    assert session.phase_ends == bed.marked + 30 * MINUTE
    bed.stop_infusion()
    assert phase(bed) == "after"


def test_an_alarm_that_both_protocols_know_goes_on() -> None:
    bed = infusing(given())
    bed.spo2(84, "20s")
    before = bed.alarm("spo2_low")
    bed.correct_protocol("other")
    bed.spo2(84, "10s")
    after = bed.alarm("spo2_low")
    assert before
    assert after
    assert (after.id, after.since, after.priority) == (before.id, before.since, HIGH)
    # Nobody has answered: it stays high though the other protocol calls the value medium.
    assert bed.story("spo2_low") == [
        "5s start high",
        "25s deescalate high",
    ]


def test_a_delay_that_runs_is_not_begun_anew() -> None:
    bed = infusing(given())
    bed.spo2(86, "10s")
    bed.correct_protocol("other")
    bed.spo2(86, "10s")
    assert bed.story("spo2_low") == ["15s start medium"]


def test_what_no_longer_holds_clears_by_a_good_reading() -> None:
    bed = infusing(given())
    bed.spo2(89, "20s")
    bed.correct_protocol("other")
    assert bed.alarm("spo2_low") is not None
    # 89 is inside the new limit, and not by the hysteresis of 2.
    bed.spo2(89, "10s")
    assert bed.alarm("spo2_low") is not None
    bed.spo2(90, "10s")
    assert bed.story("spo2_low")[-1] == "35s clear medium"


def test_an_alarm_whose_rule_is_gone_ends_with_the_reason() -> None:
    bed = infusing(given())
    bed.nibp(185)
    assert bed.alarm("sbp_high") is not None
    bed.wait("5s")
    bed.correct_protocol("other")
    assert bed.alarm("sbp_high") is None
    assert bed.last("sbp_high").reason is Reason.PROTOCOL_CORRECTED


def test_a_rule_that_comes_back_gives_no_id_twice() -> None:
    bed = infusing(given())
    bed.nibp(185)
    bed.wait("5s")
    bed.correct_protocol("other")
    bed.snapshot()
    bed.correct_protocol("small")
    ids = [line.id for line in bed.of("sbp_high") if line.event == "start"]
    assert len(ids) == len(set(ids)) == 2


def test_an_overlay_that_was_forgotten_counts_from_the_first_bad_reading() -> None:
    """Design invariant 8, and ACOG: the clock starts with the first severe reading."""
    bed = infusing(given())
    bed.nibp(165)
    bed.wait("6min").nibp(166)
    bed.wait("1min")
    assert bed.correct_protocol("small", "birth") is None
    assert bed.last("birth_sys").since == bed.now - 1 * MINUTE
    bed.wait("5min").nibp(166)
    bed.wait("5min").nibp(166)
    bed.wait("4min")
    assert bed.story("birth_sys") == ["7min start medium", "21min escalate high"]


def test_a_new_rule_begins_when_a_stricter_one_had_begun() -> None:
    bed = infusing(given())
    bed.spo2(88, "30s")
    bed.correct_protocol("small", "birth")
    bed.spo2(88, "40s")
    assert bed.story("birth_spo2") == ["1min start medium"]


def test_readings_speak_no_longer_than_the_new_terms_say() -> None:
    bed = infusing(given())
    bed.nibp(120)
    bed.correct_protocol("small", "birth")
    (reading,) = (r for r in bed.state.readings if r.signal is Signal.NIBP_SYS)
    assert reading.fresh_until == bed.now + 10 * MINUTE


def test_only_an_approved_protocol_that_is_another_one() -> None:
    bed = infusing(given())
    assert (
        bed.correct_protocol("unknown")
        == "No protocol called unknown; choose from the list of protocols"
    )
    assert "no addition called birth" in (bed.correct_protocol("other", "birth") or "")
    assert bed.correct_protocol("small") == "That is in force already"
    assert bed.correct_protocol("other", reason="") == "Give the reason"
    assert phase(bed) == "infusion"


def test_a_corrected_file_reaches_the_open_session_only_when_staff_say_so() -> None:
    bed = infusing(given())
    wider = replace(given().protocols["small"], rules=rules(spo2_low=spo2_low(levels=())))
    wider = replace(wider, rules={k: r for k, r in wider.rules.items() if k == "spo2_stale"})
    bed.configure(settings(protocols={"small": wider}))
    bed.spo2(84, "10s")
    assert bed.alarm("spo2_low") is not None
    assert bed.correct_protocol("small") is None
    assert bed.last("spo2_low").reason is Reason.PROTOCOL_CORRECTED


def test_a_correction_is_told_by_explain_and_not_taken_back() -> None:
    bed = infusing(given())
    bed.correct_protocol("small", "birth", id="c1", by="Ann")
    bed.wait("3min")
    assert "In force: small, birth; put right 3 min ago by Ann: wrong one chosen" in as_text(
        bed.state
    )
    bed.correct_protocol("small", id="c2", by="Bea")
    said = as_text(bed.state)
    assert "In force: small; put right 0 s ago by Bea: wrong one chosen" in said
    assert (
        "Put right 3 min ago by Ann to small, birth, no longer in force: wrong one chosen" in said
    )
    assert "put right again" in (bed.void("c1") or "")


def test_a_correction_survives_a_restart() -> None:
    bed = infusing(given())
    bed.spo2(88, "10s")
    bed.correct_protocol("small", "birth")
    bed.restart("1s")
    bed.spo2(88, "60s")
    assert [text.split()[1] for text in bed.story("birth_spo2")] == ["start"]
    assert bed.last("birth_spo2").since == bed.marked


def test_the_ledger_goes_on_and_takes_in_what_is_expected_besides() -> None:
    bed = infusing(given())
    bed.spo2(97, "20s")
    bed.correct_protocol("other")
    bed.spo2(97, "20s")
    (spo2,) = bed.state.coverage
    assert spo2.signal is Signal.SPO2
    assert bed.now - spo2.spans[0].since >= 40 * SECOND


def test_low_priority_rules_of_the_old_protocol_are_looked_at_no_more() -> None:
    low = LimitRule(signal=Signal.SPO2, levels=(level("<97", LOW),))
    small = protocol(rules=rules(tight=low))
    bed = infusing(settings(protocols={"small": small, "other": other()}))
    bed.spo2(96, "2s")
    assert bed.story("tight") == ["0s start low"]
    bed.correct_protocol("other")
    bed.spo2(96, "5s")
    assert bed.story("tight") == ["0s start low", "2s end low"]


def test_there_and_back_the_rules_begin_anew() -> None:
    bed = infusing(given())
    for _ in range(2):
        assert bed.correct_protocol("other") is None
        assert bed.correct_protocol("small") is None
    bed.nibp(185)
    assert bed.story("sbp_high") == ["0s start medium"]
