"""What became of notifications, marked in the journal's outbox rows in groups.

A crash in between repeats a delivery under the same key.
"""

import asyncio

import structlog

from monitord.daemon.sequencing.sequencer import Sequencer
from monitord.errors import StoreError
from monitord.model import Attempt
from monitord.store.journal.journal import Journal

_log = structlog.get_logger()

SETTLE_S = 0.25


class Deliveries:
    """Takes attempts as they end; `run` marks them."""

    def __init__(self, journal: Journal, sequencer: Sequencer) -> None:
        self._journal = journal
        self._sequencer = sequencer
        self._attempts: list[Attempt] = []
        """What the journal has not been told yet, oldest first."""

    def settle(self, attempt: Attempt) -> None:
        """One attempt ended."""
        self._attempts.append(attempt)

    async def run(self) -> None:
        """Not before the journal surely holds the rows: what left early is written later."""
        while True:
            await asyncio.sleep(SETTLE_S)
            if self._attempts and not self._sequencer.behind:
                await asyncio.to_thread(self.mark)

    def mark(self) -> None:
        """Marks what came so far."""
        attempts, self._attempts = self._attempts, []
        try:
            self._journal.mark(attempts)
        except StoreError as error:
            # The rows stay queued: a restart repeats them under the same keys.
            _log.warning("outbox_rows_not_marked", detail=str(error))
