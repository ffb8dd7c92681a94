"""The record is damaged in every way, while the daemon runs and before it starts: told at once, watched on, nothing lost."""

import time
from pathlib import Path

import pytest

from monitord.store.chain_verification import verify
from monitord.store.journal.journal import Journal
from monitord.store.recovery_copy import FILE
from tests.daemon.test_damaged_record import RECORD, WRITING, tile
from tests.damage import WHILE_CLOSED, WHILE_OPEN
from tests.faults.table import desaturate, linked, row, told_of_all
from tests.ward import BRIEF, Ward, ward

WHILE = "a high alarm at once, lines not durable until a fresh file is begun, the damaged one kept"
BEFORE = "the session goes on from the copy, a high alarm says so, the damaged file is kept"


def whole(suite: Ward, session: str) -> None:
    """After what was decided last has left: a stop leaves it to the next start."""
    told_of_all(suite)
    assert suite.stop() == 0
    with Journal.open(suite.folder / "journal.db", read_only=True) as journal:
        assert verify(journal.database).faults == ()
        assert [each.session for each in journal.sessions() if each.open] == [session]


@pytest.mark.parametrize("how", list(WHILE_OPEN))
def test_damaged_while_it_runs(tmp_path: Path, how: str) -> None:
    with ward(tmp_path, beds=2, watch=BRIEF) as suite:
        suite.start()
        session = suite.admit("2")
        suite.until(lambda: linked(suite, "1"))
        late = [desaturate(suite, "1")]
        begun = time.monotonic()
        WHILE_OPEN[how](tmp_path / "journal.db")
        late.append(desaturate(suite, "1"))
        suite.until(lambda: suite.pager.lines(RECORD), what="no alarm of the record")
        told = suite.pager.lines(WRITING)[0]
        suite.until(lambda: suite.get("/health/ready").json()["journal"], what="not ready again")
        late.append(desaturate(suite, "1"))
        suite.kill()
        suite.start()
        suite.until(lambda: suite.pager.lines(RECORD, "clear"))
        whole(suite, session)
        row(
            suite,
            f"record: {how}",
            how="while the daemon runs",
            must=WHILE,
            late=late,
            also=f"told after {told.at - begun:.1f} s; recovered alone",
        )


@pytest.mark.parametrize("how", list(WHILE_CLOSED))
def test_damaged_before_the_start(tmp_path: Path, how: str) -> None:
    with ward(tmp_path, beds=2, watch=BRIEF) as suite:
        suite.start()
        session = suite.admit("2")
        suite.until(lambda: linked(suite, "1"))
        late = [desaturate(suite, "1")]
        suite.kill()
        WHILE_CLOSED[how](tmp_path / "journal.db")
        begun = time.monotonic()
        suite.start()
        suite.until(lambda: suite.pager.lines(RECORD), what="no alarm of the record")
        told = suite.pager.lines(RECORD)[0].at - begun
        late.append(desaturate(suite, "1"))
        whole(suite, session)
        row(
            suite,
            f"record: {how}",
            how="killed, then damaged, then started",
            must=BEFORE,
            late=late,
            also=f"told {told:.1f} s after the start; recovered alone",
        )


def test_without_a_copy_what_can_be_read_of_the_damaged_record_is_taken(tmp_path: Path) -> None:
    journal = tmp_path / "journal.db"
    with ward(tmp_path, watch=BRIEF) as suite:
        suite.start()
        session = suite.admit("1")
        suite.oximeters["1"].spo2 = 70
        suite.until(lambda: suite.pager.lines("spo2_low"))
        assert suite.stop() == 0
        for folder in ("journal.db.last-good", "going-on"):
            (tmp_path / folder / FILE).unlink()
        WHILE_CLOSED["cut in half"](journal)
        suite.start()
        suite.until(lambda: suite.pager.lines(RECORD))
        assert suite.pager.lines(RECORD)[0].line["priority"] == "high"
        # Half of the pages is gone: maybe the session too. It watches in any case.
        assert tile(suite)["session"] is None or tile(suite)["session"]["id"] == session
        suite.until(lambda: "spo2_low" in [alarm["key"] for alarm in tile(suite)["alarms"]])
        assert suite.stop() == 0
