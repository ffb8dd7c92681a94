"""The daemon tells systemd and the watcher that it lives: real datagrams, a real file, a real process."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ward import Ward, ward


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """What systemd listens on."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(10)
        yield listener


def heard(manager: socket.socket) -> str:
    return manager.recv(4096).decode()


def test_systemd_hears_ready_alive_and_stopping(tmp_path: Path, manager: socket.socket) -> None:
    environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "2000000"}
    with ward(tmp_path, environment=environment) as suite:
        suite.start()
        said = [heard(manager) for _ in range(6)]
        assert said[0] == "READY=1"
        assert said.count("WATCHDOG=1") >= 3
        assert suite.stop() == 0
        manager.settimeout(1)
        while (last := heard(manager)) != "STOPPING=1":
            assert last == "WATCHDOG=1"


def beat(suite: Ward) -> dict[str, object]:
    found: dict[str, object] = json.loads((suite.folder / "heartbeat").read_text())
    return found


def test_the_watcher_reads_beats_that_go_on_and_an_orderly_end(tmp_path: Path) -> None:
    with ward(tmp_path) as suite:
        suite.start()
        suite.until((tmp_path / "heartbeat").exists)
        first = beat(suite)
        assert (first["state"], first["open_sessions"]) == ("running", 0)
        suite.admit("1")
        suite.until(lambda: beat(suite)["open_sessions"] == 1)
        assert int(str(beat(suite)["beat"])) > int(str(first["beat"]))
        suite.stop()
        assert (beat(suite)["state"], beat(suite)["open_sessions"]) == ("stopped", 1)


def test_after_kill_9_the_last_beat_stays_and_grows_old(tmp_path: Path) -> None:
    with ward(tmp_path) as suite:
        suite.start()
        suite.until((tmp_path / "heartbeat").exists)
        suite.kill()
        assert beat(suite)["state"] == "running"
