"""Bytes through real pseudo-terminals and sockets; a line that is gone is seen at once."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from devices.family import Line
from devices.port import (
    READ_SIZE,
    UNSENT_LIMIT,
    Port,
    check_address,
    is_pseudo_terminal,
    open_port,
)
from monitord.errors import DeviceError
from tests.peers import GENEROUS_S, PseudoTerminal, until

LINE = Line()


class Reading:
    """What a port gave so far, and how it ended."""

    def __init__(self, port: Port, receive: Callable[[bytes], None] | None = None) -> None:
        self.data = bytearray()
        self.task = asyncio.create_task(port.run(receive or self.data.extend))

    async def error(self) -> BaseException | None:
        await asyncio.wait({self.task}, timeout=GENEROUS_S)
        return self.task.exception()


def fill(port: Port, size: int) -> int:
    """Sends pieces until the port refuses; how many bytes it took."""
    taken = 0
    with pytest.raises(DeviceError, match="does not take"):  # noqa: PT012  # the last of many does
        while taken < 1 << 27:
            port.send(bytes(size))
            taken += size
    return taken


@asynccontextmanager
async def opened(address: str | Path) -> AsyncIterator[Port]:
    port = await open_port(str(address), LINE)
    try:
        yield port
    finally:
        port.close()


async def test_bytes_pass_both_ways_unchanged(pty: PseudoTerminal) -> None:
    every_byte = bytes(range(256))
    async with opened(pty.path) as port:
        reading = Reading(port)
        pty.write(every_byte)
        await until(lambda: len(reading.data) == 256)
        port.send(every_byte)
        sent = await pty.sent(256)
        reading.task.cancel()
    assert bytes(reading.data) == every_byte
    assert sent == every_byte


async def test_an_unplugged_port_is_a_device_error_that_names_it(pty: PseudoTerminal) -> None:
    async with opened(pty.path) as port:
        reading = Reading(port)
        await asyncio.sleep(0)
        pty.unplug()
        error = await reading.error()
    assert isinstance(error, DeviceError)
    assert str(pty.path) in str(error)


async def test_sending_to_an_unplugged_port_ends_the_reading_too(pty: PseudoTerminal) -> None:
    async with opened(pty.path) as port:
        pty.unplug()
        port.send(b"x")
        assert isinstance(await Reading(port).error(), DeviceError)


async def test_a_port_can_be_opened_once_until_it_is_closed(pty: PseudoTerminal) -> None:
    async with opened(pty.path):
        with pytest.raises(DeviceError, match="cannot open"):
            await open_port(str(pty.path), LINE)
    async with opened(pty.path):
        pass


@pytest.mark.parametrize("name", ["nothing", "folder", "file"])
async def test_what_is_no_serial_port_is_a_device_error(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DeviceError, match="cannot open"):
        await open_port(str(tmp_path / name), LINE)


async def test_a_port_that_takes_nothing_is_bounded_and_goes_on_when_it_does(
    pty: PseudoTerminal,
) -> None:
    async with opened(pty.path) as port:
        taken = fill(port, 512)
        assert await pty.sent(taken) == bytes(taken)
        port.send(b"more")
        assert await pty.sent(4) == b"more"


async def test_an_error_of_the_receiver_comes_out_of_run(pty: PseudoTerminal) -> None:
    def fail(_: bytes) -> None:
        raise ZeroDivisionError

    async with opened(pty.path) as port:
        reading = Reading(port, fail)
        pty.write(b"x")
        assert isinstance(await reading.error(), ZeroDivisionError)


async def test_a_flood_leaves_the_loop_to_others(pty: PseudoTerminal) -> None:
    pieces: list[int] = []
    async with opened(pty.path) as port:
        reading = Reading(port, lambda data: pieces.append(len(data)))
        turns = 0
        while sum(pieces) < 1_000_000:
            for _ in range(4):
                try:
                    pty.write(os.urandom(4096))
                except BlockingIOError:
                    break
            await asyncio.sleep(0)
            turns += 1
        reading.task.cancel()
    assert max(pieces) <= READ_SIZE
    assert turns >= sum(pieces) / READ_SIZE / 4


async def test_tcp_passes_bytes_and_sees_the_end() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(5))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port_number = server.sockets[0].getsockname()[1]
    async with server, opened(f"tcp://127.0.0.1:{port_number}") as port:
        reading = Reading(port)
        port.send(b"hello")
        error = await reading.error()
    assert bytes(reading.data) == b"hello"
    assert isinstance(error, DeviceError)


async def test_a_tcp_peer_that_stops_reading_is_bounded() -> None:
    asleep = asyncio.Event()

    async def never_reads(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asleep.wait()
        writer.close()

    server = await asyncio.start_server(never_reads, "127.0.0.1", 0, limit=1024)
    port_number = server.sockets[0].getsockname()[1]
    async with server, opened(f"tcp://127.0.0.1:{port_number}") as port:
        assert fill(port, UNSENT_LIMIT // 2) > 0
        asleep.set()


async def test_a_tcp_port_that_nobody_serves_is_a_device_error() -> None:
    with pytest.raises(DeviceError, match="cannot connect"):
        await open_port("tcp://127.0.0.1:1", LINE)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("rfc2217://localhost", "rfc2217://HOST:PORT"),
        ("rfc2217://localhost:4000?logging=debug", "rfc2217://HOST:PORT"),
        ("telnet://localhost:23", "no file descriptor"),
        ("loop://", "no file descriptor"),
        ("socket://localhost:4000", "tcp://HOST:PORT"),
        ("tcp://localhost", "tcp://HOST:PORT"),
        ("tcp://localhost:70000", "out of range"),
        ("tcp://user@localhost:4000", "tcp://HOST:PORT"),
        ("hwgrep://", "no file descriptor"),
        ("ttyUSB0", "absolute path"),
        ("", "absolute path"),
    ],
)
async def test_an_address_that_cannot_be_opened_says_what_to_write(address: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        check_address(address)
    with pytest.raises(DeviceError, match=says):
        await open_port(address, LINE)


async def test_a_hwgrep_that_finds_nothing_is_a_device_error() -> None:
    with pytest.raises(DeviceError, match="cannot open"):
        await open_port("hwgrep://no such adapter", LINE)


def test_a_pseudo_terminal_is_known_also_behind_a_link(pty: PseudoTerminal, tmp_path: Path) -> None:
    assert is_pseudo_terminal(str(pty.path))
    assert is_pseudo_terminal("/dev/pts/0")
    assert not is_pseudo_terminal("/dev/ttyUSB0")
    assert not is_pseudo_terminal(str(tmp_path))
    assert not is_pseudo_terminal("tcp://localhost:4000")
