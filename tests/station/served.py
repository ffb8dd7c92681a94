"""A station on a free port of this machine, served in the test's own loop."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from fastapi import FastAPI

from monitord.station.access.authorization import Access
from monitord.station.app import create_app
from monitord.station.hub import Hub
from monitord.station.serve import serve
from tests.builders_station import PaperHost
from tests.peers import GENEROUS_S


@dataclass
class Served:
    """The address of a served station, and its hub."""

    url: str
    hub: Hub
    stop: Callable[[], object]


@asynccontextmanager
async def served(
    host: PaperHost,
    port: int = 0,
    access: Access | None = None,
    also: Callable[[FastAPI], object] = lambda _app: None,
) -> AsyncIterator[Served]:
    """A real uvicorn; ends without a trace. `also` adds routes that the daemon adds."""
    app = create_app(host, access)
    also(app)
    bound: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve(app, "127.0.0.1", port, bound.set_result))
    url = f"http://127.0.0.1:{await bound}"
    # A busy machine may take long to start a server; a test begins when it stands.
    await until(lambda: bool(host.subscribers))
    try:
        yield Served(url=url, hub=app.state.hub, stop=serving.cancel)
    finally:
        if not serving.cancelling():
            serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def until(holds: Callable[[], bool], seconds: float = GENEROUS_S) -> None:
    """Waits for a condition; fails when it does not come."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


@dataclass(frozen=True)
class Sent:
    """One server-sent event."""

    event: str
    data: Any
    id: int | None


async def listen(response: httpx2.Response) -> AsyncIterator[Sent]:
    """The events of a stream as a browser reads them."""
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            seq = int(fields["id"]) if "id" in fields else None
            yield Sent(event=fields["event"], data=json.loads(fields["data"]), id=seq)
            fields = {}
        else:
            fields = {}


async def take(events: AsyncIterator[Sent], event: str, seconds: float = GENEROUS_S) -> Sent:
    """The next event of one kind."""
    async with asyncio.timeout(seconds):
        async for sent in events:
            if sent.event == event:
                return sent
    raise AssertionError(f"the stream ended without {event!r}")
