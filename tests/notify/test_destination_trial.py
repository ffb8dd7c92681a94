"""`monitord test-destination`: what is sent, and what it says of who took it and who heard it."""

import io
import json
from pathlib import Path

import pytest

from monitord.commands import destination_trial
from tests.program import Command

SUITE = """\
suite: ward
database: none.db
beds: {{"1": {{devices: {{oximeter: {{driver: nonin, port: /dev/serial/by-id/x}}}}}}}}
destinations:
  desk: {{notifier: terminal}}
  sounder: {{notifier: command, run: [/bin/sh, -c, "cat >{out}"]}}
  broken: {{notifier: command, run: [/bin/sh, -c, "exit 3"]}}
  pagers: {{notifier: espa, port: /dev/serial/by-id/none, call: "550"}}
  alive: {{notifier: heartbeat, url: "https://192.0.2.1/x"}}
routes: {{high: {{tiers: [{{to: [desk]}}]}}, medium: {{tiers: [{{to: [desk]}}]}}}}
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    file = tmp_path / "suite.yaml"
    file.write_text(SUITE.format(out=tmp_path / "played"))
    return file


def test_one_message_that_says_that_it_is_a_test_goes_out_and_somebody_says_heard(
    suite: Path, monitord: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("heard\n"))
    said = monitord("test-destination", "sounder", "-c", suite)
    assert said.code == 0, said.err
    assert "sounder: taken after" in said.out
    assert said.out.endswith("sounder: heard\n")
    (line,) = (suite.parent / "played").read_text().splitlines()
    assert json.loads(line)["text"].startswith("TEST of sounder")


@pytest.mark.parametrize("typed", ["", "no\n"])
def test_what_nobody_says_they_heard_is_a_failure(
    suite: Path, monitord: Command, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    said = monitord("test-destination", "sounder", "-c", suite)
    assert (said.code, said.err) == (1, "sounder: nobody heard it\n")


def test_without_anybody_to_ask_it_ends_once_it_was_taken(suite: Path, monitord: Command) -> None:
    said = monitord("test-destination", "sounder", "--taken", "-c", suite)
    assert said.code == 0, said.err
    assert "heard" not in said.out


@pytest.mark.parametrize(
    ("name", "code", "says"),
    [
        ("broken", 1, "broken: not taken: /bin/sh: exit code 3"),
        ("pagers", 1, "pagers: a serial line, which a running service may hold"),
        ("sonder", 2, "no destination 'sonder'; did you mean 'sounder'?"),
        ("alive", 2, "alive carries no alarms"),
    ],
)
def test_what_cannot_be_told_says_why(
    suite: Path, monitord: Command, name: str, code: int, says: str
) -> None:
    said = monitord("test-destination", name, "--taken", "-c", suite)
    assert (said.code, says in said.err) == (code, True), said.err


def test_a_terminal_that_is_the_log_of_the_service_is_not_tried_on_this_terminal(
    suite: Path, monitord: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(destination_trial, "service_logs", lambda _file: True)
    said = monitord("test-destination", "desk", "--taken", "-c", suite)
    assert said.code == 1
    assert "desk: writes into a log, where nobody sees it" in said.err
