"""The watcher sounds when the heartbeat stops, and only then."""

import importlib.util
import json
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest

PROGRAM = Path(__file__).parents[2] / "systemd" / "watcher.py"
MINUTE = 60_000_000


@pytest.fixture(scope="module")
def watcher() -> ModuleType:
    spec = importlib.util.spec_from_file_location("watcher", PROGRAM)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def beat(file: Path, at: int, state: str = "running", open_sessions: int = 0) -> None:
    file.write_text(json.dumps({"beat": at, "state": state, "open_sessions": open_sessions}))


@pytest.mark.parametrize(
    ("age_s", "state", "sessions", "sounds"),
    [
        (0, "running", 2, False),
        (5, "running", 2, False),
        (5.1, "running", 0, True),
        (-30, "running", 0, True),
        (900, "stopped", 0, False),
        (1, "stopped", 1, True),
    ],
)
def test_the_age_of_the_heartbeat_decides(
    watcher: ModuleType, tmp_path: Path, age_s: float, state: str, sessions: int, sounds: bool
) -> None:
    file = tmp_path / "heartbeat"
    beat(file, MINUTE - round(age_s * 1e6), state, sessions)
    assert (watcher.look(file, 5, MINUTE).lost is not None) is sounds


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"beat": "x"}', "\x00\xff"])
def test_what_cannot_be_read_is_a_lost_heartbeat(
    watcher: ModuleType, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "heartbeat"
    assert watcher.look(file, 5, MINUTE).lost
    file.write_text(text, encoding="latin-1")
    assert watcher.look(file, 5, MINUTE).lost


def test_the_signal_is_a_high_priority_burst_of_ten_pulses(watcher: ModuleType) -> None:
    with wave.open(BytesIO(watcher.burst())) as file:
        assert 3 < file.getnframes() / file.getframerate() < 5
        loud = [abs(n) > 3000 for n in memoryview(file.readframes(file.getnframes())).cast("h")]
    # A pulse begins where it was quiet for 50 ms.
    quiet, pulses = 10_000, 0
    for sample in loud:
        if sample and quiet > 0.05 * watcher.RATE:
            pulses += 1
        quiet = 0 if sample else quiet + 1
    assert pulses == 10


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """A watcher beside nobody; its player writes what it was given to a file."""
    heartbeat, played = tmp_path / "heartbeat", tmp_path / "played.wav"
    arguments = [str(heartbeat), "--after", "1.5", "--sound", f"tee {played}"]
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(PROGRAM), *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield heartbeat, played
    finally:
        process.kill()
        process.wait()


def test_it_sounds_seconds_after_the_last_beat(running: tuple[Path, Path]) -> None:
    heartbeat, played = running
    last = time.monotonic() + 3
    while time.monotonic() < last:
        beat(heartbeat, time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000)
        time.sleep(0.2)
        assert not played.exists()
    while not (played.exists() and played.stat().st_size):
        assert time.monotonic() < last + 5
        time.sleep(0.05)
    # Lost after 1.5 s, looked at each second, half a second for a machine that is busy.
    assert time.monotonic() - last < 3
