"""What the journal needs while a daemon writes to it: its file watched, its log kept short."""

import asyncio

import structlog

from monitord.daemon.sequencing.sequencer import Sequencer
from monitord.errors import StoreError
from monitord.store.journal.journal import Journal

_log = structlog.get_logger()

LOOK_S = 1.0
CHECKPOINT_S = 10.0
# Some 5 MB of a full suite's log. It waits for the disk two or three times: no alarm's commit should.


async def maintain_journal(journal: Journal, sequencer: Sequencer) -> None:
    """Until cancelled."""
    async with asyncio.TaskGroup() as group:
        group.create_task(_watch_file(journal, sequencer), name="journal's file")
        group.create_task(_keep_log_short(journal), name="journal's log")


async def _watch_file(journal: Journal, sequencer: Sequencer) -> None:
    """What happens to the file from outside is a fault at once, not at the next start."""
    while True:
        await asyncio.sleep(LOOK_S)
        looked_at = journal.identity
        found = await asyncio.to_thread(journal.database.damage)
        # A fresh file may have taken its place meanwhile.
        if found is not None and journal.identity == looked_at:
            sequencer.found_damaged(found)


async def _keep_log_short(journal: Journal) -> None:
    """A disk that refuses is the sequencer's alarm, not another one."""
    while True:
        await asyncio.sleep(CHECKPOINT_S)
        try:
            await asyncio.to_thread(journal.database.checkpoint)
        except StoreError as error:
            _log.warning("log_not_checkpointed", detail=str(error))
