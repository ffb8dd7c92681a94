"""A running daemon keeps the journal's log short, so that no alarm's commit has to."""

import pytest

from monitord.daemon.health import journal_maintenance as tending
from tests.daemon.livekit import Paper, live
from tests.peers import until

PAGE = 4096
"""Bytes of SQLite's pages."""


async def test_a_running_daemon_copies_the_log_into_the_file(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tending, "CHECKPOINT_S", 0.5)
    async with live(paper) as ward:
        await until(lambda: ward.journal.last_seq > 0)
        # Until then all tables stand in the log alone, and the file is one page long.
        await until(lambda: paper.journal.stat().st_size > 10 * PAGE)
