"""A backup comes where a journal's SQLite file is, or was: copied, checked, and swapped by one rename.

Nothing is taken away before what comes in its place is complete, checked and on the disk.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from monitord.errors import StoreError
from monitord.model import Instant
from monitord.store.database.database import connect_sqlite, lock_path
from monitord.store.database.journal_lock import FileLock
from monitord.store.database.set_aside import aside_name, keep, sync_folder
from monitord.store.journal.journal import Journal
from monitord.store.sqlite_backup import Contents, checked, copy_checked, sync_file


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
            copy_checked(source, fresh)
            found = checked(fresh)
            same_suite(source, found.suite, suite or _suite_at(target))
            _mark_restored(fresh, at)
            say(found)
            _swap(fresh, target, at)
        finally:
            _forget(fresh)
    except (sqlite3.Error, OSError) as exc:
        raise StoreError(f"cannot restore {source} to {target}: {exc}") from exc
    finally:
        lock.release()


def same_suite(source: Path, found: str, wanted: str) -> None:
    """StoreError where the backup is known to be of another suite."""
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
    sync_file(fresh)


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
