"""A session that goes on at another bed stays one session in the journal."""

import pytest

from monitord.store.chain_verification import verify
from monitord.store.journal.journal import Journal
from monitord.store.retention import Removed
from tests.store.builders import admit, at, configured, discharge, frame, move


@pytest.fixture
def moved(journal: Journal) -> Journal:
    """s1 goes from bed 1 to bed 2, where s0 was before; events 1 to 10."""
    journal.append([configured(0, "a"), configured(0, "b", bed="2"), admit(1, "s1")])
    journal.append([admit(2, "s0", bed="2"), discharge(3, "s0", bed="2"), frame(4)])
    journal.append(move(5, "s1", to="2"))
    journal.append([frame(6), frame(7, bed="2")])
    return journal


def test_its_rows_are_those_of_both_beds_until_and_from_the_move(moved: Journal) -> None:
    rows = [(seq, event.bed) for seq, event in moved.events(session="s1")]
    assert rows == [(3, "1"), (6, "1"), (7, "2"), (8, "1"), (10, "2")]
    (session,) = [each for each in moved.sessions() if each.session == "s1"]
    assert (session.bed, session.first_seq, session.here_since) == ("2", 3, 7)


def test_a_restart_knows_where_the_patient_is(url: str) -> None:
    with Journal.open(url) as journal:
        journal.append([configured(0, "a"), configured(0, "b", bed="2"), admit(1, "s1")])
        journal.append([admit(2, "s0", bed="2"), discharge(3, "s0", bed="2")])
        journal.append(move(5, "s1", to="2"))
    with Journal.open(url) as journal:
        journal.append([frame(6), frame(7, bed="2"), discharge(8, "s1", bed="2")])
        assert [seq for seq, _ in journal.events(session="s1")] == [3, 6, 7, 9, 10]
        (session,) = [each for each in journal.sessions() if each.session == "s1"]
        assert (session.bed, session.last_seq) == ("2", 10)


def test_the_fold_of_each_bed_starts_where_it_must(moved: Journal) -> None:
    assert (moved.first_needed("1"), moved.first_needed("2")) == (1, 2)
    moved.append([configured(8, "c", bed="2"), configured(8, "c")])
    # The arrival holds all that came before; the bed that was left has no session any more.
    assert (moved.first_needed("1"), moved.first_needed("2")) == (12, 2)


def test_the_bed_that_was_left_takes_another_session(moved: Journal) -> None:
    moved.append([admit(8, "s2"), frame(9), discharge(10, "s2")])
    assert [seq for seq, _ in moved.events(session="s2")] == [11, 12, 13]
    assert [seq for seq, event in moved.events(session="s1") if event.bed == "1"] == [3, 6, 8]


def test_the_audit_chain_of_the_session_goes_on_at_the_other_bed(moved: Journal) -> None:
    moved.append([discharge(8, "s1", bed="2")])
    assert verify(moved.database).faults == ()


def test_it_is_removed_when_neither_bed_needs_it_any_more(moved: Journal) -> None:
    moved.append([discharge(8, "s1", bed="2"), configured(9, "c", bed="2")])
    assert moved.retain(at(1000)).sessions == 1  # s0
    moved.append([configured(10, "c")])
    assert moved.retain(at(1000)) == Removed(sessions=1, samples=1)
    assert list(moved.events(session="s1")) == []
