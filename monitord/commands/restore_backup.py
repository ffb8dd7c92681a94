"""What `monitord restore` does: a backup comes where the journal is, or was; PostgreSQL's by its own pg_restore."""

from collections.abc import Callable
from pathlib import Path

from monitord.commands import postgresql_programs
from monitord.config.database_place import is_server
from monitord.config.files.yaml_file import read_file
from monitord.daemon.sequencing.clock import wall_time
from monitord.errors import ConfigError, StoreError
from monitord.model import iso
from monitord.store import sqlite_backup
from monitord.store.journal.journal import Journal


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
    if not is_server(database):
        sqlite_backup.restore(
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
    postgresql_programs.restore(source, database)


def _in_words(source: Path, found: sqlite_backup.Contents) -> str:
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
