"""The made-up Ticker lamp: a signal lamp on the network that is told its colour in one line.

`KEY red`, `KEY yellow` or `KEY off` on TCP; it answers `ok KEY` and takes a key only once.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from monitord.errors import NotifyError
from monitord.kit import Mood, Rehearsal
from monitord.model import SECOND, AlarmEvent, Duration, Notify, Priority

OVER: Final = {AlarmEvent.CLEAR, AlarmEvent.END}


class LampConfig(BaseModel):
    """Where the lamp listens, and how long its answer may take."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    host: str
    port: Annotated[int, Field(ge=1, le=65535)]
    timeout: Annotated[Duration, Field(gt=0)] = 3 * SECOND


class LampChannel:
    """One lamp; a connection for each message, because a lamp is switched rarely."""

    def __init__(self, config: LampConfig) -> None:
        self._config = config

    async def send(self, message: Notify, *, durable: bool) -> None:  # noqa: ARG002 - a lamp has no words
        """Switches it; returns once the lamp has said so."""
        line = message.line
        colour = "red" if line.priority is Priority.HIGH else "yellow"
        said = f"{message.key} {'off' if line.event in OVER else colour}\n"
        writer = None
        try:
            async with asyncio.timeout(self._config.timeout / SECOND):
                reader, writer = await asyncio.open_connection(self._config.host, self._config.port)
                writer.write(said.encode())
                answer = (await reader.readline()).decode(errors="replace").strip()
        except TimeoutError as error:
            raise NotifyError("the lamp does not answer in time") from error
        except OSError as error:
            raise NotifyError(f"the lamp can't be reached: {error}") from error
        finally:
            if writer is not None:
                writer.close()
        if answer != f"ok {message.key}":
            raise NotifyError(f"the lamp says {answer[:80]!r}")

    async def close(self) -> None:
        """Nothing stays open between messages."""


class LampPeer:
    """A lamp for the kit; `colours` are those it was switched to."""

    def __init__(self) -> None:
        self.mood = Mood.TAKES
        self.keys: list[str] = []
        self.colours: list[str] = []
        self.settings: dict[str, Any] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Rehearsal]:
        """Listens on loopback while the block runs."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.settings = {"host": "127.0.0.1", "port": server.sockets[0].getsockname()[1]}
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        words = (await reader.readline()).decode().split()
        if self.mood is Mood.STALLS:
            await reader.read()
        elif self.mood is Mood.REFUSES or len(words) != 2:
            writer.write(b"no\n")
        else:
            key, colour = words
            if key not in self.keys:
                self.keys.append(key)
                self.colours.append(colour)
            writer.write(f"ok {key}\n".encode())
        writer.close()


class LampNotifier:
    """Destination `notifier: lamp`."""

    name = "lamp"
    title = "Ticker signal lamp (an example; no such device exists)"
    local = False
    config = LampConfig

    def open(self, name: str, config: LampConfig) -> LampChannel:  # noqa: ARG002 - the address says it all
        """A channel to the lamp; connects when it is used."""
        return LampChannel(config)

    def rehearse(self) -> Any:
        """A lamp to prove it against."""
        return LampPeer().running()


NOTIFIER: Final = LampNotifier()
