"""What a suite's journal holds reaches the hospital's stream: in order, once, whatever happens to the network."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from monitord.config.suite.hospital_link import HospitalLink
from monitord.errors import DeviceError
from monitord.hospital import subjects
from monitord.hospital.answer_message import read_reply
from monitord.hospital.cluster_connection import connected
from monitord.hospital.sent_row import ALARM
from monitord.model import SECOND
from tests.daemon.livekit import Finger, Paper, live, running
from tests.hospital.nats_servers import NatsServers
from tests.hospital.stream_reader import at_hospital, beds_of, sent_by, stored
from tests.peers import PseudoTerminal

pytestmark = pytest.mark.peer("nats-server")


async def test_what_the_journal_holds_is_in_the_stream_once_and_in_order(
    paper: Paper, line1: PseudoTerminal, servers: NatsServers, tmp_path: Path
) -> None:
    finger = Finger(line1)
    async with (
        at_hospital(servers.urls, tmp_path) as (_, context),
        running(finger.run()),
        live(paper) as suite,
    ):
        await suite.desk.infuse("1")
        finger.spo2 = 80
        await suite.until("spo2_low", "start")
        await told(context, "spo2_low", 1)
        # The cluster is away: an alarm ends and begins meanwhile, and the daemon is not held up.
        servers.nodes[0].kill()
        finger.spo2 = 97
        await suite.until("spo2_low", "clear")
    servers.nodes[0].start()
    async with at_hospital(servers.urls, tmp_path) as (_, context):
        async with running(finger.run()), live(paper) as suite:
            finger.spo2 = 80
            await suite.until("spo2_low", "escalate")
            await told(context, "spo2_low", 3)
        rows = await stored(context)
    here = sent_by(paper.journal, "ward", tmp_path / "nowhere", SECOND)
    known = {row.id: row for row in here}
    assert len({row.id for row in rows}) == len(rows)
    assert all(known[row.id] == row for row in rows)
    for bed in (None, "1"):
        mine = [row.id for row in rows if row.bed == bed]
        # Nothing is left out: what is missing is what was written last, as the daemon ended.
        assert mine == [row.id for row in here if row.bed == bed][: len(mine)]
    assert beds_of(rows)["ward", "1"].lines >= len("bed")


async def told(context: JetStreamContext, alarm: str, times: int) -> None:
    """Waits until the stream holds so many lines of the alarm."""
    while True:
        lines = [row for row in await stored(context) if row.type == ALARM]
        if sum(row.body["alarm"] == alarm for row in lines) >= times:
            return
        await asyncio.sleep(0.2)


async def test_a_suite_writes_only_its_own(servers: NatsServers, tmp_path: Path) -> None:
    async with at_hospital(servers.urls, tmp_path) as (_, context):
        link = HospitalLink(servers=tuple(servers.urls), nkey_file=tmp_path / "north.nk")
        async with connected(link, "north", subjects.inbox("north")) as (client, _):
            mine = client.jetstream(timeout=2)
            await mine.publish(subjects.record_subject("north", "1"), b"{}")
            for other in (
                subjects.record_subject("ward", "1"),
                subjects.now_subject("ward", None),
                subjects.answer_subject("ward"),
                "monitord.part.0.ward.1",
                f"$KV.{subjects.BEDS}.ward.1",
                f"$JS.API.STREAM.PURGE.{subjects.RECORD}",
            ):
                with pytest.raises((TimeoutError, NatsError)):
                    await mine.publish(other, b"{}", timeout=0.5)
        assert (await context.stream_info(subjects.RECORD)).state.messages == 1
        assert (await context.stream_info(subjects.NOW)).state.messages == 0


async def test_nobody_without_a_key_is_let_in(servers: NatsServers) -> None:
    link = HospitalLink(servers=tuple(servers.urls))
    with pytest.raises(DeviceError, match=r"(?i)authorization"):
        async with connected(link, "nobody"):
            pass


async def ask(client: Client, tile: dict[str, Any], **more: Any) -> str | None:
    alarm = tile["tile"]["alarms"][0]
    answer = {
        "key": uuid4().hex,
        "alarm": alarm["id"],
        "word": "acknowledge",
        "by": "anna",
        "news": alarm["news"],
        "seq": tile["seq"],
    } | more
    reply = await client.request(
        subjects.answer_subject("ward"), json.dumps(answer).encode(), timeout=10
    )
    return read_reply(reply.data).refused


async def newest_tile(context: JetStreamContext, wanted: Callable[[Any], Any]) -> dict[str, Any]:
    while True:
        with contextlib.suppress(NatsError):
            message = await context.get_last_msg(subjects.NOW, subjects.now_subject("ward", "1"))
            tile: dict[str, Any] = json.loads(message.data or b"")
            if wanted(tile):
                return tile
        await asyncio.sleep(0.1)


async def test_an_answer_from_the_hospital_is_decided_by_the_suites_engine(
    paper: Paper, line1: PseudoTerminal, servers: NatsServers, tmp_path: Path
) -> None:
    finger = Finger(line1)
    async with (
        at_hospital(servers.urls, tmp_path) as (client, context),
        running(finger.run()),
        live(paper) as suite,
    ):
        await suite.desk.infuse("1")
        finger.spo2 = 88
        await suite.until("spo2_low", "start")
        tile = await newest_tile(context, lambda tile: tile["tile"]["alarms"])
        assert await ask(client, tile, word="accept") == "hospital may not accept"
        finger.spo2 = 80
        await suite.until("spo2_low", "escalate")
        assert await ask(client, tile) == "It has become worse since: look at it again"
        tile = await newest_tile(
            context, lambda tile: tile["tile"]["alarms"][0]["priority"] == "high"
        )
        key = uuid4().hex
        assert await ask(client, tile, key=key) is None
        assert await ask(client, tile, key=key) is None
        line = await suite.until("spo2_low", "acknowledge")
        assert line["by"] == "anna"
        assert len([1 for each in suite.of("spo2_low") if each["event"] == "acknowledge"]) == 1
        assert await ask(client, tile, alarm="s9/spo2_low/1") == "That alarm is over"
        reply = await client.request(subjects.answer_subject("ward"), b"{}", timeout=10)
        assert "no answer" in (read_reply(reply.data).refused or "")
