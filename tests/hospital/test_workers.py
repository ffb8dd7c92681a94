"""Workers fold every bed exactly, whoever owns it, and an owner of before writes nothing any more."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from nats.js import JetStreamContext
from nats.js.errors import KeyWrongLastSequenceError

from monitord.config.suite.hospital_link import HospitalLink
from monitord.hospital import subjects
from monitord.hospital.hospital_worker import HospitalWorker
from monitord.hospital.journal_feed import JournalFeed
from monitord.hospital.partition_fold import PartitionFold
from monitord.hospital.sent_row import Leaving, SentRow
from monitord.model import EPOCH, SECOND
from monitord.store.journal.journal import Journal
from tests.builders import settings
from tests.hospital.nats_servers import NatsServers
from tests.hospital.stream_reader import PLAN, at_hospital, beds_of, until_kept
from tests.peers import until
from tests.record.journaled import JournaledBed

pytestmark = pytest.mark.peer("nats-server")


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> list[SentRow]:
    """A visit with alarms at one bed, as its suite sends it."""
    bed = JournaledBed(settings())
    bed.admit()
    bed.spo2(97, "5s")
    bed.spo2(80, "40s")
    bed.spo2(97, "40s")
    bed.spo2(80, "40s")
    path = bed.write(tmp_path_factory.mktemp("record") / "journal.db")
    with Journal.open(path, read_only=True) as opened:
        feed = JournalFeed(opened, "ward", path.parent, Leaving(), SECOND)
        return list(feed.next(feed.begin(EPOCH)).rows)


def everywhere(visit: list[SentRow]) -> list[SentRow]:
    """The same at three beds of two suites at once."""
    beds = [("ward", "1"), ("ward", "2.a"), ("north", "1")]
    return [replace(row, suite=suite, bed=bed) for row in visit for suite, bed in beds]


async def publish(context: JetStreamContext, rows: list[SentRow], again: str = "") -> None:
    for row in rows:
        subject = subjects.record_subject(row.suite, row.bed)
        await context.publish(
            subject, row.text(), headers={"Nats-Msg-Id": f"{row.id}{row.bed}{again}"}
        )


@asynccontextmanager
async def working(worker: HospitalWorker) -> AsyncIterator["asyncio.Task[None]"]:
    task = asyncio.create_task(worker.run())
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def worker(servers: NatsServers, folder: Path, name: str) -> HospitalWorker:
    link = HospitalLink(servers=tuple(servers.urls), nkey_file=folder / "hospital.nk")
    return HospitalWorker(link, PLAN, name, Random(name))


async def test_workers_share_the_partitions_and_go_on_where_one_ended(
    servers: NatsServers, tmp_path: Path, visit: list[SentRow]
) -> None:
    rows = everywhere(visit)
    half = len(rows) // 2
    first, second = (worker(servers, tmp_path, name) for name in ("one", "two"))
    async with at_hospital(servers.urls, tmp_path) as (_, context), working(first) as dying:
        await until(lambda: len(first.owned) == PLAN.partitions)
        async with working(second):
            await until(lambda: len(first.owned) == len(second.owned) == PLAN.partitions // 2)
            await publish(context, rows[:half])
            await until_kept(context, beds_of(rows[:half]))
            dying.cancel()
            await publish(context, rows[half:])
            # Sent again by a suite whose acknowledgement was lost, long after the server forgot the ids.
            await publish(context, rows[half:], "again")
            await until_kept(context, beds_of(rows))
            await until(lambda: len(second.owned) == PLAN.partitions)
    assert all(bed.alarms for bed in beds_of(rows).values())


async def test_an_owner_of_before_writes_nothing_any_more(
    servers: NatsServers, tmp_path: Path, visit: list[SentRow]
) -> None:
    rows = everywhere(visit)
    async with at_hospital(servers.urls, tmp_path) as (_, context):
        beds = await context.key_value(subjects.BEDS)
        folded = await context.key_value(subjects.FOLDED)
        await publish(context, rows[:-3])
        before = [PartitionFold(context, n, beds, folded) for n in range(PLAN.partitions)]
        tasks = [asyncio.create_task(each.run()) for each in before]
        await until_kept(context, beds_of(rows[:-3]))
        after = [PartitionFold(context, n, beds, folded) for n in range(PLAN.partitions)]
        tasks_after = [asyncio.create_task(each.run()) for each in after]
        await publish(context, rows[-3:])
        await until_kept(context, beds_of(rows))
        # Both saw the rows: of each partition with news one was refused, and ended.
        await until(lambda: any(task.done() for task in (*tasks, *tasks_after)))
        for task in (*tasks, *tasks_after):
            task.cancel()
        results = await asyncio.gather(*tasks, *tasks_after, return_exceptions=True)
    assert any(isinstance(each, KeyWrongLastSequenceError) for each in results)
