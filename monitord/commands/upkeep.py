"""`monitord backup`, `restore`, `verify` and `retention`: the journal's upkeep, beside the daemon where that can be.

SQLite is copied by itself, PostgreSQL by its own pg_dump and pg_restore.
"""

import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy.engine import make_url

from monitord.commands.backup_heads import add_head, kept_heads
from monitord.config.database_place import databases
from monitord.config.files.yaml_file import read_file
from monitord.daemon.sequencing.clock import wall_time
from monitord.errors import ConfigError, StoreError
from monitord.model import HOUR, Instant, iso
from monitord.store import audit, sqlite_copy
from monitord.store.audit import KnownHead
from monitord.store.database.database import Database
from monitord.store.database.server_to_file import to_file
from monitord.store.journal.chain import head_from_text
from monitord.store.journal.journal import Journal
from monitord.store.retention import Removed
from monitord.store.sqlite_copy import identity_of

PREFIX = "journal-"
_NAME = re.compile(rf"{PREFIX}\d{{8}}T\d{{6}}Z\.(db|dump)")
DUMP_S = 3600
DAY = 24 * HOUR


def database_of(suite_file: Path | None, url: str | None) -> str:
    """The journal that is meant. A suite file may be faulty: only its `database` is read."""
    if url is not None:
        return url
    if suite_file is None:
        raise ConfigError(["name the journal: -c SUITE, or --database FILE or URL"])
    return next(databases(suite_file))


def backup(
    database: str,
    target: Path | None,
    into: Path | None,
    keep: int,
    say: Callable[[str], object] = lambda _: None,
) -> Path:
    """A complete, checked copy; `into` a folder under a name with the time, the newest `keep` stay.

    There the audit chain is verified with the heads of all earlier copies before one of them goes, and the
    new head is kept beside them; `say` is told it.

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
        sqlite_copy.backup(database, target)
    elif target.suffix == ".db":
        to_file(database, target)
    else:
        if target.exists():
            raise StoreError(f"{target} exists already")
        _run("pg_dump", "--format=custom", f"--file={target}", f"--dbname={_plain(database)}")
        target.chmod(0o600)
    if into is not None:
        found = sqlite_copy.checked(
            database if target.suffix == ".dump" else target, partial(kept_heads, into)
        )
        add_head(into, found.identity, found.head, wall_time())
        say(f"audit head {found.head}")
        if keep > 0:
            for old in _earlier(target, into, found.identity)[: 1 - keep or None]:
                old.unlink()
    return target


def _earlier(newest: Path, folder: Path, identity: int) -> list[Path]:
    """Earlier copies of the same journal that `backup` wrote, oldest first; not the newest one.

    What has another name, or is of another journal, was not written by it.
    """
    named = [each for each in sorted(folder.iterdir()) if _NAME.fullmatch(each.name)]
    others = [each for each in named if each != newest and each.suffix == newest.suffix]
    if newest.suffix != ".db":
        return others
    return [each for each in others if identity_of(each) == identity]


def restore(
    source: Path,
    database: str,
    *,
    replace: bool,
    suite: str = "",
    say: Callable[[str], object] = print,
) -> None:
    """Puts a backup where the journal is, or was; StoreError while a daemon has it open.

    `suite` is the name in the suite file, empty where that is not known. `say` is told what the
    backup holds, before anything is changed.
    """
    if not _is_server(database):
        sqlite_copy.restore(
            source,
            Path(database.removeprefix("sqlite:///")),
            at=wall_time(),
            suite=suite,
            replace=replace,
            say=lambda found: say(_in_words(source, found)),
        )
        return
    if not source.is_file():
        raise StoreError(f"{source} is no file")
    # Opening for writing takes the lock, and fails while a daemon holds it.
    with Journal.open(database) as journal:
        if journal.last_seq and not replace:
            raise StoreError("the database holds a journal; say that it shall be replaced")
    into = ("--clean", "--if-exists", "--single-transaction", "--no-owner")
    _run("pg_restore", *into, f"--dbname={_plain(database)}", str(source))


def _in_words(source: Path, found: sqlite_copy.Contents) -> str:
    newest = "nothing" if found.newest is None else iso(found.newest)
    sessions = ", ".join(found.open_sessions) or "none"
    return f"{source}: newest entry {newest}; open sessions: {sessions}"


def suite_name(suite_file: Path | None) -> str:
    """What the suite file calls its suite; empty where it cannot be read as a whole."""
    try:
        name = read_file(suite_file).value.get("suite") if suite_file else ""
    except (ConfigError, AttributeError):
        return ""
    return name if isinstance(name, str) else ""


def verify(database: str, head: str | None) -> audit.Verification:
    """Follows the audit chain; `head` is one that was kept elsewhere, `N:HASH`."""
    try:
        known = [] if head is None else [KnownHead(head=head_from_text(head))]
    except ValueError as error:
        raise ConfigError([f"--head: {error}"]) from error
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
