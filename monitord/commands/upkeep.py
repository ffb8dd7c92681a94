"""`monitord backup`, `restore`, `verify` and `retention`: the journal's upkeep, beside the daemon where that can be.

SQLite is copied by itself, PostgreSQL by its own pg_dump and pg_restore.
"""

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from monitord.daemon.clock import wall_time
from monitord.daemon.service import databases
from monitord.errors import ConfigError, StoreError
from monitord.model import HOUR, Instant
from monitord.store import audit
from monitord.store import backup as copies
from monitord.store.chain import SUITE, Head
from monitord.store.database import Database
from monitord.store.journal import Journal
from monitord.store.portable import to_file
from monitord.store.retention import Removed

PREFIX = "journal-"
DUMP_S = 3600
DAY = 24 * HOUR


def database_of(suite_file: Path | None, url: str | None) -> str:
    """The journal that is meant. A suite file may be faulty: only its `database` is read."""
    if url is not None:
        return url
    if suite_file is None:
        raise ConfigError(["name the journal: -c SUITE, or --database FILE or URL"])
    return next(databases(suite_file))


def backup(database: str, target: Path | None, into: Path | None, keep: int) -> Path:
    """A complete, checked copy; `into` a folder under a name with the time, the newest `keep` stay.

    Of a PostgreSQL journal a `target` that ends in `.db` becomes a journal file, else it is a dump.
    """
    if (target is None) == (into is None):
        raise StoreError("name one: a file to write, or --into FOLDER")
    if target is None:
        folder = into or Path()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        target = folder / f"{PREFIX}{stamp}{'.dump' if _is_server(database) else '.db'}"
    if not _is_server(database):
        copies.backup(database, target)
    elif target.suffix == ".db":
        to_file(database, target)
    else:
        if target.exists():
            raise StoreError(f"{target} exists already")
        _run("pg_dump", "--format=custom", f"--file={target}", f"--dbname={_plain(database)}")
        target.chmod(0o600)
    if into is not None and keep > 0:
        for old in sorted(into.glob(f"{PREFIX}*"))[:-keep]:
            old.unlink()
    return target


def restore(source: Path, database: str, *, replace: bool) -> None:
    """Puts a backup where the journal is, or was; StoreError while a daemon has it open."""
    if not _is_server(database):
        copies.restore(source, Path(database.removeprefix("sqlite:///")), replace=replace)
        return
    if not source.is_file():
        raise StoreError(f"{source} is no file")
    # Opening for writing takes the lock, and fails while a daemon holds it.
    with Journal.open(database) as journal:
        if journal.last_seq and not replace:
            raise StoreError("the database holds a journal; say that it shall be replaced")
    into = ("--clean", "--if-exists", "--single-transaction", "--no-owner")
    _run("pg_restore", *into, f"--dbname={_plain(database)}", str(source))


def verify(database: str, head: str | None) -> audit.Verification:
    """Follows every audit chain; `head` is one that was kept elsewhere, `N:HASH`."""
    known = None
    if head is not None:
        number, _, text = head.partition(":")
        if not (number.isdigit() and text):
            raise ConfigError([f"--head {head!r}: write it as the log has it, NUMBER:HASH"])
        known = Head(chain=SUITE, n=int(number), hash=text)
    opened = Database(database, read_only=True)
    try:
        return audit.verify(opened, known=known)
    finally:
        opened.close()


def retention(database: str, days: int) -> Removed:
    """Removes sessions that ended so long ago; StoreError while a daemon has the journal open."""
    with Journal.open(database) as journal:
        return journal.retain(Instant(wall_time() - days * DAY))


def _is_server(database: str) -> bool:
    return "://" in database and not database.startswith("sqlite:")


def _plain(database: str) -> str:
    """As PostgreSQL's own programs read it; a password is in the file that PGPASSFILE names."""
    return make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)


def _run(program: str, *arguments: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise StoreError(f"{program} is not on this machine: install PostgreSQL's client programs")
    try:
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own program, no shell
            [path, *arguments], capture_output=True, text=True, timeout=DUMP_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StoreError(f"{program}: {error}") from error
    if done.returncode:
        raise StoreError(f"{program}: {' '.join(done.stderr.split())[:500]}")
