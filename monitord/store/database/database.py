"""The open database: many readers, one writer, one lock, and every failure a `StoreError`.

SQLite is one file with a write-ahead log; a commit is on the disk before it is acknowledged.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from monitord.errors import StoreError
from monitord.store.database.file_watch import FileWatch, is_damage
from monitord.store.database.journal_lock import FileLock, take_advisory_lock
from monitord.store.database.set_aside import keep, sync_folder
from monitord.store.database.upgrade import check_revision, upgrade

# Writing over 1 s is an alarm (invariant 12): waiting longer for a lock would only delay it.
BUSY_S = 1
# Enough for the slowest page that a reader asks for, on the slowest disk that we care for.
STATEMENT_S = 5
CONNECT_S = 5

LOG_PAGES = 10_000
# A daemon copies the log beside the writer (`checkpoint`). Where nobody does, the commit that makes
# it longer than this, 40 MB, has to: two or three more waits for the disk.

_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_S * 1000}",
    "PRAGMA journal_mode = WAL",
    f"PRAGMA wal_autocheckpoint = {LOG_PAGES}",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)


class Database:
    """SQLite by file or PostgreSQL by URL; `read()` and `write()` give a transaction each."""

    def __init__(self, url: str | Path, *, read_only: bool = False, beside: bool = False) -> None:
        """Opens, locks and migrates; `read_only` needs no lock and changes nothing.

        `beside` writes without the lock, next to a daemon: for tables that are not the journal's.
        """
        self.url = _parse(url)
        self.read_only = read_only
        self._beside = beside
        self._mutex = threading.Lock()
        self._looking = threading.Lock()
        self._writer: Connection | None = None
        self._lock: FileLock | None = None
        self._watch: FileWatch | None = None
        self._engine: Engine | None = None
        self.revision = ""
        """The migration that made the tables: for writing always this version's."""
        if self.path and (read_only or beside) and not self.path.is_file():
            raise StoreError(f"there is no journal at {self.path}")
        try:
            with self._failures("open"):
                if self.path and not read_only and not beside:
                    self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    self._lock = FileLock(lock_path(self.path.resolve()))
                    self._watch = _watched(self.path)
                self._engine = _engine(self.url, self.path, read_only=read_only)
            if not read_only and not beside:
                with self.write() as connection:
                    upgrade(connection)
            with self.read() as connection:
                self.revision = check_revision(connection)
        except BaseException:
            self.close()
            raise

    @property
    def file(self) -> Path | None:
        """Where it really lies, behind any link."""
        return None if self.path is None else self.path.resolve()

    @property
    def path(self) -> Path | None:
        """The file, if it is one."""
        sqlite = self.url.get_backend_name() == "sqlite"
        return Path(self.url.database or "") if sqlite else None

    @property
    def _opened(self) -> Engine:
        if self._engine is None:
            raise StoreError(f"{self.name} is not open")
        return self._engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the database."""
        with self._failures("read"), self._opened.connect() as connection:
            yield connection

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Connection]:
        """The one writing transaction: everything inside is recorded, or nothing.

        Without `durable` nobody waits for the disk: a loss of power may undo it, unless something
        durable was written after it.
        """
        if self.read_only:
            raise StoreError("this journal is open for reading only")
        with self._mutex, self._failures("write"):
            connection = self._writing()
            try:
                _wait_for_disk(connection, durable=durable)
                with connection.begin():
                    if not durable and self.path is None:
                        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
                    yield connection
            except DBAPIError as exc:
                if exc.connection_invalidated:
                    self._forget_writer()
                raise

    def checkpoint(self) -> None:
        """Copies SQLite's log into its file, beside readers and the writer: nobody waits for it.

        What is written meanwhile stays in the log until the next time.
        """
        if self.path is None:
            return
        with self._failures("checkpoint"), closing(self._opened.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    def damage(self) -> str | None:
        """What became of the file while it is open, as a sentence; None while it is in order.

        A server looks after its own files.
        """
        try:
            with self._looking:
                return None if self._watch is None else self._watch.look()
        except OSError as error:
            return f"the record cannot be looked at: {error.strerror}"

    def go_on_with(self, successor: Path, aside: Path) -> None:
        """Puts the checked file `successor` in the place of the open one, which is kept as `aside`.

        Killed at any point, one of both is whole and has a name.
        """
        if self.path is None or self._watch is None:
            raise StoreError("only a file that is open for writing has a successor")
        with self._mutex, self._failures("replace"):
            file = self._watch.path
            keep(file, aside, self._watch.descriptors())
            for suffix in ("-wal", "-shm"):
                file.with_name(file.name + suffix).unlink(missing_ok=True)
            successor.replace(file)
            sync_folder(file)
            # SQLite leaves alone what it finds moved: closed now, it touches neither file nor log.
            self._forget_writer()
            if self._engine is not None:
                self._engine.dispose()
            with self._looking:
                self._watch.close()
                self._watch = _watched(self.path)
            self._engine = _engine(self.url, self.path, read_only=False)

    def _writing(self) -> Connection:
        """The writer's connection; a new one, and with it the lock, after the server went away."""
        if self._writer is None:
            connection = self._opened.connect().execution_options(writer=True)
            try:
                if self.path is None and not self._beside:
                    take_advisory_lock(connection)
            except BaseException:
                connection.close()
                raise
            self._writer = connection
        return self._writer

    def _forget_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    def close(self) -> None:
        """Frees the lock; the write-ahead log is folded into the file."""
        with self._mutex, self._failures("close"):
            self._forget_writer()
            if self._engine is not None:
                self._engine.dispose()
            with self._looking:
                watch, self._watch = self._watch, None
                if watch is not None:
                    watch.close()
            lock, self._lock = self._lock, None
            if lock is not None:
                lock.release()

    @contextmanager
    def _failures(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, OSError) as exc:
            cause = exc.orig if isinstance(exc, DBAPIError) and exc.orig else exc
            msg = f"cannot {doing} {self.name}: {_sentence(cause)}"
            raise StoreError(msg, damaged=is_damage(cause)) from exc

    @property
    def name(self) -> str:
        """For people: the file, or the URL without its password."""
        return str(self.path or self.url.render_as_string(hide_password=True))


def _wait_for_disk(connection: Connection, *, durable: bool) -> None:
    """Whether SQLite's commits do from now on; before the transaction, or it refuses."""
    if connection.dialect.name == "sqlite" and connection.info.get("durable", True) != durable:
        level = "FULL" if durable else "NORMAL"
        connection.connection.cursor().execute(f"PRAGMA synchronous = {level}")
        connection.info["durable"] = durable


def lock_path(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def _watched(path: Path) -> FileWatch:
    """The file, made where there is none: SQLite gives the log and the shared memory its mode."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    return FileWatch(path.resolve())


def _sentence(cause: BaseException) -> str:
    if isinstance(cause, ModuleNotFoundError):
        return f"{cause}; install monitord[postgres]"
    if isinstance(cause, OSError) and cause.filename is not None:
        return f"{cause.strerror} ({cause.filename})"
    return " ".join(str(cause).split()) or type(cause).__name__


def _parse(url: str | Path) -> URL:
    if isinstance(url, Path) or "://" not in url:
        return URL.create("sqlite", database=str(url))
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as exc:
        raise StoreError("the database is a file name, sqlite:///FILE or postgresql://...") from exc
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return parsed
        case "postgresql":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise StoreError(f"{other!r} cannot hold a journal: give a file or postgresql://...")


def _engine(url: URL, path: Path | None, *, read_only: bool) -> Engine:
    if path is None:
        return _postgres(url, read_only=read_only)
    engine = create_engine(
        "sqlite://", creator=lambda: connect_sqlite(path, read_only=read_only), poolclass=QueuePool
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writer = connection.get_execution_options().get("writer")
        connection.connection.cursor().execute("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine


def connect_sqlite(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection whose transactions are begun by us alone, usable by any one thread at a time."""
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={'ro' if read_only else 'rw'}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_S,
    )
    for pragma in _PRAGMAS[:1] if read_only else _PRAGMAS:
        connection.execute(pragma)
    return connection


def _postgres(url: URL, *, read_only: bool) -> Engine:
    limits: dict[str, Any] = {
        "statement_timeout": STATEMENT_S * 1000,
        "lock_timeout": BUSY_S * 1000,
        "synchronous_commit": "on",
        "default_transaction_read_only": "on" if read_only else "off",
    }
    options = " ".join(f"-c {key}={value}" for key, value in limits.items())
    try:
        return create_engine(
            url,
            poolclass=QueuePool,
            pool_pre_ping=True,
            connect_args={"connect_timeout": CONNECT_S, "options": options},
        )
    except ModuleNotFoundError as exc:
        raise StoreError(f"PostgreSQL needs monitord[postgres]: {exc}") from exc
