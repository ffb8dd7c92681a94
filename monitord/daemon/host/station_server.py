"""Keeps the station served. It is not the alarm path: it may fail, which is a high alarm, and is tried again.

It never serves otherwise than the suite file says: no certificate, no page.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import tzinfo

import structlog
from fastapi import FastAPI

from monitord.config.suite.suite import Station
from monitord.daemon.health.health import Health, add_health
from monitord.daemon.health.metrics import Metrics
from monitord.daemon.health.systemd import Systemd
from monitord.daemon.host.station_reviews import reviews
from monitord.errors import StationError, StoreError
from monitord.model import DEFAULT_LANGUAGE, Cause, Fault, Instant
from monitord.record.export_forms import TEXTS
from monitord.record.public_record import public_record
from monitord.record.record import read_record
from monitord.station.access.accounts_and_logins import AccountsAndLogins
from monitord.station.access.authorization import Access
from monitord.station.access.sign_in_and_pin import SignIn
from monitord.station.app import create_app
from monitord.station.host import Host
from monitord.station.routes.history_routes import add_history
from monitord.station.routes.report_routes import add_reports
from monitord.station.routes.review_routes import add_reviews
from monitord.station.routes.session_list_routes import add_session_list
from monitord.station.serve import serve
from monitord.store.accounts import Note, People
from monitord.store.journal.journal import Journal
from monitord.store.past_sessions import PastSession, history
from monitord.store.session_list import ListedSession, list_sessions

_log = structlog.get_logger()

PAUSE_S = 5.0
# Between two attempts to serve the page.
PAGE = "station"
RENEWAL = "station renewal"


class StationServer:
    """Serves the station of `host` at the address `where` until cancelled; `ready` is told the port.

    Times of day on paper are those of `zone`; None is this machine's.
    """

    def __init__(
        self,
        *,
        host: Host,
        where: Station,
        journal: Journal,
        health: Health,
        metrics: Metrics,
        systemd: Systemd,
        ready: Callable[[int], None],
        zone: tzinfo | None,
        pages: Callable[[FastAPI, Host], None] | None = None,
    ) -> None:
        self._host = host
        self._where = where
        self._journal = journal
        self._health = health
        self._metrics = metrics
        self._systemd = systemd
        self._ready = ready
        self._zone = zone
        self._pages = pages
        self._access = self._who_may_come_in()
        self._rendering = asyncio.Lock()
        self._said = ""

    def _who_may_come_in(self) -> Access:
        """Everybody at this machine where the suite file says `open`, else those with an account."""
        where, journal = self._where, self._journal
        if where.open:
            return Access(names=where.names, secure=where.tls is not None, proxies=where.proxies)
        rows = People(journal.database)
        known = AccountsAndLogins(rows, self._host.now, journal.chain_people, where.lock_after)
        return Access(
            login=SignIn(known),
            names=where.names,
            secure=where.tls is not None,
            proxies=where.proxies,
        )

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                if self._access.known is not None:
                    await self._access.known.refresh()
                await self._serve()
                detail = "the station ended"
            except StationError as error:
                detail = str(error)
            except Exception as error:  # noqa: BLE001 - the one catch-all around the station
                detail = f"the station crashed: {error!r}"
            if detail != self._said:
                _log.error("station_failed", detail=detail)
            self._said = detail
            self._host.report(_fault(detail))
            # Without its page it still watches, and says so.
            self._systemd.tell("READY=1")
            await asyncio.sleep(PAUSE_S)

    async def _serve(self) -> None:
        where = self._where
        await serve(
            self._app(),
            where.host,
            where.port,
            self._serving,
            tls=where.tls,
            proxies=where.proxies,
            refused=self._renewal_refused,
        )

    def _renewal_refused(self, why: str) -> None:
        """Empty once a new one was taken."""
        fault = Fault(cause=Cause.CERTIFICATE, subject=RENEWAL, present=bool(why), detail=why[:200])
        self._host.report(fault)

    def _app(self) -> FastAPI:
        app = create_app(self._host, self._access)
        add_health(app, self._health, self._metrics)
        add_reports(app, self._report, self._looked)
        add_history(app, self._history, self._looked)
        add_session_list(app, self._sessions, self._host.label, self._looked)
        if self._pages is not None:
            self._pages(app, self._host)
        read = reviews(self._journal, self._host.now, self._rendering)
        add_reviews(app, read, self._host.label, self._looked)
        return app

    def _serving(self, port: int) -> None:
        self._said = ""
        self._host.report(_fault(""))
        # The files were read just now: what the last run refused is in use, or keeps the page away.
        self._renewal_refused("")
        login = self._access.login
        if login is not None and login.first_account.is_missing:
            scheme = "https" if self._where.tls is not None else "http"
            link = f"{scheme}://localhost:{port}/#setup={login.first_account.open_link()}"
            _log.warning("first_account_needed", link=link, good_for="one hour, once, here only")
        self._systemd.tell("READY=1")
        self._ready(port)

    # What the station reads of the record, in a thread.

    async def _report(self, session: str, form: str, whole: bool, language: str) -> str:  # noqa: FBT001 - as `Render` says
        """A session (or a bed's latest) in a form of `TEXTS`; what came of forms is in it as a `whole`."""
        here = set(self._host.places())

        def render() -> str:
            record = read_record(self._journal, session)
            label = self._host.label(record.session.bed) if record.session.bed in here else ""
            settings = self._host.suite_state().settings
            spoken = language or (settings.language if settings else DEFAULT_LANGUAGE)
            record = replace(record, zone=self._zone, label=label, language=spoken)
            return TEXTS[form](record if whole else public_record(record))

        # A record takes up to a second: two at once would be two threads that alarming does without.
        async with self._rendering:
            return await asyncio.to_thread(render)

    async def _history(self, pseudonym: str) -> Sequence[PastSession]:
        return await asyncio.to_thread(history, self._journal, pseudonym)

    async def _sessions(
        self, bed: str, pseudonym: str, since: Instant | None, until: Instant | None
    ) -> Sequence[ListedSession]:
        def find() -> Sequence[ListedSession]:
            return list_sessions(
                self._journal, bed=bed, pseudonym=pseudonym, since=since, until=until
            )

        return await asyncio.to_thread(find)

    async def _looked(self, who: str, what: str) -> None:
        """A line of the audit chain; where the record cannot be written, of the log alone."""
        _log.info("looked", who=who, at_what=what)
        known = self._access.known
        if known is not None:
            known.note(who, f"looked at {what}")
            return
        note = Note(at=self._host.now(), who=who, what=f"looked at {what}"[:200])
        try:
            await asyncio.to_thread(self._journal.chain_people, (note.text(),))
        except StoreError as error:
            _log.warning("look_not_kept", detail=str(error))


def _fault(detail: str) -> Fault:
    """Alerts do not reach the page; over without a detail."""
    return Fault(cause=Cause.DESTINATION, subject=PAGE, present=bool(detail), detail=detail[:200])
