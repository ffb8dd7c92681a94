"""What the journal needs while a daemon writes to it: its log kept short, its audit head sent out."""

import asyncio

import structlog

from monitord.daemon.anchor import anchor
from monitord.errors import StoreError
from monitord.store.journal import Journal

_log = structlog.get_logger()

CHECKPOINT_S = 10.0
# Some 5 MB of a full suite's log. It waits for the disk two or three times: no alarm's commit should.


async def tend(journal: Journal) -> None:
    """Until cancelled."""
    async with asyncio.TaskGroup() as group:
        group.create_task(anchor(journal), name="audit head")
        group.create_task(_keep_log_short(journal), name="journal's log")


async def _keep_log_short(journal: Journal) -> None:
    """A disk that refuses is the sequencer's alarm, not another one."""
    while True:
        await asyncio.sleep(CHECKPOINT_S)
        try:
            await asyncio.to_thread(journal.database.checkpoint)
        except StoreError as error:
            _log.warning("log_not_checkpointed", detail=str(error))
