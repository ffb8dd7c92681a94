"""Work of more than a few seconds shows a bar on a terminal, and nothing of it anywhere else."""

import re
from pathlib import Path
from typing import Final

import pytest

from monitord.cli import COMMANDS
from monitord.store.journal.journal import Journal
from tests.program import Command, monitord
from tests.release.guides import ROOT
from tests.store.builders import admit, frame
from tests.typed_terminal import TypedTerminal, typed

__all__ = ["monitord"]

BAR: Final = "\u2501"
INFUSION = str(ROOT / "config" / "recordings" / "infusion.csv")
KETAMINE = "ketamine_iv_0_5_40"

SHOWS: Final = {
    "backtest": (),
    "backup": ("backup", "--database", "journal.db", "copy.db"),
    "devices": ("devices", "--scan", "--port", "/dev/null"),
    "diff": (),
    "explain": (),
    "export": ("export", "s1", "--database", "journal.db", "-o", "s1.json"),
    "qualify": (),
    "replay": (),
    "restore": ("restore", "journal.db", "--database", "restored.db"),
    "retention": ("retention", "--days", "30", "--database", "journal.db"),
    "setup": (),
    "test": (),
    "test-destination": (),
    "verify": ("verify", "--database", "journal.db"),
    "approve": (),
}
"""Each with a call that is tried here; without one its source is looked at."""
SHORT: Final = {
    "demo": "it is a service",
    "run": "it is a service",
    "simulate": "it goes on until Ctrl-C",
    "play": "it tells each minute as it passes",
    "shadow": "it tells each difference as it is found",
    "check": "it reads files",
    "routes": "it reads files",
    "people": "one row of the journal",
    "promote": "it reads a report",
    "hospital": "it reads and writes settings of servers",
    "broker-certs": "a key on P-256 takes some milliseconds",
}


def test_every_command_is_known_to_be_short_or_shows_a_bar() -> None:
    assert SHOWS.keys() | SHORT.keys() == set(COMMANDS)
    assert not SHOWS.keys() & SHORT.keys()
    for name, call in SHOWS.items():
        if not call:
            folder = ROOT / "monitord"
            places = {
                "setup": folder / "commands/setup/found_devices.py",
                **dict.fromkeys(
                    ("replay", "diff", "backtest", "test"), folder / "replay/replay_console.py"
                ),
            }
            usual = folder / "commands" / f"{name.replace('-', '_')}_command.py"
            source = places.get(name, usual).read_text()
            assert re.search(r"with .*(bar_while|shown|counted|paced|bar_until_done)\(", source), (
                name
            )


@pytest.mark.parametrize("name", [name for name, call in SHOWS.items() if call])
def test_the_bar_is_on_a_terminal_and_in_no_file(
    name: str, tmp_path: Path, monitord: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Journal.open(tmp_path / "journal.db") as journal:
        journal.append([admit(1, "s1"), frame(2)])
    words = SHOWS[name]
    with typed(*words, cwd=tmp_path, HOME=str(tmp_path)) as person:
        person.ends()
        assert BAR in person.shown, person.shown[-500:]
    for made in ("copy.db", "s1.json", "out", "restored.db"):
        (tmp_path / made).unlink(missing_ok=True)
    piped = monitord(*words)
    assert BAR not in piped.out + piped.err


def test_results_stay_on_standard_output_while_a_bar_is_on_the_terminal(tmp_path: Path) -> None:
    out = tmp_path / "out"
    terminal = TypedTerminal(
        "replay", INFUSION, "-p", KETAMINE, cwd=tmp_path, env={"HOME": str(tmp_path)}, stdout=out
    )
    try:
        assert terminal.ends() == 0
        assert out.read_text().startswith('{"')
        assert '{"' not in terminal.shown
    finally:
        terminal.close()
