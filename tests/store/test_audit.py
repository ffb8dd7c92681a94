"""Whatever is changed in the record of staff actions and alarms is found, and named."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from monitord.store.audit import Verification, verify
from monitord.store.chain import SUITE, effect_content, event_content, extend, genesis
from monitord.store.journal import Journal
from tests.store.builders import admit, configured, deadline, discharge, frame, line


@pytest.fixture
def filled(journal: Journal) -> Journal:
    """A session s1 that ended and a session s2 that is open; events 1 to 9."""
    journal.append([configured(1, "{}", bed=None), configured(1, "{}"), admit(2, "s1"), frame(3)])
    journal.append([deadline(4, line(4), n=2), discharge(5, "s1"), admit(6, "s2"), frame(7)])
    journal.append([replace(frame(8), effects=(line(8, "s2/spo2_low/1"),))])
    return journal


def change(journal: Journal, statement: str) -> None:
    """What somebody with the file and a database shell could do."""
    with journal.database.write() as connection:
        assert connection.execute(text(statement)).rowcount > 0


def faults(journal: Journal) -> tuple[str, ...]:
    return verify(journal.database).faults


def test_an_untouched_journal_has_no_fault(filled: Journal) -> None:
    assert filled.anchor().n > 0
    found = verify(filled.database, known=filled.anchor())
    assert found == Verification(chains=3, links=found.links, head=filled.anchor(), faults=())
    assert found.links > 9


def test_an_empty_journal_has_no_fault(journal: Journal) -> None:
    assert verify(journal.database) == Verification(
        chains=0, links=0, head=genesis(SUITE), faults=()
    )


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE events SET at = at + 1 WHERE seq = 3", "event 3 was changed"),
        ("UPDATE events SET bed = '9' WHERE seq = 3", "event 3 was changed"),
        ("UPDATE events SET session = NULL WHERE seq = 3", "event 3 was changed"),
        ("UPDATE effects SET body = replace(body, '86.0', '91.0')", "effect 2 was changed"),
        ("DELETE FROM effects WHERE id = 2", "effect 2 is gone"),
        ("DELETE FROM events WHERE seq = 3", "event 3 is gone"),
        ("DELETE FROM audit WHERE chain = 's1' AND n = 2", "links 2 to 2 are gone"),
        ("DELETE FROM audit WHERE chain = 's1' AND n >= 4", "s1: cut off before link 5"),
        ("DELETE FROM audit WHERE chain = 's1'", "s1: cut off before link 5"),
        ("UPDATE audit SET note = '{}' WHERE kind = 'head'", "suite: note 3 was changed"),
        (
            (
                "INSERT INTO events SELECT 90, at, bed, session, type, source, simulated, body, digest "
                "FROM events WHERE seq = 3"
            ),
            "event 90 is in no chain",
        ),
    ],
)
def test_what_was_changed_is_named(filled: Journal, statement: str, fault: str) -> None:
    change(filled, statement)
    assert any(fault in found for found in faults(filled)), faults(filled)


def test_one_change_is_one_fault(filled: Journal) -> None:
    change(filled, "UPDATE events SET at = at + 1 WHERE seq = 3")
    assert len(faults(filled)) == 1


def test_a_chain_that_was_made_anew_differs_from_the_head_that_was_sent_away(
    filled: Journal,
) -> None:
    known = filled.anchor()
    change(filled, "UPDATE events SET at = at + 1 WHERE seq = 1")
    with filled.database.write() as connection:
        head = genesis(SUITE)
        rows = connection.execute(
            text("SELECT n, kind, ref, note FROM audit WHERE chain = '' ORDER BY n")
        ).all()
        for n, kind, ref, note in rows:
            table, key = ("events", "seq") if kind == "event" else ("effects", "id")
            query = text(f"SELECT * FROM {table} WHERE {key} = {ref or 0}")
            found = connection.execute(query).mappings().one_or_none()
            if found is None:
                content = note
            elif kind == "event":
                content = event_content({**found, "simulated": bool(found["simulated"])})
            else:
                content = effect_content(dict(found))
            head = extend(head, kind, content)
            connection.execute(
                text("UPDATE audit SET hash = :hash WHERE chain = '' AND n = :n"),
                {"hash": head.hash, "n": n},
            )
    assert faults(filled) == ()
    assert verify(filled.database, known=known).faults == (
        "suite: another chain than the one quoted",
    )


def test_cutting_off_an_open_session_is_found_once_it_was_anchored(filled: Journal) -> None:
    cut = "DELETE FROM audit WHERE chain = 's2' AND n = 3"
    unnoticed = "DELETE FROM effects WHERE session = 's2' AND type = 'alarm'"
    filled.anchor()
    change(filled, cut)
    change(filled, unnoticed)
    assert faults(filled) == ("session s2: cut off before link 3",)


def test_anchoring_again_without_news_adds_nothing(filled: Journal) -> None:
    assert filled.anchor() == filled.anchor()


def test_chains_go_on_after_a_restart(url: str) -> None:
    with Journal.open(url) as journal:
        journal.append([admit(1, "s1"), frame(2)])
    with Journal.open(url) as journal:
        journal.append([discharge(3, "s1"), admit(4, "s2"), admit(5, "s1", bed="2")])
        assert faults(journal) == ()
