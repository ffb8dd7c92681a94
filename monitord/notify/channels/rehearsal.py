"""What stands in for the other end of a destination while the kit proves its notifier.

A notifier publishes it as the method `rehearse()`: an asynchronous context manager that starts a
real peer (a server on a free port, a program) and gives a `Rehearsal`.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol


class Mood(StrEnum):
    """How the peer treats what comes next."""

    TAKES = "takes"
    REFUSES = "refuses"
    """It answers that it can't now; trying again may help."""
    STALLS = "stalls"
    """It never answers."""


class Rehearsal(Protocol):
    """A peer: `settings` are those of a suite file for a destination there; `mood` may be set."""

    mood: Mood

    @property
    def settings(self) -> Mapping[str, Any]: ...

    @property
    def keys(self) -> list[str]:
        """The idempotency key of each message taken, in order."""
        ...


class HttpPeer:
    """A web server that takes each POST with its key, or says 503, or nothing."""

    def __init__(self) -> None:
        self.mood = Mood.TAKES
        self.keys: list[str] = []
        self.settings: dict[str, Any] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Rehearsal]:
        """Listens on loopback while the block runs."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        self.settings = {"url": f"http://127.0.0.1:{port}/alarms"}
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                fields = dict(row.split(": ", 1) for row in head[1:] if ": " in row)
                headers = {name.lower(): value for name, value in fields.items()}
                await reader.readexactly(int(headers.get("content-length", 0)))
                if self.mood is Mood.STALLS:
                    # Until the other end has enough of waiting.
                    await reader.read()
                    return
                if self.mood is Mood.TAKES:
                    self.keys.append(headers.get("idempotency-key", ""))
                status = "200 OK" if self.mood is Mood.TAKES else "503 Service Unavailable"
                writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            return
        finally:
            writer.transport.abort()


_PROGRAM = """\
case $(cat "$1/mood") in
    takes) printf '%s\\n' "$MONITORD_KEY" >>"$1/keys" ;;
    refuses) exit 1 ;;
    stalls) sleep 60 ;;
esac
"""


class ProgramPeer:
    """A shell script that notes the key of each run, or fails, or never ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        script = folder / "peer"
        script.write_text(_PROGRAM, encoding="utf-8")
        self.settings = {"run": ["/bin/sh", str(script), str(folder)]}
        self.mood = Mood.TAKES

    @property
    def mood(self) -> Mood:
        return Mood((self._folder / "mood").read_text(encoding="utf-8"))

    @mood.setter
    def mood(self, mood: Mood) -> None:
        (self._folder / "mood").write_text(mood, encoding="utf-8")

    @property
    def keys(self) -> list[str]:
        with contextlib.suppress(FileNotFoundError):
            return (self._folder / "keys").read_text(encoding="utf-8").split()
        return []


@asynccontextmanager
async def program_rehearsal() -> AsyncIterator[Rehearsal]:
    """A program in a folder that goes with the block."""
    with TemporaryDirectory(prefix="monitord-rehearsal-") as folder:
        yield ProgramPeer(Path(folder))
