"""Engines' states kept now and then, so that a restart folds little again."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor

import structlog

from monitord.driver import Clock
from monitord.engine.engine import Engine
from monitord.errors import StoreError
from monitord.model import SECOND, Instant, Span
from monitord.store.engines_from_journal import snapshot_of
from monitord.store.journal.journal import Journal

_log = structlog.get_logger()

EVERY: Span = 30 * SECOND
# A restart folds at most so much of a session again.
SLOW_S = 1.0


class SnapshotWriter:
    """`writer` is the journal's own thread, so that a snapshot never runs beside a write.

    `damaged` is told where one finds the record itself at fault.
    """

    def __init__(
        self,
        journal: Journal,
        writer: Executor,
        clock: Clock,
        damaged: Callable[[str], None],
    ) -> None:
        self._journal = journal
        self._writer = writer
        self._clock = clock
        self._at = Instant(clock.now() + EVERY)
        self._turn = 0
        self._damaged = damaged

    async def keep(self, engines: Mapping[str | None, Engine], seq: int) -> None:
        """When it is time, that of one bed, in turn; the engines stand at event `seq`."""
        now = self._clock.now()
        if now < self._at or not engines:
            return
        beds = list(engines)
        self._turn = (self._turn + 1) % len(beds)
        self._at = Instant(now + EVERY // len(beds))
        bed = beds[self._turn]
        await self.save(engines[bed], bed, seq)

    async def save(self, engine: Engine, bed: str | None, seq: int) -> None:
        """A snapshot only shortens a restart: one that fails is a line in the log."""
        snapshot = snapshot_of(engine, bed, seq)
        loop = asyncio.get_running_loop()
        save = loop.run_in_executor(self._writer, self._journal.save_snapshot, snapshot)
        done, _ = await asyncio.wait({save}, timeout=SLOW_S)
        error = save.exception() if done else TimeoutError("it takes longer than 1 s")
        if error is not None and not isinstance(error, StoreError | TimeoutError):
            raise error
        if error is not None:
            _log.warning("snapshot_not_kept", bed=bed, detail=str(error))
            if isinstance(error, StoreError) and error.damaged:
                self._damaged(str(error))
