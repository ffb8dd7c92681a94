"""The one way to an MQTT broker: aiomqtt's client, which reads ahead and lets go of a silent line."""

import asyncio
import math
import socket
import ssl
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Self, TypeVar

import aiomqtt
from paho.mqtt import client as paho
from paho.mqtt.reasoncodes import ReasonCode

from monitord.counted_warning import CountedWarning

T = TypeVar("T")

NO_DELAY: Final = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)
READ_AHEAD = 4096
# Some 40 readings.
PACKETS_A_TURN = 20
# Some 1 ms of work before the loop turns to something else, however much there is to read.
MESSAGES_AT_MOST: Final = 64
BYTES_AT_MOST: Final = 16 * 1024
"""What waits for its reader: with one of each alarm of a large suite, a megabyte of memory at most."""


class NewestMessages(asyncio.Queue[aiomqtt.Message]):
    """At most `room` messages, and `bytes_each` of each: a full one lets its oldest go, counts it and says so.

    aiomqtt's own queue has no end: a topic that is published on faster than it is read would fill the memory.
    """

    def __init__(
        self, of: str, *, room: int = MESSAGES_AT_MOST, bytes_each: int = BYTES_AT_MOST
    ) -> None:
        """`of` says in the log whose messages they are."""
        super().__init__(room)
        self.dropped = 0
        """Messages that newer ones took the place of before anybody read them."""
        self._bytes_each = bytes_each
        self._of = of
        self._warning = CountedWarning("messages_dropped")

    def put_nowait(self, item: aiomqtt.Message) -> None:
        """Takes every message; one that is too long is cut one byte above the bound, so that its reader can tell."""
        if isinstance(item.payload, str | bytes | bytearray):
            item.payload = item.payload[: self._bytes_each + 1]
        item.properties = None
        if self.full():
            self.get_nowait()
            self.dropped += 1
            self._warning.add(of=self._of)
        super().put_nowait(item)


class BrokerClient(aiomqtt.Client):
    """Give it `socket_options=NO_DELAY`: Nagle's algorithm holds an alarm back for 25-45 ms.

    aiomqtt keeps the socket when the broker takes the connection and then does not answer, or when
    the attempt is cut off: one descriptor for each attempt at a broker that hangs.

    paho reads one packet a wake-up, in three system calls, as long as no more is `pending()`: a
    quarter of what a reading costs. Lines without TLS are therefore read ahead.

    aiomqtt reads as long as anything is `pending()`: while messages come faster than they are read that is
    for ever, and nothing else of the process turns. Here the loop comes round after every few packets.

    aiomqtt takes any answer to a message for a success. Here one that the broker refuses is an `MqttCodeError` with
    its reason (MQTT 5; a broker of 3.1.1 cannot say it).

    aiomqtt keeps without end what nobody reads, also what a broker sends that nobody asked for. Here the newest are
    kept (`NewestMessages`), unless `queue_type` says otherwise.

    aiomqtt waits for its time-out where a broker ends the connection before it answers, as one does that does not take
    our certificate (TLS 1.3 says so after the handshake). Here that is said at once, with the reason.
    """

    def __init__(self, hostname: str, port: int = 1883, **options: Any) -> None:
        context = options.get("tls_context")
        if isinstance(context, ssl.SSLContext):
            context.sslsocket_class = _Shaken
        options.setdefault("queue_type", lambda maxsize: NewestMessages(f"{hostname}:{port}"))  # noqa: ARG005
        super().__init__(hostname, port, **options)
        self._more: asyncio.Handle | None = None
        self._refused: dict[int, ReasonCode] = {}
        """Why the broker refused a message, by its identifier, until its sender asks."""
        self._line: Any = None
        self._connecting = False
        connect = self._client._create_socket_connection  # noqa: SLF001 - paho has no other place
        self._client._create_socket_connection = lambda: _ReadAhead(connect())  # type: ignore[method-assign] # noqa: SLF001

    def _on_publish(
        self, client: paho.Client, userdata: Any, mid: int, reason_code: ReasonCode, properties: Any
    ) -> None:
        if reason_code.is_failure and mid in self._pending_publishes:
            self._refused[mid] = reason_code
        super()._on_publish(client, userdata, mid, reason_code, properties)

    @contextmanager
    def _pending_call(self, mid: int, value: T, pending_dict: dict[int, T]) -> Iterator[None]:
        try:
            with super()._pending_call(mid, value, pending_dict):
                yield
        finally:
            refused = self._refused.pop(mid, None)
        if refused is not None:
            raise aiomqtt.MqttCodeError(refused)

    def _on_socket_open(self, client: paho.Client, userdata: Any, sock: Any) -> None:
        super()._on_socket_open(client, userdata, sock)
        self._line = sock
        # From the thread that connects, and so after the library's own reader, in its place.
        self._loop.call_soon_threadsafe(self._read_from, sock)

    def _read_from(self, sock: Any) -> None:
        if sock.fileno() >= 0:
            self._loop.add_reader(sock.fileno(), self._read_some)

    def _on_disconnect(self, *given: Any, **more: Any) -> None:
        if self._connecting:
            self._loop.call_soon_threadsafe(self._never_answered)
        super()._on_disconnect(*given, **more)

    def _never_answered(self) -> None:
        if self._connecting and not self._connected.done():
            error = aiomqtt.MqttError("the broker closed the connection before it answered")
            error.__cause__ = getattr(self._line, "failed", None)
            self._connected.set_exception(error)

    def _read_some(self) -> None:
        """A turn's packets; the loop comes back for what was read ahead of them."""
        if self._more is not None:
            self._more.cancel()
            self._more = None
        try:
            for _ in range(PACKETS_A_TURN):
                self._client.loop_read()
                if not self._read_ahead():
                    return
        except Exception as error:  # noqa: BLE001 - the connection is broken, whatever the library says of it
            if not self._disconnected.done():
                self._disconnected.set_exception(error)
            return
        self._more = self._loop.call_soon(self._read_some)

    def _read_ahead(self) -> bool:
        """Whether there are bytes that no wake-up will come for."""
        line = self._client.socket()
        return isinstance(line, _ReadAhead | ssl.SSLSocket) and line.pending() > 0

    async def __aenter__(self) -> Self:
        """Connects; MqttError where that fails."""
        self._connecting = True
        try:
            return await super().__aenter__()
        except BaseException:
            self._connecting = False
            # Cancelled by its own time-out, it would raise inside the callback of the closing line.
            self._connected = asyncio.Future()
            self._client.disconnect()
            raise
        finally:
            self._connecting = False

    async def _wait_for(self, fut: Awaitable[T], timeout: float | None) -> T:
        """As aiomqtt's, whose `asyncio.wait_for` swallows a cancellation on Python 3.11."""
        limit = self.timeout if timeout is None else timeout
        try:
            async with asyncio.timeout(None if limit == math.inf else limit):
                return await fut
        except TimeoutError:
            raise aiomqtt.MqttError("Operation timed out") from None


class _Shaken(ssl.SSLSocket):
    """Closed where the two cannot agree: paho lets go of it open, until the collector comes.

    `failed` is what OpenSSL said last where a read failed: paho makes a number of it.
    """

    failed: ssl.SSLError | None = None

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """As of any TLS socket."""
        try:
            return super().recv(buflen, flags)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as error:
            self.failed = error
            raise

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - the library's signature
        """OSError where there is none."""
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


class _ReadAhead(socket.socket):
    """A connected line that is read in pieces; `pending` says how much of the last one is left."""

    def __init__(self, line: socket.socket) -> None:
        wait = line.gettimeout()
        super().__init__(line.family, line.type, line.proto, line.detach())
        self.settimeout(wait)
        self._ahead = b""
        self._at = 0

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """At most `size` bytes; none when the other side has closed."""
        if self._at == len(self._ahead):
            self._ahead, self._at = b"", 0
            self._ahead = super().recv(max(size, READ_AHEAD), flags)
        taken = self._ahead[self._at : self._at + size]
        self._at += len(taken)
        return taken

    def pending(self) -> int:
        """Bytes that need no system call."""
        return len(self._ahead) - self._at
