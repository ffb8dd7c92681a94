"""Several conditions together, three-valued."""

import pytest

from monitord.engine.rules.combine import CombineLevel, CombineRule, parse_term
from monitord.model import Quality, Signal
from tests.builders import CUFF, HIGH, admitted, with_rules

SEVERE = CombineRule(
    title="severe pressure with symptoms",
    levels=(
        CombineLevel(
            priority=HIGH,
            needs=(
                (parse_term("nibp_sys >=160"), parse_term("nibp_dia >=110")),
                (parse_term("headache >=1"), parse_term("dyspnoea >=1")),
            ),
        ),
    ),
)
GIVEN = with_rules(severe=SEVERE)


def test_pressure_alone_and_symptom_alone_are_not_both() -> None:
    bed = admitted(GIVEN)
    bed.nibp(165)
    bed.observe({Signal.HEADACHE: 0, Signal.DYSPNOEA: 0})
    assert bed.story("severe") == []
    bed = admitted(GIVEN)
    bed.nibp(120)
    bed.observe({Signal.HEADACHE: 2})
    assert bed.story("severe") == []


@pytest.mark.parametrize(
    ("sys", "dia", "signal"),
    [(160, 80, Signal.HEADACHE), (120, 110, Signal.DYSPNOEA), (160, 110, Signal.HEADACHE)],
)
def test_one_of_each_group_is_enough_and_the_line_says_which(
    sys: float, dia: float, signal: Signal
) -> None:
    bed = admitted(GIVEN)
    bed.nibp(sys, dia)
    bed.observe({signal: 1})
    assert bed.story("severe") == ["0s start high"]
    assert bed.last("severe").text.endswith(": severe pressure with symptoms")
    assert f"and mild {signal}" in bed.last("severe").text


def test_a_symptom_that_nobody_asked_for_is_unknown_and_ends_nothing() -> None:
    bed = admitted(GIVEN)
    bed.nibp(165)
    bed.observe({Signal.HEADACHE: 1})
    bed.wait("3h")
    assert bed.story("severe") == ["0s start high"]
    bed.nibp(120)
    assert bed.story("severe")[-1] == "3h latch high"


def test_a_doubtful_pressure_may_raise_and_not_end_it() -> None:
    bed = admitted(GIVEN)
    for _ in range(3):
        bed.observe({Signal.HEADACHE: 1})
        bed.frame({Signal.NIBP_SYS: 165}, source=CUFF, quality=Quality.LOW_PERFUSION)
        bed.wait("8s")
    assert bed.story("severe") == ["15s start high"]


def test_pressures_that_hardly_go_together_wait_for_no_mark_to_end() -> None:
    bed = admitted(GIVEN)
    bed.observe({Signal.HEADACHE: 1})
    bed.nibp(220, 92)
    assert bed.story("severe") == ["0s start high"]


@pytest.mark.parametrize("text", ["nibp_sys", "nothing >=1", "nibp_sys 160", 160, ""])
def test_what_is_no_condition_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"condition|limit|valid Signal"):
        parse_term(text)
