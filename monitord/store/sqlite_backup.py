"""Copies of a journal's SQLite file: written beside a running daemon, checked, and put in a journal's place.

Nothing is taken away before what comes in its place is complete, checked and on the disk.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from monitord.errors import StoreError
from monitord.model import Instant
from monitord.store.audit import KnownHead, verify
from monitord.store.database import schema
from monitord.store.database.database import Database, connect_sqlite, lock_path
from monitord.store.database.lock import FileLock
from monitord.store.database.set_aside import aside_name, keep, sync_folder
from monitord.store.journal import position
from monitord.store.journal.chain import ChainHead
from monitord.store.journal.journal import Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a journal's file holds: `suite` is its name, empty where none was configured yet."""

    suite: str
    newest: Instant | None
    open_sessions: tuple[str, ...]
    identity: int
    head: ChainHead


def backup(source: str | Path, target: Path) -> None:
    """Copies the journal at `source` into the new file `target`, which is checked and complete
    when this returns.
    """
    database = Database(source, read_only=True)
    try:
        if database.path is None:
            raise StoreError("a PostgreSQL database is backed up with pg_dump")
        if target.exists():
            raise StoreError(f"{target} exists already")
        unfinished = target.with_name(target.name + ".unfinished")
        try:
            _copy(database.path, unfinished)
            unfinished.rename(target)
            sync_folder(target)
        except OSError as exc:
            raise StoreError(f"cannot copy {source} to {target}: {exc}") from exc
        finally:
            unfinished.unlink(missing_ok=True)
    finally:
        database.close()


def restore(
    source: Path,
    target: Path,
    *,
    at: Instant,
    suite: str = "",
    replace: bool = False,
    say: Callable[[Contents], object] = lambda _: None,
) -> None:
    """Puts the backup `source` where the journal `target` is, or was, as of the time `at`.

    The backup is copied and checked beside it first: pages, chains, and the name of the `suite`, or of
    the journal that is there. `say` is told what it holds before anything is changed. StoreError
    while a daemon has the journal open. With `replace` a journal that is there is kept beside, as
    `<name>.replaced`. Killed at any point, either the one or the other is in its place.
    """
    target = target.resolve()
    lock = FileLock(lock_path(target))
    try:
        if target.exists() and not replace:
            raise StoreError(f"{target} exists; say that it shall be replaced")
        fresh = target.with_name(target.name + ".restoring")
        _forget(fresh)
        try:
            _copy(source, fresh)
            found = checked(fresh)
            _same_suite(source, found.suite, suite or _suite_at(target))
            _mark_restored(fresh, at)
            say(found)
            _swap(fresh, target, at)
        finally:
            _forget(fresh)
    except (sqlite3.Error, OSError) as exc:
        raise StoreError(f"cannot restore {source} to {target}: {exc}") from exc
    finally:
        lock.release()


HeadsOf = Callable[[int], Sequence[KnownHead]]
"""The heads that were kept elsewhere of the journal with this number."""


def checked(place: str | Path, heads_of: HeadsOf = lambda _: ()) -> Contents:
    """What a journal holds; StoreError where its chain is broken, or does not hold the heads that were kept.

    Of a file the pages are checked by copying.
    """
    database = Database(place, read_only=True)
    file = database.name
    try:
        with database.read() as connection:
            stands = position.load(connection, database.revision)
        if faults := verify(database, known=heads_of(stands.identity)).faults:
            raise StoreError(f"{file} was changed: {faults[0]}; {len(faults)} faults in all")
        with database.read() as connection:
            document = connection.scalar(
                select(schema.documents.c.text)
                .join(schema.events, schema.events.c.digest == schema.documents.c.digest)
                .order_by(schema.events.c.seq.desc())
                .limit(1)
            )
    finally:
        database.close()
    with suppress(ValueError, AttributeError):
        document = json.loads(document or "{}").get("suite", "")
    return Contents(
        suite=document or "",
        newest=stands.at,
        open_sessions=tuple(s.session for s in stands.sessions.values() if s.open),
        identity=stands.identity,
        head=stands.head,
    )


def identity_of(file: Path) -> int | None:
    """The number of the journal that a backup is of; None where it has none, or is no backup."""
    try:
        with closing(connect_sqlite(file, read_only=True)) as connection:
            query = "SELECT value FROM meta WHERE key = ?"
            row = connection.execute(query, (position.IDENTITY,)).fetchone()
        return None if row is None else int(row[0])
    except (sqlite3.Error, ValueError):
        return None


def _same_suite(source: Path, found: str, wanted: str) -> None:
    if found and wanted and found != wanted:
        raise StoreError(f"{source} is of the suite {found!r}, and this is {wanted!r}")


def _suite_at(target: Path) -> str:
    """Of the journal that is there; empty where it does not say so, which may be why it is replaced."""
    try:
        return checked(target).suite
    except StoreError:
        return ""


def _mark_restored(fresh: Path, at: Instant) -> None:
    """So that a start does not take it for a journal that lost what it held."""
    with Journal.open(fresh) as journal:
        journal.note_restored(at)
    # One file without a log beside it.
    with closing(sqlite3.connect(fresh, isolation_level=None)) as writing:
        writing.execute("PRAGMA journal_mode = DELETE")
    _sync(fresh)


def _forget(unfinished: Path) -> None:
    """With its log: what a killed one left must never be read into the next one."""
    for suffix in ("", "-wal", "-shm", ".lock"):
        unfinished.with_name(unfinished.name + suffix).unlink(missing_ok=True)


def _swap(fresh: Path, target: Path, at: Instant) -> None:
    """One rename: what the old file's log holds is brought into it first, so that it is one file too."""
    if target.exists():
        with suppress(sqlite3.Error), closing(connect_sqlite(target, read_only=False)) as old:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        aside = target.with_name(target.name + ".replaced")
        if aside.exists():
            aside = aside_name(target, at, "replaced")
        keep(target, aside, {})
    for suffix in ("-wal", "-shm"):
        # Of a damaged one alone: it is kept beside, and a log must never be taken for the new file's.
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    fresh.replace(target)
    sync_folder(target)


def _copy(source: Path, unfinished: Path) -> None:
    """A whole copy of what SQLite reads there, checked page by page and on the disk."""
    try:
        if not source.is_file():
            raise StoreError(f"there is no journal at {source}")
        file = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        os.close(file)
        with (
            closing(connect_sqlite(source, read_only=True)) as reading,
            closing(sqlite3.connect(unfinished, isolation_level=None)) as writing,
        ):
            writing.execute("PRAGMA synchronous = FULL")
            reading.backup(writing)
            # One file without a log beside it, so that it can be carried away.
            writing.execute("PRAGMA journal_mode = DELETE")
            (found,) = writing.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok":
            raise StoreError(f"{source} is damaged: {found}", damaged=True)
        _sync(unfinished)
    except (sqlite3.Error, OSError) as exc:
        raise StoreError(f"cannot copy {source}: {exc}") from exc


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
