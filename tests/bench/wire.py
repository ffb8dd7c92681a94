"""Enough of MQTT 3.1.1 over a plain socket to load a broker cheaply: publish at QoS 0, and hear."""

import socket
import struct
import time
from collections.abc import Iterator

HEARD = 0x30


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack(">H", len(data)) + data


def packet(kind: int, body: bytes) -> bytes:
    length, size = bytearray(), len(body)
    while True:
        size, low = divmod(size, 128)
        length.append(low | (128 if size else 0))
        if not size:
            return bytes([kind]) + bytes(length) + body


def publish(topic: str, payload: str) -> bytes:
    """A PUBLISH at QoS 0."""
    return packet(HEARD, text(topic) + payload.encode())


class Wire:
    """One connection to a broker."""

    def __init__(self, port: int, name: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(packet(0x10, text("MQTT") + bytes([4, 2, 0, 0]) + text(name)))
        self._buffer = bytearray()
        self._expect(0x20)

    def subscribe(self, *topics: str) -> None:
        for topic in topics:
            self.socket.sendall(packet(0x82, b"\0\1" + text(topic) + b"\0"))
            self._expect(0x90)

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def heard(self, seconds: float) -> Iterator[tuple[str, bytes]]:
        """What arrives next, waiting so long at most: topic and payload."""
        self.socket.settimeout(max(seconds, 1e-6))
        try:
            data = self.socket.recv(65536)
        except (TimeoutError, BlockingIOError):
            return
        if not data:
            raise ConnectionError("the broker is gone")
        self._buffer += data
        for kind, body in self._packets():
            if kind & 0xF0 == HEARD:
                size = int.from_bytes(body[:2], "big")
                start = 2 + size + (2 if kind & 6 else 0)
                yield body[2 : 2 + size].decode(), body[start:]

    def _packets(self) -> Iterator[tuple[int, bytes]]:
        while len(self._buffer) >= 2:
            length, shift, at = 0, 0, 1
            while True:
                if at >= len(self._buffer):
                    return
                length |= (self._buffer[at] & 127) << shift
                shift += 7
                at += 1
                if self._buffer[at - 1] < 128:
                    break
            if len(self._buffer) < at + length:
                return
            kind, body = self._buffer[0], bytes(self._buffer[at : at + length])
            del self._buffer[: at + length]
            yield kind, body

    def _expect(self, kind: int) -> None:
        give_up = time.monotonic() + 10
        self.socket.settimeout(10)
        while time.monotonic() < give_up:
            self._buffer += self.socket.recv(4096)
            for found, _ in self._packets():
                if found == kind:
                    return
        raise TimeoutError("the broker did not answer")

    def close(self) -> None:
        self.socket.close()
