"""The way from a suite to its hospital: what the journal holds, how the beds stand, and answers that come back.

It runs beside the daemon's work and is read by nobody there: without a network it waits, and afterwards it goes on
from the journal's own position. Of each bed one message is on its way at a time, until the cluster has it.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError, MaxPayloadError
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from pydantic import BaseModel

from monitord.config.suite.hospital_link import KEPT, HospitalLink
from monitord.counted_warning import CountedWarning
from monitord.driver import Clock, Emit, raise_if_cancelled
from monitord.engine.state import State
from monitord.errors import DeviceError, StoreError, leaves
from monitord.hospital import subjects
from monitord.hospital.answer_message import AnswerResult, read_answer, reply_text
from monitord.hospital.cluster_connection import connected
from monitord.hospital.journal_feed import JournalFeed
from monitord.hospital.now_view import bed_now, suite_now
from monitord.hospital.sent_row import Leaving, SentRow
from monitord.hospital.suite_side import HOSPITAL, HospitalAnswer, SuiteSide
from monitord.model import SECOND, Cause, Fault, Instant, Signal, Span
from monitord.station.host import Told, Update
from monitord.store.journal.journal import Journal

_log = structlog.get_logger()

ACKNOWLEDGED_S = 5.0
"""A message without an acknowledgement by then is sent again: the election of a leader takes some seconds."""
AGAIN_S = 0.5
LOOKS_S = 0.25
"""Readings wait so long for others to be read with them; an alarm does not."""
ALIVE_S = 5.0
TILE_S = 1.0
"""A bed's tile leaves at most so often, and when an alarm was told or its time has come."""
TILE_PAUSE_S = 0.02
"""Between two tiles: making one takes some milliseconds, in which no alarm shall wait."""

ANSWERS_AT_MOST = 64
MESSAGE_ID = "Nats-Msg-Id"

Take = Callable[[HospitalAnswer], Awaitable[str | None]]
"""Takes an answer; None where it counts, else why not."""
Taken = Callable[[int, Span], None]
"""Hears that the cluster took so many rows, and how old the newest was then."""


class Uplink:
    """One suite's, as a connection that `supervise()` runs."""

    def __init__(
        self,
        side: SuiteSide,
        journal: Journal,
        link: HospitalLink,
        folder: Path,
        *,
        take: Take,
        taken: Taken,
    ) -> None:
        self._side = side
        self._link = link
        self._take = take
        self._taken = taken
        leaving = Leaving(notes=link.notes, form_answers=link.form_answers)
        self._feed = JournalFeed(journal, side.suite, folder, leaving, link.numerics)
        self._changed = asyncio.Event()
        self._told = asyncio.Event()
        self._alarmed: dict[str, None] = {}
        self._unsent = CountedWarning("hospital_not_acknowledged")

    async def run(self, emit: Emit, clock: Clock) -> None:
        """Until cancelled; DeviceError when the cluster is lost."""
        prefix = subjects.inbox(self._side.suite)
        end = self._side.subscribe(self._heard)
        try:
            async with connected(self._link, f"suite {self._side.suite}", prefix) as (client, lost):
                emit(Fault(cause=Cause.LINK, subject=HOSPITAL, present=False), clock.now())
                context = client.jetstream(timeout=ACKNOWLEDGED_S)
                async with asyncio.TaskGroup() as group:
                    for task in (
                        lost.wait(),
                        self._send_journal(context),
                        self._send_tiles(client),
                        self._send_alive(client),
                        self._take_answers(client),
                    ):
                        group.create_task(task)
        except* (DeviceError, NatsError, StoreError) as several:
            first = next(iter(leaves(several)))
            raise DeviceError(str(first) or repr(first)) from several
        finally:
            end()

    def request(self, signal: Signal, at: Instant) -> None:
        """It is no device: nothing can be asked of it."""

    def _heard(self, update: Update) -> None:
        if isinstance(update, Told):
            if update.line.bed is not None:
                self._alarmed[update.line.bed] = None
            self._told.set()
        self._changed.set()

    # What the journal holds.

    async def _send_journal(self, context: JetStreamContext) -> None:
        now = self._side.now()
        position = await asyncio.to_thread(self._feed.begin, Instant(now - KEPT))
        while True:
            self._changed.clear()
            self._told.clear()
            piece = await asyncio.to_thread(self._feed.next, position)
            if piece.rows:
                await self._publish(context, piece.rows)
                self._taken(len(piece.rows), max(0, self._side.now() - piece.rows[-1].at))
                await asyncio.to_thread(self._feed.taken, piece.position)
            raise_if_cancelled()
            position = piece.position
            if not piece.more:
                await self._changed.wait()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOKS_S):
                        await self._told.wait()

    async def _publish(self, context: JetStreamContext, rows: Iterable[SentRow]) -> None:
        """Of a bed one after the other, of all beds at once; returns when the cluster has all of them."""
        by_bed: dict[str | None, list[SentRow]] = {}
        for row in rows:
            by_bed.setdefault(row.bed, []).append(row)
        async with asyncio.TaskGroup() as group:
            for bed, mine in by_bed.items():
                group.create_task(self._publish_bed(context, bed, mine))

    async def _publish_bed(
        self, context: JetStreamContext, bed: str | None, rows: Iterable[SentRow]
    ) -> None:
        subject = subjects.record_subject(self._side.suite, bed)
        for row in rows:
            while True:
                try:
                    await context.publish(subject, row.text(), headers={MESSAGE_ID: row.id})
                    break
                except ConnectionClosedError:
                    raise
                except MaxPayloadError:
                    # No time makes it smaller; the journal keeps it.
                    _log.error("hospital_row_too_long", bed=bed, seq=row.seq, type=row.type)
                    break
                except (NatsError, TimeoutError) as error:
                    self._unsent.add(error=str(error) or repr(error))
                    await asyncio.sleep(AGAIN_S)

    # How things stand.

    async def _send_tiles(self, client: Client) -> None:
        every, sent_at = self._link.numerics / SECOND, dict[str, float]()
        loop = asyncio.get_running_loop()
        while True:
            states = self._side.beds()
            for bed in self._side.places():
                age = loop.time() - sent_at.get(bed, -every)
                if age >= every or (bed in self._alarmed and age >= TILE_S):
                    self._alarmed.pop(bed, None)
                    sent_at[bed] = loop.time()
                    await self._send_tile(client, bed, states.get(bed))
                    await asyncio.sleep(TILE_PAUSE_S)
            await asyncio.sleep(LOOKS_S)

    async def _send_tile(self, client: Client, bed: str, state: State | None) -> None:
        try:
            tile = bed_now(self._side, bed, state)
        except Exception as error:  # noqa: BLE001 - one bed's fault is one bed's (invariant 16)
            _log.error("hospital_tile_failed", bed=bed, exc_info=error)
            return
        text = json.dumps(tile, separators=(",", ":"), ensure_ascii=False).encode()
        await client.publish(subjects.now_subject(self._side.suite, bed), text)

    async def _send_alive(self, client: Client) -> None:
        every = round(ALIVE_S * SECOND)
        while True:
            view = suite_now(self._side, every, self._link.answers)
            text = json.dumps(view, separators=(",", ":"), ensure_ascii=False).encode()
            await client.publish(subjects.now_subject(self._side.suite, None), text)
            await asyncio.sleep(ALIVE_S)

    # Answers.

    async def _take_answers(self, client: Client) -> None:
        async def taken(message: Msg) -> None:
            try:
                refused = await self._take(read_answer(message.data))
            except StoreError as error:
                refused = str(error)
            if message.reply:
                await client.publish(message.reply, reply_text(AnswerResult(refused=refused)))

        await client.subscribe(
            subjects.answer_subject(self._side.suite), cb=taken, pending_msgs_limit=ANSWERS_AT_MOST
        )


class UplinkDriver:
    """What `supervise()` needs of a driver: it opens an uplink for each attempt."""

    name = HOSPITAL
    title = "uplink to a hospital"
    evidence = "published example"
    config = BaseModel

    def __init__(self, uplink: Uplink) -> None:
        self._uplink = uplink

    def signals(self, config: object) -> frozenset[Signal]:  # noqa: ARG002 - a driver's contract
        """It supplies nothing."""
        return frozenset()

    def delay(self, config: object) -> int:  # noqa: ARG002 - a driver's contract
        """It delays nothing."""
        return 0

    def simulated(self, config: object) -> bool:  # noqa: ARG002 - a driver's contract
        """What it sends says of itself whether it is."""
        return False

    def open(self, name: str, config: object) -> Uplink:  # noqa: ARG002 - a driver's contract
        """The one uplink: it goes on where it was."""
        return self._uplink
