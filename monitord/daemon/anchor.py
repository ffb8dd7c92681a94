"""Sends the audit chain's head out of the database: what was changed later no longer ends in it."""

import asyncio

import structlog

from monitord.errors import StoreError
from monitord.store.journal import Journal

_log = structlog.get_logger()

FIRST_S = 60.0
EVERY_S = 3600.0
# What was changed within the last hour cannot be told from what was so.


async def anchor(journal: Journal) -> None:
    """Logs it every hour, until cancelled: `monitord verify --head N:HASH` takes it back."""
    pause = FIRST_S
    while True:
        await asyncio.sleep(pause)
        pause = EVERY_S
        try:
            head = await asyncio.to_thread(journal.anchor)
        except StoreError as error:
            _log.warning("audit_head_not_sent", detail=str(error))
        else:
            _log.info("audit_head", head=f"{head.n}:{head.hash}")
