"""Bytes in and out: serial lines and pseudo-terminals, and TCP. A thread only opens, because that may hang.

Addresses: a path (`/dev/serial/by-id/...`, `/dev/ttyUSB0`), pyserial's `hwgrep://PATTERN`,
`tcp://HOST:PORT` for bytes as they are, and `rfc2217://HOST:PORT` for a device server whose line is set
from here; `udp://HOST` for families that speak so (`datagram_port.py`). A port is read until it is lost, which is a DeviceError; it is never re-opened.
"""

import asyncio
import contextlib
import os
import socket
import termios
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol
from urllib.parse import urlsplit

import serial

from devices.family import Line
from devices.port_opening import opened_in_time
from devices.rfc2217 import Telnet
from monitord.errors import DeviceError

READ_SIZE: Final = 4096
"""Bytes taken at once. A line at 115200 baud brings 11.5 kB/s; a flood is cut so that one port
never holds the loop for long."""

UNSENT_LIMIT: Final = 4096
"""Bytes that may wait to be sent. No command of any family is over 300 bytes: more means that the
other end has stopped reading."""

CONNECT_LIMIT_S: Final = 5.0
"""A TCP device stands in the same building; without the limit Linux tries for two minutes."""

_KEEPALIVE: Final = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    # A dead peer is found within 10 + 3 x 5 s, also by devices that are silent between readings.
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
)

NETWORK: Final = ("tcp", "rfc2217")
_OTHERS: Final = "hwgrep://PATTERN, tcp://HOST:PORT or rfc2217://HOST:PORT"

Receive = Callable[[bytes], None]


class Port(Protocol):
    """An open line to one device."""

    async def run(self, receive: Receive) -> None:
        """Hands over bytes the moment they arrive; raises DeviceError when the line is lost."""
        ...

    def send(self, data: bytes) -> None:
        """Sends without waiting; raises DeviceError when the other end has stopped taking bytes."""
        ...

    def close(self) -> None:
        """Frees the line for the next one who opens it."""
        ...


def check_address(address: str) -> str:
    """The address itself; ValueError with what to write instead where none can be opened."""
    scheme, separator, rest = address.partition("://")
    if not separator:
        if not address.startswith("/"):
            msg = f"{address!r} is no port: write an absolute path, {_OTHERS}"
            raise ValueError(msg)
    elif scheme in NETWORK:
        parts = urlsplit(address)
        extra = parts.path or parts.query or parts.fragment or parts.username
        if not parts.hostname or parts.port is None or extra:
            msg = f"{address!r} is no address of a device server: write {scheme}://HOST:PORT"
            raise ValueError(msg)
    elif scheme != "hwgrep" or not rest:
        msg = (
            f"{address!r}: {scheme}:// has no file descriptor that the event loop could wait on;"
            f" write a path, {_OTHERS}"
        )
        raise ValueError(msg)
    return address


def is_pseudo_terminal(address: str) -> bool:
    """Whether a program, not a device, is behind this path: only twins and tests are."""
    return "://" not in address and os.path.realpath(address).startswith("/dev/pts/")


async def open_port(address: str, line: Line) -> Port:
    """Opens the port, for itself alone; raises DeviceError where that fails."""
    try:
        check_address(address)
    except ValueError as error:
        raise DeviceError(str(error)) from error
    if address.partition("://")[0] in NETWORK:
        return await _connect(address, Telnet(line) if address.startswith("rfc2217:") else None)
    return _SerialPort(address, await opened_in_time(address, partial(_open, address, line)))


def _open(address: str, line: Line) -> serial.Serial:
    """The line, opened and set up by pyserial."""
    # A pseudo-terminal has no parity: setting nothing else, as on a second open, is an error.
    parity = "N" if is_pseudo_terminal(address) else line.parity
    try:
        opened = serial.serial_for_url(
            address,
            baudrate=line.baud,
            bytesize=line.bits,
            parity=parity,
            stopbits=line.stopbits,
            xonxoff=line.xonxoff,
            rtscts=line.rtscts,
            exclusive=True,
            do_not_open=True,
        )
        opened.dtr = line.dtr
        if not line.rtscts:
            opened.rts = line.rts
        opened.open()
    except (OSError, ValueError, termios.error) as error:  # SerialException is an OSError
        raise DeviceError(f"cannot open {address}: {_why(error)}") from error
    return opened


class _SerialPort:
    """A descriptor on the event loop."""

    def __init__(self, address: str, opened: serial.Serial) -> None:
        self._serial = opened
        self._descriptor: int = opened.fileno()
        os.set_blocking(self._descriptor, False)
        self._address = address
        self._loop = asyncio.get_running_loop()
        self._unsent = bytearray()
        self._lost: asyncio.Future[None] = self._loop.create_future()

    async def run(self, receive: Receive) -> None:
        self._loop.add_reader(self._descriptor, self._read, receive)
        try:
            await self._lost
        finally:
            self._loop.remove_reader(self._descriptor)

    def send(self, data: bytes) -> None:
        if not data:
            return
        if len(self._unsent) + len(data) > UNSENT_LIMIT:
            raise DeviceError(f"{self._address} does not take {len(self._unsent)} bytes")
        self._unsent += data
        self._write()
        if self._unsent:
            self._loop.add_writer(self._descriptor, self._write)

    def close(self) -> None:
        self._loop.remove_reader(self._descriptor)
        self._loop.remove_writer(self._descriptor)
        if not self._lost.done():
            self._lost.cancel()
        elif not self._lost.cancelled():
            # Asked, so that a loss that nobody awaited is not reported by the loop a second time.
            self._lost.exception()
        with contextlib.suppress(OSError, termios.error):
            # Closing a serial line waits for what is unsent: up to 30 s when nobody takes it.
            self._serial.reset_output_buffer()
        with contextlib.suppress(OSError):
            self._serial.close()

    def _read(self, receive: Receive) -> None:
        try:
            data = os.read(self._descriptor, READ_SIZE)
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(DeviceError(f"{self._address} is gone: {error.strerror}"))
            return
        if not data:
            self._lose(DeviceError(f"{self._address} is gone"))
            return
        try:
            receive(data)
        except Exception as error:  # noqa: BLE001  # not ours: handed to whoever awaits run()
            self._lose(error)

    def _write(self) -> None:
        try:
            sent = os.write(self._descriptor, self._unsent)
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(DeviceError(f"{self._address} is gone: {error.strerror}"))
            sent = len(self._unsent)
        del self._unsent[:sent]
        if not self._unsent:
            self._loop.remove_writer(self._descriptor)

    def _lose(self, error: Exception) -> None:
        self._loop.remove_reader(self._descriptor)
        if not self._lost.done():
            self._lost.set_exception(error)


def _why(error: Exception) -> str:
    """Pyserial wraps the path and the number around what the system says; that alone will do."""
    number = getattr(error, "errno", None)
    return os.strerror(number) if isinstance(number, int) else str(error)


async def _connect(address: str, telnet: Telnet | None) -> "_TcpPort":
    parts = urlsplit(address)
    try:
        async with asyncio.timeout(CONNECT_LIMIT_S):
            reader, writer = await asyncio.open_connection(
                str(parts.hostname), parts.port or 0, limit=READ_SIZE
            )
    except TimeoutError as error:
        raise DeviceError(f"{address} does not answer") from error
    except OSError as error:
        raise DeviceError(f"cannot connect to {address}: {error.strerror or error}") from error
    return _TcpPort(address, reader, writer, telnet)


class _TcpPort:
    """A device server or a serial-to-network adapter; with `telnet` one whose line is set from here."""

    def __init__(
        self,
        address: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        telnet: Telnet | None,
    ) -> None:
        self._address = address
        self._reader = reader
        self._writer = writer
        self._telnet = telnet
        for option in _KEEPALIVE:
            writer.get_extra_info("socket").setsockopt(*option)
        if telnet is not None:
            writer.write(telnet.hello())

    async def run(self, receive: Receive) -> None:
        while True:
            try:
                data = await self._reader.read(READ_SIZE)
            except OSError as error:
                raise DeviceError(f"{self._address} is gone: {error.strerror or error}") from error
            if not data:
                raise DeviceError(f"{self._address} closed the connection")
            if self._telnet is None:
                receive(data)
                continue
            payload, answer = self._telnet.receive(data)
            if self._telnet.refused:
                raise DeviceError(f"{self._address} {self._telnet.refused}")
            self._write(answer)
            if payload:
                receive(payload)

    def send(self, data: bytes) -> None:
        self._write(data if self._telnet is None else self._telnet.send(data))

    def _write(self, data: bytes) -> None:
        waiting = self._writer.transport.get_write_buffer_size()
        if waiting + len(data) > UNSENT_LIMIT:
            raise DeviceError(f"{self._address} does not take {waiting} bytes")
        self._writer.write(data)

    def close(self) -> None:
        self._writer.transport.abort()
