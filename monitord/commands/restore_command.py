"""`monitord restore`: a backup comes where the journal is, or was; a dump of PostgreSQL by its own pg_restore."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitord.commands.command_options import DatabaseOption, MaybeSuiteOption

if TYPE_CHECKING:
    from monitord.store.sqlite_backup import Contents


def restore(
    source: Annotated[Path, typer.Argument(help="The backup to restore.")],
    config: MaybeSuiteOption = None,
    database: DatabaseOption = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a journal that exists; it is kept beside.")
    ] = False,
) -> None:
    """Put a backup where the journal is, or was.

    The input is a file that `monitord backup` wrote. It is copied and checked first: pages, chains, and whether it is
    of this suite. The output is its newest time and its open sessions, then the journal in its place. The service must
    be stopped. A backup that is a journal file goes into a database server too, with accounts, chain and open
    sessions, and so a suite moves from SQLite to PostgreSQL; a backup of the server whose name ends in .db brings it back.
    A journal that exists is not replaced by default: --replace does that, and keeps a file beside; of a server nothing is kept.

    For example: monitord restore journal-20260105T100000Z.db -c suite.yaml
    """
    from monitord.config.database_place import database_of
    from monitord.terminal_bar import bar_while

    # Said after the bar: what the backup holds.
    said: list[str] = []
    with bar_while("copying and checking the backup"):
        restore_backup(
            source,
            database_of(config, database),
            replace=replace,
            suite=_suite_name(config),
            say=said.append,
        )
    print("\n".join(said), end="\n" if said else "")


def restore_backup(
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
    from monitord.commands import postgresql_programs
    from monitord.config.database_place import is_server
    from monitord.daemon.sequencing.clock import wall_time
    from monitord.errors import StoreError
    from monitord.store import server_restore, sqlite_restore
    from monitord.store.journal.journal import Journal

    if not is_server(database):
        if source.is_file() and _is_dump(source):
            raise StoreError(
                f"{source} is a dump of PostgreSQL, and {database} is a file: restore it into a server, "
                "then `monitord backup NAME.db` there makes a journal file of it"
            )
        sqlite_restore.restore(
            source,
            Path(database.removeprefix("sqlite:///")),
            at=wall_time(),
            suite=suite,
            replace=replace,
            say=lambda found: say(_in_words(source, found)),
        )
        return
    if not source.is_file():
        raise StoreError(f"there is no journal at {source}")
    if not _is_dump(source):
        server_restore.restore_to_server(
            source,
            database,
            at=wall_time(),
            suite=suite,
            replace=replace,
            say=lambda found: say(_in_words(source, found)),
        )
        return
    # Opening for writing takes the lock, and fails while a daemon holds it.
    with Journal.open(database) as journal:
        if journal.last_seq and not replace:
            raise StoreError("the database holds a journal; say that it shall be replaced")
    postgresql_programs.restore(source, database)
    with Journal.open(database) as journal:
        journal.note_restored(wall_time())


def _is_dump(source: Path) -> bool:
    """Whether pg_dump wrote it."""
    with source.open("rb") as file:
        return file.read(5) == b"PGDMP"


def _in_words(source: Path, found: "Contents") -> str:
    from monitord.model import iso

    newest = "nothing" if found.newest is None else iso(found.newest)
    sessions = ", ".join(found.open_sessions) or "none"
    return f"{source}: newest entry {newest}; open sessions: {sessions}"


def _suite_name(suite_file: Path | None) -> str:
    """What the suite file calls its suite; empty where it cannot be read as a whole."""
    from monitord.config.files.yaml_file import read_file
    from monitord.errors import ConfigError

    try:
        name = read_file(suite_file).value.get("suite") if suite_file else ""
    except (ConfigError, AttributeError):
        return ""
    return name if isinstance(name, str) else ""
