"""Rows into tables by statements that are made once: to make one anew takes longer than SQLite's work.

Only for columns of text, whole numbers and booleans, which every driver takes as they are.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite

Row = dict[str, Any]


def put(
    connection: Connection, table: Table, rows: Sequence[Row], *, unless_known: bool = False
) -> None:
    """All rows, which have the same columns; `unless_known` leaves out those whose key is there."""
    if not rows:
        return
    text, order = _statement(connection.dialect, table, tuple(rows[0]), unless_known=unless_known)
    if order is None:
        connection.exec_driver_sql(text, rows)
    else:
        # SQLite's own cursor: the way through the layers costs more than the work.
        given = [tuple(row[name] for name in order) for row in rows]
        connection.connection.cursor().executemany(text, given)


@cache
def _statement(
    dialect: Dialect, table: Table, columns: tuple[str, ...], *, unless_known: bool
) -> tuple[str, list[str] | None]:
    """Its text, and the order of its values where they have no names."""
    # Both dialects say ON CONFLICT in the same words, but each has its own insert.
    insert = (sqlite.insert if dialect.name == "sqlite" else postgresql.insert)(table)
    if unless_known:
        insert = insert.on_conflict_do_nothing()
    compiled = insert.compile(dialect=dialect, column_keys=list(columns))
    return str(compiled), compiled.positiontup
