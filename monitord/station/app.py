"""The station over HTTP: the page, the API that it uses, and the event stream. No decisions."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import structlog
from fastapi import FastAPI, Header, HTTPException, Query, Request
from fastapi import Path as PathParam
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import Send
from typing_extensions import TypedDict

from monitord import __version__
from monitord.engine.state import State
from monitord.model import StaffAction
from monitord.station.bodies import (
    AcknowledgeBody,
    ActionBody,
    AnswerBody,
    ByBody,
    StationBody,
    Who,
    to_action,
)
from monitord.station.gate import Access, Gate
from monitord.station.guard import Guard
from monitord.station.host import Host
from monitord.station.hub import Hub
from monitord.station.insight import Insight, insight
from monitord.station.opening import Opening, add_opening
from monitord.station.presence import StationView
from monitord.station.reception import add_people
from monitord.station.shapes import AlarmView, BedView, Millis, UnmonitoredView, millis
from monitord.station.swaps import add_swaps
from monitord.station.trend import TrendView
from monitord.station.view import alarm_views, bed_view, unmonitored_view
from monitord.store.line import line_json

_log = structlog.get_logger()

Name = Annotated[Who, PathParam()]
WEB = Path(__file__).parent / "web" / "dist"
ACT_TIMEOUT_S = 5.0
"""Longer than a slow disk takes (1 s is already an alarm), shorter than a nurse's patience."""
STALL_S = 10.0
"""A page that takes nothing for this long is gone: its connection is given up."""
MAX_SEQ = 2**63 - 1

REFUSED: dict[int | str, dict[str, Any]] = {
    400: {"description": "the body is not JSON"},
    401: {"description": "nobody is signed in, or the screen is locked"},
    403: {"description": "not with this role, or wrong Host or Origin"},
    404: {"description": "no such bed or alarm"},
    409: {"description": "refused, with the reason"},
    413: {"description": "the body is too large"},
    415: {"description": "the body is not application/json"},
    429: {"description": "too often: wait as long as Retry-After says"},
    503: {"description": "no answer in time"},
}


class Beds(TypedDict):
    """Every tile of the suite."""

    suite: str
    notice: str
    now: Millis
    beds: list[BedView]
    unmonitored: list[UnmonitoredView]


class Alarms(TypedDict):
    """Alarms that are not over, of every bed and the suite; the last lines told, oldest first."""

    now: Millis
    active: list[AlarmView]
    recent: list[dict[str, Any]]


class Done(TypedDict):
    """The action was taken under this id: `void` names it."""

    action: str


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


def create_app(host: Host, access: Access | None = None) -> FastAPI:
    """The station of one daemon; `app.state.hub` feeds its streams while the app is served.

    Without `access` it is open: everybody on this machine may do everything.
    """
    hub = Hub(host)
    access = access or Access()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        running = [asyncio.create_task(hub.run(), name="station hub")]
        if access.register is not None:
            running.append(asyncio.create_task(access.register.run(), name="station people"))
        try:
            yield
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    app = FastAPI(
        title="monitord station",
        description="Where there are accounts, sign in at `/api/session/login`, which sets a "
        "cookie, or send a program's token as `Authorization: Bearer`.",
        version=__version__,
        openapi_url="/api/openapi.json",
        # Their pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.hub = hub
    app.state.accounts = access.login is not None
    app.add_middleware(Gate, access=access, now=host.now)
    app.add_middleware(Guard, names=access.names)
    _add_errors(app)
    _add_routes(app, host, hub, access)
    add_opening(app, Opening(host, hub), _act)
    add_swaps(app, host, _act)
    add_people(app, access)
    if WEB.is_dir():
        app.mount("/assets", StaticFiles(directory=WEB / "assets"), name="assets")
    return app


def _add_routes(app: FastAPI, host: Host, hub: Hub, access: Access) -> None:
    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(WEB / "index.html")

    @app.get("/api/beds")
    async def beds() -> Beds:
        now = host.now()
        tiles = [bed_view(bed, state, host.label(bed), now) for bed, state in host.beds().items()]
        lost = [
            unmonitored_view(bed, host.label(bed), host.suite_state())
            for bed in host.places()
            if bed not in host.beds()
        ]
        return Beds(
            suite=host.suite, notice=host.notice, now=millis(now), beds=tiles, unmonitored=lost
        )

    @app.get("/api/beds/{bed}/trend", responses={404: REFUSED[404]})
    async def trend(bed: str) -> TrendView:
        _bed(host, bed)
        return hub.trend(bed).view()

    @app.get("/api/beds/{bed}/insight", responses={404: REFUSED[404]})
    async def bed_insight(bed: str) -> Insight:
        return insight(_bed(host, bed))

    @app.get("/api/alarms")
    async def alarms() -> Alarms:
        states = [host.suite_state(), *host.beds().values()]
        active = [alarm for state in states for alarm in alarm_views(state)]
        recent = [json.loads(line_json(told.line, told.durable)) for told in hub.recent]
        return Alarms(now=millis(host.now()), active=active, recent=recent)

    @app.post("/api/beds/{bed}/actions", responses=REFUSED)
    async def act(bed: str, body: ActionBody) -> Done:
        _bed(host, bed)
        return await _act(host, bed, to_action(body))

    @app.post("/api/alarms/{alarm:path}/acknowledge", responses=REFUSED)
    async def acknowledge(alarm: str, body: AnswerBody) -> Done:
        bed = _bed_of_alarm(host, alarm)
        answer = AcknowledgeBody(type="acknowledge", alarm=alarm, **body.model_dump())
        return await _act(host, bed, to_action(answer))

    @app.get("/api/stations")
    async def stations() -> list[StationView]:
        return hub.stations()

    @app.post("/api/stations/{name}", status_code=204, responses=REFUSED)
    async def heard(name: Name, body: StationBody) -> None:
        if not hub.heard(name, visible=body.visible, audio=body.audio):
            raise HTTPException(409, "there are too many stations: dismiss one")

    @app.post("/api/stations/{name}/dismiss", status_code=204, responses=REFUSED)
    async def dismiss(name: Name, body: ByBody) -> None:
        _log.info("station_dismissed", station=name)
        if access.register is not None:
            access.register.note(body.by, f"station {name} taken out of use")
        hub.dismiss(name)

    @app.get("/api/events", response_class=EventStream, responses={503: REFUSED[503]})
    async def events(
        after: Annotated[int | None, Query(ge=0, le=MAX_SEQ)] = None,
        last_event_id: Annotated[int | None, Header(ge=0, le=MAX_SEQ)] = None,
    ) -> EventStream:
        stream = hub.join()
        if stream is None:
            raise HTTPException(503, "too many pages are open")
        seen = [seq for seq in (after, last_event_id) if seq is not None]
        return EventStream(hub.stream(stream, max(seen) if seen else None))


def _bed(host: Host, bed: str) -> State:
    state = host.beds().get(bed)
    if state is None:
        raise HTTPException(404, f"there is no bed {bed!r}")
    return state


def _bed_of_alarm(host: Host, alarm: str) -> str | None:
    """The bed whose alarm it is, None for one of the suite."""
    states: list[tuple[str | None, State]] = [(None, host.suite_state()), *host.beds().items()]
    for bed, state in states:
        if any(track.alarm and track.alarm.id == alarm for track in state.tracks):
            return bed
    raise HTTPException(404, f"there is no alarm {alarm!r}, or it is over")


async def _act(host: Host, bed: str | None, action: StaffAction) -> Done:
    try:
        async with asyncio.timeout(ACT_TIMEOUT_S):
            answered = await host.act(bed, action)
    except TimeoutError:
        raise HTTPException(
            503, f"no answer within {ACT_TIMEOUT_S:g} s: look whether it was taken"
        ) from None
    if answered.refused is not None:
        raise HTTPException(409, answered.refused)
    return Done(action=answered.action)


def _add_errors(app: FastAPI) -> None:
    """Every fault as JSON with a sentence; what was sent is never sent back."""

    @app.exception_handler(StarletteHTTPException)
    async def refused(_request: Request, error: StarletteHTTPException) -> JSONResponse:
        return JSONResponse({"error": error.detail}, error.status_code, error.headers)

    @app.exception_handler(RequestValidationError)
    async def unusable(_request: Request, error: RequestValidationError) -> JSONResponse:
        faults = [
            {"where": ".".join(str(part) for part in fault["loc"]), "what": fault["msg"]}
            for fault in error.errors()
        ]
        not_json = any(fault["type"] == "json_invalid" for fault in error.errors())
        first = f"{faults[0]['where']}: {faults[0]['what']}"
        return JSONResponse({"error": first, "faults": faults}, 400 if not_json else 422)
