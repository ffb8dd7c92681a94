"""What became of notifications, marked in the journal's outbox rows in groups.

A crash in between repeats a delivery under the same key.
"""

import asyncio

import structlog

from monitord.daemon.sequencer import Sequencer
from monitord.errors import StoreError
from monitord.notify.worker import Outcome
from monitord.store.journal import Journal

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
        try:
            for outcome in outcomes:
                if outcome.error is None:
                    self._journal.outbox.mark_sent(outcome.key, outcome.at)
                else:
                    self._journal.outbox.mark_failed(
                        outcome.key, outcome.at, outcome.error, outcome.next_at
                    )
        except StoreError as error:
            # The rows stay queued: a restart repeats them under the same keys.
            _log.warning("outbox_rows_not_marked", detail=str(error))
