"""A journal's file is damaged while it is open: that is seen, and a fresh one takes its place with all that goes on."""

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from monitord.engine.engine import Engine
from monitord.errors import StoreError
from monitord.store.accounts import Account, Everybody, Note, People
from monitord.store.chain_verification import verify
from monitord.store.database.database import connect_sqlite
from monitord.store.database.set_aside import aside_name
from monitord.store.engines_from_journal import restore, snapshot_of
from monitord.store.journal.entry import Entry
from monitord.store.journal.journal import Journal
from monitord.store.recovery_copy import FILE, RecoveryCopy, newest_copy, write_copy
from monitord.store.salvage import events_behind, salvage
from tests.damage import WHILE_OPEN, Damage, overwrite
from tests.store.builders import admit, at, discharge, frame

damages = pytest.mark.parametrize("damage", WHILE_OPEN.values(), ids=list(WHILE_OPEN))


def append(journal: Journal, entries: Sequence[Entry]) -> list[int]:
    return journal.append(entries)


def full(path: Path) -> Journal:
    """A journal of some hundred pages, with an open session and an account."""
    journal = Journal.open(path)
    journal.append([admit(1, "s1"), *(frame(2 + n / 100) for n in range(3000))])
    account = Account(name="ada", role="approver", password="hash")
    People(journal.database).save(account, Note(at=at(1), who="console", what="added"))
    journal.database.checkpoint()
    journal.append([frame(40)])
    assert journal.database.damage() is None
    return journal


def carried(journal: Journal) -> RecoveryCopy:
    people = Everybody(accounts=(Account(name="ada", role="approver", password="hash"),))
    return journal.stands("place", at(50), people)


@damages
def test_damage_from_outside_is_seen_at_once(tmp_path: Path, damage: Damage) -> None:
    path = tmp_path / "journal.db"
    with full(path) as journal:
        damage(path)
        assert journal.database.damage() is not None


def test_writing_copying_and_compacting_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with full(path) as journal:
        for second in range(50, 60):
            journal.append([frame(second)])
            journal.database.checkpoint()
            assert journal.database.damage() is None
        with closing(sqlite3.connect(path)) as other:
            other.execute("DELETE FROM events WHERE seq < 2900")
            other.commit()
            other.execute("VACUUM")
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for _ in range(5):
            assert journal.database.damage() is None


@damages
def test_a_fresh_journal_takes_the_place_and_the_damaged_one_is_kept(
    tmp_path: Path, damage: Damage
) -> None:
    path = tmp_path / "journal.db"
    with full(path) as journal:
        before = carried(journal)
        state = snapshot_of(Engine("1"), "1", before.seq)
        damage(path)
        aside = aside_name(path, at(50))
        (seq,) = journal.begin_anew(replace(before, states=(state,)), [frame(51)], append, aside)
        assert seq == before.seq + 1
        assert journal.database.damage() is None
        assert journal.append([frame(52)]) == [seq + 1]
        assert [each.session for each in journal.sessions() if each.open] == ["s1"]
        assert [each.name for each in People(journal.database).read().accounts] == ["ada"]
        assert restore(journal, "1", at(60)).engine.effects_decided == state.n
        assert journal.append([discharge(53, "s1")]) == [seq + 2]
    assert list(tmp_path.glob(f"{aside.name}*"))
    with Journal.open(path) as journal:
        assert [number for number, _ in journal.events()] == [seq, seq + 1, seq + 2]
        assert verify(journal.database).faults == ()
        assert not [each for each in journal.sessions() if each.open]


def test_a_deleted_file_is_written_out_again_whole(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with full(path) as journal:
        before = carried(journal)
        known = [seq for seq, _ in journal.events()]
        path.unlink()
        aside = aside_name(path, at(50))
        journal.begin_anew(before, [], append, aside)
    with Journal.open(aside, read_only=True) as kept:
        assert [seq for seq, _ in kept.events()] == known


def test_a_fresh_journal_that_cannot_be_begun_leaves_the_old_one_in_its_place(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal.db"
    with full(path) as journal:
        before = carried(journal)

        def fail(_: Journal, __: Sequence[Entry]) -> list[int]:
            raise StoreError("disk is full")

        with pytest.raises(StoreError, match="disk is full"):
            journal.begin_anew(before, [frame(51)], fail, aside_name(path, at(50)))
        assert journal.append([frame(51)]) == [before.seq + 1]


def test_a_journal_behind_a_link_is_replaced_on_its_own_disk(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    real, link = tmp_path / "disk" / "journal.db", tmp_path / "journal.db"
    Journal.open(real).close()
    link.symlink_to(real)
    with full(link) as journal:
        before = carried(journal)
        real.unlink()
        assert journal.database.damage() is not None
        assert journal.database.file is not None
        aside = aside_name(journal.database.file, at(50))
        journal.begin_anew(before, [frame(51)], append, aside)
    assert link.is_symlink()
    with Journal.open(real) as journal:
        assert [seq for seq, _ in journal.events()] == [before.seq + 1]


# The copy.


def test_the_copy_is_whole_private_and_the_newest_of_its_place(tmp_path: Path) -> None:
    old, new = (
        RecoveryCopy(at=at(1), place="here", seq=1),
        RecoveryCopy(at=at(2), place="here", seq=2),
    )
    write_copy(tmp_path / "a", new)
    write_copy(tmp_path / "b", old)
    write_copy(tmp_path / "c", RecoveryCopy(at=at(3), place="elsewhere"))
    folders = [tmp_path / name for name in "abcd"]
    assert newest_copy(folders, "here") == new
    assert (tmp_path / "a" / FILE).stat().st_mode & 0o777 == 0o600
    overwrite(tmp_path / "a" / FILE, 70, 4)
    assert newest_copy(folders, "here") == old
    os.truncate(tmp_path / "b" / FILE, 50)
    assert newest_copy(folders, "here") is None


def test_a_journal_that_holds_what_the_copy_knows_is_not_behind(tmp_path: Path) -> None:
    with full(tmp_path / "journal.db") as journal, Journal.open(tmp_path / "new.db") as other:
        copy = carried(journal)
        assert not journal.is_behind(copy)
        assert journal.is_behind(replace(copy, seq=copy.seq + 1))
        assert other.is_behind(copy)
        other.take_over(copy)
        assert not other.is_behind(other.stands("place", at(60), Everybody()))
        assert other.append([frame(70)]) == [copy.seq + 1]


# What lies behind it.


def test_what_lies_behind_the_copy_is_read_around_the_damage(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with full(path) as journal:
        copy = replace(carried(journal), seq=100)
        total = journal.last_seq
    overwrite(path, path.stat().st_size // 2 // 4096 * 4096, 8192)
    with closing(connect_sqlite(path, read_only=True)) as connection:
        found = [seq for seq, _ in events_behind(connection, 100)]
    assert found == sorted(found)
    assert total * 0.8 < len(found) < total - 100
    assert salvage(path, copy).seq == total


def test_sessions_that_began_behind_the_copy_are_found(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with Journal.open(path) as journal:
        journal.append([frame(1)])
        copy = carried(journal)
        journal.append([admit(2, "s2"), frame(3)])
    assert salvage(path, copy).seq == 3
    assert salvage(path, copy).open_sessions == ("s2",)


def test_of_a_file_that_is_no_database_the_copy_is_left(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"\xa5" * 8192)
    copy = RecoveryCopy(at=at(1), seq=7)
    assert salvage(path, copy) == copy
    assert salvage(path, None) == RecoveryCopy()


def test_without_a_copy_the_tables_that_can_be_read_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with full(path) as journal:
        journal.save_snapshot(snapshot_of(Engine("1"), "1", journal.last_seq))
        seq = journal.last_seq
    found = salvage(path, None)
    assert found.open_sessions == ("s1",)
    assert [each.name for each in found.people.accounts] == ["ada"]
    assert [each.bed for each in found.states] == ["1"]
    assert found.seq == seq
