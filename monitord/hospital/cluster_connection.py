"""One connection to the hospital's cluster: TLS, a user's key or credentials, and errors in words.

It is good for once, as a device's is: the library would keep what waits and send it after a newer message. Who owns
it makes another one, and publishes again what was not acknowledged.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from nats.aio.client import Client
from nats.errors import NoServersError

from monitord.config.suite.hospital_link import ClusterAccess, ClusterTls
from monitord.errors import DeviceError
from monitord.tls_failure import tls_failure

CONNECT_S = 5
PING_S = 5
"""A half-open connection is noticed after two of these."""


class ClusterLost:
    """Becomes known when the connection ends; `why` is in words."""

    def __init__(self) -> None:
        self._ended = asyncio.Event()
        self.why = "the connection ended"

    async def closed(self) -> None:
        """The library says so."""
        self._ended.set()

    async def failed(self, error: Exception) -> None:
        """What the library met; the last is why the connection ended, if it does."""
        self.why = _words(error)

    async def wait(self) -> None:
        """DeviceError once the connection is over."""
        await self._ended.wait()
        raise DeviceError(f"the hospital's cluster: {self.why}")


@asynccontextmanager
async def connected(
    link: ClusterAccess, name: str, inbox: str = "_INBOX"
) -> AsyncIterator[tuple[Client, ClusterLost]]:
    """An open connection, and what waits for its end; DeviceError where it cannot be made."""
    lost = ClusterLost()
    options: dict[str, Any] = {}
    if link.credentials_file is not None:
        options["user_credentials"] = str(link.credentials_file)
    if link.nkey_file is not None:
        options["nkeys_seed"] = str(link.nkey_file)
    client = Client()
    try:
        if link.tls is not None or any(each.startswith("tls://") for each in link.servers):
            options["tls"] = _context(link.tls or ClusterTls())
        await client.connect(
            servers=list(link.servers),
            name=name,
            inbox_prefix=inbox,
            error_cb=lost.failed,
            closed_cb=lost.closed,
            connect_timeout=CONNECT_S,
            allow_reconnect=False,
            # Each server is asked twice.
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
            ping_interval=PING_S,
            max_outstanding_pings=2,
            **options,
        )
    except Exception as error:  # a file that is no key fails in the library in many ways
        _let_go(client)
        why = lost.why if isinstance(error, NoServersError) else _words(error)
        raise DeviceError(f"the hospital's cluster: {why}") from error
    try:
        yield client, lost
    finally:
        await client.close()
        _let_go(client)


def _let_go(client: Client) -> None:
    """The library leaves the socket of an attempt that was refused to the garbage collector."""
    transport = client._transport  # noqa: SLF001 - it has no other name
    if transport is not None:
        transport.close()  # type: ignore[no-untyped-call]


def _context(tls: ClusterTls) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=None if tls.ca is None else str(tls.ca))
    if tls.certificate is not None:
        context.load_cert_chain(tls.certificate, tls.key)
    return context


def _words(error: Exception) -> str:
    return tls_failure(error) if isinstance(error, ssl.SSLError) else str(error) or repr(error)
