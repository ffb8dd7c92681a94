"""The routes of people: sign in, lock, unlock, and the accounts. The page and scripts use the same."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi import Path as PathParam
from pydantic import BaseModel, ConfigDict, StringConstraints

from monitord.model import SECOND
from monitord.station.access.accounts_and_logins import STAY, RefusedError, seconds
from monitord.station.access.authorization import COOKIE, Access, Caller
from monitord.station.access.passwords import MAX_PASSWORD, Secrets
from monitord.station.access.roles import LOCKED, NAME_SCREEN, STAFF_ACTIONS, TABLE, Role, permits
from monitord.station.access.sign_in_and_pin import SignIn, WaitError
from monitord.station.input_types import TOKEN_DAYS, Days, Who
from monitord.station.routes.route_errors import REFUSED

Secret = Annotated[str, StringConstraints(min_length=1, max_length=MAX_PASSWORD)]
Pin = Annotated[str, StringConstraints(min_length=4, max_length=8)]
Name = Annotated[Who, PathParam()]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PasswordBody(_Body):
    name: Who
    password: Secret


class JoinBody(_Body):
    """An invitation's code, or the set-up link's, and what the person chose."""

    name: Who
    code: Secret
    password: Secret
    pin: Pin | None = None


class UnlockBody(_Body):
    name: Who
    pin: Pin


class SecretsBody(_Body):
    """The present password, and what shall be another one."""

    name: Who
    password: Secret
    new_password: Secret | None = None
    pin: Pin | None = None


class AccountBody(_Body):
    name: Who
    role: Role


class TokenBody(_Body):
    role: Role
    days: Days = TOKEN_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenView:
    """Who is at this screen. On an open station `people` is False, and nobody is asked.

    `names` may come with a PIN; `may` are the staff actions that are allowed now, `routes` the
    routes (`METHOD /path`).
    """

    people: bool
    empty: bool
    signed_in: bool
    locked: bool
    name: str | None
    role: str | None
    names: list[str]
    locks_in_s: float
    may: list[str]
    routes: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """One account; `invited` while its person has not chosen a password."""

    name: str
    role: str
    disabled: bool
    invited: bool
    pin: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenView:
    """One program's token."""

    name: str
    role: str
    expires_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleView:
    """Everybody who may come."""

    accounts: list[AccountView]
    tokens: list[TokenView]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A secret, shown this once."""

    secret: str


def add_people(app: FastAPI, access: Access) -> None:
    """The routes; on an open station they say that it is open."""
    _add_session(app, access)
    _add_accounts(app, access)


def _add_session(app: FastAPI, access: Access) -> None:
    @app.get("/api/session")
    async def session(request: Request, response: Response) -> ScreenView:
        caller = _caller(request)
        if access.known is not None and caller.cookie and caller.visitor is not None:
            await access.known.used(caller.visitor.key)
            if access.known.is_last(caller.cookie):
                _set_cookie(response, access, caller.cookie)
        return _view(access, caller)

    @app.post("/api/session/login", status_code=204, responses=REFUSED)
    async def sign_in(body: PasswordBody, request: Request, response: Response) -> None:
        caller = _caller(request)
        with _Answers():
            cookie = await _login(access).password(
                body.name, body.password, caller.cookie, caller.place
            )
        _set_cookie(response, access, cookie)

    @app.post("/api/session/join", status_code=204, responses=REFUSED)
    async def join(body: JoinBody, request: Request, response: Response) -> None:
        caller = _caller(request)
        chosen = Secrets(password=body.password, pin=body.pin)
        with _Answers():
            cookie = await _login(access).join(
                body.name, body.code, chosen, caller.cookie, caller.place, local=caller.local
            )
        _set_cookie(response, access, cookie)

    @app.post("/api/session/unlock", status_code=204, responses=REFUSED)
    async def unlock(body: UnlockBody, request: Request, response: Response) -> None:
        with _Answers():
            cookie = await _login(access).unlock(_caller(request).cookie or "", body.name, body.pin)
        _set_cookie(response, access, cookie)

    @app.post("/api/session/touch", status_code=204, responses=REFUSED)
    async def touch(request: Request) -> None:
        _login(access).known.screens.touch(_key(request))

    @app.post("/api/session/lock", status_code=204, responses=REFUSED)
    async def lock(request: Request) -> None:
        _login(access).known.screens.lock(_key(request))

    @app.post("/api/session/logout", status_code=204, responses=REFUSED)
    async def sign_out(request: Request, response: Response) -> None:
        visitor = _caller(request).visitor
        with _Answers():
            known = _login(access).known
            if visitor is not None and visitor.browser:
                await known.sign_out(visitor.key, visitor.name or str(visitor.role))
        response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=access.secure)

    @app.post("/api/session/secrets", status_code=204, responses=REFUSED)
    async def change(body: SecretsBody, request: Request) -> None:
        chosen = Secrets(password=body.new_password, pin=body.pin)
        with _Answers():
            caller = _caller(request)
            await _login(access).change(
                body.name, body.password, chosen, caller.cookie, caller.place
            )


def _add_accounts(app: FastAPI, access: Access) -> None:
    @app.get("/api/people", responses=REFUSED)
    async def people() -> PeopleView:
        known = _login(access).known
        return PeopleView(
            accounts=[
                AccountView(
                    name=each.name,
                    role=each.role,
                    disabled=each.disabled,
                    invited=each.password is None,
                    pin=each.pin is not None,
                )
                for each in known.accounts
            ],
            tokens=[
                TokenView(
                    name=each.name,
                    role=each.role,
                    expires_s=seconds(each.expires_at - known.now()),
                )
                for each in known.tokens
            ],
        )

    @app.post("/api/people", responses=REFUSED)
    async def add(body: AccountBody, request: Request) -> Shown:
        with _Answers():
            return Shown(
                secret=await _login(access).accounts.add(_who(request), body.name, body.role)
            )

    @app.post("/api/people/{name}/reset", responses=REFUSED)
    async def reset(name: Name, request: Request) -> Shown:
        with _Answers():
            return Shown(secret=await _login(access).accounts.reset(_who(request), name))

    @app.post("/api/people/{name}/disable", status_code=204, responses=REFUSED)
    async def disable(name: Name, request: Request) -> None:
        with _Answers():
            await _login(access).accounts.disable(_who(request), name)

    @app.post("/api/people/{name}/token", responses=REFUSED)
    async def give_token(name: Name, body: TokenBody, request: Request) -> Shown:
        with _Answers():
            token = await _login(access).accounts.give_token(
                _who(request), name, body.role, body.days
            )
        return Shown(secret=token)

    @app.post("/api/people/{name}/revoke", status_code=204, responses=REFUSED)
    async def revoke(name: Name, request: Request) -> None:
        with _Answers():
            await _login(access).known.revoke(name, _who(request))


class _Answers:
    """Turns a refusal of people into an answer: 429 with its wait, else 409 with its sentence."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, WaitError):
            wait = {"retry-after": str(error.seconds)}
            raise HTTPException(429, str(error), headers=wait) from None
        if isinstance(error, RefusedError):
            raise HTTPException(409, str(error)) from None


def _login(access: Access) -> SignIn:
    if access.login is None:
        raise HTTPException(409, "this station is open: there are no accounts")
    return access.login


def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


def _key(request: Request) -> str:
    visitor = _caller(request).visitor
    return visitor.key if visitor is not None else ""


def _who(request: Request) -> str:
    visitor = _caller(request).visitor
    return (visitor.name if visitor is not None else None) or "nobody"


def _view(access: Access, caller: Caller) -> ScreenView:
    known, visitor = access.known, caller.visitor
    if known is None or access.login is None:
        return ScreenView(
            people=False,
            empty=False,
            signed_in=True,
            locked=False,
            name=None,
            role=None,
            names=[],
            locks_in_s=0,
            may=sorted(STAFF_ACTIONS),
            routes=sorted(TABLE.keys() - STAFF_ACTIONS),
        )
    there = known.of_browser(caller.cookie) if caller.cookie else []
    nameless = LOCKED if visitor is not None and visitor.acknowledges else frozenset()
    named = {NAME_SCREEN} if visitor is not None and visitor.counted_on else set()
    allowed = {row for row in TABLE if visitor and permits(visitor.role, row)} | nameless | named
    return ScreenView(
        people=True,
        empty=access.login.first_account.is_missing,
        signed_in=visitor is not None,
        locked=visitor is not None
        and visitor.name is None
        and any(account.role != Role.VIEWER for account in there),
        name=visitor.name if visitor is not None else None,
        role=str(visitor.role) if visitor is not None else None,
        names=known.may_use_pin(caller.cookie) if caller.cookie else [],
        locks_in_s=seconds(known.screens.locks_in(visitor.key)) if visitor else 0,
        may=sorted(allowed & STAFF_ACTIONS),
        routes=sorted(allowed - STAFF_ACTIONS),
    )


def _set_cookie(response: Response, access: Access, cookie: str) -> None:
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=STAY // SECOND,
        httponly=True,
        samesite="strict",
        secure=access.secure,
    )
