"""How often a patient who is well makes somebody come: within the budget, on real nights and ordinary days.

Ten whole days are `python -m tests.courses.alarm_budget`; here two hours of the twins stand for them.
"""

from pathlib import Path

from monitord.replay.stories.subject import read_subject
from tests.courses.alarm_budget import BUDGET, SHIPPED, day, nights, ordinary
from tests.courses.answered_bed import AlarmCount

SAMPLED = {4: 3600, 7: 3600}
"""Seconds of each day from its beginning, by seed."""


def within(count: AlarmCount) -> bool:
    return count.an_hour(count.starts) <= BUDGET and count.an_hour(count.tellings) <= BUDGET


def test_real_nights_keep_the_budget(shared_data: Path) -> None:
    """Under the overlay, which only adds: what the protocol alone tells is counted with it."""
    count = nights(shared_data, read_subject(SHIPPED[1]))
    assert 7.6 < count.hours < 7.7
    assert within(count), count


def test_ordinary_hours_of_the_twins_keep_the_budget() -> None:
    protocol = read_subject(SHIPPED[0])
    count = AlarmCount()
    for seed, seconds in SAMPLED.items():
        count.add(day(seed, protocol, seconds))
    assert within(count), count


def test_an_ordinary_day_has_motion_low_perfusion_and_slipped_probes_and_is_the_same_each_time() -> (
    None
):
    faults = [each.fault.value for seed in range(10) for each in ordinary(seed).faults]
    assert {*faults} == {"motion", "low_perfusion", "probe_off"}
    assert 29 * 3 < faults.count("motion") < 29 * 5
    assert ordinary(3) == ordinary(3) != ordinary(4)
