"""The block form gives what stepping gives: on real recordings, and on anything hypothesis invents."""

import tracemalloc
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitord.config import read_protocol
from monitord.engine.rules import ProtocolRule
from monitord.engine.rules.absence import AbsenceRule
from monitord.engine.rules.level import Level
from monitord.engine.rules.limit import LimitLevel, LimitRule
from monitord.model import HOUR, SECOND, AlarmEvent, Instant, Priority, Quality, Signal, from_iso
from monitord.replay.recordings.column_table import QUALITIES, Table
from monitord.replay.recordings.open_recordings import open_recordings
from monitord.replay.recordings.reading_report import ReadingReport
from monitord.replay.recordings.recording import Recording
from monitord.replay.recordings.sample_times import sample_times_of
from monitord.replay.run.alarm_steps import Edge, edge_of, in_order
from monitord.replay.run.recording_session import RecordingSession, open_session
from monitord.replay.run.replay_run import replay
from monitord.replay.vector import vector_run
from monitord.replay.vector.concatenated_times import concatenated_times_of
from monitord.replay.vector.signal_scan import SLAB
from monitord.replay.vector.vector_run import alarms, alarms_of
from tests.builders import limit, protocol
from tests.effort import thorough

START = from_iso("2026-01-05T10:00:00Z")
BREATHS = Signal.RESP_RATE
# Whatever it does is believed.


def stepped(session: RecordingSession) -> list[Edge]:
    return in_order(edge_of(line) for line in replay(session))


@pytest.mark.parametrize("name", ["ketamine_iv_0_5_40", "esketamine_iv_0_2_40"])
@pytest.mark.parametrize(
    ("pattern", "most"),
    [
        ("checkme/*.csv", 2),
        ("mimic-wfdb/s00001/*n.hea", 2),
        ("ge-dri/*.csv", 3),
        ("eicu-nibp/*.csv.gz", 60),
    ],
)
def test_real_recordings_give_the_same_edges_at_the_same_microsecond(
    shared_data: Path, name: str, pattern: str, most: int
) -> None:
    plan = read_protocol(name)
    sessions = [
        open_session(recording, plan)
        for file in sorted(shared_data.glob(pattern))
        for recording in islice(open_recordings(file), most)
        if recording.signals and recording.start is not None
    ]
    found = alarms_of(sessions)
    assert any(each.edges for each in found)
    # Stepping is what takes long: of many stays some are stepped, each of them with --thorough.
    some = slice(None, None, 1 if thorough() or len(sessions) < 6 else 6)
    assert [each.edges for each in found[some]] == [stepped(each) for each in sessions[some]]


@st.composite
def recordings(draw: st.DrawFn, signal: Signal = BREATHS) -> Recording:
    """Up to 60 readings around the limits, with gaps, equal times and every kind of quality."""
    count = draw(st.integers(1, 60))
    gaps = draw(
        st.lists(st.sampled_from([0, 1, 1, 1, 2, 3, 5, 7, 10, 30]), min_size=count, max_size=count)
    )
    values = draw(
        st.lists(
            st.sampled_from([79.0, 84, 85, 88, 89, 90, 91, 92, 94, 95, 97]),
            min_size=count,
            max_size=count,
        )
    )
    kinds = [Quality.GOOD] * 6 + [Quality.LOW_PERFUSION, Quality.MOTION, Quality.INVALID]
    codes = draw(st.lists(st.sampled_from(kinds), min_size=count, max_size=count))
    numbers = [np.nan if q is Quality.INVALID else v for v, q in zip(values, codes, strict=True)]
    table = Table(
        times=np.cumsum(np.array(gaps, np.int64)) * SECOND + START,
        signals=(signal,),
        values=np.array(numbers).reshape(-1, 1),
        codes=np.array([QUALITIES.index(q) for q in codes], np.int8).reshape(-1, 1),
    )
    report = ReadingReport(reader="test", clock="test", rows=count, frames=count)
    return Recording(path=Path("x"), source="recording:x", patient="x", report=report, table=table)


def spans(most: int) -> st.SearchStrategy[int]:
    return st.integers(0, most).map(lambda seconds: seconds * SECOND)


@st.composite
def rules(draw: st.DrawFn, signal: Signal = BREATHS) -> dict[str, ProtocolRule]:
    """One limit rule of up to four levels that mostly look the same way, and one of silence."""
    down = draw(st.booleans())
    words = ["<95", "<90", "<=90", "<85"] if down else [">84", ">=90", ">90", ">=95"]
    words += draw(st.sampled_from([[], [], ["<80"], [">96"]]))
    levels = tuple(
        LimitLevel(
            limit=limit(draw(st.sampled_from(words))),
            priority=draw(st.sampled_from(Priority)),
            delay=draw(spans(20)),
        )
        for _ in range(draw(st.integers(1, 4)))
    )
    silence = tuple(
        Level(priority=priority, delay=draw(spans(20)) + SECOND)
        for priority in draw(st.lists(st.sampled_from(Priority), min_size=1, max_size=3))
    )
    return {
        "beyond": LimitRule(
            signal=signal,
            levels=levels,
            hysteresis=draw(st.sampled_from([0.0, 1.0, 2.0, 5.0])),
            clear_delay=draw(spans(12)),
        ),
        "silent": AbsenceRule(signal=signal, levels=silence),
    }


@st.composite
def windows(draw: st.DrawFn, signal: Signal) -> tuple[Recording, int, int, int]:
    """A recording, where its session begins and how long it is, and the interval that is declared."""
    interval = draw(st.sampled_from([SECOND, SECOND, 4 * SECOND]))
    return draw(recordings(signal=signal)), draw(spans(60)), draw(spans(60)), interval


@pytest.mark.parametrize("signal", [BREATHS, Signal.SPO2])
@given(
    data=st.data(),
    fresh=spans(12).filter(bool),
    latching=st.sets(st.sampled_from(Priority)),
)
def test_anything_gives_the_same_edges_at_the_same_microsecond(
    signal: Signal, data: st.DataObject, fresh: int, latching: set[Priority]
) -> None:
    """Of many sessions together, with one freshness or several, as of each alone; of a signal whose steps
    an engine doubts as of one that it believes.
    """
    several = data.draw(st.lists(windows(signal), min_size=1, max_size=5))
    plan = protocol(rules=data.draw(rules(signal)), fresh={signal: fresh}, schedule={})
    plan = replace(plan, alarms=replace(plan.alarms, latching=tuple(latching)))
    sessions = []
    for recording, after, lasts, interval in several:
        assert recording.start is not None
        assert recording.end is not None
        start = Instant(recording.start + after)
        if start <= recording.end:
            end = Instant(start + lasts)
            sessions.append(open_session(recording, plan, start=start, end=end, interval=interval))
    together = alarms_of(sessions)
    for session, by_block in zip(sessions, together, strict=True):
        assert by_block.edges == stepped(session)


@pytest.mark.parametrize("signal", [BREATHS, Signal.SPO2, Signal.NIBP_SYS])
@pytest.mark.parametrize("delay", [0, 3])
@pytest.mark.parametrize("clear_delay", [0, 5])
@pytest.mark.parametrize(
    ("seconds", "values"),
    [
        ([0, 1, 1], [97, 79, 84]),
        ([1, 1], [79, 84]),
        ([0, 0, 0], [79, 79, 97]),
        ([0, 1, 1, 1], [97, 79, 84, 79]),
        ([0, 1, 1, 2], [79, 84, 79, 84]),
        ([0, 1, 1, 3], [97, 84, 79, 84]),
        ([0, 4, 4, 4, 9], [79, 97, 79, 97, 79]),
    ],
)
def test_of_several_readings_at_one_instant_the_last_makes_the_level(
    signal: Signal, delay: int, clear_delay: int, seconds: list[int], values: list[float]
) -> None:
    count = len(seconds)
    table = Table(
        times=np.array(seconds, np.int64) * SECOND + START,
        signals=(signal,),
        values=np.array(values, np.float64).reshape(-1, 1),
        codes=np.full((count, 1), QUALITIES.index(Quality.GOOD), np.int8),
    )
    report = ReadingReport(reader="test", clock="test", rows=count, frames=count)
    recording = Recording(
        path=Path("x"), source="recording:x", patient="x", report=report, table=table
    )
    level = LimitLevel(limit=limit("<80"), priority=Priority.HIGH, delay=delay * SECOND)
    beyond = LimitRule(
        signal=signal, levels=(level,), hysteresis=0.0, clear_delay=clear_delay * SECOND
    )
    plan = protocol(rules={"beyond": beyond}, fresh={signal: 5 * SECOND}, schedule={})
    session = open_session(recording, plan, interval=SECOND)
    (by_block,) = alarms_of([session])
    assert by_block.edges == stepped(session)


@st.composite
def pressure_rules(draw: st.DrawFn) -> dict[str, ProtocolRule]:
    """Levels of which some need a second reading, and one is of the change since a baseline."""
    levels = [
        LimitLevel(
            limit=limit(word),
            priority=draw(st.sampled_from(Priority)),
            delay=draw(spans(10)),
            twice=draw(st.booleans()),
        )
        for word in draw(st.lists(st.sampled_from(["<90", "<85", ">=94"]), min_size=1, max_size=3))
    ]
    change = LimitLevel(limit=limit("<=-4"), priority=Priority.HIGH, of="change")
    rule = LimitRule(
        signal=Signal.NIBP_SYS,
        levels=(*levels, change),
        hysteresis=draw(st.sampled_from([0.0, 2.0])),
        clear_delay=draw(spans(12)),
    )
    return {"pressure": rule}


@given(
    several=st.lists(recordings(signal=Signal.NIBP_SYS), min_size=1, max_size=3),
    given_rules=pressure_rules(),
    fresh=spans(30).filter(bool),
)
def test_pressures_that_a_second_reading_must_confirm_give_the_same_edges(
    several: list[Recording], given_rules: dict[str, ProtocolRule], fresh: int
) -> None:
    plan = protocol(rules=given_rules, fresh={Signal.NIBP_SYS: fresh}, schedule={})
    sessions = [open_session(recording, plan, interval=SECOND) for recording in several]
    for session, by_block in zip(sessions, alarms_of(sessions), strict=True):
        assert by_block.edges == stepped(session)


def walk(draw: np.random.Generator, count: int) -> Recording:
    """SpO2 that wanders about its limits and jumps, with gaps, doubtful readings and none."""
    values = np.clip(np.cumsum(draw.integers(-1, 2, count)) % 24 + 76.0, 76, 100)
    values[draw.random(count) < 0.02] = 97
    odd = draw.choice([Quality.SEARCHING, Quality.PROBE_OFF, Quality.INVALID], count)
    codes = np.array([QUALITIES.index(quality) for quality in odd], np.int8)
    codes[draw.random(count) < 0.95] = QUALITIES.index(Quality.GOOD)
    values[codes != QUALITIES.index(Quality.GOOD)] = np.nan
    steps = np.where(draw.random(count) < 0.02, draw.integers(0, 30, count), 1)
    table = Table(
        times=np.cumsum(steps) * SECOND + START,
        signals=(Signal.SPO2,),
        values=values.reshape(-1, 1),
        codes=codes.reshape(-1, 1),
    )
    report = ReadingReport(reader="test", clock="test", rows=count, frames=count)
    return Recording(path=Path("x"), source="recording:x", patient="x", report=report, table=table)


def test_many_sessions_at_once_give_what_each_gives_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very unlike lengths, one longer than what is passed over at once, and more than are stacked."""
    monkeypatch.setattr(vector_run, "AT_ONCE", 15_000)
    draw = np.random.default_rng(20260105)
    counts = [*draw.integers(1, 400, 128), SLAB + 1000, *draw.integers(1, 400, 10)]
    levels = [
        LimitLevel(limit=limit(word), priority=priority, delay=delay * SECOND)
        for word, priority, delay in (("<90", Priority.MEDIUM, 0), ("<80", Priority.HIGH, 0))
    ]
    low = LimitRule(signal=Signal.SPO2, levels=tuple(levels), hysteresis=2.0)
    silent = AbsenceRule(
        signal=Signal.SPO2, levels=(Level(priority=Priority.LOW, delay=8 * SECOND),)
    )
    plan = protocol(
        rules={"low": low, "silent": silent}, fresh={Signal.SPO2: 4 * SECOND}, schedule={}
    )
    sessions = [open_session(walk(draw, count), plan, interval=SECOND) for count in counts]
    together = [each.edges for each in alarms_of(sessions)]
    assert sum(map(len, together)) > 1500
    assert together == [alarms(session).edges for session in sessions]
    some = slice(None, None, 16)
    assert together[some] == [stepped(session) for session in sessions[some]]


def test_what_has_no_block_form_is_stepped_and_named(tmp_path: Path) -> None:
    """A session that moves through phases is stepped as a whole."""
    file = tmp_path / "x.csv"
    rows = [
        f"2026-01-05 10:{t // 60:02}:{t % 60:02},{89 if 60 < t < 90 else 97}" for t in range(200)
    ]
    file.write_text("Time,SpO2\n" + "\n".join(rows))
    (recording,) = open_recordings(file)
    plan = protocol(schedule={})
    whole = open_session(recording, plan)
    assert set(alarms(whole).stepped) < set(whole.running.rules)
    phases = (replace(whole.running.phases[0], duration=HOUR), whole.running.phases[0])
    running = replace(whole.running, phases=phases)
    moving = replace(whole, settings=replace(whole.settings, protocols={running.name: running}))
    assert alarms(moving).stepped == tuple(running.rules)
    assert alarms(moving).edges == alarms(whole).edges != []


def test_a_reading_that_comes_as_the_last_one_grows_stale_is_in_time(tmp_path: Path) -> None:
    """Fresh 5 s, clear delay 7 s: at 12 s the reading of 7 s would go stale, and the next one comes: 14 s."""
    file = tmp_path / "x.csv"
    rows = [(0, 97), (2, 80), (7, 97), (12, 97), (15, 97), (18, 97), (21, 97)]
    file.write_text("Time,SpO2\n" + "\n".join(f"2026-01-05 10:00:{t:02},{v}" for t, v in rows))
    (recording,) = open_recordings(file)
    level = LimitLevel(limit=limit("<90"), priority=Priority.MEDIUM)
    rule = LimitRule(signal=Signal.SPO2, levels=(level,), clear_delay=7 * SECOND)
    plan = protocol(rules={"low": rule}, fresh={Signal.SPO2: 5 * SECOND}, schedule={})
    session = open_session(recording, plan, interval=SECOND)
    edges = alarms(session).edges
    assert [(edge.at - START) // SECOND for edge in edges] == [2, 14]
    assert edges == stepped(session)


def test_sessions_of_one_reading_cost_no_memory_for_the_freshness_they_do_not_fill() -> None:
    line = concatenated_times_of([sample_times_of(np.array([START]))] * 2, [(START, START)] * 2)
    tracemalloc.start()
    found = line.pauses(np.full(2, HOUR))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.tolist() == []
    assert most < 100_000


def test_a_step_that_an_engine_doubts_needs_no_stepping_and_counts_from_when_it_was_seen(
    tmp_path: Path,
) -> None:
    """From 97 to 70 at 61 s: believed at 63 s. Without a delay that is when it alarms, with 10 s it is
    at 71 s all the same. A spike of one second is nothing.
    """
    file = tmp_path / "x.csv"
    low = {10, *range(61, 91)}
    rows = [f"2026-01-05 10:{t // 60:02}:{t % 60:02},{70 if t in low else 97}" for t in range(200)]
    file.write_text("Time,SpO2\n" + "\n".join(rows))
    (recording,) = open_recordings(file)
    rules = {
        name: LimitRule(
            signal=Signal.SPO2,
            levels=(LimitLevel(limit=limit("<80"), priority=Priority.HIGH, delay=delay * SECOND),),
        )
        for name, delay in (("at_once", 0), ("held", 10))
    }
    session = open_session(recording, protocol(rules=rules, schedule={}))
    found = alarms(session)
    assert found.stepped == ()
    assert found.edges == stepped(session)
    assert [
        (edge.alarm, (edge.at - START) // SECOND)
        for edge in found.edges
        if edge.event is AlarmEvent.START
    ] == [("at_once", 63), ("held", 71)]
