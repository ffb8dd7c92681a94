"""What became of notifications, marked in the journal's outbox rows in groups.

A crash in between repeats a delivery under the same key.
"""

import asyncio

import structlog

from monitord.daemon.sequencer import Sequencer
from monitord.errors import StoreError
from monitord.notify.worker import Outcome
from monitord.store.journal import Journal
from monitord.store.outbox import Attempt

_log = structlog.get_logger()

SETTLE_S = 0.25


class Deliveries:
    """Takes outcomes as they come; `run` marks them."""

    def __init__(self, journal: Journal, sequencer: Sequencer) -> None:
        self._journal = journal
        self._sequencer = sequencer
        self._outcomes: dict[str, Outcome] = {}
        """By the message's key, what its row in the journal has not been told yet."""

    def settle(self, outcome: Outcome) -> None:
        """One attempt ended."""
        self._outcomes[outcome.key] = outcome

    async def run(self) -> None:
        """Not before the journal surely holds the rows: what left early is written later."""
        while True:
            await asyncio.sleep(SETTLE_S)
            if self._outcomes and not self._sequencer.behind:
                await asyncio.to_thread(self.mark)

    def mark(self) -> None:
        """Marks what came so far."""
        outcomes, self._outcomes = list(self._outcomes.values()), {}
        attempts = [Attempt(key=o.key, at=o.at, error=o.error, next_at=o.next_at) for o in outcomes]
        try:
            self._journal.outbox.mark(attempts)
        except StoreError as error:
            # The rows stay queued: a restart repeats them under the same keys.
            _log.warning("outbox_rows_not_marked", detail=str(error))
