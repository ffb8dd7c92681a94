"""The chains of released versions go up and down with the tables, in both databases, and are quoted by today's."""

from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine, insert, inspect, select, text

from monitord.model import Event, Frame, Instant, Sample, Signal
from monitord.store.chain_verification import KnownHead, verify
from monitord.store.database import schema
from monitord.store.database.database import Database
from monitord.store.database.upgrade import migrate
from monitord.store.journal.entry import Entry
from monitord.store.journal.journal import Journal
from tests.store.builders import admit, deadline, line, notify
from tests.store.journals.kept import EVERY, Kept

every = pytest.mark.parametrize("kept", EVERY, ids=lambda kept: kept.folder.name)


def unpacked(kept: Kept, url: str, folder: Path) -> str:
    """The kept journal in the database at `url`, with the tables of its own version."""
    file = kept.unpack(folder)
    if "://" not in url:
        return str(file)
    source = create_engine(f"sqlite:///{file}")
    with source.connect() as rows:
        revision = rows.scalar(text("SELECT version_num FROM alembic_version"))
        tables = MetaData()
        tables.reflect(rows)
        opened = Database(url)
        with opened.write() as connection:
            migrate(connection, str(revision))
            known = set(inspect(connection).get_table_names()) - {"alembic_version"}
            for table in [t for t in schema.metadata.sorted_tables if t.name in known]:
                found = [dict(row) for row in rows.execute(select(table)).mappings()]
                if found:
                    connection.execute(insert(table), found)
        opened.close()
    return url


@every
def test_a_kept_journal_verifies_as_it_is_and_goes_on(kept: Kept, url: str, tmp_path: Path) -> None:
    place = unpacked(kept, url, tmp_path)
    with Journal.open(place, read_only=True) as journal:
        as_it_is = verify(journal.database)
        assert as_it_is.faults == ()
        assert journal.head == as_it_is.head
    with Journal.open(place) as journal:
        assert journal.head.n == as_it_is.head.n + 1
        newest = journal.last_instant()
        assert newest is not None
        frame = Frame(samples=(Sample(signal=Signal.SPO2, value=97.0),))
        event = Event(at=Instant(newest + 1), bed="2", body=frame)
        journal.append([Entry(bed="2", event=event)])
        # Both a head of before and one of today are links of it.
        found = verify(
            journal.database, known=[KnownHead(head=as_it_is.head), KnownHead(head=journal.head)]
        )
        assert found.faults == ()
        assert found.links == as_it_is.links + 2


@every
@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE effects SET body = replace(body, 'a', 'b') WHERE id = {}", "was changed"),
        ("DELETE FROM effects WHERE id = {}", "is gone"),
        ("UPDATE audit SET hash = 'x' WHERE chain = '' AND n = 3", "was changed"),
        ("DELETE FROM audit WHERE chain = ''", "are gone"),
        ("DELETE FROM audit WHERE chain <> '' AND n > 2", "cut off before link"),
        ("DELETE FROM audit", "cut off before link"),
        ("UPDATE audit_links SET body = replace(body, 'began', 'begun')", "was changed"),
    ],
)
def test_what_is_changed_in_a_record_of_before_is_found_from_today_on(
    kept: Kept, url: str, tmp_path: Path, statement: str, says: str
) -> None:
    with Journal.open(unpacked(kept, url, tmp_path)) as journal:
        with journal.database.write() as connection:
            linked = connection.scalar(
                text("SELECT max(ref) FROM audit WHERE kind = 'effect' AND chain <> ''")
            )
            connection.execute(text(statement.format(linked)))
        found = verify(journal.database).faults
        assert any(says in fault for fault in found), found


@every
def test_it_goes_down_with_what_was_recorded_since_and_up_again(
    kept: Kept, url: str, tmp_path: Path
) -> None:
    place = unpacked(kept, url, tmp_path)
    with Journal.open(place) as journal:
        newest = journal.last_instant()
        assert newest is not None
        told = line(1)
        entries = [admit(1, "s9", bed="9"), deadline(2, told, notify("k9", told), n=2, bed="9")]
        journal.append(entries)
        journal.chain_people(['{"what": "refused"}'])
        before = list(journal.events())
        with journal.database.write() as connection:
            migrate(connection, "0005")
            assert "audit_links" not in inspect(connection).get_table_names()
    older = Database(place, read_only=True)
    assert older.revision == "0005"
    down = verify(older)
    older.close()
    assert down.faults == ()
    with Journal.open(place) as journal:
        assert list(journal.events()) == before
        assert verify(journal.database, known=[KnownHead(head=down.head)]).faults == ()
