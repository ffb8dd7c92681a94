"""A broker that takes the connection and never answers costs no descriptor and no word."""

import asyncio
import contextlib
import itertools
import ssl
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiomqtt
import pytest
import structlog

from monitord.broker import MESSAGES_AT_MOST, PACKETS_A_TURN, BrokerClient, NewestMessages
from tests.peers import GENEROUS_S, Mosquitto, until

FLOOD = """
import sys
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
client = Client(CallbackAPIVersion.VERSION2)
client.connect("127.0.0.1", int(sys.argv[1]))
client.loop_start()
while True:
    client.publish("flood", b"x" * 30).wait_for_publish(10)
"""


@asynccontextmanager
async def mute() -> AsyncIterator[int]:
    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_attempts_at_a_broker_that_hangs_leave_no_descriptor() -> None:
    async with mute() as port:
        before = descriptors()
        for _ in range(5):
            with pytest.raises(aiomqtt.MqttError, match="timed out"):
                async with BrokerClient("127.0.0.1", port, timeout=0.1):
                    pass
        await until(lambda: descriptors() == before)


async def test_a_broker_without_tls_that_is_asked_for_it_leaves_no_descriptor() -> None:
    async def deny(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"no such thing here\r\n")
        await reader.read()
        writer.close()

    async with await asyncio.start_server(deny, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        before = descriptors()
        failures = []
        for _ in range(3):
            context = ssl.create_default_context()
            try:
                async with BrokerClient("127.0.0.1", port, tls_context=context, timeout=5):
                    pass
            except aiomqtt.MqttError as error:
                # As long as somebody holds the error, the collector frees nothing of it.
                failures.append(error)
        assert len(failures) == 3
        await until(lambda: descriptors() == before)


async def test_an_attempt_that_is_cut_off_leaves_no_descriptor() -> None:
    async with mute() as port:
        before = descriptors()
        attempt = asyncio.create_task(BrokerClient("127.0.0.1", port).__aenter__())
        await until(lambda: descriptors() > before + 1)
        attempt.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await attempt
        await until(lambda: descriptors() == before)


async def test_a_cancellation_is_heeded_though_the_answer_comes_in_the_same_turn() -> None:
    answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    waits = asyncio.create_task(BrokerClient("127.0.0.1")._wait_for(answer, 5))
    await asyncio.sleep(0)

    answer.set_result(1)
    waits.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waits


@pytest.mark.peer("mosquitto")
async def test_a_broker_that_answers_is_spoken_with(mosquitto: Mosquitto) -> None:
    async with BrokerClient(mosquitto.host, mosquitto.port) as client:
        await client.publish("a", b"b", qos=1)


@pytest.mark.peer("mosquitto")
async def test_the_loop_turns_although_messages_come_faster_than_they_are_read(
    mosquitto: Mosquitto,
) -> None:
    """Nothing but the flood's end would end a reader that goes on as long as there is something to read."""
    turns: list[int] = []
    taken = 0

    class Slow(asyncio.Queue[aiomqtt.Message]):
        def put_nowait(self, item: aiomqtt.Message) -> None:
            nonlocal taken
            taken += 1
            # As long as the broker needs for the next one.
            time.sleep(0.001)

    async with BrokerClient(mosquitto.host, mosquitto.port, queue_type=Slow) as listener:
        await listener.subscribe("flood")
        given = "-c", FLOOD, str(mosquitto.port)
        flood = await asyncio.create_subprocess_exec(sys.executable, *given)
        try:
            while taken < 10 * PACKETS_A_TURN:
                turns.append(taken)
                await asyncio.sleep(0)
        finally:
            flood.kill()
            await flood.wait()
    most = max(later - before for before, later in itertools.pairwise(turns))
    # Two calls may fall into one turn: the line's own, and the one that goes on with what was read ahead.
    assert most <= 2 * PACKETS_A_TURN


@pytest.mark.peer("mosquitto")
async def test_a_flood_of_messages_of_any_size_arrives_whole_and_in_order(
    mosquitto: Mosquitto,
) -> None:
    sent = [bytes([n % 251]) * (n * n % 9000) for n in range(300)]
    async with (
        BrokerClient(mosquitto.host, mosquitto.port, queue_type=asyncio.Queue) as listener,
        BrokerClient(mosquitto.host, mosquitto.port) as speaker,
    ):
        await listener.subscribe("flood", qos=1)
        for payload in sent:
            await speaker.publish("flood", payload, qos=1)
        async with asyncio.timeout(GENEROUS_S):
            heard = [(await anext(listener.messages)).payload for _ in sent]
    assert heard == sent


def arrived(payload: bytes) -> aiomqtt.Message:
    return aiomqtt.Message("answers", payload, 1, False, 0, None)


async def test_of_messages_that_nobody_reads_the_newest_are_kept_and_one_line_counts_the_rest() -> (
    None
):
    queue = NewestMessages("broker.clinic.example:1883", room=3, bytes_each=4)
    with structlog.testing.capture_logs() as logs:
        for number in range(1000):
            queue.put_nowait(arrived(b"%03d" % number))
    assert queue.dropped == 997
    assert [queue.get_nowait().payload for _ in range(3)] == [b"997", b"998", b"999"]
    assert [each["event"] for each in logs] == ["messages_dropped"]
    queue.put_nowait(arrived(b"too long by far"))
    assert queue.get_nowait().payload == b"too l"


@pytest.mark.peer("mosquitto")
async def test_a_line_whose_messages_nobody_reads_keeps_a_bounded_number_of_them(
    mosquitto: Mosquitto,
) -> None:
    many = 3 * MESSAGES_AT_MOST
    async with (
        BrokerClient(mosquitto.host, mosquitto.port) as listener,
        BrokerClient(mosquitto.host, mosquitto.port) as speaker,
    ):
        await listener.subscribe("flood", qos=1)
        for number in range(many):
            await speaker.publish("flood", str(number), qos=1)
        queue = listener._queue
        assert isinstance(queue, NewestMessages)
        await until(lambda: queue.dropped + queue.qsize() == many)
        assert queue.qsize() == MESSAGES_AT_MOST
        assert (await anext(listener.messages)).payload == str(many - MESSAGES_AT_MOST).encode()
