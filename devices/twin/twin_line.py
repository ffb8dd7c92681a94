"""The device's end of a line: a pseudo-terminal behind a link, a TCP port that listens, or UDP.

What is said while nobody listens is lost, as on a real line. Unplugged, the other end loses its
line; plugged in again, a new pseudo-terminal stands behind the same link, as after USB's
re-enumeration. What the other end does not take is lost.
"""

import asyncio
import contextlib
import os
import select
import socket
import tty
from collections import deque
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

from devices.datagram_port import LARGEST, check_udp
from devices.family import Datagrams
from monitord.errors import DeviceError

_MOST: Final = 4096
"""Bytes taken at once, and pieces kept of what was heard: no host says more in a tick."""

UNSENT: Final = 4096
"""Bytes that may wait for a TCP peer that does not read: more are dropped."""


class TwinLine(Protocol):
    """A line that a twin speaks on."""

    def heard(self) -> bytes:
        """What the host has said since the last call."""
        ...

    def say(self, data: bytes) -> None:
        """Sends, without waiting."""
        ...

    async def plug(self) -> None:
        """The line appears; a second call changes nothing."""
        ...

    def unplug(self) -> None:
        """The line is gone; a second call changes nothing."""
        ...


def line_at(address: str, datagrams: Datagrams | None = None) -> TwinLine:
    """The line for an address; nothing is opened before `plug`. `datagrams` are those of a family that speaks UDP."""
    if address.startswith("udp://") and datagrams is not None:
        try:
            parts = urlsplit(check_udp(address))
        except ValueError as error:
            raise DeviceError(str(error)) from error
        return UdpLine(str(parts.hostname), parts.port or datagrams.port, datagrams)
    if address.startswith("tcp://"):
        try:
            parts = urlsplit(address)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise DeviceError(f"{address!r} is no TCP address: {error}") from error
        if not host or port is None:
            raise DeviceError(f"{address!r} is no TCP address: write tcp://HOST:PORT")
        return TcpLine(host, port)
    if "://" in address:
        raise DeviceError(f"a twin cannot play at {address!r}: write a path or tcp://HOST:PORT")
    return TerminalLine(Path(address))


class TerminalLine:
    """A pseudo-terminal; `path` is a link to the end that the driver opens."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._master: int | None = None
        self._slave = ""

    async def plug(self) -> None:
        if self._master is not None:
            return
        if self._path.exists() and not self._path.is_symlink():
            raise DeviceError(f"{self._path} exists and is no link: a twin does not replace it")
        master, slave = os.openpty()
        tty.setraw(slave)
        self._slave = os.ttyname(slave)
        # Closed, so that the master can tell whether anybody listens (POLLHUP: nobody).
        os.close(slave)
        os.set_blocking(master, False)
        self._master = master
        beside = self._path.with_name(f".{self._path.name}.new")
        try:
            beside.unlink(missing_ok=True)
            beside.symlink_to(self._slave)
            beside.replace(self._path)
        except OSError as error:
            self.unplug()
            raise DeviceError(f"cannot make {self._path}: {error.strerror}") from error

    def unplug(self) -> None:
        if self._master is None:
            return
        # The link first: the pair's number may be another terminal's at once, and a driver that tries again would take it.
        with contextlib.suppress(OSError):
            if str(self._path.readlink()) == self._slave:
                self._path.unlink()
        os.close(self._master)
        self._master = None

    def heard(self) -> bytes:
        if self._master is None or not self._listener():
            return b""
        try:
            return os.read(self._master, _MOST)
        except OSError:
            return b""

    def say(self, data: bytes) -> None:
        if self._master is None or not data or not self._listener():
            return
        with contextlib.suppress(OSError):
            os.write(self._master, data)

    def _listener(self) -> bool:
        poll = select.poll()
        poll.register(self._master or 0, select.POLLIN)
        return not any(event & select.POLLHUP for _, event in poll.poll(0))


class TcpLine:
    """A serial-to-network adapter: it listens, and speaks with who called last."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._heard: deque[bytes] = deque(maxlen=_MOST)

    async def plug(self) -> None:
        if self._server is not None:
            return
        try:
            self._server = await asyncio.start_server(
                self._serve, self._host, self._port, limit=_MOST, reuse_address=True
            )
        except OSError as error:
            raise DeviceError(f"cannot listen at {self._host}:{self._port}: {error}") from error

    def unplug(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None

    def heard(self) -> bytes:
        data = b"".join(self._heard)
        self._heard.clear()
        return data

    def say(self, data: bytes) -> None:
        if self._writer is None or self._writer.is_closing() or not data:
            return
        if self._writer.transport.get_write_buffer_size() <= UNSENT:
            self._writer.write(data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._writer is not None:
            self._writer.transport.abort()
        self._writer = writer
        try:
            while data := await reader.read(_MOST):
                self._heard.append(data)
        except (ConnectionError, asyncio.CancelledError):
            return
        finally:
            writer.transport.abort()
            if self._writer is writer:
                self._writer = None


class UdpLine:
    """A device on a LAN: it answers who asked last."""

    def __init__(self, host: str, port: int, datagrams: Datagrams) -> None:
        self._where = (host, port)
        self._datagrams = datagrams
        self._socket: socket.socket | None = None
        self._asker: tuple[str, int] | None = None

    async def plug(self) -> None:
        if self._socket is not None:
            return
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            opened.settimeout(0)
            opened.bind(self._where)
        except OSError as error:
            opened.close()
            host, port = self._where
            raise DeviceError(f"cannot listen at {host}:{port}: {error.strerror}") from error
        self._socket = opened

    def unplug(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def heard(self) -> bytes:
        data = b""
        while self._socket is not None and len(data) < _MOST:
            try:
                payload, self._asker = self._socket.recvfrom(LARGEST)
            except OSError:
                break
            data += self._datagrams.pack(payload)
        return data

    def say(self, data: bytes) -> None:
        if self._socket is None or self._asker is None:
            return
        for payload in self._datagrams.unpack(data):
            with contextlib.suppress(OSError):
                self._socket.sendto(payload, self._asker)
