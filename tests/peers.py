"""Real peers for tests: a Mosquitto on a free port, pseudo-terminals, and the loop's time as clock."""

import asyncio
import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import time
import tty
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from monitord.model import SECOND, Instant

START = Instant(1_767_607_200 * SECOND)
"""2026-01-05T10:00:00Z: where `LoopClock` begins."""

GENEROUS_S = 120.0
"""How long a test waits for what must come. It says nothing of speed: a busy machine may need most of it."""

SOON_S, OFTEN_S = 0.005, 0.025
"""How often a condition is looked at, first and when it takes long: looking is what most waiting costs."""

DAEMON_FOLDERS = ("/usr/sbin", "/usr/local/sbin")


_DICE = random.SystemRandom()


class LoopClock:
    """Engine time that follows the event loop; under looptime it costs no waiting."""

    def now(self) -> Instant:
        return Instant(START + round(asyncio.get_running_loop().time() * SECOND))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def until(condition: Callable[[], object], timeout: float = GENEROUS_S) -> None:
    """Waits until the condition holds; fails the test when it does not in time."""
    async with asyncio.timeout(timeout):
        pause = SOON_S
        while not condition():  # the condition is on a real peer: nothing to wait on
            await asyncio.sleep(pause)
            pause = min(pause * 1.1, OFTEN_S)


@contextlib.asynccontextmanager
async def serving(
    answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
    door: socket.socket | None = None,
) -> AsyncIterator[int]:
    """A TCP server on a free port, or behind `door`; its port. `answer` is one connection, ended with the server."""
    handlers: list[asyncio.Task[None]] = []

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.append(asyncio.create_task(one(reader, writer)))

    where: dict[str, Any] = {"sock": door} if door else {"host": "127.0.0.1", "port": 0}
    server = await asyncio.start_server(begin, **where)
    async with server:
        yield server.sockets[0].getsockname()[1]
        for handler in handlers:
            handler.cancel()
        await asyncio.gather(*handlers)


def wait_until(
    condition: Callable[[], object],
    seconds: float = GENEROUS_S,
    explain: Callable[[], object] = lambda: "it did not come",
) -> None:
    """The same for tests without an event loop; `explain` says what there was instead."""
    give_up = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up:
            pytest.fail(f"after {seconds:.0f} s: {explain()}")
        time.sleep(0.02)


def whole_lines(file: Path) -> list[str]:
    """The lines of a file that another process may be writing: what has no end yet is no line."""
    text = file.read_text() if file.exists() else ""
    return text[: text.rfind("\n") + 1].splitlines()


def free_port() -> int:
    """A port that nobody listens on now.

    Linux gives those from 32768 on to connections: one of these may be taken before it is listened on, or, while nobody
    listens yet, whoever connects to it may be connected with itself.
    """
    while True:
        port = _DICE.randrange(12_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Mosquitto:
    """A Mosquitto that can be stopped and started again on the same port.

    `settings` are lines of mosquitto.conf, after `listener` (so listener options may be among them).
    """

    host = "127.0.0.1"

    def __init__(self, folder: Path, *settings: str) -> None:
        self.port = free_port()
        self._conf = folder / f"mosquitto-{self.port}.conf"
        lines = [f"listener {self.port} {self.host}", *settings]
        if not any("allow_anonymous" in line for line in settings):
            lines.append("allow_anonymous true")
        lines += ["set_tcp_nodelay true", "persistence false", "log_dest stderr"]
        # Nobody reads what it says of each client: a full pipe would stop it.
        lines += ["log_type error", "log_type warning"]
        if os.geteuid() == 0:
            # Otherwise it becomes the user `mosquitto`, who may not read a test's folder.
            lines.append("user root")
        self._conf.write_text("\n".join(lines) + "\n")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mqtt://{self.host}:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        path = os.pathsep.join([os.environ.get("PATH", ""), *DAEMON_FOLDERS])
        program = shutil.which("mosquitto", path=path)
        if program is None:
            pytest.skip("mosquitto is not on this machine")
        self._process = subprocess.Popen(
            [program, "-c", str(self._conf)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        give_up = time.monotonic() + GENEROUS_S
        while time.monotonic() < give_up:
            with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), 1):
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.01)
        self._process.kill()
        pytest.fail(f"mosquitto did not start: {self._process.communicate()[1]!r}")

    def freeze(self) -> None:
        """Half-open: the machine's sockets still take bytes, nobody reads them."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self._process is not None:
            self.thaw()
            self._process.terminate()
            self._process.communicate(timeout=GENEROUS_S)
            self._process = None


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A running Mosquitto, MQTT 5 and 3.1.1, anonymous, no persistence."""
    broker = Mosquitto(tmp_path)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


class PseudoTerminal:
    """A raw pseudo-terminal behind a steady path, as udev's by-id links are; the test holds the master."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._master: int | None = None
        self.plug()

    def plug(self) -> None:
        """A new pair behind the same path."""
        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(slave))
        self._master = master
        # Linux keeps a pair alive by its master alone; an open slave would hide an unplugged reader.
        os.close(slave)

    def unplug(self) -> None:
        """Closes the master: the reader sees what it sees when a USB adapter is pulled.

        The path goes first: the pair's number may be another test's at once, and a reader that tries again would take it.
        """
        self.path.unlink(missing_ok=True)
        if self._master is not None:
            os.close(self._master)
            self._master = None

    @property
    def descriptor(self) -> int:
        """The test's end, for a process that shall write to it too."""
        assert self._master is not None
        return self._master

    def write(self, data: bytes | memoryview) -> int:
        assert self._master is not None
        return os.write(self._master, data)

    async def send(self, data: bytes) -> None:
        """Writes all of it, as fast as the reader makes room."""
        rest = memoryview(data)

        def written() -> bool:
            nonlocal rest
            with contextlib.suppress(BlockingIOError):
                rest = rest[self.write(rest) :]
            return not rest

        await until(written)

    def read(self) -> bytes:
        """What the daemon sent so far; empty for nothing."""
        assert self._master is not None
        try:
            return os.read(self._master, 65536)
        except (BlockingIOError, OSError):
            # EIO: nobody has the other end open.
            return b""

    async def sent(self, count: int) -> bytes:
        """The next so many bytes that the daemon sends, at least."""
        data = bytearray()

        def enough() -> bool:
            data.extend(self.read())
            return len(data) >= count

        await until(enough)
        return bytes(data)


@pytest.fixture
def pty(tmp_path: Path) -> Iterator[PseudoTerminal]:
    terminal = PseudoTerminal(tmp_path / "device")
    try:
        yield terminal
    finally:
        terminal.unplug()
