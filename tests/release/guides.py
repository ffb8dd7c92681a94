"""The commands that README and guides show, the room in which they run, and those that can't run here.

A command is a line of an `sh` block; a line indented by four blanks, or words in code font, where they begin with `monitord`
or `./dev`. Words in code font are looked at and not run.
"""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog
from typer import main as typer_main
from typer.testing import CliRunner

from monitord.cli import app
from monitord.config import read_protocol
from monitord.errors import BAD_CONFIG
from tests.builders import settings
from tests.peers import GENEROUS_S
from tests.record.journaled import JournaledBed

ROOT: Final = Path(__file__).parents[2]
GUIDES: Final = (
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
)
KETAMINE: Final = "ketamine_iv_0_5_40"

NOT_RUN: Final = {
    "sudo": "needs root",
    "nft": "changes the firewall of this machine",
    "sha256sum": "needs the bundle: tests/release/test_install.py",
    "tar": "needs the bundle: tests/release/test_install.py",
    "cd": "needs the bundle: tests/release/test_install.py",
    "journalctl": "needs systemd",
    "curl": "needs a running service: tests/systemd/test_metrics.py",
    "./dev": "goes on for minutes; `./dev help` must name it",
    "../shared/data": "recordings that are not part of the tree: tests/replay/test_backtest.py",
    "twins": "forty patients take minutes: tests/replay/test_backtest.py",
    "monitord demo": "goes on until Ctrl-C: tests/daemon/test_demo.py",
    "monitord devices --scan": "speaks to each line of this machine: tests/daemon/test_ports.py",
    "monitord devices --capture": "needs a device: tests/daemon/test_ports.py",
    "monitord devices --verify ticker": "needs the package: tests/examples/test_ticker.py",
    "monitord promote": "asks for a password: tests/record/test_promote.py",
    "monitord setup": "asks: tests/systemd/test_setup.py",
    "monitord test-destination pager": "asks: tests/notify/test_destination_trial.py",
    "monitord simulate": "goes on until Ctrl-C: tests/devices/test_twin_nonin.py",
    "monitord run": "goes on until a signal: tests/daemon/test_whole_path.py",
    "monitord replay --station": "goes on until Ctrl-C: tests/record/test_replay_station.py",
    "monitord shadow --follow": "goes on until Ctrl-C: tests/record/test_shadow.py",
    "monitord test --mutate": "20 s: tests/replay/test_stories.py",
    "monitord test config/courses": "each course is a test: tests/courses/test_courses.py",
    "monitord test config/protocols/tests": "each file is a test: tests/replay/test_stories.py",
    "monitord verify --head": "a head of somebody's own log: tests/store/test_chain_verification.py",
}
"""Words that a command has, and why it is not run; a monitord command is parsed all the same."""

ROWS: Final = 450
"""Of the shipped recording: a quarter of an hour, so that all is run in seconds."""

FOUND_CHANGES: Final = "monitord diff"
"""Exit code 1 says that there is a difference."""

SUITE: Final = """\
suite: ward
database: {database}
protocols: [{protocol}]
beds:
  "1":
    devices:
      oximeter: {{driver: nonin, port: /dev/serial/by-id/usb-example-oximeter-1}}
destinations:
  desk: {{notifier: terminal}}
routes:
  high: {{tiers: [{{to: [desk]}}]}}
  medium: {{tiers: [{{to: [desk]}}]}}
shadow: {{{protocol}: {candidate}}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command of a guide; `told` is a whole line of a block."""

    file: str
    line: int
    words: tuple[str, ...]
    told: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {' '.join(self.words)}"

    @property
    def reason(self) -> str | None:
        """The entry of `NOT_RUN` that fits."""
        return next((key for key in NOT_RUN if all(map(self.has, key.split()))), None)

    def has(self, word: str) -> bool:
        """Is it a word of the command, or the folder of one?"""
        return any(each == word or each.startswith(f"{word}/") for each in self.words)


def split(line: str) -> tuple[str, ...]:
    """Words of a command; the program by its own name, whatever folder it stands in."""
    words = shlex.split(line, comments=True)
    if words and words[0].endswith("bin/monitord"):
        words[0] = "monitord"
    return tuple(words)


def commands_of(file: str) -> Iterator[Command]:
    """Every command of one guide, in its order."""
    text = (ROOT / file).read_text()
    language, begun = None, ""
    prose = []
    for number, written in enumerate(text.splitlines(), 1):
        # A command that goes on in the next line is one.
        line, begun = begun + written, ""
        if line.endswith("\\"):
            begun = f"{line[:-1].rstrip()} "
            continue
        fence = re.match(r" *```(\w*)", line)
        if fence:
            language = (fence[1] or "text") if language is None else None
        elif language == "sh" or (language is None and re.match(r" {4}(monitord|\./dev) ", line)):
            if line.strip():
                yield Command(file=file, line=number, words=split(line), told=True)
        elif language is None:
            prose.append((number, line))
    for number, line in prose:
        for found in re.findall(r"`(?:sudo )?((?:\./dev|[\w./]*monitord) [^`]+)`", line):
            yield Command(file=file, line=number, words=split(found), told=False)


def every_command() -> tuple[Command, ...]:
    return tuple(command for file in GUIDES for command in commands_of(file))


def parser_of(words: tuple[str, ...]) -> tuple[Any, list[str]]:
    """The command of the real program that these words name, and what is left of them."""
    found: Any = typer_main.get_command(app)
    rest = list(words[1:])
    while rest and not rest[0].startswith("-") and hasattr(found, "commands"):
        found = found.get_command(None, rest.pop(0))
    return found, rest


def files_of(file: str) -> dict[str, str]:
    """The blocks of a guide that are whole files: their first line is a comment with the name."""
    text = (ROOT / file).read_text()
    return {
        name: block
        for block, name in re.findall(r"```yaml\n(# ([\w.]+\.yaml)\n.*?)```", text, re.DOTALL)
    }


SCENARIO: Final = f"""\
title: Two seconds
protocol: {KETAMINE}
lasts: 2s
devices: {{oximeter: nonin}}
series: [{{source: oximeter, spo2: 97x5, pulse_rate: 70x5}}]
expect: [{{none: spo2_low}}]
"""
"""As short as a scenario can be: the guide plays it at real speed."""


def prepare(room: Path) -> None:
    """The files that the guides name: settings, protocols, recordings, a journal with the session s17."""
    for folder in ("config", "docs"):
        (room / folder).symlink_to(ROOT / folder)
    for folder in ("etc/monitord", "var/lib/monitord", "media/stick", "recordings"):
        (room / folder).mkdir(parents=True)
    protocol = (ROOT / "config" / "protocols" / f"{KETAMINE}.yaml").read_text()
    limit = 'limit: "<90"\n        delay: 15s'
    assert limit in protocol
    for name in ("mine", "my_protocol", "candidate"):
        (room / f"{name}.yaml").write_text(protocol.replace(limit, limit.replace("90", "88")))
    journal = room / "var/lib/monitord/monitord.db"
    _journal(journal)
    for place in (room / "suite.yaml", room / "try.yaml", room / "etc/monitord/suite.yaml"):
        candidate = room / "candidate.yaml"
        place.write_text(SUITE.format(database=journal, protocol=KETAMINE, candidate=candidate))
    rows = (ROOT / "config" / "recordings" / "infusion.csv").read_text().splitlines(keepends=True)
    for place in (room / "night.csv", room / "recordings" / "short.csv"):
        place.write_text("".join(rows[:ROWS]))
    (room / "other.csv").write_text("".join(rows[:ROWS]).replace("2026-01-05T10", "2026-01-05T12"))
    for guide in GUIDES:
        for name, block in files_of(guide).items():
            (room / name).write_text(block)
    shutil.copy(room / "short_infusion_tests.yaml", room / "my_protocol_tests.yaml")
    (room / "my_scenarios").mkdir()
    for place in (room / "my_scenario.yaml", room / "my_scenarios" / "first.yaml"):
        place.write_text(SCENARIO)


def _journal(place: Path) -> None:
    bed = JournaledBed(settings(suite="ward", protocols={KETAMINE: read_protocol(KETAMINE)}))
    bed.admit(session="s17", pseudonym="P-17", protocol=KETAMINE)
    bed.start_baseline()
    bed.spo2(97, for_="60s")
    bed.start_infusion(override="test")
    bed.spo2(88, for_="40s")
    bed.spo2(97, for_="60s")
    bed.write(place)


def inside(words: tuple[str, ...], room: Path) -> list[str]:
    """The same command with the machine's folders in the room."""
    return [
        str(room) + word if re.match(r"/(etc|var/lib)/monitord|/media/stick", word) else word
        for word in words
    ]


def run(command: Command, room: Path) -> tuple[int, str]:
    """Runs it in the room, which is the working directory; its exit code, and what it said."""
    words = inside(command.words, room)
    if words[0] == "python":
        words[0] = sys.executable
    if words[0] != "monitord":
        done = subprocess.run(
            words, capture_output=True, text=True, check=False, timeout=GENEROUS_S
        )
        return done.returncode, done.stdout + done.stderr
    target = words[words.index(">") + 1] if ">" in words else None
    before = structlog.get_config()
    out = CliRunner().invoke(app, words[1 : words.index(">")] if target else words[1:])
    # A command sets the logging of its process, which here is that of every test.
    structlog.configure(**before)
    if target is not None:
        (room / target).write_text(out.stdout)
    said_itself = out.exception is None or isinstance(out.exception, SystemExit)
    return out.exit_code if said_itself else BAD_CONFIG, f"{out.output}{out.exception or ''}"
