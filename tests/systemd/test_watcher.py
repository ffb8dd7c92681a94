"""The watcher sounds when the heartbeat stops, and only then."""

import importlib.util
import json
import socket
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest

from monitord.commands import check_command
from monitord.daemon.health.watcher_check import WATCHER_LOST, WatcherWatch
from monitord.model import Instant
from tests.peers import wait_until

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
        (1, "refused", 0, True),
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


def test_its_trial_is_one_soft_pulse(watcher: ModuleType) -> None:
    with wave.open(BytesIO(watcher.burst(watcher.SOFT, (0.0,)))) as file:
        frames = memoryview(file.readframes(file.getnframes())).cast("h")
        assert file.getnframes() / file.getframerate() < 0.5
    assert 0 < max(map(abs, frames)) < 0.1 * 32_767


def tried(tmp_path: Path, player: str) -> dict[str, object]:
    """What a watcher says of itself after its start, and what systemd heard from it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(60)
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(PROGRAM), str(tmp_path / "none"), "--sound", player],
            env={"RUNTIME_DIRECTORY": str(tmp_path), "NOTIFY_SOCKET": str(tmp_path / "notify")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert [systemd.recv(99) for _ in range(2)] == [b"READY=1", b"WATCHDOG=1"]
            return dict(json.loads((tmp_path / "state").read_text()))
        finally:
            process.kill()
            process.wait()


def test_it_tries_its_sound_at_its_start_and_says_what_came_of_it(tmp_path: Path) -> None:
    good = tried(tmp_path, f"tee {tmp_path / 'played'}")
    assert good["no_sound"] is None
    assert (tmp_path / "played").read_bytes().startswith(b"RIFF")
    (tmp_path / "notify").unlink()
    assert "No such file" in str(tried(tmp_path, "/none/aplay")["no_sound"])


def test_a_watcher_that_is_gone_or_mute_is_an_alarm_of_the_suite_until_it_is_not(
    tmp_path: Path,
) -> None:
    file, now = tmp_path / "state", [MINUTE]
    watched = WatcherWatch(file, lambda: now[0])

    def told() -> list[tuple[bool, str]]:
        return [(fault.present, fault.detail) for _, fault in watched.look(Instant(0))]

    assert told() == []  # both start together
    now[0] += WATCHER_LOST
    ((present, detail),) = told()
    assert (present, "does not run" in detail) == (True, True)
    assert told() == []
    file.write_text(json.dumps({"beat": now[0], "no_sound": None}))
    assert told() == [(False, "")]
    file.write_text(json.dumps({"beat": now[0], "no_sound": "no card"}))
    ((present, detail),) = told()
    assert (present, "no card" in detail) == (True, True)
    now[0] += WATCHER_LOST
    ((present, detail),) = told()
    assert (present, "any more" in detail) == (True, True)
    assert list(WatcherWatch(None).look(Instant(0))) == []


def test_check_names_a_watcher_without_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_command, "WATCHER", tmp_path / "state")
    assert check_command.watcher_fault() is None
    beat_at = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000
    (tmp_path / "state").write_text(json.dumps({"beat": beat_at, "no_sound": "no card"}))
    assert "no card" in str(check_command.watcher_fault())


def sounded(played: Path) -> bool:
    """Whether a burst was played: the trial at the start is a tenth as long."""
    return played.exists() and played.stat().st_size > 100_000


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """A watcher beside nobody; its player writes what it was given to a file."""
    heartbeat, played = tmp_path / "heartbeat", tmp_path / "played.wav"
    arguments = [str(heartbeat), "--after", "4", "--sound", f"tee {played}"]
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


def test_it_sounds_after_the_last_beat_and_not_before(running: tuple[Path, Path]) -> None:
    heartbeat, played = running
    for _ in range(25):
        beat(heartbeat, time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000)
        time.sleep(0.2)  # for longer than silence may last
        assert not sounded(played)
    wait_until(lambda: sounded(played) and played.stat().st_size)
