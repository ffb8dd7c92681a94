"""One partition folded by the worker that owns it: from where its beds stand, in the stream's order.

Each bed is kept with the stream's number up to which it is folded, by compare-and-set: an owner of before that still
writes is refused. The consumer is thrown away at each doubt, and another begins where the fold is.
"""

import asyncio
import contextlib
import json
from dataclasses import dataclass, replace

import structlog
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import KeyNotFoundError
from nats.js.kv import KeyValue
from pydantic import TypeAdapter

from monitord.driver import raise_if_cancelled
from monitord.errors import StoreError
from monitord.hospital import subjects
from monitord.hospital.bed_fold import BedFold, fold
from monitord.hospital.sent_row import ALARM, ANSWERED, TOLD, SentRow

_log = structlog.get_logger()

AT_ONCE = 256
WAITS_S = 1.0
READINGS_S = 5.0
"""Readings of a bed are kept so often; an alarm or an action is at once."""
URGENT = frozenset({ALARM, ANSWERED, TOLD})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBed:
    """A bed folded up to the stream's number `stream`."""

    stream: int
    bed: BedFold


KEPT_BED: TypeAdapter[KeptBed] = TypeAdapter(KeptBed)


class DoubtfulConsumerError(Exception):
    """A message may be missing: the consumer is thrown away."""


class PartitionFold:
    """Runs until cancelled; NatsError and KeyWrongLastSequenceError end the ownership."""

    def __init__(
        self, context: JetStreamContext, partition: int, beds: KeyValue, folded: KeyValue
    ) -> None:
        self._context = context
        self._partition = partition
        self._bucket = beds
        self._folded = folded
        self._beds: dict[str, KeptBed] = {}
        self._revisions: dict[str, int] = {}
        self._unkept: dict[str, None] = {}
        self._urgent: dict[str, None] = {}
        self._kept_at = 0.0
        self._seq = 0
        """The last of the stream that was looked at."""
        self._floor: tuple[int, int | None] = (0, None)
        """Up to where every bed is kept, and the revision of that."""
        self.rows = 0
        self.unreadable = 0

    async def run(self) -> None:
        """Folds what there is and what comes."""
        await self._load()
        self._kept_at = asyncio.get_running_loop().time()
        try:
            while True:
                with contextlib.suppress(DoubtfulConsumerError):
                    await self._consume()
                raise_if_cancelled()
        finally:
            # Who goes on begins from what was kept: the less there is to fold again the better.
            with contextlib.suppress(NatsError, TimeoutError):
                async with asyncio.timeout(WAITS_S):
                    await self._keep(whole=True)

    async def _load(self) -> None:
        try:
            entry = await self._folded.get(subjects.folded_key(self._partition))
            self._floor = int(json.loads(entry.value or b"0")), entry.revision
        except KeyNotFoundError:
            self._floor = 0, None
        watcher = await self._bucket.watch(subjects.keys_of(self._partition))
        async for each in watcher:
            if each is None:
                break
            self._beds[each.key] = KEPT_BED.validate_json(each.value or b"")
            self._revisions[each.key] = each.revision or 0
        await watcher.stop()  # type: ignore[no-untyped-call]
        self._seq = self._floor[0]

    async def _consume(self) -> None:
        subscription = await self._context.pull_subscribe(
            subjects.part_subject(self._partition),
            stream=subjects.RECORD,
            config=ConsumerConfig(
                ack_policy=AckPolicy.NONE,
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=self._seq + 1,
                inactive_threshold=30.0,
                mem_storage=True,
                num_replicas=1,
            ),
        )
        delivered = 0
        try:
            while True:
                try:
                    messages = await subscription.fetch(AT_ONCE, timeout=WAITS_S)
                except TimeoutError:
                    raise_if_cancelled()
                    await self._keep(whole=True)
                    info = await subscription.consumer_info()
                    reached = info.delivered.consumer_seq if info.delivered else 0
                    if info.num_pending or reached != delivered:
                        raise DoubtfulConsumerError from None
                    continue
                for message in messages:
                    delivered += 1
                    if message.metadata.sequence.consumer != delivered:
                        raise DoubtfulConsumerError
                    self._take(message)
                late = asyncio.get_running_loop().time() - self._kept_at > READINGS_S
                await self._keep(whole=late)
                raise_if_cancelled()
        finally:
            with contextlib.suppress(NatsError, TimeoutError):
                await subscription.unsubscribe()

    def _take(self, message: Msg) -> None:
        self._seq = message.metadata.sequence.stream
        try:
            row = SentRow.read(message.data)
        except StoreError:
            self.unreadable += 1
            return
        key = subjects.bed_key(self._partition, row.suite, row.bed)
        if not message.subject.endswith(key.partition(".")[2]):
            # A suite that writes of another one was let in by nobody: it is not believed.
            self.unreadable += 1
            return
        kept = self._beds.get(key) or KeptBed(stream=0, bed=BedFold(suite=row.suite, bed=row.bed))
        if self._seq <= kept.stream:
            return
        self.rows += 1
        self._beds[key] = replace(kept, stream=self._seq, bed=fold(kept.bed, row))
        self._unkept[key] = None
        if row.type in URGENT:
            self._urgent[key] = None

    async def _keep(self, *, whole: bool) -> None:
        """The beds of which something is urgent; of a `whole` all, and then how far that is."""
        due = list(self._unkept if whole else self._urgent)
        seq = self._seq
        for key in due:
            text = KEPT_BED.dump_json(self._beds[key])
            revision = self._revisions.get(key)
            if revision is None:
                self._revisions[key] = await self._bucket.create(key, text)
            else:
                self._revisions[key] = await self._bucket.update(key, text, last=revision)
            self._unkept.pop(key, None)
            self._urgent.pop(key, None)
        if whole:
            self._kept_at = asyncio.get_running_loop().time()
            await self._keep_floor(seq)

    async def _keep_floor(self, seq: int) -> None:
        known, revision = self._floor
        if seq == known:
            return
        key, text = subjects.folded_key(self._partition), json.dumps(seq).encode()
        if revision is None:
            revision = await self._folded.create(key, text)
        else:
            revision = await self._folded.update(key, text, last=revision)
        self._floor = seq, revision
