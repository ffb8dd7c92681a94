"""A port as raw bytes, for finding out and for capturing: blocking, outside of the daemon's loop.

Addresses are those of the stream driver: a path, tcp://HOST:PORT or rfc2217://HOST:PORT.
"""

import os
import time
from typing import Any, Final

import serial

from monitord.errors import DeviceError

WAIT_S: Final = 0.05
"""How long a read waits: an arrival is stamped at most so late after its first byte."""

LINE_FIELDS: Final = ("baud", "bits", "parity", "stopbits", "xonxoff", "rtscts")


class RawLine:
    """An open line; `line` has the fields of LINE_FIELDS, as a family's settings do."""

    def __init__(self, address: str, line: Any) -> None:
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
