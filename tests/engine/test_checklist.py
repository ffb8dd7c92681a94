"""The gate before the infusion and the list before the discharge."""

from monitord.engine.protocol.criterion import (
    Criterion,
    ElapsedCriterion,
    QuestionCriterion,
    QuietCriterion,
    ReadingCriterion,
)
from monitord.engine.staff.checklist import discharge_list, gate
from monitord.model import MINUTE, Instant, Signal
from tests.builders import Bed, admitted, infusing, limit, with_protocol

GATE: tuple[Criterion, ...] = (
    ReadingCriterion(
        name="sbp", signal=Signal.NIBP_SYS, needs=limit("<=140"), readings=2, apart=5 * MINUTE
    ),
    QuestionCriterion(name="consent", asks="Consent given?"),
    QuestionCriterion(name="pregnant", asks="Pregnant?", needs=False),
)
LEAVE: tuple[Criterion, ...] = (
    ElapsedCriterion(name="time", since="infusion_start", at_least=120 * MINUTE),
    ReadingCriterion(name="sbp", signal=Signal.NIBP_SYS, needs=limit("<=140"), or_within=20),
    ReadingCriterion(name="awake", signal=Signal.MOAAS, needs=limit(">=5")),
    QuietCriterion(name="quiet"),
    QuestionCriterion(name="escort", asks="A responsible adult is there?"),
)


def at_the_gate() -> Bed:
    """Two readings 5 min apart, and every question answered as it should be."""
    bed = admitted(with_protocol(gate=GATE))
    bed.nibp(132)
    bed.wait("5min")
    bed.nibp(128)
    bed.answer_question("consent")
    bed.answer_question("pregnant", yes=False)
    return bed


def leaving() -> Bed:
    """Two hours after the start, everything as it should be."""
    bed = infusing(with_protocol(discharge=LEAVE))
    bed.wait("40min")
    bed.stop_infusion()
    bed.wait("80min")
    bed.spo2(97)
    bed.nibp(130)
    bed.observe({Signal.MOAAS: 5})
    bed.answer_question("escort")
    return bed


def test_the_infusion_starts_when_the_gate_holds() -> None:
    assert at_the_gate().start_infusion() is None


def test_the_gate_names_every_point_that_is_missing() -> None:
    bed = admitted(with_protocol(gate=GATE))
    bed.nibp(152)
    bed.answer_question("pregnant", yes=True, by="anna")
    assert bed.start_infusion() == (
        "Not yet: Systolic BP 152 now, must be 140 or less; Consent given? Not answered; Pregnant? Yes (anna); "
        "to go on all the same, write the reason"
    )
    assert bed.state.session
    assert bed.state.session.infusion is None


def test_two_readings_must_be_far_enough_apart() -> None:
    bed = at_the_gate()
    bed.nibp(150)
    bed.wait("1min")
    bed.nibp(130)
    bed.wait("2min")
    bed.nibp(130)
    (sbp,) = [point for point in gate(bed.state) if point.name == "sbp"]
    assert (sbp.met, sbp.says) == (
        False,
        "Systolic BP 130 now is good, but 2 good readings in a row, 5 min apart, are needed",
    )


def test_an_old_reading_is_none() -> None:
    bed = at_the_gate()
    bed.wait("16min")
    assert str(bed.start_infusion()).startswith(
        "Not yet: Systolic BP 140 or less: no good reading;"
    )


def test_a_reason_opens_the_gate_and_is_kept() -> None:
    bed = admitted(with_protocol(gate=GATE))
    assert bed.start_infusion(override="pump was running on arrival") is None
    session = bed.state.session
    assert session
    assert "pump was running" in str(session.steps[-1].action)


def test_the_last_answer_counts_and_a_voided_one_does_not() -> None:
    bed = at_the_gate()
    bed.answer_question("consent", yes=False, id="slip")
    assert bed.start_infusion() is not None
    bed.void("slip")
    assert bed.start_infusion() is None


def test_the_gate_shows_who_answered() -> None:
    bed = at_the_gate()
    (consent,) = [point for point in gate(bed.state) if point.name == "consent"]
    assert (consent.met, consent.by, consent.says) == (True, "nurse", "Consent given? Yes (nurse)")


def test_a_question_that_nobody_asks_is_refused() -> None:
    assert at_the_gate().answer_question("weather") == (
        "No question called weather in this protocol"
    )


def test_the_patient_leaves_when_the_list_holds() -> None:
    bed = leaving()
    assert [point.name for point in discharge_list(bed.state) if not point.met] == []
    assert bed.discharge() is None


def test_the_list_says_how_long_is_still_to_wait() -> None:
    bed = infusing(with_protocol(discharge=LEAVE))
    bed.wait("100min")
    (time,) = [point for point in discharge_list(bed.state) if point.name == "time"]
    assert time.says == "2 h since the start of the infusion: another 20 min"


def test_an_open_alarm_holds_the_patient_back() -> None:
    bed = leaving()
    bed.spo2(84, "6s")
    refused = str(bed.discharge())
    assert "Answer these alarms first: SpO2 84 now, below 85 for 5 s" in refused


def test_a_pressure_near_the_baseline_is_good_enough() -> None:
    bed = leaving()
    bed.nibp(150)
    assert bed.discharge() is not None
    bed.accept_baseline(values={Signal.NIBP_SYS: 138}, happened_at=Instant(bed.now))
    assert bed.discharge() is None


def test_nobody_is_kept_against_a_decision() -> None:
    bed = infusing(with_protocol(discharge=LEAVE))
    assert bed.discharge(override="left against advice") is None
    assert bed.state.session is None


def test_the_lists_are_empty_without_a_session() -> None:
    bed = Bed(with_protocol(gate=GATE))
    assert (gate(bed.state), discharge_list(bed.state)) == ((), ())


def test_the_points_survive_a_restart() -> None:
    bed = at_the_gate()
    before = gate(bed.state)
    bed.restart(down="5s")
    assert [p.met for p in gate(bed.state)] == [p.met for p in before]
