"""Disks fill, processes are killed, databases are locked or restarted: nothing acknowledged is lost."""

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from monitord.errors import StoreError
from monitord.store.journal.journal import Journal
from tests.postgres import Postgres
from tests.store.builders import frame, line, notify

ROOT = Path(__file__).parents[2]


def victim(*arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    program = [sys.executable, "-m", "tests.store.victim", *arguments]
    return subprocess.Popen(program, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment)


@pytest.mark.parametrize("appends", [1, 7, 150])
def test_after_kill_9_everything_acknowledged_is_there(tmp_path: Path, appends: int) -> None:
    path = tmp_path / "journal.db"
    with victim(str(path)) as process:
        assert process.stdout
        acknowledged = [process.stdout.readline().strip() for _ in range(appends + 1)][1:]
        process.send_signal(signal.SIGKILL)
        # What it said between the last line read and its death is acknowledged too.
        acknowledged += [row for row in process.stdout.read().split("\n")[:-1] if row]
    with Journal.open(path) as journal:
        events = {seq for seq, _ in journal.events()}
        queued = {row.after_seq for row in journal.effects(type="notify")}
        assert events >= {int(seq) for seq in acknowledged}
        assert len(events) <= len(acknowledged) + 1
        assert queued == events
        assert len(journal.outbox.waiting()) == len(events)


def test_a_full_disk_is_a_store_error_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with victim(str(path), "1000000") as process:
        assert process.stdout
        said = process.stdout.read().splitlines()
    full = next(number for number, text in enumerate(said) if text.startswith("full"))
    acknowledged = [int(seq) for seq in said[1:full]]
    assert len(acknowledged) > 10
    assert "journal.db" in said[full]
    assert said[full + 1 :] == [f"again {acknowledged[-1] + 1}"]
    with Journal.open(path) as journal:
        assert [seq for seq, _ in journal.events()] == [*acknowledged, acknowledged[-1] + 1]


def test_a_locked_database_is_a_store_error_and_then_works_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with Journal.open(path) as journal:
        journal.append([frame(1)])
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            journal.append([frame(2)])
        assert [seq for seq, _ in journal.events()] == [1]
        other.execute("ROLLBACK")
        other.close()
        assert journal.append([frame(2)]) == [2]


@pytest.mark.peer("postgres")
@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_restarted_postgres_is_written_to_again(postgres: Postgres, mode: str) -> None:
    with Journal.open(postgres.database()) as journal:
        told = line(1)
        journal.append([replace(frame(1), effects=(told, notify("k1", told)))])
        postgres.stop(mode)
        try:
            with pytest.raises(StoreError):
                journal.append([frame(2)])
            with pytest.raises(StoreError):
                list(journal.events())
        finally:
            postgres.start()
        assert _eventually(journal) == [2, 3]
        assert [seq for seq, _ in journal.events()] == [1, 2, 3]
        assert [message.key for message in journal.outbox.waiting()] == ["k1"]
        with pytest.raises(StoreError, match="another monitord"):
            Journal.open(journal.database.url.render_as_string(hide_password=False))


def _eventually(journal: Journal) -> list[int]:
    """The line that broke may be noticed by one more append; the next one has a new line."""
    try:
        return journal.append([frame(2), frame(3)])
    except StoreError:
        return journal.append([frame(2), frame(3)])
