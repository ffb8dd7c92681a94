"""`monitord demo` as scripts use it: JSON lines on standard output, nothing else, a clean end."""

import json
import os
import signal
import subprocess
import sys
import threading
from typing import Any

import pytest

from tests.daemon.livekit import check_line
from tests.peers import GENEROUS_S
from tests.program import Command
from tests.ward import MAIN, ROOT


def demo(*options: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", MAIN, "demo", "--port", "0", "--headless", *options],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def lines_of(out: str) -> list[dict[str, Any]]:
    lines = [json.loads(row) for row in out.splitlines()]
    for line in lines:
        check_line(line)
        assert line["simulated"] is True or line["bed"] is None
    return lines


def test_within_two_minutes_an_alarm_is_raised_acknowledged_and_cleared() -> None:
    with demo("--speed", "8", "--duration", "120s") as process:
        out, err = process.communicate(timeout=GENEROUS_S)
    assert (process.returncode, err) == (0, "")
    lines = lines_of(out)
    lives: dict[str, list[str]] = {}
    for line in lines:
        lives.setdefault(line["id"], []).append(line["event"])
    assert any(
        told[0] == "start" and "acknowledge" in told and told[-1] == "clear"
        for told in lives.values()
    ), lives


def test_the_first_alarm_comes_within_thirty_seconds() -> None:
    with demo("--speed", "8", "--duration", "30s") as process:
        out, err = process.communicate(timeout=GENEROUS_S)
    assert (process.returncode, err) == (0, "")
    assert lines_of(out)[0]["event"] == "start"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_cleanly(number: signal.Signals) -> None:
    with demo("--speed", "8") as process:
        assert process.stdout is not None
        watchdog = threading.Timer(60, process.kill)
        watchdog.start()
        first = process.stdout.readline()
        process.send_signal(number)
        out, err = process.communicate(timeout=GENEROUS_S)
        watchdog.cancel()
    assert (process.returncode, err) == (0, "")
    assert lines_of(first + out)


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    with demo("--speed", "8", "--duration", "10min") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=GENEROUS_S) == 0
        assert process.stderr.read() == ""


def test_a_bad_duration_or_scenario_is_a_sentence(monitord: Command) -> None:
    for options in ("--duration", "40"), ("--scenario", "nowhere.yaml"):
        said = monitord("demo", "--port", "0", "--headless", *options)
        assert (said.code, said.out) == (2, "")
        assert len(said.err.splitlines()) == 1
