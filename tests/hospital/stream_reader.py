"""What a hospital's stream holds, and what journals would have sent: the two must be the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, DeliverPolicy

from monitord.config.suite.hospital_link import HospitalLink
from monitord.hospital import subjects
from monitord.hospital.bed_fold import BedFold, fold
from monitord.hospital.cluster_connection import connected
from monitord.hospital.cluster_setup import ClusterPlan, make_ready
from monitord.hospital.journal_feed import JournalFeed
from monitord.hospital.partition_fold import KEPT_BED
from monitord.hospital.sent_row import Leaving, SentRow
from monitord.model import EPOCH, MINUTE, Span
from monitord.store.journal.journal import Journal
from tests.peers import GENEROUS_S

PLAN = ClusterPlan(partitions=4, replicas=1, retention=60 * MINUTE, lease_s=2, disk_mb=100)
Beds = dict[tuple[str, str | None], BedFold]


@asynccontextmanager
async def at_hospital(
    urls: list[str], folder: Path, plan: ClusterPlan = PLAN
) -> AsyncIterator[tuple[Client, JetStreamContext]]:
    """The cluster with its streams, as a program of the hospital has it."""
    link = HospitalLink(servers=tuple(urls), nkey_file=folder / "hospital.nk")
    async with connected(link, "test") as (client, _):
        yield client, await make_ready(client, plan)


async def stored(context: JetStreamContext) -> list[SentRow]:
    """Every row of the stream, in its order."""
    count = (await context.stream_info(subjects.RECORD)).state.messages
    config = ConsumerConfig(deliver_policy=DeliverPolicy.ALL)
    subscription = await context.subscribe(
        "monitord.part.>", stream=subjects.RECORD, ordered_consumer=True, config=config
    )
    rows = [SentRow.read((await subscription.next_msg(timeout=30)).data) for _ in range(count)]
    await subscription.unsubscribe()
    return rows


def beds_of(rows: list[SentRow]) -> Beds:
    """The fold of rows of many beds."""
    beds: Beds = {}
    for row in rows:
        key = row.suite, row.bed
        beds[key] = fold(beds.get(key) or BedFold(suite=row.suite, bed=row.bed), row)
    return beds


async def kept(context: JetStreamContext) -> Beds:
    """Every bed as the workers have kept it."""
    bucket = await context.key_value(subjects.BEDS)
    watcher = await bucket.watchall()
    beds: Beds = {}
    async for each in watcher:
        if each is None:
            break
        bed = KEPT_BED.validate_json(each.value or b"").bed
        beds[bed.suite, bed.bed] = bed
    await watcher.stop()  # type: ignore[no-untyped-call]
    return beds


async def until_kept(context: JetStreamContext, wanted: Beds) -> None:
    """Waits until the workers have kept exactly these beds."""
    async with asyncio.timeout(GENEROUS_S):
        while await kept(context) != wanted:  # noqa: ASYNC110 - a server's state has no event
            await asyncio.sleep(0.2)


def sent_by(journal: Path, suite: str, folder: Path, every: Span) -> list[SentRow]:
    """What a journal sends that is read from its beginning."""
    with Journal.open(journal, read_only=True) as opened:
        feed = JournalFeed(opened, suite, folder, Leaving(), every)
        position, rows = feed.begin(EPOCH), list[SentRow]()
        while True:
            piece = feed.next(position)
            rows += piece.rows
            position = piece.position
            if not piece.more:
                return rows
