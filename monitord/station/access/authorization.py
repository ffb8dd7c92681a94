"""ASGI middleware behind the guard: who asks, how often, and whether they may.

On an open station everybody may do everything, and only the rate is held. Where there are
accounts, each route and staff action is looked up in the table of roles, and whatever is written
carries the name of who signed in, not the one in the body.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final

from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from monitord.model import SECOND, Instant
from monitord.station.access.accounts_and_logins import AccountsAndLogins, Visitor
from monitord.station.access.proxied_address import asking_address
from monitord.station.access.rate_limit import (
    NAMELESS,
    NAMELESS_BURST,
    NAMELESS_PER_S,
    UNLIMITED,
    Rate,
)
from monitord.station.access.request_filter import SAFE, refuse, replay
from monitord.station.access.roles import (
    ACTIONS,
    LOCAL,
    LOCKED,
    NAME_SCREEN,
    PUBLIC,
    STAFF_ACTIONS,
    UNSIGNED,
    Role,
    permits,
)
from monitord.station.access.sign_in_and_pin import SignIn
from monitord.station.input_types import UNIDENTIFIED

COOKIE: Final = "monitord"
STREAM: Final = "GET /api/events"
CHECK_S: Final = 1.0
"""How soon an open stream ends after its screen was signed out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may speak to the station. Without `login` it is open: for this machine only."""

    login: SignIn | None = None
    rate: Rate = field(default_factory=Rate)
    nameless: Rate = field(default_factory=lambda: Rate(per_s=NAMELESS_PER_S, burst=NAMELESS_BURST))
    names: tuple[str, ...] = ()
    secure: bool = False
    proxies: tuple[str, ...] = ()

    @property
    def known(self) -> AccountsAndLogins | None:
        return self.login.known if self.login is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """What a request says of where it comes from; `place` is an address."""

    cookie: str | None
    token: str | None
    place: str
    local: bool
    visitor: Visitor | None

    def may(self, row: str) -> bool:
        """Whether the route is for this caller too; for everybody where nobody signs in."""
        return self.visitor is None or permits(self.visitor.role, row)


class Gate:
    """Lets through, or answers 401, 403 or 429."""

    def __init__(self, app: ASGIApp, access: Access, now: Callable[[], Instant]) -> None:
        self._app = app
        self._access = access
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; the guard has read its body already."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        caller = self._caller(scope)
        scope.setdefault("state", {})["caller"] = caller
        row = _row(scope)
        raw = b"" if scope["method"] in SAFE else (await receive()).get("body", b"")
        body = _parsed(raw)
        if row == ACTIONS and body is not None:
            # As text: what else stands there is refused by the app.
            kind = str(body.get("type"))
            row = kind if kind in STAFF_ACTIONS else row
        if row is not None and row not in UNLIMITED:
            key = caller.visitor.key if caller.visitor else caller.place
            if wait := self._access.rate.wait(key, self._now() / SECOND):
                await _refuse_for_now(send, wait)
                return
        refusal = self._refusal(row, scope, caller, body)
        if refusal is not None:
            await refuse(send, *refusal)
            return
        visitor = caller.visitor
        nameless = visitor is not None and visitor.role is Role.VIEWER and row in NAMELESS
        if visitor is not None and nameless:
            wait = self._access.nameless.wait((visitor.key, row), self._now() / SECOND)
            if wait:
                await _refuse_for_now(send, wait)
                return
        if visitor is not None and row not in UNSIGNED and body is not None:
            # What needs a name was refused without one.
            raw = json.dumps(body | {"by": visitor.by}).encode()
        if scope["method"] not in SAFE:
            receive = replay(raw, receive)
        if row == STREAM and self._access.known is not None:
            await self._while_signed_in(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refusal(
        self, row: str | None, scope: Scope, caller: Caller, body: dict[str, Any] | None
    ) -> tuple[int, str] | None:
        known = self._access.known
        if known is None or row is None or row in PUBLIC or (row in LOCAL and caller.local):
            return None
        visitor = caller.visitor
        if visitor is None:
            return 401, "sign in first"
        if visitor.browser and scope["method"] not in SAFE and not _own_page(scope):
            return 403, "a request with a cookie must come from the station's own page"
        if permits(visitor.role, row):
            return None
        if visitor.acknowledges and row in LOCKED and _names_nobody(body):
            return None
        if visitor.counted_on and row == NAME_SCREEN:
            return None
        locked = visitor.name is None and any(
            account.role != Role.VIEWER for account in known.of_browser(caller.cookie or "")
        )
        if locked:
            return 401, "this screen is locked: say who you are"
        name = visitor.name or str(visitor.role)
        known.note(name, f"refused {row} from {caller.place}")
        return 403, f"not as {visitor.role.replace('_', ' ')}"

    async def _while_signed_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An open stream ends with what allowed it."""
        streaming = asyncio.ensure_future(self._app(scope, receive, send))
        try:
            while not streaming.done():
                await asyncio.wait({streaming}, timeout=CHECK_S)
                if self._caller(scope).visitor is None:
                    break
        finally:
            ended = streaming.done()
            streaming.cancel()
            await asyncio.gather(streaming, return_exceptions=True)
        if not ended:
            # A client that does not read either is given up by the server.
            with suppress(TimeoutError):
                async with asyncio.timeout(CHECK_S):
                    await send({"type": "http.response.body", "body": b""})
        elif not streaming.cancelled() and (error := streaming.exception()) is not None:
            raise error

    def _caller(self, scope: Scope) -> Caller:
        headers, known = dict(scope["headers"]), self._access.known
        cookie = _cookie(headers.get(b"cookie", b"").decode("latin-1"))
        kind, _, given = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        token = given.strip() if kind.lower() == "bearer" else None
        peer = scope["client"][0] if scope.get("client") else ""
        place, local = asking_address(peer, headers, self._access.proxies)
        return Caller(
            cookie=cookie,
            token=token,
            place=place,
            local=local,
            visitor=known.visitor(cookie, token) if known else None,
        )


def _cookie(header: str) -> str | None:
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel is not None else None


def _names_nobody(body: dict[str, Any] | None) -> bool:
    """Whether it was pressed without a name: what somebody signed who is gone by now is not done as nobody's."""
    return body is None or body.get("by") in (None, "", UNIDENTIFIED)


async def _refuse_for_now(send: Send, wait: int) -> None:
    await refuse(send, 429, f"too many requests: wait {wait} s", retry_after=wait)


def _own_page(scope: Scope) -> bool:
    """The guard refused every other Origin; browsers send one, or say it in the other header."""
    headers = dict(scope["headers"])
    return bool(headers.get(b"origin")) or headers.get(b"sec-fetch-site") == b"same-origin"


def _row(scope: Scope) -> str | None:
    """The row of the table; None where there is no such route, which the app answers."""
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    for route in scope["app"].routes:
        if route.matches(scope)[0] is Match.FULL:
            return f"{method} {route.path}"
    return None


def _parsed(raw: bytes) -> dict[str, Any] | None:
    """The JSON object of a body; None where it is none, which the app answers."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
