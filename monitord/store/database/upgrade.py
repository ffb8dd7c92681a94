"""Brings the tables to the shape that this version needs, or says why it cannot."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

import monitord.store
from monitord.errors import StoreError
from monitord.store.database.schema import READABLE, REVISION

_SCRIPTS = Path(monitord.store.__file__).parent / "migrations"


def revision(connection: Connection) -> str | None:
    """The last migration that ran; None in an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return str(found) if found else None


def check_revision(connection: Connection) -> str:
    """The last migration; StoreError unless this version reads its tables."""
    found = revision(connection)
    if found is None:
        raise StoreError("this database holds no journal of monitord", damaged=True)
    if found not in READABLE:
        raise StoreError(
            f"this journal was written by another version of monitord "
            f"(tables {found}, this version reads {REVISION})",
            damaged=True,
        )
    return found


def upgrade(connection: Connection, to: str = REVISION) -> None:
    """Runs what is missing inside the caller's transaction: all of it, or nothing."""
    found = revision(connection)
    if found != to and (found is None or found < to):
        migrate(connection, to)


def migrate(connection: Connection, to: str) -> None:
    """Moves the tables up or down to the revision `to`; `base` is before the first."""
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        # The limit is for the bedside's statements; rewriting a large table takes what it takes.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    found = revision(connection)
    if to == "base" or (found is not None and found > to):
        command.downgrade(config, to)
    else:
        command.upgrade(config, to)
