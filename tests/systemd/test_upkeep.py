"""Backup, restore, verify and retention, as an engineer calls them, beside a real daemon."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.postgres import Postgres
from tests.postgres import postgres as postgres  # noqa: PLC0414 - a fixture
from tests.ward import MAIN, ROOT, Ward, ward


def monitord(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", MAIN, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


def alarmed(suite: Ward) -> None:
    """A patient with one alarm told."""
    suite.start()
    suite.admit("1")
    suite.oximeters["1"].spo2 = 70
    suite.until(lambda: suite.pager.lines("spo2_low"), 20)


def test_a_backup_beside_the_daemon_is_restored_and_goes_on(tmp_path: Path) -> None:
    with ward(tmp_path) as suite:
        alarmed(suite)
        done = monitord("backup", "-c", suite.file, tmp_path / "copy.db")
        assert done.returncode == 0, done.stderr
        refused = monitord("restore", tmp_path / "copy.db", "-c", suite.file, "--replace")
        assert refused.returncode == 1
        assert "another monitord" in refused.stderr
        suite.stop()
        (tmp_path / "journal.db").unlink()
        restored = monitord("restore", tmp_path / "copy.db", "-c", suite.file)
        assert restored.returncode == 0, restored.stderr
        suite.start()
        (tile,) = suite.get("/api/beds").json()["beds"]
        assert tile["session"]["stage"] == "admitted"
        assert "spo2_low" in [alarm["key"] for alarm in tile["alarms"]]


def test_old_backups_in_a_folder_give_way(tmp_path: Path) -> None:
    with ward(tmp_path) as suite:
        suite.start()
        folder = tmp_path / "backups"
        folder.mkdir()
        for day in range(4):
            (folder / f"journal-2026010{day}T000000Z.db").touch()
        done = monitord("backup", "-c", suite.file, "--into", folder, "--keep", 2)
        kept = sorted(path.name for path in folder.iterdir())
        assert kept == ["journal-20260103T000000Z.db", Path(done.stdout.strip()).name]


def test_verify_finds_a_changed_row_and_a_rewritten_chain(tmp_path: Path) -> None:
    with ward(tmp_path) as suite:
        alarmed(suite)
        good = monitord("verify", "-c", suite.file)
        assert good.returncode == 0, good.stdout
        head = good.stdout.split()[-1]
        suite.stop()
        assert monitord("verify", "-c", suite.file, "--head", head).returncode == 0
        assert monitord("verify", "-c", suite.file, "--head", "1:" + "0" * 64).returncode == 1
        engine = create_engine(f"sqlite:///{tmp_path / 'journal.db'}")
        with engine.begin() as connection:
            connection.execute(text("UPDATE events SET body = '{}' WHERE type = 'admit'"))
        engine.dispose()
        bad = monitord("verify", "-c", suite.file)
        assert bad.returncode == 1
        assert "was changed" in bad.stdout


def test_retention_leaves_an_open_session(tmp_path: Path) -> None:
    with ward(tmp_path) as suite:
        alarmed(suite)
        assert monitord("retention", "-c", suite.file, "--days", 1).returncode == 1
        suite.stop()
        done = monitord("retention", "-c", suite.file, "--days", 1)
        assert done.stdout.startswith("removed: 0 sessions"), done.stderr
        assert monitord("verify", "-c", suite.file).returncode == 0


@pytest.mark.peer("postgres")
def test_the_whole_daemon_runs_on_postgresql(tmp_path: Path, postgres: Postgres) -> None:
    with ward(tmp_path, database=postgres.database()) as suite:
        alarmed(suite)
        suite.kill()
        suite.start()
        (tile,) = suite.get("/api/beds").json()["beds"]
        assert "spo2_low" in [alarm["key"] for alarm in tile["alarms"]]
        suite.stop()
        assert monitord("verify", "-c", suite.file).returncode == 0
        if not (shutil.which("pg_dump") and shutil.which("pg_restore")):
            pytest.skip("the daemon ran; not on this machine: pg_dump")
        assert monitord("backup", "-c", suite.file, tmp_path / "dump").returncode == 0
        elsewhere = postgres.database()
        done = monitord("restore", tmp_path / "dump", "--database", elsewhere, "--replace")
        assert done.returncode == 0, done.stderr
        first = monitord("verify", "-c", suite.file)
        second = monitord("verify", "--database", elsewhere)
        assert (second.returncode, second.stdout) == (0, first.stdout)
