"""The migrations make the tables of `schema`, up and down, with rows in them."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

import monitord.store
from monitord.errors import StoreError
from monitord.store.database import schema
from monitord.store.database.upgrade import migrate, revision, upgrade
from monitord.store.journal.journal import Journal
from tests.store.builders import admit, deadline, discharge, frame, line, notify

SCRIPTS = Path(monitord.store.__file__).parent / "migrations"


def test_the_code_asks_for_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_heads() == [schema.REVISION]


def test_the_migrations_make_exactly_the_tables_of_the_schema(journal: Journal) -> None:
    with journal.database.read() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, schema.metadata) == []


def test_a_filled_journal_goes_down_and_up_again_with_its_rows(journal: Journal) -> None:
    journal.append([admit(1, "s1"), frame(2), discharge(3, "s1")])
    journal.append([deadline(4, notify("k1", line(4)), n=3)])
    before = list(journal.events())
    with journal.database.write() as connection:
        migrate(connection, "0001")
        assert revision(connection) == "0001"
        assert "audit" not in inspect(connection).get_table_names()
    with journal.database.write() as connection:
        upgrade(connection)
        assert revision(connection) == schema.REVISION
    assert list(journal.events()) == before
    assert [message.key for message in journal.outbox.waiting()] == ["k1"]


def test_all_the_way_down_leaves_no_table(journal: Journal) -> None:
    with journal.database.write() as connection:
        migrate(connection, "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]


def test_an_older_journal_is_brought_up_when_it_is_opened(url: str) -> None:
    with Journal.open(url) as journal:
        journal.append([frame(1)])
        with journal.database.write() as connection:
            migrate(connection, "0001")
    with Journal.open(url) as journal:
        assert journal.append([admit(2, "s1")]) == [2]


def test_a_journal_of_a_newer_version_is_refused_and_left_alone(url: str) -> None:
    with Journal.open(url) as journal, journal.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for read_only in (False, True):
        with pytest.raises(StoreError, match="tables 9999"):
            Journal.open(url, read_only=read_only)
