"""What a command writes is its owner's alone, whatever the umask: every command that writes, and each form of an export."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitord.record.export_forms import FORMATS
from monitord.store.journal.journal import Journal
from tests.program import Command, monitord
from tests.release.guides import ROOT
from tests.store.builders import admit, frame
from tests.ward import Oximeter

__all__ = ["monitord"]

INFUSION = str(ROOT / "config" / "recordings" / "infusion.csv")
KETAMINE = "ketamine_iv_0_5_40"
STORY = str(ROOT / "config" / "protocols" / "tests" / KETAMINE)
ON_PURPOSE = frozenset({".pem", ".conf", "acl", "suite.yaml", ".wav"})
"""What others must read: certificates, access list, settings, sounds. `whole_files.written` says so at each."""

WRITING: tuple[tuple[str, ...], ...] = (
    *(
        ("export", "s1", "--database", "journal.db", "--format", form, "-o", f"out/{form}")
        for form in FORMATS
        if form != "pdf"
    ),
    ("replay", INFUSION, "-p", KETAMINE, "--jsonl", "out/a.jsonl", "--html", "out/a.html"),
    ("diff", KETAMINE, KETAMINE, "--recordings", INFUSION, "--html", "out/b.html"),
    ("backtest", INFUSION, "-p", KETAMINE, "--out", "out/backtest", "--workers", "1"),
    ("backup", "--database", "journal.db", "out/copy.db"),
    ("backup", "--database", "journal.db", "--into", "out/copies"),
    ("restore", "journal.db", "--database", "out/restored.db"),
    (
        "devices",
        "--capture",
        "line",
        "out/line.jsonl",
        "--driver",
        "nonin",
        "--set",
        "format=df8",
        "--for",
        "1s",
    ),
    ("people", "add", "Ada", "--role", "nurse", "--database", "out/people.db"),
    ("broker-certs", "out/broker", "--server", "127.0.0.1"),
)


@pytest.fixture
def everybody_may_read() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.parametrize("words", WRITING, ids=lambda words: " ".join(words)[:40])
def test_only_its_owner_reads_what_a_command_writes(
    words: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    monitord: Command,
    everybody_may_read: None,
) -> None:
    if words[0] == "broker-certs" and shutil.which("openssl") is None:
        pytest.skip("not on this machine: openssl")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    if "journal.db" in words:
        with Journal.open(tmp_path / "journal.db") as journal:
            journal.append([admit(1, "s1"), frame(2)])
    line = Oximeter(tmp_path / "line") if words[0] == "devices" else None
    try:
        said = monitord(*words)
    finally:
        if line is not None:
            line.close()
    assert said.code == 0, said.out + said.err
    written = [each for each in (tmp_path / "out").rglob("*") if each.is_file()]
    assert written
    for each in written:
        if each.suffix not in ON_PURPOSE and each.name not in ON_PURPOSE:
            assert each.stat().st_mode & 0o077 == 0, each
    # The process has its own umask again.
    assert os.umask(0) == 0
