"""Delays as sums over whole signals: every edge is the engine's, and little of it is stepped."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from monitord.config import read_protocol
from monitord.engine.protocol.protocol import Protocol
from monitord.engine.rules import ProtocolRule
from monitord.engine.rules.absence import AbsenceRule
from monitord.engine.rules.level import Level
from monitord.engine.rules.limit import LimitLevel, LimitRule
from monitord.model import SECOND, AlarmEvent, Priority, Quality, Signal, from_iso
from monitord.replay.recordings.column_table import QUALITIES, Table
from monitord.replay.recordings.open_recordings import open_recordings
from monitord.replay.recordings.reading_report import ReadingReport
from monitord.replay.recordings.recording import Recording
from monitord.replay.run.alarm_steps import Edge, edge_of, in_order
from monitord.replay.run.recording_session import open_session
from monitord.replay.run.replay_run import replay
from monitord.replay.vector.concatenated_signal import Values
from monitord.replay.vector.vector_run import alarms_of
from tests.builders import limit, protocol

START = from_iso("2026-01-05T10:00:00Z")
SPO2, PULSE, BREATHS = Signal.SPO2, Signal.PULSE_RATE, Signal.RESP_RATE


def recording(seconds: Sequence[float], **signals: Sequence[float] | Values) -> Recording:
    """Readings at these seconds, as the columns are; NaN is a probe that is off."""
    values = np.array(list(signals.values()), float).T
    codes = np.where(np.isnan(values), QUALITIES.index(Quality.PROBE_OFF), 0).astype(np.int8)
    times = (np.array(seconds) * SECOND).astype(np.int64) + START
    report = ReadingReport(reader="test", clock="test", rows=len(times), frames=len(times))
    table = Table(times=times, signals=tuple(map(Signal, signals)), values=values, codes=codes)
    return Recording(path=Path("x"), source="recording:x", patient="x", report=report, table=table)


def limits_of(name: str, *signals: Signal) -> Protocol:
    """A shipped protocol's limits and silences of these signals."""
    plan = read_protocol(name)
    rules: dict[str, ProtocolRule] = {
        key: rule
        for key, rule in plan.rules.items()
        if isinstance(rule, LimitRule | AbsenceRule) and rule.signal in signals
    }
    return replace(plan, rules=rules)


def both(recordings: list[Recording], plan: Protocol) -> tuple[list[Edge], list[tuple[str, ...]]]:
    """What the engine says of all of them, which is what the vector form says, and what was stepped."""
    sessions = [open_session(each, plan, interval=SECOND) for each in recordings]
    found = alarms_of(sessions)
    for session, each in zip(sessions, found, strict=True):
        assert each.edges == in_order(edge_of(line) for line in replay(session))
    return [edge for each in found for edge in each.edges], [each.stepped for each in found]


@pytest.mark.parametrize("name", ["ketamine_iv_0_5_40", "esketamine_iv_0_2_40"])
def test_the_shipped_limits_of_an_oximeter_are_followed_on_a_real_night(
    shared_data: Path, name: str
) -> None:
    plan = limits_of(name, SPO2, PULSE)
    assert any(level.delay for rule in plan.rules.values() for level in rule.levels_in(None))
    files = sorted((shared_data / "checkme").glob("*.csv"))
    (night,) = open_recordings(files[0])
    edges, stepped = both([night], plan)
    assert stepped == [()]
    assert {"spo2_low"} <= {edge.alarm for edge in edges}


def wandering(draw: np.random.Generator) -> Recording:
    """A saturation that stays about a limit for minutes, with spikes, dips, gaps and probes that are off."""
    count = int(draw.integers(50, 500))
    held = np.repeat(draw.integers(78, 99, count), draw.integers(1, 40, count))[:count]
    spo2 = (held + draw.integers(-1, 2, count)).astype(float)
    spo2[draw.random(count) < 0.02] = 97
    spo2[draw.random(count) < 0.02] = np.nan
    gaps = np.where(draw.random(count) < 0.02, draw.integers(0, 25, count), 1)
    return recording(np.cumsum(gaps + draw.choice([0, 0, 1e-6, 0.25], count)).tolist(), spo2=spo2)


def test_signals_that_wander_about_the_shipped_limits_give_the_same_edges() -> None:
    draw = np.random.default_rng(20260105)
    edges, stepped = both(
        [wandering(draw) for _ in range(25)], limits_of("ketamine_iv_0_5_40", SPO2)
    )
    happened = Counter(edge.event for edge in edges)
    assert happened[AlarmEvent.NEAR_MISS] > 10
    assert happened[AlarmEvent.START] > 25
    assert happened[AlarmEvent.LATCH] > 5
    # Readings stop while a limit is on its way: that the absence says.
    assert sum(map(bool, stepped)) < len(stepped) / 2


SLOW = LimitRule(
    signal=BREATHS,
    levels=(LimitLevel(limit=limit("<9"), priority=Priority.HIGH, delay=5 * SECOND),),
)
SILENT = AbsenceRule(signal=BREATHS, levels=(Level(priority=Priority.LOW, delay=10 * SECOND),))
BREATHING = protocol(
    rules={"slow": SLOW, "silent": SILENT}, fresh={BREATHS: 2 * SECOND}, schedule={}
)


def test_a_limit_on_its_way_as_readings_stop_is_stepped_with_the_absence_that_says_it() -> None:
    stops = recording([0, 1, 2, 3, 50, 52, 54], resp_rate=[14, 8, 8, 8, 8, 14, 14])
    goes_on = recording([0, 1, 2, 3, 4, 5, 50], resp_rate=[14, 8, 8, 8, 14, 14, 14])
    edges, stepped = both([stops, goes_on], BREATHING)
    assert stepped == [("slow", "silent"), ()]
    worse = [edge for edge in edges if edge.alarm == "silent" and edge.event is AlarmEvent.ESCALATE]
    assert [((edge.at - START) // SECOND, edge.priority) for edge in worse] == [(16, Priority.HIGH)]


def test_a_signal_that_is_lost_again_and_again_is_stepped_there_alone() -> None:
    steady = list(range(400))
    lost = [at for at in steady if at % 30 < 8]
    edges, stepped = both(
        [recording(at, resp_rate=[14.0] * len(at)) for at in (lost, steady)], BREATHING
    )
    assert stepped == [("slow", "silent"), ()]
    assert "unsteady:resp_rate" in {edge.alarm for edge in edges}


def test_an_oximeter_that_says_the_same_for_minutes_is_heard_though_no_rule_is_stepped() -> None:
    count = 400
    moves = [72.0 + at % 2 for at in range(count)]
    edges, stepped = both(
        [
            recording(list(range(count)), spo2=[97.0] * count, pulse_rate=pulse)
            for pulse in ([72.0] * count, moves)
        ],
        limits_of("ketamine_iv_0_5_40", SPO2, PULSE),
    )
    assert stepped == [(), ()]
    assert {edge.alarm for edge in edges} == {"stuck"}
    assert len(edges) == 2
