"""The commands of the guides that go on until Ctrl-C, or for long: run as they stand too, and ended as their user would."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from monitord.errors import FAILED
from tests.effort import thorough
from tests.peers import wait_until
from tests.release.guides import ROOT, Command, commands_of, prepare, run

FOR_ENGINEERS = ("docs/replay.md", "docs/recordings.md", "docs/timeline.md", "docs/drivers.md")
WITHOUT_END = {
    "monitord replay --station": "http://127.0.0.1:8788",
    "monitord shadow --follow": "nobody was told of a candidate's alarms",
}
"""The reason in `NOT_RUN`, and what it says once it does what the guide promises."""
LONG = (
    "monitord test --mutate",
    "monitord test config/courses",
    "monitord test config/protocols/tests",
)
ELSEWHERE = {
    "monitord promote": "asks for a password, of an account called NAME: tests/record/test_promote.py",
    "monitord devices --verify ticker": "with the package installed: tests/examples/test_ticker.py",
}
EVERY = [each for file in FOR_ENGINEERS for each in commands_of(file) if each.told and each.reason]


def test_each_command_for_engineers_is_run_somewhere_as_it_stands() -> None:
    assert {each.reason for each in EVERY} <= {*WITHOUT_END, *LONG, *ELSEWHERE}


@pytest.mark.parametrize("command", [e for e in EVERY if e.reason in WITHOUT_END], ids=str)
def test_a_command_without_end_says_what_it_does_and_ends_at_ctrl_c(
    command: Command, tmp_path: Path
) -> None:
    prepare(tmp_path)
    shutil.copy(ROOT / "config" / "recordings" / "infusion.csv", tmp_path / "night.csv")
    said = tmp_path / "said.txt"
    program = [sys.executable, "-c", "from monitord.cli import main; main()", *command.words[1:]]
    with said.open("w") as out:
        running = subprocess.Popen(
            program,
            cwd=tmp_path,
            env={**os.environ, "HOME": str(tmp_path)},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            words = WITHOUT_END[command.reason or ""]
            wait_until(lambda: words in said.read_text() or running.poll() is not None)
            running.send_signal(signal.SIGINT)
            code = running.wait()
        finally:
            running.kill()
            running.wait()
    assert words in said.read_text()
    assert code in {0, 130}, said.read_text()
    assert "Traceback" not in said.read_text()


@pytest.mark.skipif(not thorough(), reason="minutes: with --thorough")
@pytest.mark.parametrize("command", [e for e in EVERY if e.reason in LONG], ids=str)
def test_a_long_command_finds_all_as_the_guide_says(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path)
    code, said = run(command, tmp_path)
    # The tests of the shipped protocol, told to one with another limit, must say so.
    changed = command.has("my_protocol.yaml")
    assert code == (FAILED if changed else 0), said
    assert ("FAILED" in said) is changed, said
    assert not command.has("--mutate") or "mutants: " in said
