"""The HTTP server inside the daemon's loop: no signal handlers, no log of its own, loopback only."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from monitord.errors import StationError
from monitord.station.guard import loopback_fault

BACKLOG = 64


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves the daemon's own handlers alone."""
        yield


async def serve(
    app: FastAPI, host: str, port: int, ready: Callable[[int], None] = lambda _port: None
) -> None:
    """Serves until cancelled; `ready` is given the port, which matters where 0 asked for any.

    Raises StationError for an address that is not loopback or is taken.
    """
    if fault := loopback_fault(host):
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
        timeout_graceful_shutdown=1,
        backlog=BACKLOG,
    )
    server = _Server(config)
    with _listening(host, port) as listener:
        ready(listener.getsockname()[1])
        serving = asyncio.create_task(server.serve(sockets=[listener]), name="station http")
        try:
            await asyncio.shield(serving)
        finally:
            server.should_exit = True
            # The streams never end by themselves.
            app.state.hub.close()
            await serving


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """Bound here, because uvicorn ends the process where an address is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host.strip("[]"), port))
        except OSError as error:
            raise StationError(
                f"the station cannot listen on {host}:{port}: {error.strerror}"
            ) from error
        # Who is told the port at once may connect at once; uvicorn takes it up from there.
        listener.listen(BACKLOG)
        listener.setblocking(False)  # noqa: FBT003 - the socket's own signature
        yield listener
