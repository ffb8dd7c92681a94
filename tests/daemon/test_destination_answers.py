"""Answers by a destination reach the engine, from those who may give them, each once."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.daemon.livekit import Finger, Live, Paper, live, nonin, running
from tests.mqtt_peer import MqttPeer
from tests.peers import GENEROUS_S, Mosquitto, PseudoTerminal

pytestmark = pytest.mark.peer("mosquitto")


class Nurse:
    """Answers on the broker, and hears what became of it."""

    def __init__(self, client: MqttPeer) -> None:
        self._client = client
        self.results: dict[str, dict[str, Any]] = {}

    async def hear(self) -> None:
        async for message in self._client.messages:
            assert isinstance(message.payload, bytes)
            result = json.loads(message.payload)
            self.results[result["key"]] = result

    async def says(self, answer: str, alarm: str, key: str) -> dict[str, Any]:
        body = {"alarm": alarm, "answer": answer, "by": "nurse 7", "key": key}
        self.results.pop(key, None)
        async with asyncio.timeout(GENEROUS_S):
            while key not in self.results:
                await self._client.publish("monitord/ward/answers", json.dumps(body), qos=1)
                await asyncio.sleep(0.1)
        return self.results[key]


@asynccontextmanager
async def desaturated(
    paper: Paper, line: PseudoTerminal, broker: Mosquitto
) -> AsyncIterator[tuple[Live, Nurse, str]]:
    """The daemon, a nurse on the broker, and the id of the alarm that has just started on bed 1."""
    finger = Finger(line)
    async with (
        live(paper) as ward,
        running(finger.run()),
        MqttPeer(broker.host, broker.port) as client,
    ):
        await client.subscribe("monitord/ward/answers/result", qos=1)
        nurse = Nurse(client)
        async with running(nurse.hear()):
            await ward.desk.infuse("1")
            finger.spo2 = 80
            start = await ward.until("spo2_low", "start")
            yield ward, nurse, start["id"]


def events(of: Live) -> list[str]:
    return [line["event"] for line in of.of("spo2_low")]


async def test_an_answer_on_the_broker_counts_once_and_only_if_it_is_allowed(
    tmp_path: Path, line1: PseudoTerminal, mosquitto: Mosquitto
) -> None:
    paper = Paper(
        folder=tmp_path,
        beds={"1": nonin(line1)},
        destinations={
            "ward": {
                "notifier": "mqtt",
                "broker": mosquitto.url,
                "answers": ["accept", "acknowledge"],
            }
        },
    )
    async with desaturated(paper, line1, mosquitto) as (ward, nurse, alarm):
        refused = await nurse.says("reject", alarm, "k0")
        assert refused["why"] == "ward may not reject"
        nobody = await nurse.says("accept", "s9/spo2_low/1", "k1")
        assert nobody["why"] == "That alarm is over"
        # Sent until it is heard of: repeats under one key count once.
        assert (await nurse.says("accept", alarm, "k2"))["done"] is True
        accepted = await ward.until("spo2_low", "accept")
        assert (await nurse.says("accept", alarm, "k2"))["done"] is True
        assert (await nurse.says("acknowledge", alarm, "k3"))["done"] is True
        await ward.until("spo2_low", "acknowledge")
    assert accepted["by"] == "nurse 7"
    assert events(ward).count("accept") == 1
    assert events(ward).count("acknowledge") == 1


async def test_a_destination_that_was_not_told_cannot_answer(
    tmp_path: Path, line1: PseudoTerminal, mosquitto: Mosquitto
) -> None:
    other = {"notifier": "mqtt", "broker": mosquitto.url, "answers": ["accept"]}
    routes = {"tiers": [{"to": ["desk"]}, {"to": ["ward"], "after": "10min"}]}
    paper = Paper(
        folder=tmp_path,
        beds={"1": nonin(line1)},
        destinations={"desk": {"notifier": "terminal", "bell": False}, "ward": other},
        more={"routes": {"high": routes, "medium": routes}},
    )
    async with desaturated(paper, line1, mosquitto) as (ward, nurse, alarm):
        result = await nurse.says("accept", alarm, "k1")
    assert result["why"] == "ward was not told of this alarm"
    assert "accept" not in events(ward)


async def test_what_a_destination_refuses_for_good_is_told_the_next_tier_at_once(
    tmp_path: Path, line1: PseudoTerminal
) -> None:
    async def not_found(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(not_found, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    routes = {"tiers": [{"to": ["hook"]}, {"to": ["desk"], "after": "10min"}]}
    paper = Paper(
        folder=tmp_path,
        beds={"1": nonin(line1)},
        destinations={
            "hook": {"notifier": "webhook", "url": f"http://127.0.0.1:{port}/moved"},
            "desk": {"notifier": "terminal", "bell": False},
        },
        more={"routes": {"high": routes, "medium": routes}},
    )
    finger = Finger(line1)
    async with server, live(paper) as ward, running(finger.run()):
        await ward.desk.infuse("1")
        finger.spo2 = 80
        rejected = await ward.until("spo2_low", "reject")
        assert rejected["by"] == "hook"
