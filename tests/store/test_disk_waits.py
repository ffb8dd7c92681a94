"""What waits for the disk, and what does not; whose commits copy the log into the file."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection

from monitord.errors import StoreError
from monitord.model import Attempt
from monitord.store.database import database
from monitord.store.database.database import BUSY_S, Database
from monitord.store.journal.journal import Journal
from monitord.store.snapshots import Snapshot
from tests.peers import wait_until
from tests.store.builders import at, frame


def waits(connection: Connection) -> bool:
    """Whether the open transaction's commit will wait for the disk."""
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    return connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_only_what_is_durable_waits_for_the_disk(journal: Journal) -> None:
    write = journal.database.write
    for durable in (True, False, False, True, False, True):
        with write(durable=durable) as connection:
            assert waits(connection) is durable


def test_after_a_hurried_write_that_failed_the_next_one_waits_again(journal: Journal) -> None:
    def refused() -> None:
        with journal.database.write(durable=False) as connection:
            connection.exec_driver_sql("select * from what_is_not_there")

    with pytest.raises(StoreError):
        refused()
    with journal.database.write() as connection:
        assert waits(connection)


def test_a_mark_and_a_snapshot_do_not_wait_but_the_event_after_them_does(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    write = Database.write

    @contextmanager
    def observed(self: Database, *, durable: bool = True) -> Iterator[Connection]:
        with write(self, durable=durable) as connection:
            asked.append(waits(connection))
            yield connection

    monkeypatch.setattr(Database, "write", observed)
    journal.append([frame(0)])
    journal.mark([Attempt(key="k", at=at(1))])
    journal.save_snapshot(Snapshot(bed="1", seq=1, n=0, code_version="c", text="{}"))
    journal.append([frame(2)])
    assert asked == [True, False, False, True]


def alone(path: Path, folder: Path) -> int:
    """How many events the file holds without its log."""
    copy = folder / "alone.db"
    shutil.copyfile(path, copy)
    with Journal.open(copy) as journal:
        return journal.last_seq


def test_commits_leave_the_log_alone_and_a_checkpoint_empties_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with Journal.open(path) as journal:
        journal.database.checkpoint()
        # Well beyond the 1000 pages at which SQLite's own commits would begin to copy.
        for second in range(400):
            journal.append([frame(second)])
        assert alone(path, tmp_path) == 0
        journal.database.checkpoint()
        assert alone(path, tmp_path) == 400


def test_a_checkpoint_waits_for_no_reader_and_no_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = [each.replace(str(BUSY_S * 1000), "600000") for each in database._PRAGMAS]
    assert patient != list(database._PRAGMAS)
    monkeypatch.setattr(database, "_PRAGMAS", tuple(patient))
    monkeypatch.setattr(database, "BUSY_S", 600)
    with Journal.open(tmp_path / "journal.db") as journal:
        journal.append([frame(0)])
        with journal.database.read() as reader, journal.database.write() as writer:
            reader.exec_driver_sql("select count(*) from events").scalar()
            writer.exec_driver_sql("select count(*) from events").scalar()
            copying = threading.Thread(target=journal.database.checkpoint, daemon=True)
            copying.start()
            # Both still stand in its way: it would wait for ten minutes.
            wait_until(lambda: not copying.is_alive())
        assert journal.append([frame(1)]) == [2]
