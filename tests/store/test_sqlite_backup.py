"""A backup is whole, beside a running daemon, and a restore brings back what it holds."""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from monitord.errors import StoreError
from monitord.store.accounts import Everybody
from monitord.store.database.server_to_file import to_file
from monitord.store.journal.journal import Journal
from monitord.store.sqlite_backup import Contents, backup
from monitord.store.sqlite_restore import restore
from tests.damage import (
    cut_in_half,
    cut_to_nothing,
    garbage_behind_the_head,
    garbage_everywhere,
)
from tests.killed import killed_at_step
from tests.postgres import Postgres
from tests.store.builders import admit, at, configured, frame


def seqs(path: Path) -> list[int]:
    with Journal.open(path, read_only=True) as journal:
        return [seq for seq, _ in journal.events()]


def test_a_backup_beside_a_running_daemon_is_one_whole_file(tmp_path: Path) -> None:
    copy = tmp_path / "backup" / "copy.db"
    copy.parent.mkdir()
    with Journal.open(tmp_path / "journal.db") as journal:
        journal.append([admit(1, "s1"), frame(2)])
        backup(tmp_path / "journal.db", copy)
        journal.append([frame(3)])
    assert list(copy.parent.iterdir()) == [copy]
    assert copy.stat().st_mode & 0o777 == 0o600
    assert seqs(copy) == [1, 2]


def test_a_restore_brings_the_journal_back_and_it_goes_on(tmp_path: Path) -> None:
    path, copy = tmp_path / "journal.db", tmp_path / "copy.db"
    with Journal.open(path) as journal:
        journal.append([frame(1)])
        backup(path, copy)
        journal.append([frame(2)])
    with pytest.raises(StoreError, match="exists"):
        restore(copy, path, at=at(9))
    restore(copy, path, at=at(9), replace=True)
    assert seqs(tmp_path / "journal.db.replaced") == [1, 2]
    with Journal.open(path) as journal:
        assert journal.append([frame(9)]) == [2]


def test_a_journal_that_is_open_is_not_replaced(tmp_path: Path) -> None:
    path, copy = tmp_path / "journal.db", tmp_path / "copy.db"
    with Journal.open(path) as journal:
        journal.append([frame(1)])
        backup(path, copy)
        with pytest.raises(StoreError, match="another monitord"):
            restore(copy, path, at=at(9), replace=True)
        assert journal.append([frame(2)]) == [2]


def test_a_backup_never_overwrites(tmp_path: Path) -> None:
    path, copy = tmp_path / "journal.db", tmp_path / "copy.db"
    copy.write_text("precious")
    Journal.open(path).close()
    with pytest.raises(StoreError, match="exists"):
        backup(path, copy)
    assert copy.read_text() == "precious"


def test_a_damaged_backup_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    path, copy = tmp_path / "journal.db", tmp_path / "copy.db"
    with Journal.open(path) as journal:
        journal.append([frame(second) for second in range(2000)])
    backup(path, copy)
    damaged = bytearray(copy.read_bytes())
    middle = len(damaged) // 2 // 4096 * 4096
    damaged[middle : middle + 4096] = b"\xa5" * 4096
    copy.write_bytes(damaged)
    with pytest.raises(StoreError):
        restore(copy, tmp_path / "new.db", at=at(9))
    assert not (tmp_path / "new.db").exists()
    assert not (tmp_path / "new.db.restoring").exists()


@pytest.mark.peer("postgres")
def test_postgres_has_its_own_tool(postgres: Postgres, tmp_path: Path) -> None:
    url = postgres.database()
    Journal.open(url).close()
    with pytest.raises(StoreError, match="pg_dump"):
        backup(url, tmp_path / "copy.db")


@pytest.mark.peer("postgres")
def test_a_journal_on_a_server_becomes_one_file_that_reads_the_same(
    postgres: Postgres, tmp_path: Path
) -> None:
    url, copy = postgres.database(), tmp_path / "copy.db"
    with Journal.open(url) as journal:
        journal.append([admit(1, "s1"), *(frame(second) for second in range(2, 20))])
        to_file(url, copy)
        journal.append([frame(30)])
        known = list(journal.events())
    with Journal.open(copy) as file:
        assert list(file.events()) == known[:-1]
        assert [session.session for session in file.sessions()] == ["s1"]
        assert file.append([frame(40)]) == [known[-1][0]]
    assert copy.stat().st_mode & 0o777 == 0o600


@pytest.mark.peer("postgres")
def test_a_copy_that_fails_leaves_nothing(postgres: Postgres, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no journal"):
        to_file(postgres.database(), tmp_path / "copy.db")
    (tmp_path / "there.db").write_text("precious")
    with pytest.raises(StoreError, match="exists"):
        to_file("postgresql:///nowhere", tmp_path / "there.db")
    assert [path.name for path in tmp_path.iterdir()] == ["there.db"]


def log_left(path: Path) -> None:
    """A journal as a killed daemon leaves it: the last rows are in its log alone."""
    with Journal.open(path) as journal:
        journal.append([admit(1, "s1"), frame(2)])
        other = sqlite3.connect(path)  # while somebody reads, the log is not taken away
        other.execute("SELECT count(*) FROM events").fetchone()
        journal.append([frame(3)])
        for suffix in ("", "-wal"):
            shutil.copy(f"{path}{suffix}", f"{path}.crashed{suffix}")
        other.close()
    for suffix in ("", "-wal"):
        Path(f"{path}.crashed{suffix}").replace(f"{path}{suffix}")
    assert Path(f"{path}-wal").stat().st_size


def test_killed_at_any_step_of_a_restore_one_whole_journal_is_in_its_place(tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with Journal.open(tmp_path / "other.db") as journal:
        journal.append([frame(1)])
    backup(tmp_path / "other.db", copy)
    step, died, path = 0, True, tmp_path / "journal.db"
    while died:
        folder = tmp_path / str(step)
        folder.mkdir()
        path = folder / "journal.db"
        log_left(path)
        died = killed_at_step(step, partial(restore, copy, path, at=at(9), replace=True))
        found = seqs(path)
        assert found in ([1, 2, 3], [1])
        # What was replaced is there under its other name, with what was in its log.
        assert found == [1, 2, 3] or seqs(folder / "journal.db.replaced") == [1, 2, 3]
        step += 1
    assert seqs(path) == [1]
    assert step > 4


def test_killed_at_any_step_of_a_backup_the_copy_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with Journal.open(path) as journal:
        journal.append([frame(1)])
    step, died, copy = 0, True, tmp_path
    while died:
        copy = tmp_path / f"copy{step}.db"
        died = killed_at_step(step, partial(backup, path, copy))
        assert not copy.exists() or seqs(copy) == [1]
        step += 1
    assert seqs(copy) == [1]


def test_a_damaged_backup_changes_nothing(tmp_path: Path) -> None:
    path, copy = tmp_path / "journal.db", tmp_path / "copy.db"
    with Journal.open(path) as journal:
        journal.append([frame(second) for second in range(500)])
        backup(path, copy)
        journal.append([frame(501)])
    for damage in (garbage_everywhere, cut_in_half, cut_to_nothing, garbage_behind_the_head):
        shutil.copy(copy, tmp_path / "bad.db")
        damage(tmp_path / "bad.db")
        with pytest.raises(StoreError):
            restore(tmp_path / "bad.db", path, at=at(600), replace=True)
        assert len(seqs(path)) == 501
    assert not list(tmp_path.glob("*.replaced")) + list(tmp_path.glob("*.restoring"))


def test_a_backup_whose_rows_were_changed_is_refused(tmp_path: Path) -> None:
    path, copy = tmp_path / "journal.db", tmp_path / "copy.db"
    with Journal.open(path) as journal:
        journal.append([admit(1, "s1"), frame(2)])
        backup(path, copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("UPDATE events SET body = '{}' WHERE type = 'admit'")
    with pytest.raises(StoreError, match="was changed"):
        restore(copy, path, at=at(9), replace=True)
    assert seqs(path) == [1, 2]


def test_another_suites_backup_is_refused(tmp_path: Path) -> None:
    path, copy = tmp_path / "journal.db", tmp_path / "copy.db"
    for name, file in (("ward", path), ("other", tmp_path / "other.db")):
        with Journal.open(file) as journal:
            journal.append([configured(1, json.dumps({"suite": name}), bed=None)])
    backup(tmp_path / "other.db", copy)
    for suite in ("", "ward"):
        with pytest.raises(StoreError, match="'other', and this is 'ward'"):
            restore(copy, path, at=at(9), suite=suite, replace=True)
    restore(copy, path, at=at(9), suite="other", replace=True)


def test_what_a_backup_holds_is_said_before_anything_changes(tmp_path: Path) -> None:
    path, copy = tmp_path / "journal.db", tmp_path / "copy.db"
    with Journal.open(path) as journal:
        journal.append([admit(1, "s1"), frame(2)])
        backup(path, copy)
        journal.append([frame(3)])
    said: list[Contents] = []

    def say(found: Contents) -> None:
        said.append(found)
        assert seqs(path) == [1, 2, 3]

    restore(copy, path, at=at(9), replace=True, say=say)
    assert [(found.newest, found.open_sessions) for found in said] == [(at(2), ("s1",))]


def test_a_restore_follows_a_link_to_its_disk(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    real, path, copy = tmp_path / "disk" / "j.db", tmp_path / "journal.db", tmp_path / "copy.db"
    with Journal.open(real) as journal:
        journal.append([frame(1)])
        backup(real, copy)
        path.symlink_to(real)
        with pytest.raises(StoreError, match="another monitord"):
            restore(copy, path, at=at(9), replace=True)
        journal.append([frame(2)])
    restore(copy, path, at=at(9), replace=True)
    assert path.is_symlink()
    assert (seqs(real), seqs(tmp_path / "disk" / "j.db.replaced")) == ([1], [1, 2])


def test_a_restored_journal_is_not_taken_for_one_that_lost_what_it_held(tmp_path: Path) -> None:
    path, copy = tmp_path / "journal.db", tmp_path / "copy.db"
    with Journal.open(path) as journal:
        journal.append([frame(1)])
        backup(path, copy)
        journal.append([frame(2)])
        stood = journal.stands("here", at(2), Everybody())
    restore(copy, path, at=at(9), replace=True)
    with Journal.open(path) as journal:
        assert not journal.is_behind(stood)
        assert journal.is_behind(replace(stood, at=at(10)))
