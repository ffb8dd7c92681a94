"""Recordings through the engine: against a hand count, twice the same, placed and cut as asked."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from monitord.config import read_protocol
from monitord.model import SECOND, AlarmEvent, AlarmLine, Signal
from monitord.replay.recordings.open_recordings import open_recording
from monitord.replay.run.replay_run import replay_file
from tests.replay.hand import Level, count

CHECKME = "checkme/checkme-o2-max-20260309.csv"
MIMIC = "mimic-wfdb/s00001/s00001-2896-10-10-00-31n"
KETAMINE = "ketamine_iv_0_5_40"

SPO2_LOW = [
    Level(below=True, limit=95, delay=60, hysteresis=0, priority=1),
    Level(below=True, limit=93, delay=300, hysteresis=2),
    Level(below=True, limit=90, delay=15, hysteresis=2),
    Level(below=True, limit=90, delay=60, hysteresis=2, priority=3),
    Level(below=True, limit=85, delay=5, hysteresis=2, priority=3),
    Level(below=True, limit=80, delay=0, hysteresis=2, priority=3),
]
PULSE_LOW = [
    Level(below=True, limit=55, delay=60, hysteresis=0, priority=1),
    Level(below=True, limit=50, delay=15, hysteresis=5),
    Level(below=True, limit=40, delay=5, hysteresis=5, priority=3),
]
PULSE_HIGH = [
    Level(below=False, limit=110, delay=60, hysteresis=5, priority=1),
    Level(below=False, limit=120, delay=30, hysteresis=5),
]


@cache
def replayed(path: Path) -> list[AlarmLine]:
    """What is asked of it many times is replayed once."""
    return list(replay_file(str(path), read_protocol(KETAMINE)).lines)


def seconds(lines: list[AlarmLine], rule: str, event: AlarmEvent) -> list[float]:
    return [line.at / SECOND for line in lines if (line.alarm, line.event) == (rule, event)]


@pytest.mark.parametrize(
    ("file", "fresh"),
    # The protocol lets SpO2 and pulse speak for 10 s. The oximeter writes every 2 s, so that stands;
    # the MIMIC monitor every 60 s, so there it is 2.5 x 60 s = 150 s.
    [(CHECKME, 10.0), (MIMIC, 150.0)],
)
@pytest.mark.parametrize(
    ("rule", "signal", "levels"),
    [
        ("spo2_low", Signal.SPO2, SPO2_LOW),
        ("pulse_rate_low", Signal.PULSE_RATE, PULSE_LOW),
        ("pulse_rate_high", Signal.PULSE_RATE, PULSE_HIGH),
    ],
)
def test_starts_clears_and_near_misses_are_those_of_the_hand_count(
    shared_data: Path, file: str, fresh: float, rule: str, signal: Signal, levels: list[Level]
) -> None:
    """Definition in `hand.py`; none of these recordings has a high alarm of these rules, which would
    latch instead of clearing.
    """
    lines = replayed(shared_data / file)
    times, values = open_recording(shared_data / file).series(signal)
    by_hand = count(times / SECOND, values, fresh, levels)
    assert seconds(lines, rule, AlarmEvent.START) == by_hand.starts
    assert seconds(lines, rule, AlarmEvent.CLEAR) == by_hand.clears
    assert seconds(lines, rule, AlarmEvent.NEAR_MISS) == by_hand.near_misses


def test_the_long_checkme_night_has_twelve_low_alarms(shared_data: Path) -> None:
    """By eye over the file: five stretches below 95 % for a minute, which numbers of 95, on which a patient may
    leave, part into twelve; the 4 dips below 90 % are all shorter than 15 s, so no medium alarm.
    """
    lines = replayed(shared_data / CHECKME)
    starts = [line for line in lines if line.event is AlarmEvent.START]
    assert [line.priority.word for line in starts if line.alarm == "spo2_low"] == ["low"] * 12


def test_silence_at_the_monitor_is_told_after_two_and_a_half_of_its_intervals(
    shared_data: Path,
) -> None:
    """60 s between numerics: `spo2_absent` (10, 30 and 120 s) speaks 150 s after the last number, or
    after the beginning where none came yet, and to the recording's end.
    """
    lines = replayed(shared_data / MIMIC)
    recording = open_recording(shared_data / MIMIC)
    times, values = recording.series(Signal.SPO2)
    known = np.array([recording.start, *times[~np.isnan(values)], recording.end])
    silent = known[:-1][np.diff(known) >= 150 * SECOND] + 150 * SECOND
    assert seconds(lines, "spo2_absent", AlarmEvent.START) == (silent / SECOND).tolist()
    assert len(silent) == 9


def test_the_same_recording_gives_the_same_bytes(shared_data: Path) -> None:
    def text() -> str:
        return "\n".join(replay_file(str(shared_data / CHECKME), read_protocol(KETAMINE)).texts())

    assert text() == text()
