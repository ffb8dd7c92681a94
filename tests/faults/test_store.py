"""The journal's disk fills, slows down or locks, its server restarts: alarming goes on, marked, and nothing is lost."""

import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from monitord.store.journal.journal import Journal
from tests.faults.table import desaturate, linked, row, starts
from tests.postgres import Postgres
from tests.ward import BRIEF, Ward, ward

MUST = "alarms leave at once, marked not durable; a high alarm says so; afterwards all is recorded"


def broken_and_mended(
    suite: Ward, fault: str, how: str, break_it: Callable[[], object], mend: Callable[[], object]
) -> None:
    """Two alarms while the journal cannot write, then everything in it."""
    suite.until(lambda: suite.get("/health/ready").json()["ready"] and linked(suite, "1"))
    usual = desaturate(suite, "1")
    begun = time.monotonic()
    break_it()
    late = [desaturate(suite, "1"), desaturate(suite, "2")]
    suite.until(lambda: suite.pager.lines("journal:journal"), what="journal alarm")
    told = suite.pager.lines("journal:journal")[0]
    assert told.line["priority"] == "high"
    assert suite.get("/health/ready").json()["journal"] is False
    marks = [call.line["durable"] for call in suite.pager.calls if call.at > told.at]
    assert False in marks
    mend()
    suite.until(
        lambda: suite.get("/health/ready").json()["journal"], what="the journal works again"
    )
    suite.until(lambda: suite.pager.lines("journal:journal", "clear"), what="its alarm ends")
    late.append(desaturate(suite, "1"))
    said = {call.line["id"] for call in suite.pager.calls}
    assert suite.stop() == 0
    with Journal.open(suite.database or suite.folder / "journal.db", read_only=True) as journal:
        recorded = {getattr(each.effect, "id", "") for each in journal.effects(type="alarm")}
    assert said <= recorded
    row(
        suite,
        fault,
        how=how,
        must=MUST,
        late=late,
        also=f"usual {usual:.2f} s; journal alarm after {told.at - begun:.1f} s",
    )


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="not on this machine: prlimit")
def test_a_full_disk(suite: Ward) -> None:
    suite.start()

    def limit(size: str) -> None:
        assert suite.process
        command = ["prlimit", "--pid", str(suite.process.pid), f"--fsize={size}:"]
        subprocess.run(command, check=True)

    broken_and_mended(
        suite,
        "full disk",
        "prlimit --fsize: no file may grow beyond 4 KiB",
        lambda: limit("4096"),
        lambda: limit("unlimited"),
    )


@pytest.mark.skipif(shutil.which("cc") is None, reason="not on this machine: cc")
def test_a_slow_disk(tmp_path: Path) -> None:
    shim, told = tmp_path / "slow.so", tmp_path / "slow"
    source = Path(__file__).with_name("slow_disk.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", shim, source, "-ldl"], check=True)
    told.write_text("0")
    environment = {"LD_PRELOAD": str(shim), "SLOW_DISK": str(told)}
    with ward(tmp_path, beds=2, watch=BRIEF, environment=environment) as suite:
        suite.start()
        broken_and_mended(
            suite,
            "slow disk",
            "LD_PRELOAD: every fdatasync takes 2.5 s",
            lambda: told.write_text("2500"),
            lambda: told.write_text("0"),
        )


def test_a_locked_database(suite: Ward) -> None:
    suite.start()
    other = sqlite3.connect(suite.folder / "journal.db", isolation_level=None)
    try:
        broken_and_mended(
            suite,
            "locked database",
            "another process holds BEGIN IMMEDIATE",
            lambda: other.execute("BEGIN IMMEDIATE"),
            lambda: other.execute("ROLLBACK"),
        )
    finally:
        other.close()


@pytest.mark.peer("postgres")
def test_a_database_server_that_crashes(tmp_path: Path, postgres: Postgres) -> None:
    with ward(tmp_path, beds=2, watch=BRIEF, database=postgres.database()) as suite:
        suite.start()
        broken_and_mended(
            suite,
            "database restart",
            "PostgreSQL stopped at once (immediate), started again later",
            lambda: postgres.stop("immediate"),
            postgres.start,
        )
        assert starts(suite, "1")
