"""`monitord demo` as scripts use it: JSON lines on standard output, nothing else, a clean end.

The duration is of the demo's time: the slower that goes, the better a busy machine keeps up with its devices.
One process is started as a shell does; the others are forks, which need no second to import the program.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.daemon.livekit import check_line
from tests.forked import Forked
from tests.peers import GENEROUS_S, wait_until
from tests.program import Command
from tests.ward import MAIN, ROOT

DEMO = ("demo", "--port", "0", "--headless")
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}


@dataclass(frozen=True)
class Demo:
    """A demo in a fork; standard output and standard error are files."""

    process: Forked
    out: Path
    err: Path

    def ended(self) -> list[dict[str, Any]]:
        """The lines of one that ends without a fault and without a word."""
        assert self.process.wait(GENEROUS_S) == 0
        assert self.err.read_text() == ""
        return lines_of(self.out.read_text())


@contextmanager
def forked(folder: Path, *options: str) -> Iterator[Demo]:
    out, err = folder / "out", folder / "err"
    process = Forked(MAIN, *DEMO, *options, env=ENVIRONMENT, stdout=out, stderr=err)
    try:
        yield Demo(process, out, err)
    finally:
        process.kill()
        process.wait(GENEROUS_S)


def demo(*options: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", MAIN, *DEMO, *options],
        env=ENVIRONMENT,
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


def test_within_two_minutes_an_alarm_is_raised_acknowledged_and_cleared(tmp_path: Path) -> None:
    with forked(tmp_path, "--speed", "4", "--duration", "120s") as started:
        lines = started.ended()
    lives: dict[str, list[str]] = {}
    for line in lines:
        lives.setdefault(line["id"], []).append(line["event"])
    assert any(
        told[0] == "start" and "acknowledge" in told and told[-1] == "clear"
        for told in lives.values()
    ), lives


def test_the_first_alarm_comes_within_thirty_seconds(tmp_path: Path) -> None:
    with forked(tmp_path, "--speed", "2", "--duration", "30s") as started:
        assert started.ended()[0]["event"] == "start"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_cleanly(number: signal.Signals, tmp_path: Path) -> None:
    with forked(tmp_path, "--speed", "8") as started:
        wait_until(lambda: "\n" in started.out.read_text())
        started.process.send_signal(number)
        assert started.ended()


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
