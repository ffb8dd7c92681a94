"""The station over HTTP: who asks is checked, then the routes answer, each in the file of its job."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from monitord import __version__
from monitord.station.access.authorization import Access, Gate
from monitord.station.access.request_filter import Guard
from monitord.station.host import Host
from monitord.station.hub import Hub
from monitord.station.routes.account_routes import add_people
from monitord.station.routes.action_routes import add_actions
from monitord.station.routes.bed_routes import add_beds
from monitord.station.routes.page_settings import add_page_settings
from monitord.station.routes.route_errors import add_errors
from monitord.station.routes.stream_routes import add_stream
from monitord.station.routes.suite_routes import OpeningHost, add_opening
from monitord.station.routes.swap_routes import add_swaps

WEB = Path(__file__).parent / "web" / "dist"


def create_app(host: Host, access: Access | None = None) -> FastAPI:
    """The station of one daemon; `app.state.hub` feeds its streams while the app is served.

    Without `access` it is open: everybody on this machine may do everything.
    """
    hub = Hub(host, _build())
    access = access or Access()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        running = [asyncio.create_task(hub.run(), name="station hub")]
        if access.known is not None:
            running.append(asyncio.create_task(access.known.run(), name="station people"))
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
    add_errors(app)
    add_beds(app, host, hub)
    add_actions(app, host)
    add_stream(app, hub, access.known)
    add_opening(app, OpeningHost(host, hub))
    add_swaps(app, host)
    add_people(app, access)
    add_page_settings(app, host)
    _add_page(app)
    return app


def _build() -> str:
    """What the page says of itself; empty where none was built."""
    file = WEB / "sources.sha256"
    return file.read_text(encoding="ascii")[:12] if file.is_file() else ""


def _add_page(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(WEB / "index.html")

    if WEB.is_dir():
        app.mount("/assets", StaticFiles(directory=WEB / "assets"), name="assets")
