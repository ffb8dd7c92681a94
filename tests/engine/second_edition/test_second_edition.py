"""The engine says of random traces what the page's model says: who is told, when, how urgently."""

import pytest

from monitord.config.protocol.protocols import read_protocol
from monitord.engine.rules.limit import LimitRule
from monitord.model import SECOND
from tests.effort import examples
from tests.engine.second_edition.coincidences import coinciding
from tests.engine.second_edition.compare import differences
from tests.engine.second_edition.page import (
    MOVE,
    PAUSE,
    PHASE,
    REST,
    SWAP,
    Level,
    Reading,
    Rule,
    Second,
)
from tests.engine.second_edition.shipped import PULSE_RATE_LOW, RULES, SPO2_LOW
from tests.engine.second_edition.traces import eventful, trace

TRACES = 30
DIFFERED = (
    *(105, 115, 195, 207, 853, 901, 967, 985, 1580, 1588),
    *(796, 1501, 1867, 1913, 1931, 1977, 2219, 2301, 2479, 2490),
    *(3045, 3120, 3575, 3974, 3941, 4008, 4679, 5024, 5047, 5143),
    *(5150, 5375, 5598, 5755),
)
"""Seeds in which the two once differed: acts at the instant of a level, returns after an answer, rejections, a
repeat that is due as the alarm eases or comes back, answers to doubtful readings, rejections while a level waits to
be confirmed, what fades as a reading reaches it, the third answer at a lesser level, returns on doubtful numbers."""
EVENTFUL_DIFFERED = (23, 56, 72, 80, 92, 102, 1059, 1455, 1549)
"""The same with events: moves at the instant of a tier, phases that rest the rule once somebody answered."""
EVENTFUL = 30
COINCIDING = 30
COINCIDING_DIFFERED = (23, 281, 456, 620, 784)
"""The same of coincidences: a tier due as the patient moves, acts as the daemon is back, a rise as its answer ends."""


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_the_rules_of_the_model_are_the_shipped_ones(rule: Rule) -> None:
    shipped = read_protocol("ketamine_iv_0_5_40").rules[rule.name]
    assert isinstance(shipped, LimitRule)
    levels = [
        Level(
            int(level.priority),
            level.limit.value,
            level.delay // SECOND,
            strict=level.limit.relation.value in {"<", ">"},
            twice=level.twice,
            hysteresis=level.hysteresis,
        )
        for level in shipped.levels_in("infusion")
        # What is measured from the baseline is unknown: in the traces nobody accepted one.
        if level.of == "value"
    ]
    assert levels == list(rule.levels)
    assert shipped.hysteresis == rule.hysteresis
    assert shipped.clear_delay == rule.clear_delay * SECOND


@pytest.mark.parametrize("ninth", range(3), ids=[rule.name for rule in RULES])
def test_the_engine_tells_what_the_model_tells(ninth: int) -> None:
    told = 0
    for seed in range(ninth, TRACES, len(RULES)):
        rule, seconds = trace(seed)
        compared = differences(rule, seconds)
        assert [str(each) for each in compared.found] == [], f"seed {seed} of {rule.name}"
        told += compared.lines
    # A comparison of nothing would agree as well.
    assert told > TRACES


@pytest.mark.parametrize("ninth", range(3), ids=[rule.name for rule in RULES])
def test_the_two_agree_through_moves_pauses_other_devices_and_phases(ninth: int) -> None:
    happened = set[str]()
    for seed in range(ninth, examples(EVENTFUL), len(RULES)):
        rule, seconds = eventful(seed)
        happened |= {each.event for each in seconds}
        found = differences(rule, seconds).found
        assert [str(each) for each in found] == [], f"seed {seed} of {rule.name}"
    # A few histories, as with --fast, do not have all of it.
    everything = {"", MOVE, PAUSE, PHASE, REST, SWAP}
    assert happened == everything or examples(EVENTFUL) < EVENTFUL


@pytest.mark.parametrize("ninth", range(3), ids=[rule.name for rule in RULES])
def test_the_two_agree_on_what_falls_in_the_second_in_which_a_clock_runs_out(ninth: int) -> None:
    restarts = 0
    for seed in range(ninth, examples(COINCIDING), len(RULES)):
        rule, seconds = coinciding(seed)
        restarts += any(each.down for each in seconds)
        found = differences(rule, seconds).found
        assert [str(each) for each in found] == [], f"seed {seed} of {rule.name}"
    assert restarts or examples(COINCIDING) < COINCIDING


@pytest.mark.parametrize("seed", EVENTFUL_DIFFERED)
def test_what_once_differed_with_such_events_does_no_more(seed: int) -> None:
    assert [str(each) for each in differences(*eventful(seed)).found] == []


@pytest.mark.parametrize("seed", COINCIDING_DIFFERED)
def test_what_once_differed_in_such_a_second_does_no_more(seed: int) -> None:
    assert [str(each) for each in differences(*coinciding(seed)).found] == []


@pytest.mark.parametrize("seed", DIFFERED)
def test_what_once_differed_does_no_more(seed: int) -> None:
    assert [str(each) for each in differences(*trace(seed)).found] == []


def _stream(values: dict[int, float], acts: dict[int, str], until: int) -> list[Second]:
    value, seconds = 97.0, []
    for at in range(until + 1):
        value = values.get(at, value)
        seconds.append(Second(Reading(value), acts.get(at, "")))
    return seconds


def test_an_act_comes_before_the_levels_of_its_instant() -> None:
    seconds = _stream({0: 52.0, 1: 54.0}, {60: "acknowledge"}, 62)
    assert differences(PULSE_RATE_LOW, seconds).found == []


def test_a_fault_of_the_model_would_be_seen() -> None:
    """The comparison has teeth: with five seconds of delay for none, the two differ."""
    from dataclasses import replace

    deaf = replace(SPO2_LOW, levels=(*SPO2_LOW.levels[:-1], Level(3, 80, 5)))
    assert differences(deaf, _stream({0: 79.0}, {}, 20)).found
