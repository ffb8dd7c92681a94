"""Times kept as even stretches give what the times themselves would."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitord.model import Instant
from monitord.replay.recordings.sample_times import SampleTimes, sample_times_of
from monitord.replay.vector.concatenated_times import ConcatenatedTimes, concatenated_times_of

GAPS = st.lists(st.sampled_from([0, 1, 1, 1, 2, 5]), max_size=12)
SESSIONS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), GAPS), min_size=1, max_size=5)
"""Of each: what passes before its first reading and after its last one, and between the others."""

Times = list[list[int]]


def lines(sessions: list[tuple[int, int, list[int]]]) -> tuple[ConcatenatedTimes, Times]:
    """The sessions' line, and when each reading is by it. The first gap says whether there is any reading."""
    times = [
        np.cumsum([100 + before, *gaps[1:]]) if gaps else np.empty(0, np.int64)
        for before, _, gaps in sessions
    ]
    ends = [int(each[-1]) if len(each) else 100 for each in times]
    spans = [
        (Instant(100), Instant(end + after))
        for end, (_, after, _) in zip(ends, sessions, strict=True)
    ]
    line = concatenated_times_of([sample_times_of(each) for each in times], spans)
    shifted = [
        (each - shift).tolist() for each, shift in zip(times, line.shifts.tolist(), strict=True)
    ]
    return line, shifted


def check(line: ConcatenatedTimes, times: Times) -> None:
    flat = np.array([at for each in times for at in each], np.int64)
    assert flat.tolist() == sorted(flat.tolist())
    assert line.size == len(flat)
    assert line.at(np.arange(line.size)).tolist() == flat.tolist()
    instants = np.arange(-1, int(line.until[-1]) + 3)
    assert line.first_from(instants).tolist() == np.searchsorted(flat, instants).tolist()
    for least in (1, 2, 5):
        wide = [
            start + at
            for start, each in zip(line.starts.tolist(), times, strict=True)
            for at, (one, other) in enumerate(pairwise(each), 1)
            if other - one >= least
        ]
        assert line.pauses(np.full(len(times), least)).tolist() == wide


@given(sessions=SESSIONS)
def test_a_line_says_when_each_reading_was_and_which_comes_next(
    sessions: list[tuple[int, int, list[int]]],
) -> None:
    check(*lines(sessions))


@given(sessions=SESSIONS, data=st.data())
def test_a_line_without_some_readings_is_that_of_the_others(
    sessions: list[tuple[int, int, list[int]]], data: st.DataObject
) -> None:
    line, times = lines(sessions)
    gone = data.draw(st.sets(st.integers(0, line.size - 1))) if line.size else set[int]()
    left = [
        [at for place, at in enumerate(each, start) if place not in gone]
        for start, each in zip(line.starts.tolist(), times, strict=True)
    ]
    check(line.without(np.array(sorted(gone), np.intp)), left)


@given(gaps=GAPS)
def test_the_usual_time_between_two_readings_is_the_median(gaps: list[int]) -> None:
    times = np.cumsum([7, *gaps])
    passing = [gap for gap in gaps if gap]
    assert sample_times_of(times).usual() == (int(np.median(passing)) if passing else None)


def test_an_even_signal_takes_no_memory_for_its_readings() -> None:
    """A knot at the start, one at the gap's begin and one at its end."""
    times = np.concatenate((np.arange(1000), np.arange(2000, 3000))) * 10
    pace = sample_times_of(times)
    assert pace == SampleTimes(2000, *pace[1:])
    assert [each.tolist() for each in pace[1:]] == [
        [0, 999, 1000],
        [0, 9990, 20000],
        [10, 10010, 10],
    ]
