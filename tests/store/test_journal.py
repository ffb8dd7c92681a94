"""What was appended is there, in order, for ever; what failed was never there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from monitord.errors import StoreError
from monitord.model import Answered, Configured, Discharge, Withdraw
from monitord.store.database import schema
from monitord.store.journal.journal import Entry, Journal
from monitord.store.snapshots import Snapshot
from tests.store.builders import (
    act,
    admit,
    at,
    configured,
    deadline,
    discharge,
    event,
    frame,
    line,
    notify,
    void,
)


def test_events_come_back_in_order_with_their_numbers(journal: Journal) -> None:
    entries = [frame(1), frame(2, bed="2"), admit(3, "s1")]
    assert journal.append(entries) == [1, 2, 3]
    assert list(journal.events()) == [
        (seq, entry.event) for seq, entry in enumerate(entries, start=1)
    ]


def test_events_can_be_asked_for_by_bed_and_place(journal: Journal) -> None:
    journal.append([frame(1), frame(2, bed="2"), frame(3), configured(4, "{}", bed=None)])
    assert [seq for seq, _ in journal.events(bed="1")] == [1, 3]
    assert [seq for seq, _ in journal.events(bed=None)] == [4]
    assert [seq for seq, _ in journal.events(after=1, until=3)] == [2, 3]


def test_more_than_a_page_of_events_is_read_whole(journal: Journal) -> None:
    journal.append([frame(second) for second in range(2500)])
    assert [seq for seq, _ in journal.events()] == list(range(1, 2501))


def test_effects_keep_cause_number_and_time(journal: Journal) -> None:
    told = line(5)
    journal.append([replace(frame(1), effects=(Withdraw(alarm="x"), told), first_n=7)])
    journal.append([deadline(9, notify("k", told), n=9)])
    stored = list(journal.effects(bed="1"))
    assert [(row.id, row.after_seq, row.n, row.at) for row in stored] == [
        (1, 1, 7, at(1)),
        (2, 1, 8, at(1)),
        (3, 1, 9, at(9)),
    ]
    assert [row.effect for row in stored] == [Withdraw(alarm="x"), told, notify("k", told)]
    assert [row.effect for row in journal.effects(type="alarm", after=1)] == [told]


def test_a_deadline_without_a_time_has_that_of_its_line(journal: Journal) -> None:
    journal.append([frame(1), Entry(bed="1", event=None, effects=(line(8),))])
    assert [row.at for row in journal.effects()] == [at(8)]


def test_the_last_effect_number_counts_per_bed_and_before_an_event(journal: Journal) -> None:
    journal.append([replace(frame(1), effects=(line(1), line(1)))])
    journal.append([replace(frame(2), effects=(line(2),), first_n=3)])
    journal.append([replace(frame(3, bed="2"), effects=(line(3),))])
    assert journal.last_effect_number("1") == 3
    assert journal.last_effect_number("1", before=2) == 2
    assert journal.last_effect_number("2") == 1
    assert journal.last_effect_number(None) == 0


def test_the_last_instant_is_that_of_an_event_or_of_a_deadline(url: str) -> None:
    with Journal.open(url) as journal:
        assert journal.last_instant() is None
        journal.append([frame(5)])
        assert journal.last_instant() == at(5)
        journal.append([deadline(60, line(60))])
    with Journal.open(url) as journal:
        assert journal.last_instant() == at(60)


def test_numbers_go_on_after_a_restart(url: str) -> None:
    with Journal.open(url) as journal:
        journal.append([replace(frame(1), effects=(line(1),))])
    with Journal.open(url) as journal:
        assert journal.append([replace(frame(2), effects=(line(2),), first_n=2)]) == [2]
        assert [(row.id, row.after_seq) for row in journal.effects()] == [(1, 1), (2, 2)]


def test_settings_are_stored_once_and_read_back_whole(journal: Journal) -> None:
    journal.append([configured(1, "{big}"), configured(2, "{big}", bed="2")])
    with journal.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(schema.documents)) == 1
    digest = sha256(b"{big}").hexdigest()[:12]
    assert [stored.body for _, stored in journal.events()] == [
        Configured(digest=digest, document="{big}")
    ] * 2


def test_a_group_that_fails_leaves_nothing_behind(journal: Journal) -> None:
    journal.append([frame(1)])
    bad = Entry(bed="1", event=event(3, Discharge(id="\ud800", by="n1")))
    with pytest.raises(StoreError):
        journal.append([frame(2), bad])
    assert journal.append([frame(4)]) == [2]
    assert [stored.at for _, stored in journal.events()] == [at(1), at(4)]


def test_a_fold_starts_at_the_settings_before_the_open_session(journal: Journal) -> None:
    assert journal.first_needed("1") == 0
    journal.append([configured(1, "a"), frame(2), configured(3, "b"), frame(4)])
    assert journal.first_needed("1") == 3
    journal.append([admit(5, "s1"), configured(6, "c"), frame(7)])
    assert journal.first_needed("1") == 3
    journal.append([discharge(8, "s1")])
    assert journal.first_needed("1") == 3
    assert journal.first_needed("2") == 0


def test_a_fold_never_starts_in_the_middle_of_a_session_that_is_over(journal: Journal) -> None:
    journal.append([configured(0, "a"), admit(1, "s1"), configured(2, "b"), discharge(3, "s1")])
    assert journal.first_needed("1") == 1
    journal.append([admit(4, "s2")])
    assert journal.first_needed("1") == 1
    journal.append([discharge(5, "s2"), configured(6, "c")])
    assert journal.first_needed("1") == 7


def test_rows_carry_the_session_from_admission_to_discharge(url: str) -> None:
    with Journal.open(url) as journal:
        journal.append([frame(1), admit(2, "s1"), frame(3)])
    with Journal.open(url) as journal:
        journal.append([frame(4), discharge(5, "s1"), frame(6)])
        assert [seq for seq, _ in journal.events(session="s1")] == [2, 3, 4, 5]
        (session,) = journal.sessions()
        assert (session.session, session.bed) == ("s1", "1")
        assert (session.first_seq, session.last_seq) == (2, 5)


def test_a_refused_discharge_ends_no_session(journal: Journal) -> None:
    journal.append([admit(1, "s1")])
    ask = Discharge(id="d1", by="n1")
    journal.append([act(2, ask, Answered(action="d1", refused="criteria not met")), frame(3)])
    assert [session.open for session in journal.sessions()] == [True]
    assert [seq for seq, _ in journal.events(session="s1")] == [1, 2, 3]


def test_a_voided_discharge_lets_the_session_go_on(journal: Journal) -> None:
    journal.append([admit(1, "s1"), discharge(2, "s1"), frame(3)])
    journal.append([void(4, "discharge-s1"), frame(5)])
    assert [session.open for session in journal.sessions()] == [True]
    assert [seq for seq, _ in journal.events(session="s1")] == [1, 2, 4, 5]


def test_a_voided_admission_ends_the_session(journal: Journal) -> None:
    journal.append([admit(1, "s1"), void(2, "admit-s1"), frame(3)])
    assert [session.open for session in journal.sessions()] == [False]
    assert [seq for seq, _ in journal.events(session="s1")] == [1, 2]


def test_a_session_that_comes_back_on_another_bed_goes_on(journal: Journal) -> None:
    journal.append([admit(1, "s1"), discharge(2, "s1"), admit(3, "s2")])
    journal.append([admit(4, "s1", bed="2"), frame(5, bed="2")])
    assert [seq for seq, _ in journal.events(session="s1")] == [1, 2, 4, 5]


def test_a_snapshot_is_found_by_the_code_that_wrote_it_alone(journal: Journal) -> None:
    for bed in ("1", None):
        snapshot = Snapshot(bed=bed, seq=5, n=3, code_version="1", text='{"stage": "infusion"}')
        journal.save_snapshot(replace(snapshot, seq=4))
        journal.save_snapshot(snapshot)
        assert journal.snapshots.load(bed, code_version="1") == snapshot
        assert journal.snapshots.load(bed, code_version="2") is None


def test_the_beds_are_known_with_the_suite_first(journal: Journal) -> None:
    journal.append([frame(1, bed="2"), frame(2), configured(3, "{}", bed=None)])
    assert journal.beds() == [None, "1", "2"]


def test_a_second_daemon_is_refused_until_the_first_is_gone(url: str) -> None:
    with Journal.open(url), pytest.raises(StoreError, match="another monitord"):
        Journal.open(url)
    Journal.open(url).close()


def test_a_reader_works_beside_the_daemon_and_writes_nothing(url: str) -> None:
    with Journal.open(url) as journal, Journal.open(url, read_only=True) as reader:
        journal.append([frame(1)])
        assert [seq for seq, _ in reader.events()] == [1]
        with pytest.raises(StoreError, match="reading only"):
            reader.append([frame(2)])


def test_a_reader_finds_no_journal_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"nowhere\.db"):
        Journal.open(tmp_path / "nowhere.db", read_only=True)
    (tmp_path / "text.db").write_text("hello " * 1000)
    with pytest.raises(StoreError, match="not a database"):
        Journal.open(tmp_path / "text.db", read_only=True)


@pytest.mark.parametrize("bad", ["mysql://host/db", "sqlite://", "sqlite:///:memory:", "a://b c:x"])
def test_a_database_that_cannot_hold_a_journal_is_refused(bad: str) -> None:
    with pytest.raises(StoreError):
        Journal.open(bad)


def test_only_the_owner_may_read_the_files(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "state" / "journal.db") as journal:
        journal.append([frame(1)])
        files = list((tmp_path / "state").iterdir())
        assert len(files) == 4
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_an_append_can_be_given_again_when_only_its_answer_was_lost(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append([frame(1)])
    entries = [replace(frame(2), effects=(line(2),)), frame(3)]
    write = journal.database.write

    @contextmanager
    def answer_lost(*, durable: bool = True) -> Iterator[Connection]:
        with write(durable=durable) as connection:
            yield connection
        raise StoreError("server closed the connection")

    with monkeypatch.context() as patch:
        patch.setattr(journal.database, "write", answer_lost)
        with pytest.raises(StoreError):
            journal.append(entries)
    assert journal.append([*entries, frame(4)]) == [2, 3, 4]
    assert [stored.at for _, stored in journal.events()] == [at(1), at(2), at(3), at(4)]
    assert len(list(journal.effects())) == 1
    assert journal.append([frame(5)]) == [5]


def test_an_append_that_was_rolled_back_is_written_when_given_again(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [frame(1), frame(2)]
    write = journal.database.write

    @contextmanager
    def broken(*, durable: bool = True) -> Iterator[Connection]:
        with write(durable=durable) as connection:
            yield connection
            raise StoreError("server closed the connection")

    with monkeypatch.context() as patch:
        patch.setattr(journal.database, "write", broken)
        with pytest.raises(StoreError):
            journal.append(entries)
    assert list(journal.events()) == []
    assert journal.append(entries) == [1, 2]
    assert journal.last_instant() == at(2)
