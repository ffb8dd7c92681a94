"""A port as raw bytes, for finding out and for capturing: blocking, outside of the daemon's loop.

Addresses are those of the stream driver: a path, tcp://HOST:PORT, rfc2217://HOST:PORT or udp://HOST:PORT.
"""

import contextlib
import os
import socket
import time
from typing import Any, Final
from urllib.parse import urlsplit

import serial

from monitord.commands.held_ports import holder
from monitord.errors import DeviceError

WAIT_S: Final = 0.05
"""How long a read waits: an arrival is stamped at most so late after its first byte."""

LARGEST: Final = 4096
"""Bytes of a datagram that is looked at."""

LINE_FIELDS: Final = ("baud", "bits", "parity", "stopbits", "xonxoff", "rtscts")


class RawDatagrams:
    """A device on a network, as a line; `family` has `port`, `pack` and `unpack`, as a family's datagrams do."""

    def __init__(self, address: str, family: Any) -> None:
        parts = urlsplit(address)
        _refuse_held(address, usual_port=family.port)
        self._family = family
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(WAIT_S)
        self.address = address
        self.simulated = False
        try:
            self._socket.connect((parts.hostname or "", parts.port or family.port))
        except (OSError, ValueError) as error:
            self._socket.close()
            raise DeviceError(f"cannot open {address}: {error}") from error

    def read(self) -> bytes:
        """What has come, after WAIT_S at most, as the family's codec reads it."""
        try:
            packed: bytes = self._family.pack(self._socket.recv(LARGEST))
        except TimeoutError:
            return b""
        except OSError as error:
            raise DeviceError(f"{self.address} does not listen: {error.strerror}") from error
        return packed

    def send(self, data: bytes) -> None:
        """Sends what the codec says, each message as a datagram."""
        try:
            for payload in self._family.unpack(data):
                self._socket.send(payload)
        except OSError as error:
            raise DeviceError(f"{self.address} does not listen: {error.strerror}") from error

    def close(self) -> None:
        with contextlib.suppress(DeviceError):
            self.send(self._family.farewell)
        self._socket.close()


def _refuse_held(address: str, *, usual_port: int = 0) -> None:
    """Before it is opened: already the opening of a line moves its DTR, and of two readers each gets half."""
    if who := holder(address, usual_port=usual_port):
        raise DeviceError(f"{address} is held by {who}: not opened")


def open_raw(address: str, family: Any) -> "RawLine | RawDatagrams":
    """The device at an address, for a codec of the family; DeviceError where that fails."""
    if not address.startswith("udp://"):
        return RawLine(address, family.line)
    datagrams = getattr(family, "datagrams", None)
    if datagrams is None:
        raise DeviceError(f"{family.name} does not speak UDP: {address}")
    return RawDatagrams(address, datagrams)


class RawLine:
    """An open line; `line` has the fields of LINE_FIELDS, as a family's settings do."""

    def __init__(self, address: str, line: Any) -> None:
        _refuse_held(address)
        url = address.replace("tcp://", "socket://", 1)
        # A pseudo-terminal knows no parity, and refuses it when it is asked a second time.
        terminal = os.path.realpath(address).startswith("/dev/pts/")
        try:
            self._serial = serial.serial_for_url(
                url,
                baudrate=line.baud,
                bytesize=line.bits,
                parity="N" if terminal else line.parity,
                stopbits=line.stopbits,
                xonxoff=line.xonxoff,
                rtscts=line.rtscts,
                timeout=WAIT_S,
                **({} if url.startswith(("socket://", "rfc2217://")) else {"exclusive": True}),
            )
        except (OSError, ValueError) as error:
            # Pyserial wraps the path and the number around what the system says; that alone will do.
            number = getattr(error, "errno", None)
            why = os.strerror(number) if isinstance(number, int) else str(error)
            raise DeviceError(f"cannot open {address}: {why}") from error
        self.address = address
        self.simulated = terminal

    def read(self) -> bytes:
        """What has come, after WAIT_S at most; DeviceError when the line is gone."""
        try:
            data: bytes = self._serial.read(1)
            return data + self._serial.read(self._serial.in_waiting) if data else b""
        except OSError as error:
            raise DeviceError(f"{self.address} is gone: {error}") from error

    def listen(self, seconds: float) -> bytes:
        """Everything that comes in so many seconds."""
        end = time.monotonic() + seconds
        heard = b""
        while time.monotonic() < end:
            heard += self.read()
        return heard

    def send(self, data: bytes) -> None:
        """Sends, and waits until it is out."""
        try:
            self._serial.write(data)
        except OSError as error:
            raise DeviceError(f"{self.address} is gone: {error}") from error

    def close(self) -> None:
        self._serial.close()
