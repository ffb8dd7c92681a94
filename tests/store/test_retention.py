"""What is old goes; what a restart needs stays; the audit chain says that it went."""

import pytest

from monitord.store.chain_verification import KnownHead, verify
from monitord.store.journal.journal import Journal
from monitord.store.retention import Removed
from tests.store.builders import (
    admit,
    at,
    configured,
    deadline,
    deliveries,
    discharge,
    frame,
    line,
    notify,
)


@pytest.fixture
def lived(journal: Journal) -> Journal:
    """s1 ended at 5 s, s2 at 15 s; settings at 0, 10 and 20 s; samples outside at 6 and 16 s."""
    journal.append([configured(0, "a"), admit(2, "s1"), frame(3)])
    told = line(4)
    journal.append([deadline(4, told, notify("k1", told), n=2), discharge(5, "s1"), frame(6)])
    journal.append([configured(10, "b"), admit(12, "s2"), frame(13), discharge(15, "s2")])
    journal.append([frame(16)])
    journal.append([configured(20, "c"), frame(21)])
    return journal


def test_ended_sessions_go_with_all_that_belongs_to_them(lived: Journal) -> None:
    assert lived.retain(at(10)) == Removed(sessions=1, samples=1)
    assert [session.session for session in lived.sessions()] == ["s2"]
    assert list(lived.events(session="s1")) == []
    assert list(lived.effects(session="s1")) == []
    assert deliveries(lived, "s1/spo2_low/1") == []
    assert len(list(lived.events(session="s2"))) == 3


def test_the_audit_holds_after_a_removal_and_says_what_went(lived: Journal) -> None:
    known = lived.head
    lived.retain(at(10))
    found = verify(lived.database, known=[KnownHead(head=known)])
    assert found.faults == ()
    assert found.head == lived.head
    assert found.remarks == (
        f"retention removed 1 sessions (links {known.n + 1} to {known.n + 1})",
    )


def test_what_a_fold_at_the_next_start_needs_stays(lived: Journal) -> None:
    lived.append([admit(30, "s3"), frame(31)])
    needed = lived.first_needed("1")
    before = [(seq, event) for seq, event in lived.events(bed="1") if seq >= needed]
    assert lived.retain(at(1000)) == Removed(sessions=2, samples=2)
    assert [(seq, event) for seq, event in lived.events(bed="1") if seq >= needed] == before


def test_a_sample_that_shares_a_link_with_what_is_needed_stays(journal: Journal) -> None:
    journal.append([configured(0, "a"), frame(6), configured(20, "c")])
    assert journal.retain(at(1000)) == Removed(sessions=0, samples=0)
    assert verify(journal.database).faults == ()


def test_a_session_after_the_latest_settings_stays(journal: Journal) -> None:
    journal.append([configured(0, "a"), admit(2, "s1"), discharge(5, "s1"), frame(6)])
    assert journal.retain(at(1000)) == Removed(sessions=0, samples=0)


def test_an_open_session_never_goes(journal: Journal) -> None:
    journal.append([admit(2, "s1"), frame(3), configured(20, "c")])
    assert journal.retain(at(1000)) == Removed(sessions=0, samples=0)


def test_no_number_is_given_twice_after_a_removal(url: str) -> None:
    with Journal.open(url) as journal:
        journal.append([configured(0, "a"), admit(2, "s1"), discharge(5, "s1")])
        last = journal.append([configured(10, "b")])
        newest = max(row.id for row in journal.effects())
        journal.retain(at(1000))
        assert list(journal.effects()) == []
    with Journal.open(url) as journal:
        assert journal.append([deadline(11, line(11))]) == last
        assert [row.id for row in journal.effects()] == [newest + 1]
