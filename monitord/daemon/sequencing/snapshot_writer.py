"""Engines' states kept now and then, so that a restart folds little again."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor

import structlog

from monitord.driver import Clock
from monitord.engine.engine import Engine
from monitord.engine.state import State
from monitord.errors import StoreError
from monitord.model import SECOND, Instant, Span
from monitord.store.database.code_mark import code_mark
from monitord.store.journal.journal import Journal
from monitord.store.snapshots import Snapshot
from monitord.store.state_texts import StateTexts

_log = structlog.get_logger()

EVERY: Span = 30 * SECOND
# A restart folds at most so much of a session again.
PAUSE: Span = SECOND // 4
# Of a thousand beds 33 are due each second: together they are a few transactions instead of 33, and small ones, as
# the sequencer waits for them.
AT_ONCE = 50
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
        self._texts = StateTexts()

    async def keep(self, engines: Mapping[str | None, Engine], seq: int) -> None:
        """When it is time, those of the beds whose turn it is; the engines stand at event `seq`."""
        now = self._clock.now()
        if now < self._at or not engines:
            return
        beds = list(engines)
        pause = max(PAUSE, EVERY // len(beds))
        self._at = Instant(now + pause)
        count = -(-len(beds) * pause // EVERY)
        due = [beds[(self._turn + number) % len(beds)] for number in range(1, count + 1)]
        self._turn = (self._turn + count) % len(beds)
        await self.save({bed: engines[bed] for bed in due}, seq)

    async def save_all(self, engines: Mapping[str | None, Engine], seq: int) -> None:
        """Those of all beds, as the daemon ends."""
        beds = list(engines)
        for first in range(0, len(beds), AT_ONCE):
            await self.save({bed: engines[bed] for bed in beds[first : first + AT_ONCE]}, seq)

    async def save(self, engines: Mapping[str | None, Engine], seq: int) -> None:
        """A snapshot only shortens a restart: one that fails is a line in the log."""
        standing = [(bed, each.state, each.effects_decided) for bed, each in engines.items()]
        loop = asyncio.get_running_loop()
        save = loop.run_in_executor(self._writer, self._write, standing, seq)
        done, _ = await asyncio.wait({save}, timeout=SLOW_S)
        error = save.exception() if done else TimeoutError("it takes longer than 1 s")
        if error is not None and not isinstance(error, StoreError | TimeoutError):
            raise error
        if error is not None:
            _log.warning("snapshot_not_kept", beds=list(engines), detail=str(error))
            if isinstance(error, StoreError) and error.damaged:
                self._damaged(str(error))

    def _write(self, standing: Sequence[tuple[str | None, State, int]], seq: int) -> None:
        """In the writer's thread: states are values, and a thousand of them are a second of work."""
        self._journal.save_snapshots(
            Snapshot(
                bed=bed,
                seq=seq,
                n=n,
                code_version=code_mark(),
                text="".join(self._texts.pieces(bed, state)),
            )
            for bed, state, n in standing
        )
