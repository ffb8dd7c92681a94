"""What was recorded is what runs: settings and states that were edited in the database are refused, not run."""

import structlog
from sqlalchemy import text

from monitord.engine.engine import Engine
from monitord.engine.protocol.protocol import canonical
from monitord.errors import StoreError
from monitord.model import EPOCH
from monitord.store.database.code_mark import code_mark
from monitord.store.engines_from_journal import restore, snapshot_of
from monitord.store.journal.journal import Journal
from tests.builders import settings
from tests.store.builders import at, configured, frame


def edit(journal: Journal, statement: str) -> None:
    with journal.database.write() as connection:
        assert connection.execute(text(statement)).rowcount == 1


def watched(journal: Journal) -> Engine:
    """Settings with a limit, and what a fold makes of them."""
    document = canonical(settings())
    journal.append([configured(1, document), frame(2)])
    found = restore(journal, "1", at(3)).engine
    assert found.state.settings is not None
    assert "<90" in document or "90" in document
    return found


def test_a_limit_that_was_edited_in_the_database_is_not_run(journal: Journal) -> None:
    watched(journal)
    edit(journal, "UPDATE documents SET text = replace(text, '90', '10')")
    unreadable: list[int] = []

    def note(seq: int, error: StoreError) -> None:
        assert "not those that were recorded" in str(error)
        unreadable.append(seq)

    assert [seq for seq, _ in journal.events(unreadable=note)] == [2]
    assert unreadable == [1]
    with structlog.testing.capture_logs():
        restored = restore(journal, "1", at(3))
    # Nothing runs by it; that the record could not be followed is told as a fault.
    assert restored.engine.state.settings is None
    assert restored.skipped == {1}


def test_a_state_that_was_edited_in_the_database_is_folded_anew(journal: Journal) -> None:
    engine = watched(journal)
    journal.save_snapshot(snapshot_of(engine, "1", 2))
    assert journal.snapshots.load("1", code_version=code_mark()) is not None
    edit(journal, "UPDATE snapshots SET text = replace(text, '90', '10')")
    with structlog.testing.capture_logs() as log:
        assert journal.snapshots.load("1", code_version=code_mark()) is None
        assert restore(journal, "1", at(3)).engine.state == engine.state
    assert "snapshot_changed" in [line["event"] for line in log]


def test_a_state_that_does_not_load_is_skipped_and_folded_anew(journal: Journal) -> None:
    engine = watched(journal)
    broken = snapshot_of(Engine("1"), "1", 2)
    for content in ("{}", "no JSON", '{"now": "x"}'):
        journal.save_snapshot(
            type(broken)(bed="1", seq=2, n=0, code_version=code_mark(), text=content)
        )
        with structlog.testing.capture_logs() as log:
            assert restore(journal, "1", at(3)).engine.state == engine.state
        assert "snapshot_skipped" in [line["event"] for line in log]
    assert engine.now > EPOCH
