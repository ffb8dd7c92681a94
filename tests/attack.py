"""Callers who mean no good, from a process of its own: `python -m tests.attack STATION REPLIES HL7`, ports of a daemon.

At each port silent connections, as many as it lets in and more, taken again as soon as they are closed. At the two web
servers heads that come a byte a second, and at the station event streams that nobody reads.
"""

import asyncio
import contextlib
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

HOST: Final = "127.0.0.1"
IDLE, SLOW, UNREAD = 300, 60, 80
"""Connections of each kind at a port: the listener lets 256 in."""


async def _idle(port: int) -> None:
    """Says nothing until it is shown the door."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        await reader.read()
    finally:
        writer.transport.abort()


async def _slow(port: int) -> None:
    """A head without end."""
    _, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX: ")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(1)
    finally:
        writer.transport.abort()


async def _unread(port: int) -> None:
    """Asks for the event stream and takes nothing of it: the window is closed after some packets."""
    reader, writer = await asyncio.open_connection(HOST, port, limit=1024)
    try:
        writer.write(b"GET /api/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
        while not reader.at_eof():  # noqa: ASYNC110 - nothing is read, so nothing wakes it
            await asyncio.sleep(1)
    finally:
        writer.transport.abort()


async def _again(caller: object, port: int) -> None:
    while True:
        with contextlib.suppress(OSError):
            await caller(port)  # type: ignore[operator]
        await asyncio.sleep(0.2)


async def _attack(station: int, replies: int, hl7: int) -> None:
    async with asyncio.TaskGroup() as group:
        for port in (station, replies, hl7):
            for _ in range(IDLE):
                group.create_task(_again(_idle, port))
        for port in (station, replies):
            for _ in range(SLOW):
                group.create_task(_again(_slow, port))
        for _ in range(UNREAD):
            group.create_task(_again(_unread, station))
        print("begun", flush=True)


@contextmanager
def attacking(*ports: int) -> Iterator["subprocess.Popen[bytes]"]:
    """The process, once it has begun; ended with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.attack", *map(str, ports)],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"begun\n"
        yield process
        assert process.poll() is None, "the attack ended by itself"
    finally:
        process.kill()
        process.communicate()


if __name__ == "__main__":
    # A stranger's machine: whatever the test itself has, it has no more than others on this one.
    os.setpriority(os.PRIO_PROCESS, 0, 5)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 4096), most))
    asyncio.run(_attack(*map(int, sys.argv[1:])))
