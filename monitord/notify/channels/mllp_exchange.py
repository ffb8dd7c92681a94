"""One MLLP connection on which each message waits for its acknowledgement; after a loss the next makes a new one."""

import asyncio
import ssl
from collections.abc import Callable

from monitord.errors import NotifyError
from monitord.model import SECOND, Span
from monitord.model.outside_text import one_line
from monitord.notify.channels.hl7_message import Hl7Message
from monitord.notify.channels.mllp import Deframer, framed
from monitord.tls_failure import failure_text

TAKEN = {"AA", "CA"}
_NEVER = {"AR", "CR"}
READ_BYTES = 8192
_SAID_AT_MOST = 300


class MllpExchange:
    """Exchanges with one receiver, one after the other."""

    def __init__(
        self,
        host: str,
        port: int,
        timeout: Span,
        tls: Callable[[], ssl.SSLContext | None] = lambda: None,
    ) -> None:
        """`tls` reads its files: it is asked for each connection, and a renewed certificate is used by the next."""
        self._host = host
        self._port = port
        self._timeout_s = timeout / SECOND
        self._tls = tls
        self._line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._deframer = Deframer()
        self._saying = asyncio.Lock()

    async def say(self, text: str, control: str) -> None:
        """Sends a message; NotifyError unless the receiver acknowledges it in time, AA or CA."""
        try:
            async with asyncio.timeout(self._timeout_s), self._saying:
                reader, writer = self._line or await self._connect()
                writer.write(framed(text))
                await writer.drain()
                answer = await self._acknowledgement(reader, control)
        except TimeoutError as error:
            await self.close()
            raise NotifyError(f"no acknowledgement within {self._timeout_s:g} s") from error
        except OSError as error:
            await self.close()
            raise NotifyError(f"{self._host}:{self._port}: {failure_text(error)}") from error
        except asyncio.CancelledError:
            # An exchange that was cut off leaves the connection in doubt.
            await self.close()
            raise
        code = answer.field("MSA", 1)
        if code not in TAKEN:
            why = answer.field("MSA", 3) or answer.field("ERR", 8)
            said = one_line(f"refused: {code} {why}".strip(), _SAID_AT_MOST)
            raise NotifyError(said, retry=code not in _NEVER)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._line = await asyncio.open_connection(self._host, self._port, ssl=self._tls())
        self._deframer = Deframer()
        return self._line

    async def _acknowledgement(self, reader: asyncio.StreamReader, control: str) -> Hl7Message:
        """The answer to this message; a late one to an earlier message is passed over."""
        while True:
            data = await reader.read(READ_BYTES)
            if not data:
                raise ConnectionResetError("the connection was closed before an acknowledgement")
            for text in self._deframer.feed(data):
                answer = Hl7Message(text)
                if answer.field("MSA", 2) == control:
                    return answer

    async def close(self) -> None:
        """Ends the connection."""
        line, self._line = self._line, None
        if line is not None:
            line[1].close()
