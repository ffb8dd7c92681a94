"""The HTTP server inside the daemon's loop: no signal handlers, no log of its own.

It listens on this machine only, unless there are accounts and TLS.
"""

import asyncio
import socket
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn
from fastapi import FastAPI

from monitord.config.suite.suite import Tls
from monitord.connection_limits import Listener, begun
from monitord.errors import StationError
from monitord.named_peers import is_loopback
from monitord.station.access.certificate_renewal import context_of, renew
from monitord.timed_http import TimedHttp

BACKLOG = 64
HANDSHAKE_S: Final = 10.0
"""As long as a request may take; a browser on a slow line needs one."""


class _Http(TimedHttp):
    """Over TLS it begins once the two have agreed."""

    def connection_made(self, transport: Any) -> None:
        begun(transport)
        super().connection_made(transport)


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves the daemon's own handlers alone."""
        yield


async def serve(
    app: FastAPI,
    host: str,
    port: int,
    ready: Callable[[int], None] = lambda _port: None,
    *,
    tls: Tls | None = None,
    proxies: Collection[str] = (),
    refused: Callable[[str], None] = lambda _why: None,
) -> None:
    """Serves until cancelled; `ready` is given the port, which matters where 0 asked for any.

    Raises StationError for an address that is taken or too open, and for a certificate that
    cannot be used. `refused` is told of a new certificate that cannot.
    """
    if fault := exposed(host, accounts=app.state.accounts, tls=tls is not None):
        raise StationError(fault)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="on",
        ws="none",
        # The gate reads what a proxy says itself.
        proxy_headers=False,
        timeout_graceful_shutdown=1,
        backlog=BACKLOG,
        http=_Http,
    )
    config.load()
    renewing = None
    if tls is not None:
        config.ssl = await asyncio.to_thread(context_of, tls)
        renewing = asyncio.create_task(renew(tls, config.ssl, refused), name="station certificate")
    server = _Server(config)
    with _cancelled_after(renewing), listening(host, port, proxies, tls=tls is not None) as door:
        ready(door.getsockname()[1])
        serving = asyncio.create_task(server.serve(sockets=[door]), name="station http")
        try:
            await asyncio.shield(serving)
        finally:
            server.should_exit = True
            # The streams never end by themselves.
            app.state.hub.close()
            await serving


def exposed(host: str, *, accounts: bool, tls: bool) -> str | None:
    """Why the station may not listen on `host`, or None."""
    if is_loopback(host) or (accounts and tls):
        return None
    missing = "tls: passwords would travel in the clear" if accounts else "accounts: it is open"
    return (
        f"the station listens on this machine only (127.0.0.1, ::1 or localhost), not on {host!r}, "
        f"while it has no {missing}"
    )


@contextmanager
def _cancelled_after(task: "asyncio.Task[None] | None") -> Iterator[None]:
    try:
        yield
    finally:
        if task is not None:
            task.cancel()


@contextmanager
def listening(
    host: str, port: int, proxies: Collection[str] = (), *, tls: bool = False
) -> Iterator[socket.socket]:
    """Bound here, because uvicorn ends the process where an address is taken; StationError says that it is."""
    try:
        within = HANDSHAKE_S if tls else None
        door = Listener(host, port, exempt=proxies, backlog=BACKLOG, begin_within_s=within)
    except OSError as error:
        raise StationError(
            f"the station cannot listen on {host}:{port}: {error.strerror}"
        ) from error
    with door:
        yield door
