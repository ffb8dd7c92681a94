"""Backup, restore, verify and retention, as an engineer calls them, beside a real daemon."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from monitord.commands.backup_copies import backup
from monitord.commands.backup_heads import FILE
from monitord.commands.restore_command import restore_backup
from monitord.commands.verify_command import verified
from monitord.errors import StoreError
from monitord.store.chain_verification import verify
from monitord.store.journal.journal import Journal
from tests.postgres import Postgres
from tests.postgres import postgres as postgres  # noqa: PLC0414 - a fixture
from tests.program import Command
from tests.store.builders import admit
from tests.store.tampering import fill, made_anew
from tests.ward import Ward, ward


def alarmed(suite: Ward) -> None:
    """A patient with one alarm told."""
    suite.start()
    suite.admit("1")
    suite.oximeters["1"].spo2 = 70
    suite.until(lambda: suite.pager.lines("spo2_low"))


def test_a_backup_beside_the_daemon_is_restored_and_goes_on(
    tmp_path: Path, monitord: Command
) -> None:
    with ward(tmp_path) as suite:
        alarmed(suite)
        done = monitord("backup", "-c", suite.file, tmp_path / "copy.db")
        assert done.code == 0, done.err
        refused = monitord("restore", tmp_path / "copy.db", "-c", suite.file, "--replace")
        assert refused.code == 1
        assert "another monitord" in refused.err
        suite.stop()
        (tmp_path / "journal.db").unlink()
        restored = monitord("restore", tmp_path / "copy.db", "-c", suite.file)
        assert restored.code == 0, restored.err
        suite.start()
        (tile,) = suite.get("/api/beds").json()["beds"]
        assert tile["session"]["stage"] == "admitted"
        assert "spo2_low" in [alarm["key"] for alarm in tile["alarms"]]


def test_old_backups_of_this_journal_give_way_and_nothing_else_does(tmp_path: Path) -> None:
    folder, database = tmp_path / "backups", tmp_path / "journal.db"
    folder.mkdir()
    Journal.open(database).close()
    Journal.open(tmp_path / "another.db").close()
    for day in range(1, 4):
        backup(str(database), folder / f"journal-2026010{day}T000000Z.db", None, 0)
    # A clock that was ahead: its copy sorts behind the new one.
    backup(str(database), folder / "journal-20990101T000000Z.db", None, 0)
    # Whose they are, monitord cannot know.
    others = ["journal-20260101T120000Z.db", "journal-mine.db", "notes.txt"]
    backup(str(tmp_path / "another.db"), folder / others[0], None, 0)
    for name in others[1:]:
        (folder / name).touch()
    newest = backup(str(database), None, folder, 2)
    kept = sorted(path.name for path in folder.iterdir())
    assert kept == sorted([*others, FILE, "journal-20990101T000000Z.db", newest.name])


def test_a_backup_that_was_changed_takes_no_earlier_one_away(tmp_path: Path) -> None:
    folder, database = tmp_path / "backups", tmp_path / "journal.db"
    folder.mkdir()
    with Journal.open(database) as journal:
        journal.append([admit(1, "s1")])
    backup(str(database), folder / "journal-20260101T000000Z.db", None, 0)
    engine = create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE events SET body = '{}'"))
    engine.dispose()
    with pytest.raises(StoreError, match="was changed"):
        backup(str(database), None, folder, 1)
    assert (folder / "journal-20260101T000000Z.db").exists()


def test_verify_finds_a_changed_row_and_a_rewritten_chain(
    tmp_path: Path, monitord: Command
) -> None:
    with ward(tmp_path) as suite:
        alarmed(suite)
        good = monitord("verify", "-c", suite.file)
        assert good.code == 0, good.out
        head = good.out.split()[-1]
        suite.stop()
        assert monitord("verify", "-c", suite.file, "--head", head).code == 0
        assert monitord("verify", "-c", suite.file, "--head", "1:" + "0" * 64).code == 1
        engine = create_engine(f"sqlite:///{tmp_path / 'journal.db'}")
        with engine.begin() as connection:
            connection.execute(text("UPDATE events SET body = '{}' WHERE type = 'admit'"))
        engine.dispose()
        bad = monitord("verify", "-c", suite.file)
        assert bad.code == 1
        assert "was changed" in bad.out


def test_retention_leaves_an_open_session(tmp_path: Path, monitord: Command) -> None:
    with ward(tmp_path) as suite:
        alarmed(suite)
        assert monitord("retention", "-c", suite.file, "--days", 1).code == 1
        suite.stop()
        done = monitord("retention", "-c", suite.file, "--days", 1)
        assert done.out.startswith("removed: 0 sessions"), done.err
        assert monitord("verify", "-c", suite.file).code == 0


@pytest.mark.peer("postgres")
def test_the_whole_daemon_runs_on_postgresql(
    tmp_path: Path, postgres: Postgres, monitord: Command
) -> None:
    with ward(tmp_path, database=postgres.database()) as suite:
        alarmed(suite)
        suite.kill()
        suite.start()
        (tile,) = suite.get("/api/beds").json()["beds"]
        assert "spo2_low" in [alarm["key"] for alarm in tile["alarms"]]
        suite.stop()
        assert monitord("verify", "-c", suite.file).code == 0
        if not (shutil.which("pg_dump") and shutil.which("pg_restore")):
            pytest.skip("the daemon ran; not on this machine: pg_dump")
        assert monitord("backup", "-c", suite.file, tmp_path / "dump").code == 0
        elsewhere = postgres.database()
        done = monitord("restore", tmp_path / "dump", "--database", elsewhere, "--replace")
        assert done.code == 0, done.err
        first = monitord("verify", "-c", suite.file)
        second = monitord("verify", "--database", elsewhere)
        # The restored one has its own note, and the same chain before it.
        assert (first.code, second.code) == (0, 0)
        assert second.out.splitlines()[0] != first.out.splitlines()[0]
        assert "note: a backup was put in place" in second.out


@pytest.mark.peer("postgres")
def test_a_suite_moves_to_a_server_and_back_with_accounts_chain_and_open_sessions(
    tmp_path: Path, postgres: Postgres, monitord: Command
) -> None:
    server = postgres.database()
    with ward(tmp_path) as suite:
        alarmed(suite)
        assert monitord("people", "add", "Ada", "--role", "nurse", "-c", suite.file).code == 0
        (tile,) = suite.get("/api/beds").json()["beds"]
        session = tile["session"]["id"]
        for number, database in enumerate(("journal.db", server, "journal.db")):
            if number:
                copy = tmp_path / f"copy{number}.db"
                taken = monitord("backup", "-c", suite.file, copy)
                assert taken.code == 0, taken.err
                suite.stop()
                suite.write(suite.document() | {"database": database})
                moved = monitord("restore", copy, "-c", suite.file, "--replace")
                assert moved.code == 0, moved.err
                assert f"open sessions: {session}" in moved.out
                suite.start()
            (tile,) = suite.get("/api/beds").json()["beds"]
            assert tile["session"]["id"] == session
            assert "spo2_low" in [alarm["key"] for alarm in tile["alarms"]]
            assert monitord("people", "list", "-c", suite.file).out.startswith("Ada ")
            verified = monitord("verify", "-c", suite.file)
            assert verified.code == 0, verified.out
        suite.stop()


@pytest.mark.peer("postgres")
def test_a_server_that_holds_a_journal_keeps_it_unless_told_and_a_dump_is_no_file(
    tmp_path: Path, postgres: Postgres, monitord: Command
) -> None:
    for name in ("one", "two"):
        Journal.open(tmp_path / f"{name}.db").close()
        with Journal.open(tmp_path / f"{name}.db") as journal:
            journal.append([admit(1, name)])
    server = postgres.database()
    assert monitord("restore", tmp_path / "one.db", "--database", server).code == 0
    refused = monitord("restore", tmp_path / "two.db", "--database", server)
    assert (refused.code, refused.out) == (1, "")
    assert "holds a journal; say that it shall be replaced" in refused.err
    with Journal.open(server) as journal:
        assert [each.session for each in journal.sessions()] == ["one"]
    assert monitord("restore", tmp_path / "two.db", "--database", server, "--replace").code == 0
    with Journal.open(server) as journal:
        assert [each.session for each in journal.sessions()] == ["two"]
        held = monitord("restore", tmp_path / "one.db", "--database", server, "--replace")
        assert (held.code, "another monitord" in held.err) == (1, True)
    (tmp_path / "dump").write_bytes(b"PGDMP\x01")
    wrong = monitord("restore", tmp_path / "dump", "--database", tmp_path / "new.db")
    assert wrong.code == 1
    assert "is a dump of PostgreSQL" in wrong.err


def test_each_backup_is_verified_with_the_heads_of_all_before_it(tmp_path: Path) -> None:
    folder, database = tmp_path / "backups", tmp_path / "journal.db"
    with Journal.open(database) as journal:
        fill(journal)
    heads: list[str] = []
    backup(str(database), None, folder, 1, heads.append)
    (line,) = (folder / FILE).read_text().splitlines()
    assert heads == [f"audit head {line.split()[-1]}"]
    with Journal.open(database) as journal:
        made_anew(journal)
        assert verify(journal.database).faults == ()
    _a_night_passes(folder)
    first = {path.name for path in folder.iterdir()}
    with pytest.raises(StoreError, match="another chain than the one whose link"):
        backup(str(database), None, folder, 1)
    # Nothing of before went, and the new head is none to trust.
    assert first < {path.name for path in folder.iterdir()}
    assert (folder / FILE).read_text().splitlines() == [line]


def _a_night_passes(folder: Path) -> None:
    """The copy that is there was made earlier: names have the second in them."""
    for path in folder.glob("journal-*.db"):
        path.rename(path.with_name("journal-20260101T000000Z.db"))


def test_heads_of_a_journal_whose_place_a_backup_took_are_no_fault(tmp_path: Path) -> None:
    folder, database = tmp_path / "backups", tmp_path / "journal.db"
    with Journal.open(database) as journal:
        fill(journal)
    backup(str(database), tmp_path / "early.db", None, 0)
    with Journal.open(database) as journal:
        journal.append([admit(30, "s3", bed="2")])
    backup(str(database), None, folder, 0)
    said: list[str] = []
    restore_backup(tmp_path / "early.db", str(database), replace=True, say=said.append)
    _a_night_passes(folder)
    backup(str(database), None, folder, 1)
    assert len((folder / FILE).read_text().splitlines()) == 2
    found = verified(str(database), None)
    assert found.faults == ()
    assert "a backup was put in place" in found.remarks[0]
