"""Whatever is changed in the record is found, and named."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection

from monitord.errors import StoreError
from monitord.model import Attempt
from monitord.store.chain_verification import KnownHead, verify
from monitord.store.journal.chain import genesis
from monitord.store.journal.journal import Journal
from tests.effort import thorough
from tests.store.builders import admit, at, discharge, frame
from tests.store.tampering import KINDS, Tampering, fill


@pytest.fixture
def filled(journal: Journal) -> Journal:
    fill(journal)
    return journal


def faults(journal: Journal) -> tuple[str, ...]:
    return verify(journal.database).faults


def test_an_untouched_journal_has_no_fault(filled: Journal) -> None:
    found = verify(filled.database, known=[KnownHead(head=filled.head)])
    assert found.faults == ()
    assert found.remarks == ()
    assert found.head == filled.head
    assert found.links == filled.head.n


def test_every_transaction_is_one_link(journal: Journal) -> None:
    before = journal.head.n
    journal.append([admit(1, "s1"), frame(2), frame(3, bed="2"), discharge(4, "s1")])
    assert journal.head.n == before + 1


def test_a_new_journal_begins_with_a_link(journal: Journal) -> None:
    assert journal.head.n == 1
    assert journal.head != genesis()
    assert faults(journal) == ()


def test_there_are_more_than_twenty_kinds_of_tampering() -> None:
    assert len({each.kind for each in KINDS}) == len(KINDS) > 20


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("tampering", KINDS, ids=lambda each: each.kind)
def test_tampering_is_found_and_named(filled: Journal, tampering: Tampering) -> None:
    found_and_named(filled, tampering)


# The same code reads both databases, and one on a server takes longer to fill.
@pytest.mark.parametrize(
    "url", [pytest.param("postgres", marks=pytest.mark.peer("postgres"))], indirect=True
)
@pytest.mark.parametrize("tampering", KINDS[:: 1 if thorough() else 4], ids=lambda each: each.kind)
def test_tampering_on_a_server_is_found_and_named(filled: Journal, tampering: Tampering) -> None:
    found_and_named(filled, tampering)


def found_and_named(filled: Journal, tampering: Tampering) -> None:
    known = filled.head
    tampering.do(filled)
    found = faults(filled)
    if tampering.needs_head:
        assert found == ()
        found = verify(filled.database, known=[KnownHead(head=known)]).faults
    assert any(tampering.says in fault for fault in found), found


def test_one_change_is_one_fault(filled: Journal) -> None:
    KINDS[0].do(filled)
    assert len(faults(filled)) == 1


def test_the_chain_goes_on_after_a_restart(url: str) -> None:
    with Journal.open(url) as journal:
        journal.append([admit(1, "s1"), frame(2)])
        known = journal.head
    with Journal.open(url) as journal:
        assert journal.head == known
        journal.append([discharge(3, "s1"), admit(4, "s2"), admit(5, "s1", bed="2")])
        assert verify(journal.database, known=[KnownHead(head=known)]).faults == ()


def test_a_commit_whose_answer_was_lost_leaves_no_gap_for_what_is_no_entry(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Marks and snapshots go through the same chain: after a failure each looks where it stands."""
    fill(journal)
    write, lost = journal.database.write, [True]

    @contextmanager
    def answer_lost(*, durable: bool = True) -> Iterator[Connection]:
        with write(durable=durable) as connection:
            yield connection
        if lost.pop():
            raise StoreError("server closed the connection")

    entries = [frame(20), frame(21)]
    with monkeypatch.context() as patch:
        patch.setattr(journal.database, "write", answer_lost)
        with pytest.raises(StoreError):
            journal.append(entries)
    journal.mark([Attempt(key="k3", at=at(21))])
    assert journal.append([*entries, frame(22)]) == [13, 14, 15]
    assert [seq for seq, _ in journal.events(after=12)] == [13, 14, 15]
    assert faults(journal) == ()
