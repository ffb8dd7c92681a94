"""Counted is what staff would have been told: an alarm that another one silences is not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitord.engine.rules import ProtocolRule
from monitord.engine.rules.absence import AbsenceRule
from monitord.engine.rules.burden import BurdenLevel, BurdenRule
from monitord.engine.rules.level import Level
from monitord.engine.rules.limit import LimitLevel, LimitRule
from monitord.engine.rules.trend import TrendLevel, TrendRule
from monitord.model import MINUTE, SECOND, Cause, Fault, Instant, Priority, Signal, from_iso
from monitord.replay.backtest.assess import Assessed, assess_sessions
from monitord.replay.compare.diff import compare
from monitord.replay.recordings.column_table import Table
from monitord.replay.recordings.reading_report import ReadingReport
from monitord.replay.recordings.recording import Recording
from monitord.replay.run.alarm_steps import Edge, edge_of, in_order
from monitord.replay.run.episodes import episodes, untold
from monitord.replay.run.recording_session import RecordingSession, open_session
from monitord.replay.run.replay_run import header, replay
from monitord.replay.run.summary import Summary
from monitord.replay.vector.vector_run import alarms
from tests.builders import limit, protocol

START = from_iso("2026-01-05T10:00:00Z")

LOW = LimitRule(
    signal=Signal.SPO2, levels=(LimitLevel(limit=limit("<90"), priority=Priority.MEDIUM),)
)
BURDEN = BurdenRule(
    signal=Signal.SPO2,
    beyond=limit("<90"),
    levels=(BurdenLevel(priority=Priority.MEDIUM, points=50),),
)
BOTH: dict[str, ProtocolRule] = {"spo2_low": LOW, "spo2_burden": BURDEN}

SHORT = [97] * 5 + [89] + [82] * 8 + [89] + [97] * 60
"""Low from 5 to 15 s; 50 points from 12.1 s on, paid back at 22.1 s."""
LONG = [97] * 5 + [89] + [82] * 8 + [89] + [91] * 60
"""The same, but 50 points are paid back at one a second: until 65 s."""


def recording(spo2: list[int]) -> Recording:
    times = START + np.arange(len(spo2), dtype=np.int64) * SECOND
    values = np.array(spo2, float).reshape(-1, 1)
    codes = np.zeros(values.shape, np.int8)
    table = Table(times=times, signals=(Signal.SPO2,), values=values, codes=codes)
    report = ReadingReport(reader="test", clock="test", rows=len(spo2), frames=len(spo2))
    return Recording(path=Path("x"), source="recording:x", patient="x", report=report, table=table)


def session_of(spo2: list[int], rules: dict[str, ProtocolRule] = BOTH) -> RecordingSession:
    return open_session(recording(spo2), protocol(rules=rules, schedule={}))


def assessed(session: RecordingSession) -> Assessed:
    (found,) = assess_sessions(["x"], [session], [()])
    return found


def stepped(session: RecordingSession) -> list[Edge]:
    return in_order(edge_of(line) for line in replay(session))


def told(edges: list[Edge]) -> list[tuple[str, float]]:
    return [(each.alarm, (each.start - START) / SECOND) for each in episodes(edges)]


def test_one_dip_that_two_rules_see_is_one_alarm() -> None:
    found = assessed(session_of(SHORT))
    assert [alarm.alarm for alarm in found.alarms] == ["spo2_low"]
    assert found.untold == {"spo2_burden": 1}


def test_a_burden_is_told_once_the_limits_alarm_is_over_and_has_been_for_ten_seconds() -> None:
    session = session_of(LONG)
    assert told(alarms(session).edges) == [("spo2_low", 5.0), ("spo2_burden", 25.0)]
    (alarm,) = (each for each in assessed(session).alarms if each.alarm == "spo2_burden")
    assert alarm.lasted_s < 50


def test_a_burden_that_comes_before_the_limits_alarm_was_told() -> None:
    slow = replace(LOW, levels=(replace(LOW.levels[0], delay=9 * SECOND),))
    session = session_of(SHORT, {"spo2_low": slow, "spo2_burden": BURDEN})
    assert told(alarms(session).edges) == [("spo2_burden", 12.125), ("spo2_low", 14.0)]


def test_the_limits_beside_a_burden_are_stepped_with_it() -> None:
    assert alarms(session_of(SHORT)).stepped == ("spo2_low", "spo2_burden")
    assert alarms(session_of(SHORT, {"spo2_low": LOW})).stepped == ()


def test_a_diff_names_no_alarm_that_nobody_would_have_been_told() -> None:
    """To add a burden that is always silenced changes nothing; to take the limit away does."""
    alone, both = session_of(SHORT, {"spo2_low": LOW}), session_of(SHORT)
    one, other = (episodes(alarms(session).edges) for session in (alone, both))
    assert compare({"x": one}, {"x": other}) == []
    burden = episodes(alarms(session_of(SHORT, {"spo2_burden": BURDEN})).edges)
    assert {(d.change.value, d.alarm) for d in compare({"x": one}, {"x": burden})} == {
        ("lost", "spo2_low"),
        ("added", "spo2_burden"),
    }


def test_a_replays_table_counts_as_the_back_test_does() -> None:
    for spo2, count in ((SHORT, 1), (LONG, 2)):
        session, summary = session_of(spo2), Summary()
        list(summary.watch(replay(session)))
        assert f"{count} alarms and 0 near misses" in summary.table(header(session))[-1]


def test_a_silence_under_a_lost_link_is_not_counted_beside_it() -> None:
    """The link is lost with the last reading and back with the next."""
    source = "recording:x/spo2"
    silent = AbsenceRule(
        signal=Signal.SPO2, levels=(Level(priority=Priority.LOW, delay=20 * SECOND),)
    )
    whole = recording([97] * 80)
    there = (whole.table.times < START + 10 * SECOND) | (whole.table.times > START + 60 * SECOND)
    table = replace(
        whole.table,
        times=whole.table.times[there],
        values=whole.table.values[there],
        codes=whole.table.codes[there],
    )
    faults = tuple(
        (Instant(START + at * SECOND), Fault(cause=Cause.LINK, subject=source, present=present))
        for at, present in ((10, True), (61, False))
    )
    plan = protocol(rules={"spo2_stale": silent}, schedule={}, fresh={Signal.SPO2: 5 * SECOND})
    cut_off = open_session(replace(whole, table=table, faults=faults), plan)
    assert [alarm.alarm for alarm in assessed(cut_off).alarms] == ["link"]
    assert assessed(cut_off).untold == {"spo2_stale": 1}
    merely = open_session(replace(whole, table=table), plan)
    assert [alarm.alarm for alarm in assessed(merely).alarms] == ["spo2_stale"]


@st.composite
def courses(draw: st.DrawFn) -> list[int]:
    """IndexRanges of one value each, so that delays, points and changes are reached."""
    stretches = draw(
        st.lists(st.tuples(st.integers(80, 98), st.integers(1, 25)), min_size=1, max_size=12)
    )
    return [value for value, seconds in stretches for _ in range(seconds)]


@given(spo2=courses(), delay=st.integers(0, 12), clear_delay=st.integers(0, 5))
def test_block_and_stepping_agree_on_what_is_told(
    spo2: list[int], delay: int, clear_delay: int
) -> None:
    levels = (
        LimitLevel(limit=limit("<90"), priority=Priority.MEDIUM, delay=delay * SECOND),
        LimitLevel(limit=limit("<85"), priority=Priority.HIGH, delay=delay * SECOND),
    )
    falls = TrendRule(
        signal=Signal.SPO2,
        within=MINUTE,
        levels=(TrendLevel(limit=limit("<=-5"), priority=Priority.LOW),),
    )
    low = replace(LOW, levels=levels, clear_delay=clear_delay * SECOND, hysteresis=2.0)
    session = session_of(spo2, {"spo2_low": low, "spo2_burden": BURDEN, "spo2_falling": falls})
    found = alarms(session).edges
    assert found == stepped(session)
    assert episodes(found) == episodes(stepped(session))
    assert untold(found)["spo2_low"] == 0
