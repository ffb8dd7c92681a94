"""The record is damaged, gone or out of reach, while the daemon runs or before it starts: it watches, and says so.

`tests/faults` tries every way of damage; here stands one of each kind.
"""

from pathlib import Path
from typing import Any

from monitord.store.chain_verification import verify
from monitord.store.journal.journal import Journal
from tests.damage import emptied, garbage_everywhere
from tests.ward import BRIEF, Ward, ward

RECORD, WRITING = "journal:record", "journal:journal"


def tile(suite: Ward) -> dict[str, Any]:
    (found,) = suite.get("/api/beds").json()["beds"]
    return dict(found)


def watched(suite: Ward) -> str:
    """A patient whose alarm was told and is over; the session."""
    suite.start()
    session = suite.admit("1")
    suite.oximeters["1"].spo2 = 70
    suite.until(lambda: suite.pager.lines("spo2_low"))
    return session


def goes_on(suite: Ward, session: str) -> None:
    """The session is there, a high alarm says what became of the record, and the next one is recorded."""
    assert tile(suite)["session"]["id"] == session
    suite.until(lambda: suite.pager.lines(RECORD))
    assert suite.pager.lines(RECORD)[0].line["priority"] == "high"
    suite.until(lambda: suite.get("/health/ready").json()["journal"])
    told = len(suite.pager.lines("help"))
    assert suite.act("1", type="call_help").status_code == 200
    suite.until(lambda: len(suite.pager.lines("help")) > told)
    assert suite.pager.lines("help")[-1].line["durable"] is True


def whole(path: Path, session: str) -> None:
    with Journal.open(path, read_only=True) as journal:
        assert verify(journal.database).faults == ()
        assert [each.session for each in journal.sessions() if each.open] == [session]


def test_damaged_while_it_runs_it_is_told_set_aside_and_goes_on(tmp_path: Path) -> None:
    journal = tmp_path / "journal.db"
    with ward(tmp_path, watch=BRIEF) as suite:
        session = watched(suite)
        garbage_everywhere(journal)
        suite.until(lambda: suite.pager.lines(WRITING))
        goes_on(suite, session)
        assert "damaged" in suite.pager.lines(RECORD)[0].line["text"]
        assert suite.pager.lines(WRITING)[0].line["durable"] is False
        suite.until(lambda: suite.pager.lines(WRITING, "clear"))
        suite.kill()
        suite.start()
        assert tile(suite)["session"]["id"] == session
        # The record is whole again, and what was told of it is over.
        suite.until(lambda: suite.pager.lines(RECORD, "clear"))
        assert suite.stop() == 0
    assert list(tmp_path.glob("journal.db.damaged-*"))
    whole(journal, session)


def test_damaged_before_the_start_the_session_goes_on_from_the_copy(tmp_path: Path) -> None:
    journal = tmp_path / "journal.db"
    with ward(tmp_path, watch=BRIEF) as suite:
        session = watched(suite)
        suite.kill()
        emptied(journal)
        suite.start()
        goes_on(suite, session)
        assert tile(suite)["session"]["id"] == session
        assert suite.stop() == 0
    whole(journal, session)


def test_a_record_out_of_reach_is_written_elsewhere_and_brought_back(tmp_path: Path) -> None:
    journal = tmp_path / "state" / "journal.db"
    with ward(tmp_path, watch=BRIEF, database=str(journal)) as suite:
        session = watched(suite)
        suite.kill()
        # Not a mode of the folder: a test may run as root, whom no mode stops.
        away = tmp_path / "away"
        (tmp_path / "state").rename(away)
        (tmp_path / "state").write_text("no folder any more")
        suite.start()
        goes_on(suite, session)
        assert "until the next start" in suite.pager.lines(RECORD)[0].line["text"]
        # The copy may be older than the last call for help: what it lacks is read elsewhere.
        suite.kill()
        (tmp_path / "state").unlink()
        away.rename(tmp_path / "state")
        suite.start()
        assert tile(suite)["session"]["id"] == session
        assert "help" in [alarm["key"] for alarm in tile(suite)["alarms"]]
        assert suite.stop() == 0
    whole(journal, session)
