"""A journal on a database server as one file, which every command reads without the server."""

from pathlib import Path

from sqlalchemy import Connection, delete, insert, inspect, select, text

from monitord.errors import StoreError
from monitord.store.database import schema
from monitord.store.database.database import Database, lock_path
from monitord.store.database.upgrade import migrate

# Rows held in memory at once: some megabytes.
CHUNK = 5000


def to_file(source: str | Path, target: Path) -> None:
    """Copies the journal at `source` as it is at this instant into the new SQLite file `target`.

    StoreError when the target exists or either side fails; then nothing is left of it.
    """
    if target.exists():
        raise StoreError(f"{target} exists already")
    unfinished = target.with_name(target.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    reading = Database(source, read_only=True)
    try:
        writing = Database(unfinished)
        try:
            with reading.read() as rows, writing.write() as file:
                _one_instant(rows)
                migrate(file, reading.revision)
                known = set(inspect(file).get_table_names())
                for table in [t for t in schema.metadata.sorted_tables if t.name in known]:
                    file.execute(delete(table))  # what the migrations put into an empty journal
                    found = rows.execution_options(stream_results=True).execute(select(table))
                    for chunk in found.mappings().partitions(CHUNK):
                        file.execute(insert(table), [dict(row) for row in chunk])
        finally:
            writing.close()
        unfinished.rename(target)
    finally:
        reading.close()
        lock_path(unfinished).unlink(missing_ok=True)
        unfinished.unlink(missing_ok=True)


def _one_instant(connection: Connection) -> None:
    """The daemon goes on writing meanwhile; the bedside's limit of time is not for a whole copy."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
