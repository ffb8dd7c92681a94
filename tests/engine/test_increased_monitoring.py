"""An accepted pressure alarm brings the next readings closer, until two of them are clear."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given as each
from hypothesis import strategies as st

from monitord.engine.protocol.protocol import Settings
from monitord.engine.rules.limit import LimitRule
from monitord.engine.state import STATE
from monitord.model import MINUTE, Priority, Signal
from tests.builders import Bed, infusing, level, protocol, rules, settings


def given() -> Settings:
    small = protocol()
    item = replace(small.schedule["nibp"], reaction=2 * MINUTE)
    high = LimitRule(signal=Signal.NIBP_SYS, levels=(level(">=180", Priority.MEDIUM),))
    more = replace(small, schedule={"nibp": item}, rules=rules(nibp_sys_high=high))
    return settings(protocols={"small": more})


def interval(bed: Bed) -> int:
    (entry,) = bed.state.due
    return entry.interval // MINUTE


def high() -> Bed:
    """Two pressures beyond the limit; the alarm is accepted."""
    bed = infusing(given()).nibp(120)
    for _ in range(2):
        bed.wait("2min").nibp(185)
    assert bed.accept("nibp_sys_high") is None
    return bed


def test_an_accepted_pressure_alarm_brings_the_next_reading_closer_at_once() -> None:
    bed = high()
    assert interval(bed) == 2
    assert STATE.validate_json(STATE.dump_json(bed.state)) == bed.state


def test_two_clear_readings_in_a_row_end_it() -> None:
    bed = high()
    bed.wait("2min").nibp(120)
    assert interval(bed) == 2
    bed.wait("2min").nibp(185)
    bed.wait("2min").nibp(185)
    for expected in 2, 5:
        bed.wait("2min").nibp(120)
        assert interval(bed) == expected


def test_an_acknowledged_alarm_leaves_the_schedule_as_it_is() -> None:
    bed = infusing(given()).nibp(120)
    for _ in range(2):
        bed.wait("2min").nibp(185)
    bed.acknowledge("nibp_sys_high")
    assert interval(bed) == 5


@each(st.lists(st.sampled_from([120, 185]), max_size=12))
def test_it_ends_with_the_second_of_two_clear_readings_and_not_before(values: list[int]) -> None:
    bed = high()
    for value in values:
        bed.wait("2min").nibp(value)
    pairs = pairwise(values)
    ended = (120, 120) in pairs
    assert interval(bed) == (5 if ended else 2)
