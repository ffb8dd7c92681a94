"""Rows that may be replaced: what names each, and the hash of each as it stands, for the hash chain."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Table, select

from monitord.store.database import schema

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class MutableTable:
    """The columns by which a row is named, and those that the chain covers; `noun` is for people."""

    table: Table
    key: tuple[str, ...]
    covered: tuple[str, ...]
    noun: str


def _table(
    noun: str, table: Table, key: str, *, without: frozenset[str] = frozenset()
) -> MutableTable:
    keys = tuple(key.split())
    covered = tuple(c.name for c in table.columns if c.name not in keys and c.name not in without)
    return MutableTable(table=table, key=keys, covered=covered, noun=noun)


TABLES = {
    each.table.name: each
    for each in (
        _table("settings", schema.documents, "digest"),
        _table("session", schema.sessions, "session"),
        _table("state of bed", schema.snapshots, "bed"),
        _table("carried state of bed", schema.carried, "bed"),
        _table("account", schema.accounts, "name"),
        # When a browser was last seen decides nothing, and changes all the time.
        _table("login", schema.logins, "digest account", without=frozenset({"used_at"})),
        _table("token", schema.tokens, "name"),
        _table("number", schema.meta, "key"),
    )
}
"""By the name of the table."""


def name_of(table: Table, row: Row) -> str:
    """How the chain names a row: `accounts/anna`."""
    return "/".join([table.name, *(str(row[column]) for column in TABLES[table.name].key)])


def hash_of(table: Table, row: Row) -> str:
    """Over all that the chain covers of a row."""
    values = [row[column] for column in TABLES[table.name].covered]
    return sha256(json.dumps(values).encode()).hexdigest()


def in_words(name: str) -> str:
    """`account anna` for `accounts/anna`."""
    table, _, key = name.partition("/")
    return f"{TABLES[table].noun} {key or 'suite'}" if table in TABLES else name


def standing(connection: Connection) -> Iterator[tuple[str, str]]:
    """Every mutable row as it stands: its name and its hash."""
    for each in TABLES.values():
        columns = [each.table.c[name] for name in (*each.key, *each.covered)]
        for found in connection.execute(select(*columns)).mappings():
            row = dict(found)
            yield name_of(each.table, row), hash_of(each.table, row)
