"""A consistent copy of the journal beside a running daemon, and the way back."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from monitord.errors import StoreError
from monitord.store.database import Database, connect_sqlite, lock_path
from monitord.store.lock import FileLock


def backup(source: str | Path, target: Path) -> None:
    """Copies the journal at `source` into the new file `target`, which is checked and complete
    when this returns.
    """
    database = Database(source, read_only=True)
    try:
        if database.path is None:
            raise StoreError("a PostgreSQL database is backed up with pg_dump")
        _copy(database.path, target)
    finally:
        database.close()


def restore(source: Path, target: Path, *, replace: bool = False) -> None:
    """Puts the backup `source` where the journal `target` is, or was.

    StoreError while a daemon has it open. With `replace` a journal that is there is kept beside,
    as `<name>.replaced`.
    """
    Database(source, read_only=True).close()  # a journal, and one that this version reads
    lock = FileLock(lock_path(target))
    try:
        if target.exists():
            if not replace:
                raise StoreError(f"{target} exists; say that it shall be replaced")
            _set_aside(target)
        _copy(source, target)
    finally:
        lock.release()


def _set_aside(target: Path) -> None:
    """The file with its log: without it the last commits would be lost."""
    aside = target.with_name(target.name + ".replaced")
    if aside.exists():
        raise StoreError(f"{aside} is there from an earlier restore; move it away first")
    for suffix in ("-wal", "-shm", ""):
        file = target.with_name(target.name + suffix)
        if file.exists():
            file.rename(aside.with_name(aside.name + suffix))


def _copy(source: Path, target: Path) -> None:
    """Under another name first: `target` is whole, or not there."""
    if target.exists():
        raise StoreError(f"{target} exists already")
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        file = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            with (
                closing(connect_sqlite(source, read_only=True)) as reading,
                closing(sqlite3.connect(unfinished, isolation_level=None)) as writing,
            ):
                reading.backup(writing)
                # One file without a log beside it, so that it can be carried away.
                writing.execute("PRAGMA journal_mode = DELETE")
                _check(writing, source)
            os.fsync(file)
        finally:
            os.close(file)
        unfinished.rename(target)
    except (sqlite3.Error, OSError) as exc:
        raise StoreError(f"cannot copy {source} to {target}: {exc}") from exc
    finally:
        unfinished.unlink(missing_ok=True)


def _check(connection: sqlite3.Connection, source: Path) -> None:
    (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise StoreError(f"{source} is damaged: {found}")
