"""Senders of HL7 that knock are shown with their values, and refused."""

import asyncio

import pytest

from devices.drivers import HL7
from monitord.commands.lan_calls import HeardKnock
from monitord.driver import SenderKnock
from monitord.errors import DeviceError
from monitord.model import Signal
from tests.devices.hl7_messages import EFFICIA, GE_B40, framed, message
from tests.devices.hl7kit import Sender
from tests.peers import LoopClock, free_port


async def test_who_knocks_is_refused_and_shown_with_values_and_settings() -> None:
    port = free_port()
    looking = asyncio.create_task(HL7.knocks(f"127.0.0.1:{port}", 1.5))
    line: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def call() -> None:
        while not line:
            try:
                line.append(await asyncio.open_connection("127.0.0.1", port))
            except OSError:
                await asyncio.sleep(0.01)

    await call()
    sender = Sender(*line[0], LoopClock())
    sender.write(framed(b"nonsense") + framed(message(*EFFICIA)) + framed(message(*GE_B40)))
    assert [await sender.code() for _ in range(3)] == ["AR", "AR", "CR"]
    found = await looking
    line[0][1].transport.abort()
    by_place = {each.settings.get("location"): each for each in found}
    ge = by_place["SURGERY^^V2"]
    assert ge.host == "127.0.0.1"
    assert ge.readings == {Signal.RESP_RATE: 30.0, Signal.SPO2: 100.0}
    assert "0080190000012345" in ge.words
    assert "ORU^R01" in ge.words
    assert any(each.readings.get(Signal.SPO2) == 96 for each in found)
    said = str(HeardKnock(driver="hl7", knock=ge))
    assert said.startswith("127.0.0.1: hl7, refused: 1 ORU^R01")
    assert said.endswith("RR 30, SpO2 100; peers: 127.0.0.1, location: SURGERY^^V2")


async def test_a_sender_that_says_nothing_is_shown_too() -> None:
    port = free_port()
    looking = asyncio.create_task(HL7.knocks(f"127.0.0.1:{port}", 0.5))
    writers: list[asyncio.StreamWriter] = []

    async def call() -> None:
        while not writers:
            try:
                writers.append((await asyncio.open_connection("127.0.0.1", port))[1])
            except OSError:
                await asyncio.sleep(0.01)

    await call()
    (found,) = await looking
    writers[0].transport.abort()
    assert found == SenderKnock(host="127.0.0.1", settings={"peers": "127.0.0.1"})
    assert "it said nothing; no values" in str(HeardKnock(driver="hl7", knock=found))


async def test_a_port_that_is_taken_and_an_address_that_is_none_are_told() -> None:
    port = free_port()
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", port)
    async with server:
        with pytest.raises(DeviceError, match="cannot listen"):
            await HL7.knocks(f"127.0.0.1:{port}", 0.1)
    with pytest.raises(ValueError, match="HOST:PORT"):
        await HL7.knocks("nowhere:0", 0.1)
