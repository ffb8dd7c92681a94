"""A backup is whole, beside a running daemon, and a restore brings back what it holds."""

from pathlib import Path

import pytest

from monitord.errors import StoreError
from monitord.store.backup import backup, restore
from monitord.store.journal import Journal
from monitord.store.portable import to_file
from tests.postgres import Postgres
from tests.store.builders import admit, frame


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
        restore(copy, path)
    restore(copy, path, replace=True)
    assert seqs(tmp_path / "journal.db.replaced") == [1, 2]
    with Journal.open(path) as journal:
        assert journal.append([frame(9)]) == [2]


def test_a_journal_that_is_open_is_not_replaced(tmp_path: Path) -> None:
    path, copy = tmp_path / "journal.db", tmp_path / "copy.db"
    with Journal.open(path) as journal:
        journal.append([frame(1)])
        backup(path, copy)
        with pytest.raises(StoreError, match="another monitord"):
            restore(copy, path, replace=True)
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
        restore(copy, tmp_path / "new.db")
    assert not (tmp_path / "new.db").exists()
    assert not (tmp_path / "new.db.unfinished").exists()


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
