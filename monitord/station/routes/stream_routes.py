"""The event stream of a page, and the stations: pages with a name, on which the suite counts."""

import asyncio
from typing import Annotated, Any, Final

import structlog
from fastapi import FastAPI, Header, HTTPException, Query
from fastapi import Path as PathParam
from fastapi.responses import StreamingResponse
from starlette.requests import Request
from starlette.types import Send

from monitord.station.access.accounts_and_logins import AccountsAndLogins, Visitor
from monitord.station.access.listening_stations import StationView
from monitord.station.hub import Hub
from monitord.station.input_types import Who
from monitord.station.routes.requests import ByBody, StationBody
from monitord.station.routes.route_errors import REFUSED
from monitord.station.views.stream_events import StreamEvents

_log = structlog.get_logger()

Name = Annotated[Who, PathParam()]
STALL_S = 10.0
"""A page that takes nothing for this long is gone: its connection is given up."""
MAX_SEQ = 2**63 - 1

UNBUFFERED: Final = {"x-accel-buffering": "no"}
"""A proxy that understands it (nginx and its kin) passes each event on at once."""

OF_DATA: Final = {
    "responses": {"200": {"content": {"text/event-stream": {"schema": {"type": "object"}}}}}
}
"""The schema of the stream is that of the data in its events, not that of its text."""


def _client(request: Request) -> str:
    """Whose stream it is: a screen's, a program's, an address's; nobody's where there are no accounts."""
    caller = request.state.caller
    if caller.visitor is not None:
        return str(caller.visitor.key)
    return "" if caller.local else str(caller.place)


class EventStream(StreamingResponse):
    """A stream that gives up on a client which stopped reading."""

    media_type = "text/event-stream"

    async def stream_response(self, send: Send) -> None:
        """Sends each block within `STALL_S`, or stops."""

        async def send_in_time(message: Any) -> None:
            async with asyncio.timeout(STALL_S):
                await send(message)

        try:
            await super().stream_response(send_in_time)
        except TimeoutError:
            pass
        finally:
            await self.body_iterator.aclose()  # type: ignore[attr-defined]


def add_stream(app: FastAPI, hub: Hub, known: AccountsAndLogins | None) -> None:
    """The stream, and what a named page says of itself."""

    @app.get("/api/stations")
    async def stations() -> list[StationView]:
        return hub.stations()

    @app.post("/api/stations/{name}", status_code=204, responses=REFUSED)
    async def heard(name: Name, body: StationBody, request: Request) -> None:
        visitor: Visitor | None = request.state.caller.visitor
        screen = visitor if visitor is not None and visitor.browser else None
        if screen is not None and known is not None:
            signed_in = screen.name is not None
            if not known.screen_names.said(screen.key, name, signed_in=signed_in):
                raise HTTPException(
                    409, f"this screen is {screen.screen}: sign in to give it another name"
                )
        if not hub.heard(name, visible=body.visible, sound=body.became):
            raise HTTPException(409, "there are too many stations: dismiss one")

    @app.post("/api/stations/{name}/dismiss", status_code=204, responses=REFUSED)
    async def dismiss(name: Name, body: ByBody) -> None:
        _log.info("station_dismissed", station=name)
        if known is not None:
            known.note(body.by, f"station {name} taken out of use")
            known.screen_names.dismiss(name)
        hub.dismiss(name)

    @app.get(
        "/api/events",
        response_class=EventStream,
        responses={200: {"model": StreamEvents}, 503: REFUSED[503]},
        openapi_extra=OF_DATA,
    )
    async def events(
        request: Request,
        after: Annotated[int | None, Query(ge=0, le=MAX_SEQ)] = None,
        last_event_id: Annotated[int | None, Header(ge=0, le=MAX_SEQ)] = None,
    ) -> EventStream:
        stream = hub.join(_client(request))
        if stream is None:
            raise HTTPException(503, "too many pages are open")
        seen = [seq for seq in (after, last_event_id) if seq is not None]
        return EventStream(hub.stream(stream, max(seen) if seen else None), headers=UNBUFFERED)

    @app.post("/api/stations/{name}/test", status_code=204, responses=REFUSED)
    async def test(name: Name, body: ByBody) -> None:
        _log.info("station_tested", station=name, by=body.by)
        if not hub.test(name):
            raise HTTPException(404, f"there is no station {name!r}")

    @app.post("/api/stations/{name}/answer", status_code=204, responses=REFUSED)
    async def answer(name: Name, body: ByBody) -> None:
        _log.info("station_answered", station=name, by=body.by)
        if not hub.answer(name):
            raise HTTPException(409, "no test waits for an answer there")
