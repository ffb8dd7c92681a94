"""The one task that owns engines and journal: stamps, steps, records, then lets out.

For each wake-up what waits is clamped and stepped without an await in between, written in one
transaction, and only then released (design section 4, invariant 12). When the journal fails or is
slow, effects leave marked as not durable, and the entries wait to be written.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import structlog

from monitord.daemon.backlog import Backlog
from monitord.daemon.clock import LiveClock
from monitord.daemon.due import Due
from monitord.daemon.held import Held
from monitord.daemon.inbox import Inbox
from monitord.daemon.released import Released
from monitord.daemon.snapshots import Snapshots
from monitord.engine.engine import Engine
from monitord.engine.move import moved
from monitord.errors import StoreError
from monitord.model import (
    SECOND,
    Answered,
    Body,
    Cause,
    Event,
    Fault,
    Instant,
    Move,
    StaffAction,
)
from monitord.store.journal import Entry, Journal
from monitord.store.restore import quarantine_mark

_log = structlog.get_logger()

SLOW_S = 1.0
# Design invariant 12: a write that takes longer is a high technical alarm.
RETRY_S = 1.0


class Sequencer:
    """Engines by bed, None for the suite's own.

    `release` is called once for every entry; it must not raise. `decided` are entries from before
    the start that the journal does not hold yet.
    """

    def __init__(
        self,
        journal: Journal,
        engines: dict[str | None, Engine],
        clock: LiveClock,
        release: Callable[[Released], None],
    ) -> None:
        self.engines = engines
        self.decided: list[Entry] = []
        self.quarantined: set[str | None] = set()
        self.turns = 0
        """How often the loop came round: the watchdog's proof of life."""
        self.seq = journal.last_seq
        self._journal = journal
        self._clock = clock
        self._release = release
        self._inbox = Inbox()
        self._due = Due(engines)
        self._answers: dict[str, asyncio.Future[Answered]] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._backlog = Backlog()
        self._held = Held()
        self._journal_fault: str | None = None
        self._retry_at = Instant(0)
        self._snapshots = Snapshots(journal, self._writer, clock)

    @property
    def shed(self) -> dict[str | None, int]:
        """By bed, how many readings were not looked at because too many came."""
        return dict(self._inbox.shed)

    @property
    def behind(self) -> bool:
        """Whether effects left that the journal may not hold yet."""
        return self._journal_fault is not None

    @property
    def waiting(self) -> int:
        """How many events wait to be stepped."""
        return len(self._inbox)

    @property
    def oldest_waiting(self) -> Instant | None:
        """When the first of those that wait happened."""
        return self._inbox.oldest

    @property
    def unwritten(self) -> int:
        """Entries that were given up without having been recorded."""
        return self._backlog.given_up

    @property
    def unrecorded(self) -> int:
        """How many entries left before they were recorded."""
        return len(self._backlog)

    # What comes in.

    def offer(
        self,
        bed: str | None,
        body: Body,
        *,
        at: Instant | None = None,
        source: str = "",
        simulated: bool = False,
    ) -> bool:
        """Queues something that happened; False when it was a frame and there was no room."""
        stamped = self._clock.now() if at is None else at
        event = Event(at=stamped, bed=bed, body=body, source=source, simulated=simulated)
        taken = self._inbox.put(event)
        self._wake.set()
        return taken

    async def act(self, bed: str | None, action: StaffAction, source: str) -> Answered:
        """Queues a staff action and waits until its answer may leave."""
        if bed not in self.engines:
            return _refusal(action)
        answer: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._answers[action.id] = answer
        try:
            self.offer(bed, action, source=source)
            return await answer
        finally:
            self._answers.pop(action.id, None)

    def turn(self) -> None:
        """Makes the loop come round once although nothing happened."""
        self._wake.set()

    def stop(self) -> None:
        """Ends `run` once everything that waits is stepped and written."""
        self._stopping = True
        self._wake.set()

    # The loop.

    async def run(self) -> None:
        """Until `stop()`, or cancelled; what waits then is still stepped and written."""
        for bed in self.engines:
            self._due.note(bed)
        try:
            while not self._stopping:
                await self._sleep()
                self.turns += 1
                self._held.add(self._step_round(), self._clock.now())
                if self._backlog or not self._held.lingers(self._clock.now()):
                    await self._record(self._held.take())
                    if not self._backlog:
                        # Here engines stand exactly where the journal does.
                        await self._snapshots.keep(self.engines, self.seq)
        finally:
            await self._finish()
            self._writer.shutdown(wait=True)

    async def _finish(self) -> None:
        self._retry_at = Instant(0)
        await self._record(self._held.take() + self._step_round())
        while self._inbox or (self._backlog and self._clock.now() >= self._retry_at):
            await self._record(self._step_round())
        for bed in self.engines if not self._backlog else ():
            await self._snapshots.save(self.engines[bed], bed, self.seq)

    async def _sleep(self) -> None:
        if self._inbox or self.decided:
            return
        retry_at = self._retry_at if self._backlog else None
        ends = [self._due.earliest, self._held.until, retry_at]
        naps = [self._clock.real_seconds_until(end) for end in ends if end is not None]
        try:
            async with asyncio.timeout(min(naps, default=None)):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()

    def _step_round(self) -> list[Entry]:
        entries, self.decided = self.decided, []
        now = self._clock.now()
        for event in self._inbox.take():
            self._step(event, entries)
        # What still waits happened before the deadlines that it may take away.
        until = min(now, self._inbox.oldest or now)
        for bed in self._due.take(until):
            self._advance(bed, until, entries)
        return entries

    def _step(self, event: Event, entries: list[Entry]) -> None:
        engine = self.engines.get(event.bed)
        if engine is None:
            self._refuse(event)
            return
        if event.at < engine.now:
            event = replace(event, at=engine.now)
        if isinstance(event.body, Move) and not self._arrive(event, event.body, entries):
            return
        first = engine.effects_decided + 1
        try:
            effects = engine.step(event)
        except Exception as error:  # noqa: BLE001 - one bed's fault is one bed's (invariant 16)
            entries.append(Entry(event=event, effects=(), bed=event.bed, first_n=first))
            entries.append(Entry(event=quarantine_mark(event), bed=event.bed, first_n=first))
            self._refuse(event)
            self._quarantine(event.bed, error, entries)
            return
        finally:
            self._due.note(event.bed)
        entries.append(Entry(event=event, effects=tuple(effects), bed=event.bed, first_n=first))

    def _arrive(self, event: Event, move: Move, entries: list[Entry]) -> bool:
        """The patient is at the other bed before this one is left; False where that cannot be."""
        for bed in (event.bed, move.to):
            self._advance(bed, event.at, entries)
        here, there = self.engines.get(event.bed), self.engines.get(move.to)
        body = moved(here.state if here else None, there.state if there else None, move)
        if isinstance(body, str):
            self._answer(Answered(action=move.id, refused=body))
            return False
        self._step(replace(event, at=body.at, bed=move.to, body=body), entries)
        if move.to not in self.engines:
            self._refuse(event)
            return False
        return True

    def _advance(self, bed: str | None, to: Instant, entries: list[Entry]) -> None:
        engine = self.engines.get(bed)
        if engine is None:
            return
        first = engine.effects_decided + 1
        try:
            effects = engine.advance(to)
        except Exception as error:  # noqa: BLE001 - one bed's fault is one bed's (invariant 16)
            self._quarantine(bed, error, entries)
            return
        finally:
            self._due.note(bed)
        if effects:
            entries.append(Entry(event=None, effects=tuple(effects), bed=bed, first_n=first))

    def _quarantine(self, bed: str | None, error: Exception, entries: list[Entry]) -> None:
        """The bed is given up until a restart; the suite's engine says so.

        When it is the suite's own that raised it goes on all the same: nobody else could say so.
        """
        _log.error("quarantined", bed=bed, exc_info=error)
        again = bed in self.quarantined
        self.quarantined.add(bed)
        if bed is None and again:
            return
        if bed is not None:
            self.engines.pop(bed, None)
        detail = f"{type(error).__name__}: {error}"[:200]
        fault = Fault(cause=Cause.QUARANTINE, subject=bed or "suite", present=True, detail=detail)
        self._step(Event(at=self._clock.now(), bed=None, body=fault), entries)

    def _refuse(self, event: Event) -> None:
        """Nobody else will answer this."""
        if isinstance(event.body, StaffAction):
            self._answer(_refusal(event.body))

    def _answer(self, answered: Answered) -> None:
        answer = self._answers.get(answered.action)
        if answer is not None and not answer.done():
            answer.set_result(answered)

    # The journal.

    async def _record(self, entries: list[Entry]) -> None:
        if self._journal_fault is not None and self._clock.now() < self._retry_at:
            self._let_out(entries, durable=False)
            self._backlog.add(entries)
            return
        to_let_out = entries
        if self._backlog.long:
            self._let_out(entries, durable=False)
            self._backlog.add(entries)
            to_let_out = []
        # What waited in the backlog has left already, as not durable.
        batch = [*self._backlog.take(), *to_let_out]
        if not batch:
            return
        loop = asyncio.get_running_loop()
        write = loop.run_in_executor(self._writer, self._append, batch)
        done, _ = await asyncio.wait({write}, timeout=SLOW_S)
        if not done:
            self._journal_failed("a write takes longer than 1 s")
            self._let_out(to_let_out, durable=False)
            to_let_out = []
            await self._outlast(write)
        try:
            seqs = write.result()
        except StoreError as error:
            self._journal_failed(str(error))
            self._retry_at = Instant(self._clock.now() + round(RETRY_S * SECOND))
            self._let_out(to_let_out, durable=False)
            self._backlog.failed(batch)
            return
        self._let_out(to_let_out, durable=True, seqs=seqs[len(batch) - len(to_let_out) :])
        self.seq = max(seqs, default=self.seq)
        self._backlog.written()
        self._journal_works()

    def _append(self, batch: list[Entry]) -> list[int]:
        """In the writer's thread. An entry that cannot be written never holds up the others."""
        try:
            return self._journal.append(batch)
        except Exception as error:
            # Alarming never stops for the journal (invariant 12).
            if isinstance(error, StoreError) and error.retry:
                raise
            _log.error("not_recorded", bed=batch[0].bed, entries=len(batch), detail=str(error))
            if len(batch) == 1:
                self._backlog.given_up += 1
                return [self._journal.last_seq]
        half = len(batch) // 2
        return self._append(batch[:half]) + self._append(batch[half:])

    async def _outlast(self, write: "asyncio.Future[list[int]]") -> None:
        """While a write hangs, alarming goes on: what is decided leaves at once, and waits."""
        while not write.done():
            due = self._due.earliest
            nap = RETRY_S if due is None else self._clock.real_seconds_until(due)
            if self._inbox:
                nap = 0
            waker = asyncio.create_task(self._wake.wait(), name="wake while writing")
            either: list[asyncio.Future[Any]] = [waker, write]
            await asyncio.wait(
                either, timeout=min(nap, RETRY_S), return_when=asyncio.FIRST_COMPLETED
            )
            waker.cancel()
            self._wake.clear()
            self.turns += 1
            entries = self._step_round()
            self._let_out(entries, durable=False)
            self._backlog.add(entries)

    def _journal_failed(self, detail: str) -> None:
        if self._journal_fault is None:
            _log.error("journal_failed", detail=detail)
            self._journal_fault = detail
            fault = Fault(cause=Cause.JOURNAL, subject="journal", present=True, detail=detail)
            self.offer(None, fault)

    def _journal_works(self) -> None:
        if self._journal_fault is not None and not self._backlog:
            _log.info("journal_works_again")
            self._journal_fault = None
            self.offer(None, Fault(cause=Cause.JOURNAL, subject="journal", present=False))

    # What goes out.

    def _let_out(
        self, entries: Sequence[Entry], *, durable: bool, seqs: Sequence[int] | None = None
    ) -> None:
        """Each entry once; without `seqs` they carry the last number that is safe to resume from."""
        for entry, seq in zip(entries, seqs or [self.seq] * len(entries), strict=True):
            arrived_at = entry.event.at if entry.event is not None else None
            self._release(
                Released(
                    seq=seq,
                    bed=entry.bed,
                    effects=entry.effects,
                    durable=durable,
                    arrived_at=arrived_at,
                )
            )
            for effect in entry.effects:
                if isinstance(effect, Answered):
                    self._answer(effect)


def _refusal(action: StaffAction) -> Answered:
    return Answered(action=action.id, refused="this bed is not monitored")
