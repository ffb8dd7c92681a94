"""The other ends of all destinations, each a real one on a real line, with moods: it refuses, hangs, trickles, resets, babbles.

Each keeps what it took: the text, and by what it would know a repetition. They run on a thread of their own.
"""

import asyncio
import contextlib
import json
import os
import random
import re
import select
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from tests.peers import PseudoTerminal, free_port, whole_lines

A_BYTE_S = 3.0
"""A receiver that trickles gives one byte in so long: no answer of any protocol here is whole within 10 s."""


class Mood(StrEnum):
    """How a receiver treats what comes; the words stand in the table."""

    TAKES = "takes"
    REFUSES = "refuses the connection"
    AWAY = "away for a while"
    HANGS = "takes the message and says nothing"
    TRICKLES = "answers one byte in 3 s"
    RESETS = "resets the connection"
    BABBLES = "answers garbage"
    LATER = "says: not now"
    NEVER = "says: never"


CLOSED = frozenset({Mood.REFUSES, Mood.AWAY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A message that was taken: `key` is the same for a repetition, `at` `time.monotonic()`."""

    text: str
    key: str
    at: float


class Receiver:
    """One destination's other end; `says` are the words of its protocol for LATER and NEVER."""

    name = ""
    moods = frozenset(Mood)

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.taken: list[Taken] = []
        self._mood = Mood.TAKES

    @property
    def mood(self) -> Mood:
        return self._mood

    @mood.setter
    def mood(self, mood: Mood) -> None:
        self._mood = mood
        self.changed()

    def changed(self) -> None:
        """The mood is another one."""

    def settings(self) -> dict[str, Any]:
        """The destination in the suite file."""
        raise NotImplementedError

    def start(self) -> None:
        """Takes messages from here on."""

    def close(self) -> None:
        """Lets go of everything."""

    def take(self, text: str, key: str) -> None:
        """It came; what it is not told of by an answer may come again, what it refused it has not taken."""
        if self.mood in {Mood.LATER, Mood.NEVER}:
            return
        self.taken.append(Taken(text=text, key=key, at=time.monotonic()))

    def heard(self, words: str) -> list[Taken]:
        return [each for each in self.taken if words in each.text]


class TcpReceiver(Receiver):
    """A server on one port; `serve` is one connection."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.port = free_port()
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name=self.name)

    def start(self) -> None:
        self._thread.start()
        self.changed()

    def changed(self) -> None:
        asyncio.run_coroutine_threadsafe(self._apply(), self._loop).result(10)

    async def _apply(self) -> None:
        if self.mood in CLOSED:
            if self._server is not None:
                self._server.close()
                self._server = None
            for writer in self._writers:
                writer.transport.abort()
        elif self._server is None:
            self._server = await asyncio.start_server(self._peer, "127.0.0.1", self.port)

    async def _peer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ValueError):
            await self.serve(reader, writer)
        self._writers.discard(writer)
        writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError

    async def say(self, writer: asyncio.StreamWriter, answer: bytes) -> None:
        """The answer as the mood has it."""
        match self.mood:
            case Mood.HANGS:
                return
            case Mood.RESETS:
                line = writer.get_extra_info("socket")
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
                raise ConnectionResetError
            case Mood.BABBLES:
                writer.write(random.Random(8).randbytes(300))
                return
            case Mood.TRICKLES:
                for byte in answer:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(A_BYTE_S)
                return
        writer.write(answer)
        await writer.drain()

    def close(self) -> None:
        self._mood = Mood.REFUSES
        self.changed()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class WebReceiver(TcpReceiver):
    name = "webhook"

    def settings(self) -> dict[str, Any]:
        return {"notifier": "webhook", "url": f"http://127.0.0.1:{self.port}/alarms"}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            (length,) = re.findall(r"content-length: (\d+)", head)
            body = (await reader.readexactly(int(length))).decode()
            status = {Mood.LATER: "503 Busy", Mood.NEVER: "404 Gone"}.get(self.mood, "204 Taken")
            self.take(body, re.findall(r"idempotency-key: (.*?)\r", head)[0])
            await self.say(writer, f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())


class AlertManager(TcpReceiver):
    name = "hl7"

    def settings(self) -> dict[str, Any]:
        return {"notifier": "hl7", "host": "127.0.0.1", "port": self.port}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            text = (await reader.readuntil(b"\x1c\r")).decode().strip("\x0b\x1c\r")
            control = text.split("\r")[0].split("|")[9]
            code = {Mood.LATER: "AE", Mood.NEVER: "AR"}.get(self.mood, "CA")
            answer = f"\x0bMSH|^~\\&|AM||||||ACK|x|P|2.6\rMSA|{code}|{control}\r\x1c\r"
            self.take(text, control)
            await self.say(writer, answer.encode())


class MailServer(TcpReceiver):
    name = "mail"

    def settings(self) -> dict[str, Any]:
        file = self.folder / "mail-url"
        file.write_text(
            f"mailto://127.0.0.1:{self.port}?from=monitord@ward.example&to=desk@ward.example\n"
        )
        return {"notifier": "apprise", "url_file": str(file)}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.say(writer, b"220 mail.ward.example ready\r\n")
        while True:
            word = (await reader.readline()).decode("latin-1").strip().upper()
            if not word:
                return
            answer = "250 well"
            if word == "DATA":
                await self.say(writer, b"354 go on\r\n")
                mail = (await reader.readuntil(b"\r\n.\r\n")).decode("utf-8", "replace")
                answer = {Mood.LATER: "451 later", Mood.NEVER: "550 never"}.get(self.mood, answer)
                plain = mail.replace("=\r\n", "")
                self.take(plain, " ".join(re.findall(r"ref (\S+)", plain)))
            elif word == "QUIT":
                answer = "221 bye"
            await self.say(writer, f"{answer}\r\n".encode())


class Broker(TcpReceiver):
    """As much of MQTT 5 as a publisher sees; NEVER and LATER are reasons of its PUBACK."""

    name = "mqtt"

    def settings(self) -> dict[str, Any]:
        return {"notifier": "mqtt", "broker": f"mqtt://127.0.0.1:{self.port}"}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = (await reader.readexactly(1))[0]
            length, shift = 0, 0
            while True:
                byte = (await reader.readexactly(1))[0]
                length |= (byte & 0x7F) << shift
                shift += 7
                if not byte & 0x80:
                    break
            body = await reader.readexactly(length)
            match head >> 4:
                case 1:
                    await self.say(writer, b"\x20\x03\x00\x00\x00")
                case 3:
                    await self._published(body, writer)
                case 12:
                    await self.say(writer, b"\xd0\x00")
                case 14:
                    return

    async def _published(self, body: bytes, writer: asyncio.StreamWriter) -> None:
        """QoS 1: topic, packet identifier, no properties, payload."""
        after = 2 + int.from_bytes(body[:2], "big")
        reason = {Mood.LATER: b"\x97", Mood.NEVER: b"\x87"}.get(self.mood)
        answer = b"\x40\x02" + body[after : after + 2]
        if reason is not None:
            answer = b"\x40\x03" + body[after : after + 2] + reason
        text = body[after + 3 :].decode()
        line = json.loads(text)
        self.take(text, f"{line['id']} {line['event']} {line['reason']} {line['at']}")
        await self.say(writer, answer)


class PagingSystem(Receiver):
    """An ESPA control station on a pseudo-terminal that polls address 2."""

    name = "espa"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.line = PseudoTerminal(folder / "pagers")
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._poll, daemon=True, name=self.name)
        self._lock = threading.Lock()
        self._plugged = True

    def settings(self) -> dict[str, Any]:
        return {"notifier": "espa", "port": str(self.line.path), "call": "550"}

    def start(self) -> None:
        self._thread.start()

    def changed(self) -> None:
        with self._lock:
            if self.mood in CLOSED and self._plugged:
                self.line.unplug()
                self._plugged = False
            elif self.mood not in CLOSED and not self._plugged:
                self.line.plug()
                self._plugged = True

    def _poll(self) -> None:
        while not self._end.wait(0.1):
            with self._lock, contextlib.suppress(OSError):
                if self._plugged:
                    self._once()

    def _until(self, ends: bytes, seconds: float = 0.5) -> bytes:
        """What comes up to one of these bytes, or in so long."""
        seen, give_up = b"", time.monotonic() + seconds
        while not seen or seen[-1] not in ends:
            ready, _, _ = select.select([self.line.descriptor], [], [], 0.05)
            if ready:
                seen += os.read(self.line.descriptor, 1)
            elif time.monotonic() > give_up:
                return seen
        return seen

    def _once(self) -> None:
        if self.mood is Mood.HANGS:
            self.line.read()
            return
        if self.mood is Mood.BABBLES:
            self.line.write(random.Random(8).randbytes(50))
        self.line.write(b"2\x05")
        if not self._until(b"\x05\x04").endswith(b"1\x05"):
            return
        self.line.write(b"\x06")
        while True:
            block = self._until(b"\x03\x04")
            if not block.endswith(b"\x03"):
                return
            self._until(bytes(range(256)))  # the checksum
            found = re.search(rb"\x1e2\x1f(.*?)\x1e", block)
            text = found[1].decode() if found else ""
            self.take(text, text)
            match self.mood:
                case Mood.TAKES:
                    self.line.write(b"\x06")
                case Mood.TRICKLES:
                    # It has no byte to spare: a receiver that lets one wait for its answer.
                    return
                case Mood.RESETS:
                    self.line.write(b"\x04")
                case Mood.BABBLES:
                    self.line.write(random.Random(9).randbytes(20).replace(b"\x06", b""))
                case Mood.LATER:
                    self.line.write(b"2\x15")
                case Mood.NEVER:
                    self.line.write(b"3\x15")

    def close(self) -> None:
        self._end.set()
        self._thread.join()
        if self._plugged:
            self.line.unplug()


class LogServer(Receiver):
    """A syslog by UDP: it answers nothing, so nobody knows whether it is there, but for the machine itself."""

    name = "syslog"
    moods = frozenset({Mood.TAKES, *CLOSED})

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._door = self._opened(0)
        self.port: int = self._door.getsockname()[1]
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True, name=self.name)

    def _opened(self, port: int) -> socket.socket:
        door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        door.bind(("127.0.0.1", port))
        door.settimeout(0.05)
        return door

    def settings(self) -> dict[str, Any]:
        return {"notifier": "syslog", "address": f"udp://127.0.0.1:{self.port}"}

    def start(self) -> None:
        self._thread.start()

    def changed(self) -> None:
        if self.mood in CLOSED:
            self._door.close()
        elif self._door.fileno() < 0:
            self._door = self._opened(self.port)

    def _read(self) -> None:
        while not self._end.is_set():
            try:
                text = self._door.recv(4096).decode()
            except TimeoutError:
                continue
            except OSError:
                time.sleep(0.02)
                continue
            # The head of the audit chain comes there too, and has none.
            self.take(text, "".join(re.findall(r' key="(.*?)"', text)) or text)

    def close(self) -> None:
        self._end.set()
        self._thread.join()
        self._door.close()


PROGRAM = """\
#!/bin/sh
mood=$(cat "$0.mood")
case $mood in
    "says: not now") exit 75 ;;
    "says: never") exit 1 ;;
esac
printf '%s\\t%s\\n' "$MONITORD_KEY" "$MONITORD_HEADLINE" >>"$0.taken"
case $mood in
    "takes the message and says nothing") sleep 60 ;;
    "answers one byte in 3 s") while :; do printf x >&2; sleep 3; done ;;
    "resets the connection") kill -9 $$ ;;
    "answers garbage") head -c 3000000 /dev/urandom >&2; exit 1 ;;
esac
"""


class Program(Receiver):
    """A script that notes what it was told; REFUSES is that it is not there."""

    name = "command"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.file = folder / "told"
        self.file.write_text(PROGRAM)
        self.file.chmod(0o755)
        self._notes = folder / "told.taken"
        self._read = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name=self.name)
        self.changed()

    def settings(self) -> dict[str, Any]:
        return {"notifier": "command", "run": [str(self.file)]}

    def start(self) -> None:
        self._thread.start()

    def changed(self) -> None:
        (self.folder / "told.mood").write_text(self.mood)
        away = self.folder / "told.away"
        if self.mood in CLOSED:
            self.file.replace(away)
        elif away.exists():
            away.replace(self.file)

    def _watch(self) -> None:
        while not self._end.wait(0.05):
            rows = whole_lines(self._notes)
            for row in rows[self._read :]:
                key, _, text = row.partition("\t")
                self.take(text, key)
            self._read = len(rows)

    def close(self) -> None:
        self._end.set()
        self._thread.join()


KINDS = (WebReceiver, Broker, AlertManager, MailServer, PagingSystem, LogServer, Program)


@contextmanager
def receivers(folder: Path) -> Iterator[dict[str, Receiver]]:
    """One of each kind, by the name of its destination."""
    found: dict[str, Receiver] = {kind.name: kind(folder) for kind in KINDS}
    for each in found.values():
        each.start()
    try:
        yield found
    finally:
        for each in found.values():
            each.close()
