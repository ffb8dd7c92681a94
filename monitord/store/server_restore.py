"""A journal's SQLite file comes where a database server's journal is: accounts, chain and open sessions too, all or nothing."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, delete, func, insert, select, text

from monitord.errors import StoreError
from monitord.model import Instant
from monitord.store.database import schema
from monitord.store.database.database import Database
from monitord.store.database.server_to_file import CHUNK
from monitord.store.journal.journal import Journal
from monitord.store.sqlite_backup import Contents, checked, copy_checked
from monitord.store.sqlite_restore import same_suite


def restore_to_server(
    source: Path,
    target: str,
    *,
    at: Instant,
    suite: str = "",
    replace: bool = False,
    say: Callable[[Contents], object] = lambda _: None,
) -> None:
    """Puts the backup `source` into the server's database `target`, as of the time `at`.

    The backup is copied, checked and brought to this version first. The rows go over in one transaction, after which the
    server's chain is verified against the backup's head. `say` is told what it holds before anything is changed.
    StoreError while a daemon has the journal open, or where one is there and `replace` is not said: nothing keeps that.
    """
    with tempfile.TemporaryDirectory(prefix="monitord-") as folder:
        fresh = Path(folder) / "journal.db"
        copy_checked(source, fresh)
        found = checked(fresh)
        with Journal.open(fresh) as journal:
            journal.note_restored(at)
        marked = checked(fresh)
        writing = Database(target)
        try:
            with writing.read() as rows:
                there = rows.scalar(select(func.count()).select_from(schema.events))
            if there:
                if not replace:
                    raise StoreError(
                        f"{writing.name} holds a journal; say that it shall be replaced"
                    )
                same_suite(source, found.suite, suite or checked(target).suite)
            else:
                same_suite(source, found.suite, suite)
            say(found)
            reading = Database(fresh, read_only=True)
            try:
                with reading.read() as rows, writing.write() as server:
                    _take_over(rows, server)
            finally:
                reading.close()
        finally:
            writing.close()
    if checked(target).head != marked.head:
        raise StoreError(f"{source} did not arrive whole: its chain ends elsewhere")


def _take_over(rows: Connection, server: Connection) -> None:
    if server.dialect.name == "postgresql":
        # The bedside's limit of time is not for a whole journal.
        server.execute(text("SET LOCAL statement_timeout = 0"))
    tables = schema.metadata.sorted_tables
    for table in reversed(tables):
        server.execute(delete(table))
    for table in tables:
        found = rows.execution_options(stream_results=True).execute(select(table))
        for chunk in found.mappings().partitions(CHUNK):
            server.execute(insert(table), [dict(row) for row in chunk])
