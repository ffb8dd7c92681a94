"""Keeps the station served. It is not the alarm path: with a patient there it may fail, and is tried again."""

import asyncio
from collections.abc import Callable

import structlog
from fastapi import FastAPI

from monitord.config.suite import Station
from monitord.errors import StationError
from monitord.model import Cause, Fault, Instant
from monitord.station.app import create_app
from monitord.station.gate import Access
from monitord.station.host import Host
from monitord.station.login import Login
from monitord.station.people import Register
from monitord.station.serve import serve
from monitord.station.tls import Tls
from monitord.store.journal import Journal
from monitord.store.people import People

_log = structlog.get_logger()

OPEN = "OPEN: no accounts. Anybody at this machine may act under any name."
# What the page of such a suite says.
PAUSE_S = 5.0
# Between two attempts to serve the page.


def access_of(station: Station, journal: Journal, now: Callable[[], Instant]) -> Access:
    """Who may come in: everybody at this machine where the suite file says `open`, else accounts."""
    if station.open:
        return Access(names=station.names, secure=station.tls is not None)
    rows = People(journal.database)
    register = Register(rows, now, journal.chain_people, station.lock_after)
    return Access(login=Login(register), names=station.names, secure=station.tls is not None)


class Page:
    """Serves the station of `host` until cancelled; `finish` adds what is not the station's."""

    def __init__(
        self,
        host: Host,
        where: Station,
        access: Access,
        *,
        finish: Callable[[FastAPI], FastAPI],
        serving: Callable[[int], None],
        degraded: Callable[[], None],
    ) -> None:
        self._host = host
        self._where = where
        self._access = access
        self._finish = finish
        self._ready = serving
        self._degraded = degraded

    async def run(self) -> None:
        """StationError where it cannot start and no session is open."""
        if self._access.register is not None:
            await self._access.register.refresh()
        while True:
            try:
                await self._serve()
                detail = "the station ended"
            except StationError as error:
                if not any(state.session for state in self._host.beds().values()):
                    raise
                detail = str(error)
            except Exception as error:  # noqa: BLE001 - the one catch-all around the station
                detail = f"the station crashed: {error!r}"
            _log.error("station_failed", detail=detail)
            fault = Fault(cause=Cause.STATION, subject="page", present=True, detail=detail[:200])
            self._host.report(fault)
            # Without its page it still watches, and says so.
            self._degraded()
            await asyncio.sleep(PAUSE_S)

    async def _serve(self) -> None:
        where = self._where
        app = self._finish(create_app(self._host, self._access))
        tls = None
        if where.tls is not None:
            tls = Tls(certificate=where.tls.certificate, key=where.tls.key)
        await serve(app, where.host, where.port, self._serving, tls=tls)

    def _serving(self, port: int) -> None:
        self._host.report(Fault(cause=Cause.STATION, subject="page", present=False))
        login = self._access.login
        if login is not None and login.empty:
            scheme = "https" if self._where.tls is not None else "http"
            link = f"{scheme}://localhost:{port}/#setup={login.open_set_up()}"
            _log.warning("first_account_needed", link=link, good_for="one hour, once, here only")
        self._ready(port)
