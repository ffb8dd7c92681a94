"""What the commands say to a stranger: the list of them, and one sentence for what commonly goes wrong."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from monitord import __version__
from tests.peers import free_port
from tests.program import Command
from tests.release.guides import ROOT

INFUSION = str(ROOT / "config" / "recordings" / "infusion.csv")
KETAMINE = "ketamine_iv_0_5_40"


def test_a_simulated_gateway_says_that_no_broker_answers() -> None:
    port = free_port()
    command = ["simulate", "mqtt", "--port", f"mqtt://127.0.0.1:{port}/suite/1"]
    with subprocess.Popen(
        [sys.executable, "-c", "from monitord.cli import main; main()", *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as gateway:
        assert gateway.stderr is not None
        said_first = gateway.stderr.readline()
        gateway.terminate()
    assert said_first.startswith(f"no broker answers at 127.0.0.1:{port} (")
    assert said_first.endswith("): trying again every second\n")


@pytest.mark.parametrize("module", ["monitord", "monitord.cli"])
def test_python_with_the_module_is_the_command(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"monitord {__version__}\n"


def test_each_command_says_in_the_list_what_it_does_without_being_cut(
    monkeypatch: pytest.MonkeyPatch, monitord: Command
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for group in ([], ["people"]):
        said = monitord(*group, "--help")
        listed = said.out.split("Commands:\n")[1]
        assert said.code == 0
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

WRONG: tuple[tuple[tuple[str, ...], int, str], ...] = (
    (("check", "nix.yaml"), 2, "fault: nix.yaml: cannot be read: No such file or directory"),
    (("check", "."), 2, "fault: .: cannot be read: Is a directory"),
    (("check", "bytes"), 2, "fault: bytes:1: not UTF-8 text"),
    (("run", "-c", "nix.yaml"), 2, "nix.yaml: cannot be read: No such file or directory"),
    (
        ("check", "typo.yaml"),
        2,
        "typo.yaml:1: suit: is not a key that is known here; did you mean 'suite'?",
    ),
    (
        ("test", "story.yaml"),
        2,
        "story.yaml:2: devces: is not a key that is known here; did you mean",
    ),
    (
        ("demo", "--scenario", "story.yaml"),
        2,
        "story.yaml:3: staff.0: 'dance' is not an action: one of",
    ),
    (("demo", "--duration", "5x"), 2, "--duration: '5x' is not a duration"),
    (("approve", "ketamin"), 2, "no protocol is called 'ketamin'; did you mean"),
    (("replay", "nix.csv", "-p", KETAMINE), 1, "nix.csv: No such file or directory"),
    (
        ("replay", ".", "-p", KETAMINE),
        1,
        ".: is a folder; name a file in it: bytes, clockless.csv, nothing, ...",
    ),
    (("replay", "bytes", "-p", KETAMINE), 1, "bytes: no reader knows this content"),
    (("replay", "nothing", "-p", KETAMINE), 1, "nothing: the file is empty"),
    (
        ("replay", "clockless.csv", "-p", KETAMINE),
        1,
        "the clock column holds no time that can be read: 'later' is not understood: give its format",
    ),
    (("replay", INFUSION), 1, "only a journal has a protocol of its own: name one with -p"),
    (
        ("replay", INFUSION, "-p", "bed_without_session"),
        1,
        "bed_without_session has no phases: it is for beds without a session",
    ),
    (
        ("replay", INFUSION, "-p", KETAMINE, "--jsonl", "no/x"),
        1,
        "no/x: No such file or directory",
    ),
    (
        ("replay", INFUSION, "-p", KETAMINE, "--events", "nix"),
        2,
        "nix: No such file or directory\n",
    ),
    (("replay", INFUSION, "-p", KETAMINE, "--events", "bytes"), 2, "bytes: not UTF-8 text\n"),
    (("replay", INFUSION, "-p", KETAMINE, "--speed", "fast"), 2, "--speed: 'fast' is not a speed"),
    (("replay", INFUSION, "-p", KETAMINE, "--interval", "x"), 2, "--interval: 'x' is not a"),
    (
        ("replay", INFUSION, "-p", KETAMINE, "--tz", "Mars"),
        2,
        "--tz: 'Mars' is not a time zone such as Europe/Berlin",
    ),
    (
        ("replay", INFUSION, "-p", KETAMINE, "--from", "noon"),
        2,
        "'noon' is no date and time, such as 2026-01-05T10:40:00Z, nor + and a duration",
    ),
    (
        ("diff", "a.jsonl", "b.jsonl"),
        2,
        "a.jsonl: no such file; to compare protocols add --recordings",
    ),
    (
        ("diff", KETAMINE, "bed_without_session", "--recordings", INFUSION),
        3,
        "no recording could be compared\nbed_without_session has no phases: it is for beds without a session\n",
    ),
    (
        ("backtest", INFUSION, "-p", KETAMINE, "--sweep", "spo2_low medium limit=a"),
        2,
        "limit=a: 'a' is not a limit: write its relation",
    ),
    (
        ("backtest", INFUSION, "-p", KETAMINE, "--sweep", "spo2_low delay=5s", "--interval", "2"),
        2,
        "--sweep goes with neither --interval nor --verdicts",
    ),
    (("backtest", INFUSION, "-p", KETAMINE, "--verdicts", "bytes"), 2, "bytes: not UTF-8 text\n"),
    (
        ("explain", "-c", "ward.yaml", "--bed", "1", "--at", "noon"),
        2,
        "--at: 'noon' is no instant with its zone, such as 2026-01-05T10:00:00Z",
    ),
    (("explain", "-c", "ward.yaml", "--bed", "7"), 2, "no bed '7'; known: 1"),
    (("explain", "-c", "ward.yaml", "--bed", "1"), 1, "there is no journal at none.db"),
    (
        ("promote", KETAMINE, "-c", "ward.yaml", "--report", "nix", "--by", "ada"),
        2,
        f"no candidate for '{KETAMINE}' below shadow: (there is none)",
    ),
    (("verify", "--database", "x.db"), 1, "there is no journal at x.db"),
    (("people", "list", "--database", "x.db"), 1, "there is no journal at x.db"),
    (("restore", "x.db", "--database", "y.db"), 1, "there is no journal at x.db"),
    (("export", "s1"), 2, "name the journal: -c SUITE, or --database FILE or URL"),
    (
        ("simulate", "nonin", "--port", "no/line"),
        1,
        "cannot make no/line: No such file or directory",
    ),
    (("simulate", "nonin", "--port", "tcp://h:99999"), 1, "'tcp://h:99999' is no TCP address"),
    (("devices", "--port", "/dev/nix"), 2, "--port, --ask and --listen go with --scan"),
    (("devices", "--for", "5s"), 2, "--driver, --set and --for go with --capture"),
    (
        ("devices", "--capture", "/dev/nix", "x", "--driver", "nonin", "--for", "5x"),
        2,
        "--for: '5x' is not a duration",
    ),
    (
        ("devices", "--capture", "/dev/nix", "x", "--driver", "nonin", "--set", "format=df9"),
        2,
        "options of nonin: format: must be one of 'df1', 'df2'",
    ),
    (
        ("devices", "--capture", "/dev/nix", "x", "--driver", "nonin"),
        1,
        "cannot open /dev/nix: No such",
    ),
)


@pytest.mark.parametrize(
    ("arguments", "exit_code", "sentence"), WRONG, ids=[" ".join(row[0]) for row in WRONG]
)
def test_what_commonly_goes_wrong_is_one_sentence(
    arguments: tuple[str, ...],
    exit_code: int,
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    monitord: Command,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "story.yaml").write_text(STORY)
    (tmp_path / "ward.yaml").write_text(WARD)
    (tmp_path / "typo.yaml").write_text("suit: ward\nbeds: {}\n")
    (tmp_path / "bytes").write_bytes(b"\xb4\x00\xff" * 99)
    (tmp_path / "nothing").touch()
    (tmp_path / "clockless.csv").write_text("time,spo2\nlater,98\n")
    said = monitord(*arguments)
    assert sentence in said.out + said.err
    assert said.code == exit_code


@pytest.mark.parametrize("command", ["demo", "replay"])
def test_a_port_that_is_taken_is_named(command: str, monitord: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        recording = ["replay", INFUSION, "-p", KETAMINE, "--station", port]
        arguments = ["demo", "--port", port] if command == "demo" else recording
        said = monitord(*arguments)
    assert said.code == 1
    assert f"the station cannot listen on 127.0.0.1:{port}: Address already in use" in said.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_named(tmp_path: Path, monitord: Command) -> None:
    tmp_path.chmod(0o500)
    target = str(tmp_path / "x")
    said = monitord("replay", INFUSION, "-p", KETAMINE, "--jsonl", target)
    assert (said.code, said.out, said.err) == (1, "", f"{target}: Permission denied\n")


@pytest.mark.parametrize(
    ("shell", "asked"),
    [
        ("bash", {"COMP_WORDS": "monitord ba", "COMP_CWORD": "1"}),
        ("zsh", {"_TYPER_COMPLETE_ARGS": "monitord ba"}),
        (
            "fish",
            {"_TYPER_COMPLETE_ARGS": "monitord ba", "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
        ),
    ],
)
def test_a_shell_completes_commands_as_the_guide_says(shell: str, asked: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from monitord.cli import app; app(prog_name='monitord')"],
        env=os.environ | asked | {"_MONITORD_COMPLETE": f"complete_{shell}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "backup" in done.stdout
    assert "backtest" in done.stdout
    assert "check" not in done.stdout
    assert "monitord --install-completion" in (ROOT / "docs/operations.md").read_text()
