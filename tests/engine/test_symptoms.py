"""Symptoms speak by themselves, and what one entry says is told once."""

import pytest

from monitord.model import SYMPTOMS, Priority, Signal
from tests.builders import LOW, MEDIUM, Bed, settings
from tests.builders import routes as two_tiers
from tests.engine.shipped_rules import protocol_of

ALL = tuple(sorted(each.value for each in SYMPTOMS))
TOLD = ("severe_with_symptoms", "vomiting_sedated", "moaas_low", "nibp_sys_high")


def a_bed(*rules: str) -> Bed:
    """A bed under the shipped rules of the symptoms; low alarms are told too, so that they can be counted."""
    routes = {**two_tiers(), LOW: two_tiers()[MEDIUM]}
    given = protocol_of(*(rules or (*ALL, *TOLD)))
    bed = Bed(settings(protocols={"small": given}, routes=routes))
    bed.admit()
    bed.start_infusion(override="a test of what follows")
    return bed


def tellings(bed: Bed) -> list[tuple[str, str]]:
    """Rule and priority of each first message."""
    return [
        (message.line.alarm, message.line.priority.word)
        for message in bed.notified
        if message.tier == 0 and message.line.event == "start"
    ]


@pytest.mark.parametrize("signal", sorted(SYMPTOMS))
@pytest.mark.parametrize("value", [1, 2, 3])
def test_a_symptom_alone_is_told_by_its_own_alarm(signal: Signal, value: int) -> None:
    bed = a_bed()
    bed.observe({signal: value})
    ((rule, priority),) = tellings(bed)
    assert rule == signal
    urgent = signal in {Signal.CHEST_PAIN, Signal.DYSPNOEA}
    psychic = signal in {Signal.HALLUCINATION, Signal.DISSOCIATION}
    graded = ("low", "medium", "high")
    expected = (
        ("medium", "high", "high") if urgent else ("low", "low", "medium") if psychic else graded
    )
    assert priority == expected[value - 1]


def test_one_entry_of_many_symptoms_is_one_telling_of_the_worst() -> None:
    bed = a_bed()
    bed.observe({Signal.NAUSEA: 2, Signal.HEADACHE: 3, Signal.DIZZINESS: 1, Signal.VOMITING: 3})
    assert tellings(bed) == [("headache", "high")]
    assert {line.alarm for line in bed.lines if line.inhibited_by == "headache"} == {
        "nausea",
        "dizziness",
        "vomiting",
    }


def test_what_is_entered_later_is_news() -> None:
    bed = a_bed()
    bed.observe({Signal.HEADACHE: 3})
    bed.wait("30s")
    bed.observe({Signal.VOMITING: 3})
    assert tellings(bed) == [("headache", "high"), ("vomiting", "high")]


def test_an_answer_to_the_one_that_was_told_answers_the_others_of_the_entry() -> None:
    bed = a_bed()
    bed.observe({Signal.HEADACHE: 3, Signal.VOMITING: 3})
    bed.acknowledge("headache")
    bed.wait("2min")
    assert tellings(bed) == [("headache", "high")]
    # Each goes on by itself: what is worse breaks through.
    bed.observe({Signal.HEADACHE: 3, Signal.VOMITING: 3, Signal.NAUSEA: 3})
    assert tellings(bed)[1:] == [("nausea", "high")]


def test_a_severe_pressure_with_symptoms_is_told_in_their_place_and_in_that_of_the_pressure() -> (
    None
):
    bed = a_bed()
    bed.observe({Signal.NIBP_SYS: 185, Signal.NIBP_DIA: 100, Signal.HEADACHE: 3, Signal.NAUSEA: 2})
    assert tellings(bed) == [("severe_with_symptoms", "high")]


def test_a_symptom_that_stands_beside_a_later_severe_pressure_is_told_by_it_from_then_on() -> None:
    bed = a_bed("headache", "severe_with_symptoms")
    bed.observe({Signal.HEADACHE: 2})
    bed.wait("1min")
    bed.observe({Signal.NIBP_SYS: 165})
    assert tellings(bed) == [("headache", "medium"), ("severe_with_symptoms", "high")]
    bed.wait("3min")
    assert bed.last("headache").inhibited_by == "severe_with_symptoms"


def test_vomiting_while_sedated_is_one_telling_at_medium() -> None:
    bed = a_bed()
    bed.observe({Signal.MOAAS: 3, Signal.VOMITING: 2})
    assert tellings(bed) == [("vomiting_sedated", "medium")]
    bed.observe({Signal.MOAAS: 2, Signal.VOMITING: 2})
    # Deeper sedation is more than that says.
    assert bed.last("moaas_low").priority is Priority.HIGH
    assert bed.last("moaas_low").inhibited_by is None


def test_of_a_rule_without_a_value_only_needs_of_a_level_that_holds_make_it_worse() -> None:
    bed = a_bed("severe_with_symptoms")
    bed.observe({Signal.NIBP_SYS: 165, Signal.HEADACHE: 1})
    bed.acknowledge("severe_with_symptoms")
    bed.wait("30s")
    bed.observe({Signal.DYSPNOEA: 1})
    assert [line.event for line in bed.of("severe_with_symptoms")][-1] == "escalate"


def test_a_symptom_ends_with_its_own_entry_whatever_was_not_asked() -> None:
    bed = a_bed()
    bed.observe({Signal.NAUSEA: 2})
    bed.acknowledge("nausea")
    bed.wait("5s")
    bed.observe({Signal.NAUSEA: 0})
    assert bed.alarm("nausea") is None or bed.last("nausea").event == "clear"
