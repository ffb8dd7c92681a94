"""A listener gives way before it takes what alarms need: callers in number, silent ones, slow ones."""

import asyncio
import os
import resource
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from monitord import timed_http
from monitord.connection_limits import REFUSED_A_TURN, Listener
from monitord.timed_http import TimedHttp
from tests.peers import serving, until


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers each line with itself."""
    while line := await reader.readline():
        writer.write(line)
        await writer.drain()


async def comes_in(port: int, host: str = "127.0.0.1") -> asyncio.StreamWriter | None:
    """The connection; None where it is closed at once."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(b"here\n")
        if await reader.readline() == b"here\n":
            return writer
    except ConnectionError:
        pass
    writer.close()
    return None


async def test_in_all_so_many_come_in_and_the_next_when_one_leaves() -> None:
    async with serving(echo, Listener("127.0.0.1", 0, in_all=8)) as port:
        known = [await comes_in(port) for _ in range(8)]
        assert all(known)
        assert await comes_in(port) is None
        first = known.pop(0)
        assert first
        first.close()
        await first.wait_closed()

        while (next_one := await comes_in(port)) is None:  # noqa: ASYNC110 - the end of a connection is no event of ours
            await asyncio.sleep(0.01)
        known.append(next_one)
        for each in known:
            if each is not None:
                each.close()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        pytest.param(
            "::", marks=pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="no IPv6 here")
        ),
    ],
)
async def test_one_address_has_its_share_and_a_proxy_the_whole(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    # On this machine every address is its own; for this test none is.
    monkeypatch.setattr(Listener, "_is_exempt", lambda self, place: place in self._exempt)
    door = Listener(host, 0, per_address=2, exempt={"127.0.0.3"})
    async with serving(echo, door) as port:

        async def from_(address: str) -> asyncio.StreamWriter | None:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port, local_addr=(address, 0)
            )
            writer.write(b"here\n")
            try:
                said = await reader.readline()
            except ConnectionError:
                said = b""
            if said:
                return writer
            writer.close()
            return None

        greedy = [await from_("127.0.0.2") for _ in range(4)]
        assert [each is not None for each in greedy] == [True, True, False, False]
        proxy = [await from_("127.0.0.3") for _ in range(4)]
        assert all(proxy)
        other = await from_("127.0.0.4")
        assert other
        for each in (*greedy, *proxy, other):
            if each is not None:
                each.close()


@contextmanager
def descriptors_at_most(limit: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_who_is_refused_faster_than_he_comes_leaves_a_turn_to_others() -> None:
    door = Listener("127.0.0.1", 0, in_all=8)
    callers = [socket.create_connection(door.getsockname()) for _ in range(8 + 2 * REFUSED_A_TURN)]
    try:
        taken = [door.accept()[0] for _ in range(8)]
        for turn in (1, 2):
            with pytest.raises(BlockingIOError):
                door.accept()
            sent_away = 0
            for each in callers:
                each.setblocking(False)
                with suppress(BlockingIOError):
                    sent_away += each.recv(1) == b""
            assert sent_away == turn * REFUSED_A_TURN
        for each in taken:
            each.close()
    finally:
        for each in (*callers, door):
            each.close()


async def test_without_a_descriptor_left_a_caller_is_turned_away_and_nobody_waits() -> None:
    async with serving(echo, Listener("127.0.0.1", 0)) as port:
        caller = socket.socket()
        caller.setblocking(False)
        loop, taken = asyncio.get_running_loop(), list[int]()
        with descriptors_at_most(caller.fileno() + 2):
            with suppress(OSError):
                while True:
                    taken.append(os.open(os.devnull, os.O_RDONLY))
            await loop.sock_connect(caller, ("127.0.0.1", port))
            try:
                said = await loop.sock_recv(caller, 1)
            except ConnectionError:
                said = b""
            assert said == b""
            for each in taken:
                os.close(each)
        caller.close()
        after = await comes_in(port)
        assert after
        after.close()


async def hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"hello {len(await request.body())}")


async def slowly(request: Request) -> StreamingResponse:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(8):
            await asyncio.sleep(REQUEST_S / 4)
            yield b"part\n"

    return StreamingResponse(parts())


REQUEST_S = 0.2
LARGE = 16 << 20


async def large(_request: Request) -> Response:
    return Response(b"x" * LARGE)


@pytest.fixture
def door() -> Listener:
    return Listener("127.0.0.1", 0)


@pytest.fixture
async def served(monkeypatch: pytest.MonkeyPatch, door: Listener) -> AsyncIterator[int]:
    """The port of a small application with a short time for requests."""
    monkeypatch.setattr(timed_http, "REQUEST_S", REQUEST_S)
    monkeypatch.setattr(timed_http, "TAKEN_S", 5 * REQUEST_S)
    routes = [
        Route("/", hello, methods=["GET", "POST"]),
        Route("/slowly", slowly),
        Route("/large", large),
    ]
    config = uvicorn.Config(
        Starlette(routes=routes), http=TimedHttp, log_config=None, lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve(sockets=[door]))
    await until(lambda: server.started)
    yield door.getsockname()[1]
    server.should_exit = True
    await serving
    door.close()


@pytest.mark.parametrize(
    "given",
    [
        [],
        [b"GET / HT"],
        [b"GET / HTTP/1.1\r\n", *[b"X-Slow: 1\r\n"] * 100],
        [b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", *[b"x"] * 100],
        [b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"GET / HTTP/1.1\r\n", *[b"Y: 1\r\n"] * 100],
    ],
    ids=[
        "silent",
        "half a line",
        "a head that trickles",
        "a body that trickles",
        "the second request",
    ],
)
async def test_a_request_that_does_not_come_ends_its_connection(
    served: int, given: list[bytes]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served)

    async def trickle() -> None:
        with suppress(ConnectionError):
            for part in given:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(REQUEST_S / 10)

    trickling = asyncio.create_task(trickle())
    with suppress(ConnectionError):
        while await reader.read(1000):
            pass
    assert not trickling.done() or len(given) < 3
    trickling.cancel()
    await asyncio.gather(trickling, return_exceptions=True)
    writer.close()


@pytest.mark.parametrize(
    "asked",
    [
        b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n" * 200,
        b"GET /large HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["an answer", "the last answer", "one answer after the other", "an answer to half a body"],
)
async def test_who_takes_no_answer_loses_the_connection(
    served: int, door: Listener, asked: bytes
) -> None:
    line = await asyncio.to_thread(socket.create_connection, ("127.0.0.1", served))
    line.sendall(asked)
    await until(lambda: door._open.total() == 1)
    await until(lambda: door._open.total() == 0)
    line.close()


async def test_who_takes_it_slowly_gets_all_of_it(served: int) -> None:
    """It takes longer than any one time that is allowed, and some of it in each."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served, limit=1 << 16)
    writer.write(b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    got = 0
    while part := await reader.read(1 << 18):
        got += len(part)
        await asyncio.sleep(REQUEST_S / 8)
    assert got > LARGE
    writer.close()


async def test_a_request_in_time_is_answered_on_a_connection_that_stays(served: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served)
    for _ in range(3):
        writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab")
        assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
        assert await reader.readexactly(7) == b"hello 2"
    writer.close()


async def test_an_answer_may_take_as_long_as_it_likes(served: int) -> None:
    """A page's stream of events lasts a day."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served)
    writer.write(b"GET /slowly HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert (await reader.read(-1)).count(b"part") == 8
    writer.close()
