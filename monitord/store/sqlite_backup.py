"""Backups of a journal's SQLite file: written beside a running daemon, checked, and what one holds."""

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
from monitord.store.chain_verification import KnownHead, verify
from monitord.store.database import schema
from monitord.store.database.database import Database, connect_sqlite
from monitord.store.database.set_aside import sync_folder
from monitord.store.journal import position
from monitord.store.journal.chain import ChainHead


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
            copy_checked(database.path, unfinished)
            unfinished.rename(target)
            sync_folder(target)
        except OSError as exc:
            raise StoreError(f"cannot copy {source} to {target}: {exc}") from exc
        finally:
            unfinished.unlink(missing_ok=True)
    finally:
        database.close()


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


def copy_checked(source: Path, unfinished: Path) -> None:
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
        sync_file(unfinished)
    except (sqlite3.Error, OSError) as exc:
        raise StoreError(f"cannot copy {source}: {exc}") from exc


def sync_file(path: Path) -> None:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
