"""What the commands say to a stranger: the list of them, and one sentence for what commonly goes wrong."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from monitord import __version__
from monitord.cli import main
from tests.release.guides import ROOT

INFUSION = str(ROOT / "config" / "recordings" / "infusion.csv")
KETAMINE = "ketamine_iv_0_5_40"


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """A command sets the logging of its process, which here is that of every test."""
    yield
    structlog.reset_defaults()


def said(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str]:
    """Exit code and all that a command writes."""
    monkeypatch.setattr(sys, "argv", ["monitord", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    out = capfd.readouterr()
    return int(ended.value.code or 0), out.out + out.err


def test_the_version_is_told() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from monitord.cli import main; main()", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"monitord {__version__}\n"


def test_each_command_says_in_the_list_what_it_does_without_being_cut(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for group in ([], ["people"]):
        code, text = said(monkeypatch, capfd, *group, "--help")
        listed = text.split("Commands:\n")[1]
        assert code == 0
        assert "..." not in listed, listed
        assert len(listed.splitlines()) > 4


WARD = """\
suite: ward
database: none.db
protocols: []
beds: {"1": {devices: {oximeter: {driver: nonin, port: /dev/serial/by-id/x}}}}
destinations: {desk: {notifier: terminal}}
routes: {high: {tiers: [{to: [desk]}]}, medium: {tiers: [{to: [desk]}]}}
"""

STORY = """\
title: a story
devces: {oximeter: nonin}
staff: [{at: 3s, do: dance, by: me}]
"""

WRONG: tuple[tuple[tuple[str, ...], str], ...] = (
    (("check", "nix.yaml"), "fault: nix.yaml: cannot be read: No such file or directory"),
    (("run", "-c", "nix.yaml"), "nix.yaml: cannot be read: No such file or directory"),
    (
        ("check", "typo.yaml"),
        "typo.yaml:1: suit: is not a key that is known here; did you mean 'suite'?",
    ),
    (("test", "story.yaml"), "story.yaml:2: devces: is not a key that is known here; did you mean"),
    (
        ("demo", "--scenario", "story.yaml"),
        "story.yaml:3: staff.0: 'dance' is not an action: one of",
    ),
    (("approve", "ketamin"), "no protocol is called 'ketamin'; did you mean"),
    (("replay", "nix.csv", "-p", KETAMINE), "nix.csv: No such file or directory"),
    (("replay", INFUSION), "only a journal has a protocol of its own: name one with -p"),
    (("replay", INFUSION, "-p", "watch"), "watch has no phase 'infusion'; it has none"),
    (("replay", INFUSION, "-p", KETAMINE, "--jsonl", "no/x"), "no/x: No such file or directory"),
    (
        ("diff", "a.jsonl", "b.jsonl"),
        "a.jsonl: no such file; to compare protocols add --recordings",
    ),
    (
        ("replay", INFUSION, "-p", KETAMINE, "--from", "noon"),
        "'noon' is no date and time, such as 2026-01-05T10:40:00Z, nor + and a duration",
    ),
    (
        ("explain", "-c", "ward.yaml", "--bed", "1", "--at", "noon"),
        "--at: 'noon' is no instant with its zone, such as 2026-01-05T10:00:00Z",
    ),
    (("explain", "-c", "ward.yaml", "--bed", "7"), "no bed '7'; known: 1"),
    (("explain", "-c", "ward.yaml", "--bed", "1"), "there is no journal at none.db"),
    (("verify", "--database", "x.db"), "there is no journal at x.db"),
    (("people", "list", "--database", "x.db"), "there is no journal at x.db"),
    (("restore", "x.db", "--database", "y.db"), "there is no journal at x.db"),
    (("export", "s1"), "name the journal: -c SUITE, or --database FILE or URL"),
    (("simulate", "nonin", "--port", "no/line"), "cannot make no/line: No such file or directory"),
    (("simulate", "nonin", "--port", "tcp://h:99999"), "'tcp://h:99999' is no TCP address"),
    (
        ("devices", "--capture", "/dev/nix", "x", "--driver", "nonin"),
        "cannot open /dev/nix: No such",
    ),
)


@pytest.mark.parametrize(("arguments", "sentence"), WRONG, ids=[" ".join(a) for a, _ in WRONG])
def test_what_commonly_goes_wrong_is_one_sentence(
    arguments: tuple[str, ...],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "story.yaml").write_text(STORY)
    (tmp_path / "ward.yaml").write_text(WARD)
    (tmp_path / "typo.yaml").write_text("suit: ward\nbeds: {}\n")
    code, text = said(monkeypatch, capfd, *arguments)
    assert code in {1, 2}
    assert sentence in text


@pytest.mark.parametrize("command", ["demo", "replay"])
def test_a_port_that_is_taken_is_named(
    command: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        recording = ["replay", INFUSION, "-p", KETAMINE, "--station", port]
        arguments = ["demo", "--port", port] if command == "demo" else recording
        code, text = said(monkeypatch, capfd, *arguments)
    assert code == 1
    assert f"the station cannot listen on 127.0.0.1:{port}: Address already in use" in text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    tmp_path.chmod(0o500)
    target = str(tmp_path / "x")
    code, text = said(monkeypatch, capfd, "replay", INFUSION, "-p", KETAMINE, "--jsonl", target)
    assert (code, text) == (1, f"{target}: Permission denied\n")
