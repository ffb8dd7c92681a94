"""What a command prints in columns is a table with titles on a terminal, and the same lines as ever in a file or pipe."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from monitord import printed_table
from tests.program import Command, monitord
from tests.release.guides import ROOT

__all__ = ["monitord"]

KETAMINE = "ketamine_iv_0_5_40"
RECORDINGS = str(ROOT / "config" / "recordings")
Call = Callable[[Path], tuple[str, ...]]


def stricter(folder: Path) -> tuple[str, ...]:
    """A protocol that alarms otherwise than the shipped one."""
    file = folder / "ours.yaml"
    source = ROOT / "config" / "protocols" / f"{KETAMINE}.yaml"
    file.write_text(source.read_text().replace('limit: "<85"', 'limit: "<89"'))
    return ("diff", KETAMINE, str(file), "--recordings", RECORDINGS)


DRAWN: dict[str, tuple[Call, str, str, str]] = {
    "check": (
        lambda _: ("check", str(ROOT / "config" / "suite.yaml")),
        "rule priority asks condition doubt device transport whole",
        "spo2_low high <85 5s 2s",
        "spo2_low high <85 5s + doubt 2s",
    ),
    "backtest": (
        lambda _: ("backtest", RECORDINGS, "-p", KETAMINE, "--workers", "1"),
        "truth events hit missed",
        "desaturation 2 2 0",
        "truth events hit missed",
    ),
    "diff": (stricter, "change session at words", "", ""),
    "devices": (
        lambda _: ("devices", "--verify", "terminal"),
        "outcome check why",
        "kept ",
        "kept ",
    ),
    "people": (
        lambda folder: ("people", "list", "--database", str(folder / "journal.db")),
        "name role standing",
        "ada nurse",
        "ada nurse",
    ),
    "hospital": (
        lambda folder: ("hospital", "keys", str(folder), "icu"),
        "user public key",
        "icu U",
        "icu U",
    ),
}
"""By command: its call, its titles, the begin of a row on a terminal and of the same one in a file."""


def squeezed(text: str) -> str:
    return re.sub(r" +", " ", re.sub(r"\x1b\[[0-9;]*m", "", text))


@pytest.mark.parametrize("name", DRAWN)
def test_columns_are_a_table_on_a_terminal_and_the_same_lines_as_ever_elsewhere(
    name: str, tmp_path: Path, monitord: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, titles, row, line = DRAWN[name]
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        if name == "people":
            database = str(folder / "journal.db")
            monitord("people", "add", "ada", "--role", "nurse", "--database", database)
    plain = squeezed(monitord(*call(first)).out)
    assert line in plain
    assert "\x1b" not in plain
    monkeypatch.setattr(printed_table, "Console", lambda: Console(force_terminal=True, width=200))
    shown = monitord(*call(second)).out
    assert "\x1b[1m" in shown  # its titles are bold
    assert titles in squeezed(shown)
    assert row in squeezed(shown)
