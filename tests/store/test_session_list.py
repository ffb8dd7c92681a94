"""Sessions of the record are found by day, bed and pseudonym, also after a restart."""

from pathlib import Path

import pytest

from monitord.model import Instant
from monitord.store.journal.journal import Journal
from monitord.store.session_list import ListedSession, list_sessions
from tests.record.journaled import JournaledBed


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    bed = JournaledBed()
    bed.admit(session="s1", pseudonym="P-17")
    bed.wait("30min")
    bed.discharge(override="test")
    bed.wait("25h")
    bed.admit(session="s2", pseudonym="p-17 again")
    bed.wait("1min")
    return bed.write(tmp_path_factory.mktemp("journal") / "journal.db")


def found(place: Path, **given: object) -> list[str]:
    # Each time another process would open it: nothing is kept in memory.
    with Journal.open(place, read_only=True) as journal:
        return [each.session for each in list_sessions(journal, **given)]  # type: ignore[arg-type]


def test_the_latest_come_first_and_an_open_one_has_no_end(place: Path) -> None:
    assert found(place) == ["s2", "s1"]
    with Journal.open(place, read_only=True) as journal:
        newest, first = list_sessions(journal)
    assert isinstance(newest, ListedSession)
    assert newest.ended_at is None
    assert first.ended_at is not None
    assert (first.bed, first.pseudonym, first.protocol) == ("1", "P-17", "small")


def test_they_are_found_by_a_part_of_the_pseudonym_and_by_bed(place: Path) -> None:
    assert found(place, pseudonym=" p-17 ") == ["s2", "s1"]
    assert found(place, pseudonym="again") == ["s2"]
    assert found(place, pseudonym="P-18") == []
    assert found(place, bed="1") == ["s2", "s1"]
    assert found(place, bed="2") == []


def test_a_day_has_those_that_lasted_into_it(place: Path) -> None:
    with Journal.open(place, read_only=True) as journal:
        newest, first = list_sessions(journal)
    assert first.ended_at is not None
    between = Instant(first.ended_at + 1)
    assert found(place, until=between) == ["s1"]
    assert found(place, since=between) == ["s2"]
    assert found(place, since=first.ended_at, until=between) == ["s1"]
    assert found(place, until=first.admitted_at) == []
    assert found(place, since=newest.admitted_at) == ["s2"]
