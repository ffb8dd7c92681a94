"""An overlay only tightens: it adds, shortens, or is refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from monitord.engine.protocol.criterion import QuestionCriterion
from monitord.engine.protocol.protocol import AlarmTimes, AwayTerms, Overlay, ScheduleItem
from monitord.engine.rules.absence import AbsenceRule
from monitord.engine.rules.level import Level
from monitord.engine.rules.limit import LimitRule
from monitord.engine.session.overlay import OverlayError, tighten
from monitord.model import HOUR, MINUTE, SECOND, Signal
from tests.builders import HIGH, LOW, MEDIUM, Bed, level, protocol, spo2_low, with_protocol


def overlay(**more: Any) -> Overlay:
    given: dict[str, Any] = {"name": "postpartum", "version": 1, "asks": "Gave birth lately?"}
    return Overlay(**given | more)


PRESSURE = LimitRule(
    signal=Signal.NIBP_SYS, levels=(level(">=160", MEDIUM), level(">=160", HIGH, "15min"))
)


def laid_over(**more: Any) -> Any:
    return with_protocol(overlays={"postpartum": overlay(**more)})


def test_an_overlay_adds_levels_in_every_phase() -> None:
    bed = Bed(laid_over(rules={"sbp_high": PRESSURE}))
    assert bed.admit(overlays=("postpartum",)) is None
    bed.start_infusion()
    bed.mark()
    bed.nibp(165)
    assert bed.story("sbp_high") == ["0s start medium"]
    bed.wait("15min")
    assert bed.story("sbp_high") == ["0s start medium"]
    bed.nibp(162)
    assert bed.story("sbp_high")[-1] == "15min escalate high"


def test_a_session_without_the_overlay_has_the_plain_limits() -> None:
    bed = Bed(laid_over(rules={"sbp_high": PRESSURE}))
    bed.admit()
    bed.start_infusion()
    bed.nibp(165)
    assert bed.story("sbp_high") == []


def test_the_line_names_the_protocol_with_its_overlay() -> None:
    bed = Bed(laid_over(rules={"sbp_high": PRESSURE}))
    bed.admit(overlays=("postpartum",))
    bed.nibp(165)
    assert str(bed.last("sbp_high").protocol).startswith("small+postpartum@1#")


def test_an_overlay_survives_a_restart_and_a_reload() -> None:
    bed = Bed(laid_over(rules={"sbp_high": PRESSURE}))
    bed.admit(overlays=("postpartum",))
    bed.start_infusion()
    bed.configure(with_protocol())
    bed.restart(down="5s")
    bed.nibp(165)
    assert [line.priority for line in bed.of("sbp_high")] == [MEDIUM]


def test_an_unknown_overlay_is_refused() -> None:
    assert Bed().admit(overlays=("other",)) == (
        "small has no addition called other; choose from its list"
    )


def test_a_contradicting_overlay_is_refused_at_admission() -> None:
    wrong = replace(PRESSURE, signal=Signal.NIBP_DIA)
    bed = Bed(laid_over(rules={"sbp_high": wrong}))
    assert bed.admit(overlays=("postpartum",)) == (
        "These overlays contradict each other: rules.sbp_high.signal: neither of nibp_sys and nibp_dia is stricter"
    )


def test_times_become_shorter_and_hysteresis_longer() -> None:
    given = overlay(
        fresh={Signal.SPO2: 5 * SECOND, Signal.NIBP_SYS: HOUR},
        rules={"spo2_low": spo2_low(hysteresis=3.0, clear_delay=SECOND)},
        schedule={
            "nibp": ScheduleItem(
                signals=(Signal.NIBP_DIA, Signal.NIBP_SYS),
                every={"infusion": 10 * MINUTE, "early": 5 * MINUTE, "pre": 5 * MINUTE},
            )
        },
        alarms=AlarmTimes(acknowledge_expires=MINUTE, audio_pause=HOUR, latching=(MEDIUM,)),
        away=AwayTerms(phases=("early",), at_most=HOUR),
    )
    base = protocol(away=AwayTerms(phases=("early", "late")))
    made = tighten(base, "postpartum", given)
    assert made.fresh[Signal.SPO2] == 5 * SECOND
    assert made.fresh[Signal.NIBP_SYS] == base.fresh[Signal.NIBP_SYS]
    rule = made.rules["spo2_low"]
    assert (rule.hysteresis, rule.clear_delay) == (3.0, 5 * SECOND)
    assert made.schedule["nibp"].every == {
        "infusion": 5 * MINUTE,
        "early": 5 * MINUTE,
        "late": 30 * MINUTE,
        "pre": 5 * MINUTE,
    }
    assert (made.alarms.acknowledge_expires, made.alarms.audio_pause) == (MINUTE, 2 * MINUTE)
    assert made.alarms.latching == (MEDIUM, HIGH)
    assert made.away == AwayTerms(phases=("early",), at_most=10 * MINUTE)


def test_levels_that_rest_in_a_phase_still_rest_there_unless_the_overlay_speaks() -> None:
    base = protocol(rules={"spo2_low": spo2_low(only=("infusion",))})
    more = spo2_low(levels=(level("<95", LOW),), only=("early",))
    made = tighten(base, "x", overlay(rules={"spo2_low": more})).rules["spo2_low"]
    assert [len(made.levels_in(phase)) for phase in ("pre", "infusion", "early")] == [0, 2, 1]


def test_questions_are_added_to_the_gate() -> None:
    ask = QuestionCriterion(name="headache", asks="Headache?", needs=False)
    base = protocol(gate=(QuestionCriterion(name="consent", asks="Consent?"),))
    assert [c.name for c in tighten(base, "x", overlay(gate=(ask,))).gate] == [
        "consent",
        "headache",
    ]


CONTRADICTIONS: list[tuple[str, Callable[[], Overlay]]] = [
    (
        "rules.spo2_low: a stale rule cannot tighten a limit rule",
        lambda: overlay(
            rules={
                "spo2_low": AbsenceRule(
                    signal=Signal.SPO2, levels=(Level(priority=LOW, delay=SECOND),)
                )
            }
        ),
    ),
    (
        "rules.spo2_low: the protocol has no phase 'dose'",
        lambda: overlay(rules={"spo2_low": spo2_low(only=("dose",))}),
    ),
    (
        "schedule.nibp.signals: neither of the two lists is stricter",
        lambda: overlay(
            schedule={"nibp": ScheduleItem(signals=(Signal.NIBP_SYS,), every={})},
        ),
    ),
    (
        "gate.consent: stands in both, and neither is stricter",
        lambda: overlay(gate=(QuestionCriterion(name="consent", asks="Consent?", needs=False),)),
    ),
]


@pytest.mark.parametrize(("says", "made"), CONTRADICTIONS, ids=[c[0] for c in CONTRADICTIONS])
def test_what_has_no_order_is_refused(says: str, made: Callable[[], Overlay]) -> None:
    base = protocol(gate=(QuestionCriterion(name="consent", asks="Consent?"),))
    with pytest.raises(OverlayError) as refused:
        tighten(base, "x", made())
    assert str(refused.value) == says
