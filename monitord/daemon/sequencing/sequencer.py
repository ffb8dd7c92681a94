"""The one task that owns engines and journal: stamps, steps, records, then lets out.

For each wake-up what waits is clamped and stepped without an await in between, written in one
transaction, and only then released (design section 4, invariant 12). When the journal fails or is
slow, effects leave marked as not durable, and the entries wait to be written.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import structlog

from monitord.daemon.sequencing.backlog import NEVER, Backlog, cut, not_kept
from monitord.daemon.sequencing.clock import LiveClock
from monitord.daemon.sequencing.engine_steps import EngineSteps, not_monitored
from monitord.daemon.sequencing.inbox import Inbox
from monitord.daemon.sequencing.journal_renewal import Renewal, damaged_before
from monitord.daemon.sequencing.record_waiters import RecordWaiters
from monitord.daemon.sequencing.recovery_copy_writer import RecoveryCopyWriter
from monitord.daemon.sequencing.snapshot_writer import SnapshotWriter
from monitord.daemon.sequencing.write_buffer import WriteBuffer
from monitord.engine.engine import Engine
from monitord.errors import StoreError
from monitord.model import (
    SECOND,
    Answered,
    Body,
    Cause,
    Effect,
    Event,
    Fault,
    Instant,
    StaffAction,
)
from monitord.store.journal.journal import Entry, Journal

_log = structlog.get_logger()

SLOW_S = 1.0
# Design invariant 12: a write that takes longer is a high technical alarm.
RETRY_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Emission:
    """What left the process: one event's or deadline's effects, after sequence number `seq`."""

    seq: int
    bed: str | None
    effects: tuple[Effect, ...]
    durable: bool
    arrived_at: Instant | None = None
    """When the event arrived; None for a deadline."""


class Sequencer:
    """Engines by bed, None for the suite's own.

    `decided` are entries from before the start that the journal does not hold yet.
    """

    def __init__(
        self,
        journal: Journal,
        engines: dict[str | None, Engine],
        clock: LiveClock,
        copies: RecoveryCopyWriter | None = None,
    ) -> None:
        self.engines = engines
        self.decided: list[Entry] = []
        self.turns = 0
        """How often the loop came round: the watchdog's proof of life."""
        self.seq = journal.last_seq
        self._journal = journal
        self._clock = clock
        self._inbox = Inbox()
        self._steps = EngineSteps(engines, clock, self._answer)
        self._answers: dict[str, asyncio.Future[Answered]] = {}
        self._wake = asyncio.Event()
        self.record_waiters = RecordWaiters(self._wake.set)
        self._stopping = False
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._backlog = Backlog()
        self._held = WriteBuffer()
        self._journal_fault: str | None = None
        self._retry_at = Instant(0)
        self._snapshots = SnapshotWriter(journal, self._writer, clock, self.found_damaged)
        self._copies = copies or RecoveryCopyWriter(journal, clock, "", ())
        self._renewal = Renewal(journal, self._copies)
        self._damage: str | None = None
        self.renewed: Callable[[], None] = lambda: None
        """Called once a fresh record was begun: what every record begins with is offered again."""

    @property
    def quarantined(self) -> frozenset[str | None]:
        """The beds that are given up until a restart."""
        return frozenset(self._steps.quarantined)

    @property
    def behind(self) -> bool:
        """Whether effects left that the journal may not hold yet."""
        return self._journal_fault is not None

    @property
    def inbox(self) -> Inbox:
        """What waits to be stepped."""
        return self._inbox

    @property
    def unwritten(self) -> int:
        """Entries that were given up without having been recorded."""
        return self._backlog.given_up

    @property
    def unrecorded(self) -> int:
        """How many entries left before they were recorded."""
        return len(self._backlog)

    def session_of(self, bed: str) -> str | None:
        """The id of the bed's open session."""
        engine = self.engines.get(bed)
        session = engine.state.session if engine is not None else None
        return None if session is None else session.id

    @property
    def occupied(self) -> frozenset[str]:
        """The beds with an open session."""
        return frozenset(bed for bed in self.engines if bed and self.session_of(bed) is not None)

    @property
    def open_sessions(self) -> int:
        """How many patients depend on it."""
        return len(self.occupied)

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

    def report(self, fault: Fault) -> None:
        """Queues a fault of the suite's own equipment."""
        self.offer(None, fault)

    async def act(self, bed: str | None, action: StaffAction, source: str) -> Answered:
        """Queues a staff action and waits until its answer may leave."""
        if bed not in self.engines:
            return not_monitored(action)
        answer: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._answers[action.id] = answer
        try:
            self.offer(bed, action, source=source)
            answered = await answer
            if self.behind:
                # Nothing on the disk holds it yet but this copy.
                await self._copies.keep_now(self.engines)
            return answered
        finally:
            self._answers.pop(action.id, None)

    def found_damaged(self, detail: str) -> None:
        """The record is not what it was: a fresh one is begun, and until then nothing is durable."""
        if self._damage is None:
            self._damage = detail
            self._journal_failed(detail)
            self._wake.set()

    def turn(self) -> None:
        """Makes the loop come round once although nothing happened."""
        self._wake.set()

    def stop(self) -> None:
        """Ends `run` once everything that waits is stepped and written."""
        self._stopping = True
        self._wake.set()

    # The loop.

    async def run(self, release: Callable[[Emission], None]) -> None:
        """Until `stop()`, or cancelled; what waits then is still stepped and written.

        `release` is called once for every entry; it must not raise.
        """
        self._release = release
        self._steps.begin()
        try:
            while not self._stopping:
                await self._sleep()
                self.turns += 1
                self._held.add(self._step_round(), self._clock.now())
                if self._backlog or self._damage or not self._held.may_wait(self._clock.now()):
                    entries = self._held.take()
                    await self._record(entries)
                    # Without a backlog engines stand exactly where the journal does.
                    exact = not self._backlog
                    self.record_waiters.answer(written=exact)
                    self._copies.keep(self.engines, acted=any(map(_acted, entries)), exact=exact)
                    if exact:
                        await self._snapshots.keep(self.engines, self.seq)
        finally:
            await self._finish()
            self._writer.shutdown(wait=True)

    async def _finish(self) -> None:
        self._retry_at = Instant(0)
        await self._record(self._held.take() + self._step_round())
        while self._inbox or (self._backlog and self._clock.now() >= self._retry_at):
            await self._record(self._step_round())
        self.record_waiters.answer(written=not self._backlog)
        if not self._backlog:
            await self._snapshots.save_all(self.engines, self.seq)
        self._copies.finish(self.engines, exact=not self._backlog)

    async def _sleep(self) -> None:
        if self._inbox or self.decided:
            return
        retry_at = self._retry_at if self._backlog else None
        ends = [self._steps.earliest, self._held.until, retry_at]
        naps = [self._clock.real_seconds_until(end) for end in ends if end is not None]
        try:
            async with asyncio.timeout(min(naps, default=None)):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()

    def _step_round(self) -> list[Entry]:
        entries, self.decided = self.decided, []
        # What the readings of this instant bring is due at once, one microsecond behind them.
        now = Instant(self._clock.now() + 1)
        for event in self._inbox.take():
            self._steps.step(event, entries)
        if not self._inbox:
            self.record_waiters.stepped()
        self._steps.advance(now, entries, waiting=self._inbox.oldest_by_bed)
        return entries

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
        if self._damage is not None:
            self._let_out(entries, durable=False)
            self._backlog.add(entries)
            await self._begin_anew(self._damage)
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
        write = loop.run_in_executor(self._writer, self._append, self._journal, batch)
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
            if error.damaged:
                self.found_damaged(str(error))
            return
        seqs_out = seqs[len(batch) - len(to_let_out) :]
        self._let_out(to_let_out, durable=self._damage is None, seqs=seqs_out)
        self.seq = max([self.seq, *seqs])
        self._backlog.written()
        self._journal_works()

    async def _begin_anew(self, detail: str) -> None:
        """A fresh record with all that waits; the damaged one is set aside. Alarming goes on meanwhile."""
        batch, at = self._backlog.take_all(), self._clock.now()
        standing = self._copies.standing(self.engines, exact=True)
        loop = asyncio.get_running_loop()
        begin = self._renewal.begin_anew
        write = loop.run_in_executor(self._writer, begin, batch, standing, self._append)
        await self._outlast(write)
        try:
            seqs, aside = write.result()
        except StoreError as error:
            _log.error("no_fresh_record", detail=str(error))
            self._retry_at = Instant(self._clock.now() + round(RETRY_S * SECOND))
            self._backlog.failed(batch)
            return
        self._damage = None
        self.seq = self._journal.last_seq if max(seqs, default=NEVER) == NEVER else max(seqs)
        self.offer(None, damaged_before(at, detail, aside))
        self.renewed()
        self._journal_works()

    def _append(self, journal: Journal, batch: Sequence[Entry]) -> list[int]:
        """In the writer's thread. An entry that cannot be written holds up no others, and has no number (`NEVER`)."""
        try:
            return journal.append(batch)
        except Exception as error:
            # Alarming never stops for the journal (invariant 12).
            if isinstance(error, StoreError) and error.retry:
                raise
            _log.error("not_recorded", bed=batch[0].bed, entries=len(batch), detail=str(error))
            if len(parts := cut(batch)) == 1:
                self._backlog.given_up += len(batch)
                return [NEVER] * len(batch)
        return [seq for part in parts for seq in self._append(journal, part)]

    async def _outlast(self, write: "asyncio.Future[Any]") -> None:
        """While a write hangs, alarming goes on: what is decided leaves at once, and waits."""
        while not write.done():
            due = self._steps.earliest
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
        # A write that the damaged file still took is no end of the damage.
        if self._journal_fault is not None and self._damage is None and not self._backlog:
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
                Emission(
                    seq=self.seq if seq == NEVER else seq,
                    bed=entry.bed,
                    effects=entry.effects,
                    durable=durable and seq != NEVER,
                    arrived_at=arrived_at,
                )
            )
            for effect in entry.effects:
                if isinstance(effect, Answered):
                    self._answer(not_kept(effect) if seq == NEVER else effect)


def _acted(entry: Entry) -> bool:
    """Whether staff did something."""
    return entry.event is not None and isinstance(entry.event.body, StaffAction)
