"""Alerts to an MLLP receiver: acknowledged, refused, silent, gone and back; PCD-05 comes back."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from random import Random
from typing import Any

import pytest

from monitord.errors import NotifyError
from monitord.notify.channels.hl7_alerts import NOTIFIER, Hl7Channel, Hl7Config
from monitord.notify.channels.hl7_message import Hl7Message
from monitord.notify.channels.mllp import Deframer, framed
from monitord.notify.notifier import Pulse, Reply
from monitord.notify.outbox_dispatcher import OutboxDispatcher
from tests.builders_notify import Book, notify
from tests.notify.test_pcd04 import PCD05
from tests.peers import GENEROUS_S, START, LoopClock, free_port, until


class AlertManager:
    """An MLLP receiver that answers with the next of `codes`, CA when there is none; "" is silence."""

    def __init__(self) -> None:
        self.got: list[Hl7Message] = []
        self.codes: list[str] = []
        self.port = free_port()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._peer, "127.0.0.1", self.port)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.close()
        await asyncio.sleep(0)

    async def _peer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        deframer = Deframer()
        self._writers.add(writer)
        try:
            while data := await reader.read(4096):
                for text in deframer.feed(data):
                    message = Hl7Message(text)
                    self.got.append(message)
                    code = self.codes.pop(0) if self.codes else "CA"
                    if code:
                        control = message.field("MSH", 10)
                        answer = f"MSH|^~\\&|AM||||||ACK|x|P|2.6\rMSA|{code}|{control}|why\r"
                        writer.write(framed(answer))
        except OSError:
            pass
        finally:
            writer.close()


@pytest.fixture
async def manager() -> AsyncIterator[AlertManager]:
    peer = AlertManager()
    await peer.start()
    yield peer
    await peer.stop()


@asynccontextmanager
async def alerts(manager: AlertManager, **settings: Any) -> AsyncIterator[Hl7Channel]:
    values = {"host": "127.0.0.1", "port": manager.port, "timeout": "2s"} | settings
    config = Hl7Config.model_validate_json(json.dumps(values))
    channel = NOTIFIER.open("alerts", config)
    try:
        yield channel
    finally:
        await channel.close()


async def test_an_alarm_counts_as_told_once_it_was_acknowledged(manager: AlertManager) -> None:
    async with alerts(manager) as channel:
        await channel.send(notify(), durable=True)
        await channel.send(notify(n=2), durable=True)
        await channel.send(notify(n=2), durable=True)
    controls = [message.field("MSH", 10) for message in manager.got]
    assert manager.got[0].kind == "ORU^R40"
    assert manager.got[0].field("OBR", 3) == "s1/spo2_low/1"
    # The same key gives the same control id: a receiver knows a repeated delivery by it.
    assert controls[0] != controls[1] == controls[2]


@pytest.mark.parametrize(
    ("code", "retry"), [("CE", True), ("AE", True), ("CR", False), ("AR", False)]
)
async def test_a_refusal_is_an_error(manager: AlertManager, code: str, retry: bool) -> None:
    manager.codes = [code]
    async with alerts(manager) as channel:
        with pytest.raises(NotifyError, match=f"refused: {code} why") as error:
            await channel.send(notify(), durable=True)
    assert error.value.retry is retry


async def test_silence_is_an_error_and_a_late_answer_is_not_taken_for_another(
    manager: AlertManager,
) -> None:
    manager.codes = [""]
    async with alerts(manager, timeout="100ms") as channel:
        with pytest.raises(NotifyError, match=r"no acknowledgement within 0\.1 s"):
            await channel.send(notify(), durable=True)
        await channel.send(notify(n=2), durable=True)
    assert len(manager.got) == 2


async def test_a_manager_that_dies_is_a_fault_and_gets_the_alarm_when_it_is_back(
    manager: AlertManager,
) -> None:
    book = Book()
    async with alerts(manager) as channel:
        outbox = OutboxDispatcher(
            {"alerts": channel},
            clock=LoopClock(),
            random=Random(1),
            report=book.faults.append,
            settle=book.outcomes.append,
        )
        running = asyncio.create_task(outbox.run())
        outbox.put(notify(to="alerts"), durable=True)
        await until(book.arrived)
        await manager.stop()
        outbox.put(notify(to="alerts", number=2), durable=True)
        await until(lambda: ("alerts", True) in book.story)
        await manager.start()
        await until(lambda: len(book.arrived()) == 2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert book.story[-1] == ("alerts", False)
    assert manager.got[-1].field("OBR", 3) == "s1/spo2_low/2"


async def test_a_watchdog_is_a_sign_of_life(manager: AlertManager) -> None:
    async with alerts(manager) as channel:
        await channel.pulse(Pulse(suite="ward", at=START, every_s=30))
        await channel.pulse(Pulse(suite="ward", at=START, every_s=30, head="7:ab"))
    assert manager.got[0].field("OBR", 4) == "196616"
    assert manager.got[1].field("NTE", 3) == "audit head 7:ab"


async def test_a_status_that_is_an_answer_is_taken_and_acknowledged(manager: AlertManager) -> None:
    port = free_port()
    given: list[Reply] = []

    async def take(reply: Reply) -> str | None:
        given.append(reply)
        return None if reply.by == "n7" else "not you"

    sent = [
        PCD05,
        PCD05.replace("n7^", "n8^"),
        PCD05.replace("^Accepted", "^Delivered"),
        PCD05.replace("n7^Nurse^Seven", ""),
        PCD05.replace("ORA^R41^ORA_R41", "ADT^A01^ADT_A01"),
    ]
    async with alerts(manager, answers=["accept"], listen_port=port) as channel:
        listening = asyncio.create_task(channel.listen("ward", take))
        try:
            async with asyncio.timeout(GENEROUS_S):
                answers = await _say(port, sent)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
    assert [answer.field("MSA", 1) for answer in answers] == ["CA", "CE", "CA", "CE", "CE"]
    assert [answer.field("MSA", 3) for answer in answers] == [
        "",
        "not you",
        "",
        "PRT-5 does not say who answered",
        "ADT^A01 is not expected here",
    ]
    assert given[0] == Reply(alarm="s1/spo2_low/1", word="accept", by="n7", key="m9")
    assert len(given) == 2


async def test_an_answer_of_a_stranger_is_not_heard_and_idle_callers_shut_nobody_out(
    manager: AlertManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, given = free_port(), list[Reply]()

    async def take(reply: Reply) -> str | None:
        given.append(reply)
        return None

    async with alerts(
        manager, answers=["accept"], listen_port=port, peers=["127.0.0.3"]
    ) as channel:
        listening = asyncio.create_task(channel.listen("ward", take))
        try:
            async with asyncio.timeout(GENEROUS_S):
                await until(lambda: _listens(port))
                reader, stranger = await asyncio.open_connection(
                    "127.0.0.1", port, local_addr=("127.0.0.9", 0)
                )
                stranger.write(framed(PCD05))
                with suppress(ConnectionError):
                    assert await reader.read() == b""
                stranger.close()
                assert given == []
                idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(12)]
                _, other = await asyncio.open_connection(
                    "127.0.0.1", port, local_addr=("127.0.0.3", 0)
                )
                other.write(framed(PCD05))
                await until(lambda: given)
                for _, writer in (*idle, (reader, other)):
                    writer.close()
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
    assert len(given) == 1


async def _say(port: int, messages: list[str]) -> list[Hl7Message]:
    await until(lambda: _listens(port))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for message in messages:
        writer.write(framed(message))
    deframer, answers = Deframer(), list[Hl7Message]()
    while len(answers) < len(messages):
        answers += [Hl7Message(text) for text in deframer.feed(await reader.read(4096))]
    writer.close()
    return answers


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_answers_need_a_port() -> None:
    with pytest.raises(ValueError, match="go together"):
        Hl7Config(host="h", port=1, answers=("accept",))
