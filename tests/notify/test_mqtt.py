"""Alarms, signs of life and answers on a real Mosquitto, which may die and come back."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
import structlog
from pydantic import ValidationError

from monitord.errors import NotifyError
from monitord.notify.channels.mqtt_alarms import (
    ANSWER_AT_MOST,
    NOTIFIER,
    MqttAlarmsConfig,
    MqttChannel,
)
from monitord.notify.notifier import Pulse, Reply
from monitord.notify.outbox_dispatcher import OutboxDispatcher
from monitord.store.line_json import line_json
from tests.builders_notify import Book, line, notify
from tests.mqtt_peer import MqttPeer
from tests.peers import START, LoopClock, Mosquitto, serving, until

pytestmark = pytest.mark.peer("mosquitto")


def channel(broker: Mosquitto, **settings: Any) -> MqttChannel:
    return NOTIFIER.open("ward", MqttAlarmsConfig(broker=broker.url, **settings))


def connected(ward: MqttChannel) -> Any:
    """The socket under the channel."""
    assert ward._client is not None
    return ward._client._client.socket()


@asynccontextmanager
async def reader(broker: Mosquitto, topic: str) -> AsyncIterator[list[tuple[str, Any]]]:
    """What is published on the topic from now on, and what was retained."""
    heard: list[tuple[str, Any]] = []
    async with MqttPeer(broker.host, broker.port) as client:
        await client.subscribe(topic, qos=1)

        async def listen() -> None:
            async for message in client.messages:
                payload = message.payload
                assert isinstance(payload, bytes)
                heard.append((str(message.topic), json.loads(payload)))

        task = asyncio.create_task(listen())
        try:
            yield heard
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_the_broker_gets_the_line_on_the_bed_s_topic(mosquitto: Mosquitto) -> None:
    ward = channel(mosquitto)
    async with reader(mosquitto, "monitord/#") as heard:
        await ward.send(notify(), durable=False)
        await ward.send(notify("journal", bed=None), durable=True)
        await until(lambda: len(heard) == 2)
    await ward.close()
    assert heard[0] == ("monitord/ward/alarms/1", json.loads(line_json(line(), durable=False)))
    assert heard[1][0] == "monitord/ward/alarms/suite"


async def test_nothing_is_held_back_by_nagle(mosquitto: Mosquitto) -> None:
    ward = channel(mosquitto)
    await ward.send(notify(), durable=True)
    assert connected(ward).getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
    await ward.close()


async def test_a_broker_that_is_not_there_is_an_error(mosquitto: Mosquitto) -> None:
    mosquitto.stop()
    with pytest.raises(NotifyError, match="mqtt://"):
        await channel(mosquitto).send(notify(), durable=True)


async def test_alarms_reach_a_broker_that_died_and_came_back(mosquitto: Mosquitto) -> None:
    book = Book()
    outbox = OutboxDispatcher(
        {"ward": channel(mosquitto)},
        clock=LoopClock(),
        random=Random(1),
        report=book.faults.append,
        settle=book.outcomes.append,
    )
    running = asyncio.create_task(outbox.run())
    outbox.put(notify(to="ward", number=1), durable=True)
    await until(lambda: len(book.arrived()) == 1)
    mosquitto.stop()
    outbox.put(notify(to="ward", number=2), durable=True)
    await until(lambda: ("ward", True) in book.story)
    mosquitto.start()
    async with reader(mosquitto, "monitord/#") as heard:
        await until(lambda: len(book.arrived()) == 2)
        await until(lambda: heard)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert heard[0][1]["id"] == "s1/spo2_low/2"
    assert book.story[-1] == ("ward", False)


async def test_the_status_is_retained_and_the_will_says_that_the_connection_was_lost(
    mosquitto: Mosquitto,
) -> None:
    ward = channel(mosquitto)
    await ward.pulse(Pulse(suite="ward", at=START, every_s=30, head="7:ab"))
    async with reader(mosquitto, "monitord/ward/status") as heard:
        await until(lambda: len(heard) == 1)
        assert heard[0][1] == {
            "state": "alive",
            "at": "2026-01-05T10:00:00.000000Z",
            "every_s": 30,
            "audit_head": "7:ab",
        }
        # The process dies: nobody says goodbye.
        connected(ward).shutdown(socket.SHUT_RDWR)
        await until(lambda: len(heard) == 2)
        assert heard[1][1] == {"state": "lost"}
        with pytest.raises(NotifyError):
            await ward.pulse(Pulse(suite="ward", at=START, every_s=30))
        await ward.pulse(Pulse(suite="ward", at=START, every_s=30))
        await until(lambda: len(heard) == 3)
        await ward.close()
        await until(lambda: len(heard) == 4)
    assert heard[3][1] == {"state": "stopped"}


@asynccontextmanager
async def answering(ward: MqttChannel) -> AsyncIterator[list[Reply]]:
    given: list[Reply] = []

    async def take(reply: Reply) -> str | None:
        given.append(reply)
        return None if reply.by == "nurse 7" else "not you"

    task = asyncio.create_task(ward.listen("ward", take))
    try:
        yield given
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_answers_come_in_and_hear_what_became_of_them(mosquitto: Mosquitto) -> None:
    ward = channel(mosquitto, answers=("accept", "reject"))
    good = {"alarm": "s1/spo2_low/1", "answer": "accept", "by": "nurse 7", "key": "k1"}
    sent = [good, good | {"by": "visitor", "key": "k2"}, {"answer": "accept"}, [1]]
    async with (
        answering(ward) as given,
        reader(mosquitto, "monitord/ward/answers/result") as heard,
        MqttPeer(mosquitto.host, mosquitto.port) as nurse,
    ):
        # The first may come before the subscription stands: then it is not answered at all.
        while not heard:
            await nurse.publish("monitord/ward/answers", json.dumps(good), qos=1)
            await asyncio.sleep(0.05)
        heard.clear()
        given.clear()
        for payload in sent:
            await nurse.publish("monitord/ward/answers", json.dumps(payload), qos=1)
        await until(lambda: len(heard) == len(sent))
    assert given[0] == Reply(alarm="s1/spo2_low/1", word="accept", by="nurse 7", key="k1")
    assert [result["done"] for _, result in heard] == [True, False, False, False]
    assert heard[1][1]["why"] == "not you"
    assert heard[2][1]["why"].startswith("alarm: ")


async def test_without_leave_nobody_is_listened_to(mosquitto: Mosquitto) -> None:
    async with answering(channel(mosquitto)) as given:
        pass
    assert given == []


async def test_a_retained_answer_is_no_answer(mosquitto: Mosquitto) -> None:
    stale = {"alarm": "s1/spo2_low/1", "answer": "accept", "by": "nurse 7", "key": "old"}
    fresh = stale | {"key": "new"}
    async with MqttPeer(mosquitto.host, mosquitto.port) as nurse:
        await nurse.publish("monitord/ward/answers", json.dumps(stale), qos=1, retain=True)
        async with answering(channel(mosquitto, answers=("accept",))) as given:
            while not given:
                await nurse.publish("monitord/ward/answers", json.dumps(fresh), qos=1)
                await asyncio.sleep(0.05)
    assert {reply.key for reply in given} == {"new"}


async def test_a_lost_way_back_is_an_error_that_the_outbox_tries_again(
    mosquitto: Mosquitto,
) -> None:
    mosquitto.stop()

    async def take(reply: Reply) -> str | None:
        return None

    with pytest.raises(NotifyError):
        await channel(mosquitto, answers=("accept",)).listen("ward", take)


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"topic": "alarms/{room}"}, "places that can be filled are {suite} and {bed}"),
        ({"topic": "alarms/{bed"}, "places that can be filled"),
        ({"topic": "alarms/{}"}, "places that can be filled"),
        ({"topic": "alarms/#"}, "a wildcard"),
        ({"status_topic": "{bed}/status"}, "places that can be filled are {suite}"),
        ({"answers_topic": ""}, "is no topic"),
    ],
)
def test_a_topic_that_could_not_be_filled_is_a_fault_of_the_suite_file(
    setting: dict[str, str], says: str
) -> None:
    with pytest.raises(ValidationError, match=re.escape(says)):
        MqttAlarmsConfig.model_validate(setting)


@pytest.mark.parametrize(
    "broker", ["http://x", "mqtt://user:secret@x", "mqtt://x/topic", "mqtt://"]
)
def test_an_address_that_is_none_is_refused(broker: str) -> None:
    with pytest.raises(ValueError, match=r"mqtt://HOST|password_file"):
        MqttAlarmsConfig(broker=broker)


async def test_a_password_file_that_is_missing_is_an_error_without_its_path(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    ward = channel(mosquitto, user="m", password_file=str(tmp_path / "none"))
    with pytest.raises(NotifyError, match="cannot read the password"):
        await ward.send(notify(), durable=True)


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker whose access list lets anybody publish on `free/#` alone, and read nothing."""
    rules = tmp_path / "acl"
    rules.write_text("topic write free/#\n")
    broker = Mosquitto(tmp_path, f"acl_file {rules}")
    broker.start()
    yield broker
    broker.stop()


async def test_what_the_broker_s_access_list_refuses_is_not_told(guarded: Mosquitto) -> None:
    ward = channel(guarded)
    with pytest.raises(NotifyError, match="Not authorized") as refused:
        await ward.send(notify(), durable=True)
    assert refused.value.retry is False
    await ward.close()
    free = channel(guarded, topic="free/{bed}")
    await free.send(notify(), durable=True)
    await free.close()


@pytest.mark.parametrize(
    ("protocol", "connected", "refused"),
    [("5", b"\x20\x03\x00\x00\x00", b"\x00\x87"), ("3.1.1", b"\x20\x02\x00\x00", b"\x80")],
)
async def test_answers_that_the_broker_does_not_send_are_said_to_be_cut_off(
    protocol: Any, connected: bytes, refused: bytes
) -> None:
    async def broker(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """It lets everybody in and sends nobody anything: Mosquitto takes each subscription."""
        while True:
            head, length = await reader.readexactly(2)
            body = await reader.readexactly(length)
            if head >> 4 == 1:
                writer.write(connected)
            elif head >> 4 == 8:
                writer.write(bytes([0x90, 2 + len(refused)]) + body[:2] + refused)

    async def take(reply: Reply) -> None:
        raise AssertionError(reply)

    async with serving(broker) as port:
        config = MqttAlarmsConfig(
            broker=f"mqtt://127.0.0.1:{port}", answers=("accept",), protocol=protocol
        )
        with pytest.raises(NotifyError, match="refuses to send monitord/ward/answers"):
            await NOTIFIER.open("ward", config).listen("ward", take)


async def test_a_flood_of_answers_that_are_none_is_said_once_and_taken_from_nobody() -> None:
    ward = MqttChannel("ward", MqttAlarmsConfig(broker="mqtt://broker.clinic.example"))

    async def never(reply: Reply) -> str | None:
        raise AssertionError(reply)

    large = json.dumps({"alarm": "a", "answer": "accept", "by": "n", "key": "k" * ANSWER_AT_MOST})
    with structlog.testing.capture_logs() as logs:
        for payload in (b"", b"\xff", b"[" * 10_000, large.encode(), large, None) * 20:
            said = await ward._take(payload, never)
            assert said["done"] is False
            assert len(json.dumps(said)) < 1000
    assert [line["event"] for line in logs] == ["answer_not_understood"]


async def test_after_a_flood_of_answers_the_newest_is_taken_and_few_of_the_others(
    mosquitto: Mosquitto,
) -> None:
    ward = channel(mosquitto, answers=("accept",))
    flood = {"alarm": "s1/spo2_low/1", "answer": "accept", "by": "nurse 7", "key": "flood"}
    many = 400
    async with (
        answering(ward) as given,
        MqttPeer(mosquitto.host, mosquitto.port) as nurse,
    ):
        while not given:
            await nurse.publish("monitord/ward/answers", json.dumps(flood | {"key": "first"}))
            await asyncio.sleep(0.05)
        for _ in range(many):
            await nurse.publish("monitord/ward/answers", json.dumps(flood), qos=1)
        await nurse.publish("monitord/ward/answers", json.dumps(flood | {"key": "last"}), qos=1)
        await until(lambda: given[-1].key == "last")
    assert len([each for each in given if each.key == "flood"]) < many
