"""The copies that `monitord backup` makes: one file, or a folder of which the newest stay (`--keep`).

SQLite is copied by itself, PostgreSQL by its own pg_dump.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from monitord.commands import postgresql_programs
from monitord.commands.backup_heads import add_head, kept_heads
from monitord.config.database_place import is_server
from monitord.daemon.sequencing.clock import wall_time
from monitord.errors import StoreError
from monitord.store import sqlite_backup
from monitord.store.database.server_to_file import to_file

PREFIX = "journal-"
_NAME = re.compile(rf"{PREFIX}\d{{8}}T\d{{6}}Z\.(db|dump)")


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
        target = folder / f"{PREFIX}{stamp}{'.dump' if is_server(database) else '.db'}"
    if not is_server(database):
        sqlite_backup.backup(database, target)
    elif target.suffix == ".db":
        to_file(database, target)
    else:
        postgresql_programs.dump(database, target)
    if into is not None:
        found = sqlite_backup.checked(
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
    return [each for each in others if sqlite_backup.identity_of(each) == identity]
