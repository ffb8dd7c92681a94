"""Who is at the station: accounts and tokens held in memory, so that nobody waits for the disk.

The database is read every two seconds, for what a command beside the daemon changed; where it
fails, what was known goes on. Every change, and every refusal, becomes a line of the audit chain.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog

from monitord.errors import StoreError
from monitord.model import MINUTE, SECOND, Instant, Span
from monitord.station.access.cookie_renewal import CookieRenewals
from monitord.station.access.idle_screen_lock import ScreenLock
from monitord.station.access.passwords import digest, new_code, new_token, plain_code
from monitord.station.access.roles import ACKNOWLEDGE, NAME_SCREEN, Role, permits
from monitord.station.access.screen_names import ScreenNames
from monitord.station.input_types import names_nobody, nobody_at
from monitord.store.accounts import Account, Everybody, Login, Note, People, Token

_log = structlog.get_logger()

READ_S: Final = 2.0
SHIFT: Final[Span] = 12 * 60 * MINUTE
"""So long after a password its PIN is enough."""
STAY: Final[Span] = 30 * 24 * 60 * MINUTE
"""A browser that was not used for so long shows nothing any more."""
INVITED: Final[Span] = 24 * 60 * MINUTE
USED_EVERY: Final[Span] = 60 * MINUTE
NOTES: Final = 256
"""Different refusals held between two readings; what is over is counted, not told."""


_Unsaved = dict[str, tuple[dict[str, Login], Note]]
"""By browser: what holds of each person on it, and why."""


class RefusedError(Exception):
    """Why not, as a sentence for the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who asks. `name` is None where nobody is known: a locked screen, or one on a wall.

    `key` is the browser's or the token's digest. `screen` is what the browser is called, where its
    page has a name. Where nobody is signed in, `acknowledges` says that an alarm may be acknowledged all the same, and
    `counted_on` that the screen may be a station.
    """

    key: str
    role: Role
    name: str | None
    browser: bool
    screen: str | None = None
    acknowledges: bool = False
    counted_on: bool = False

    @property
    def by(self) -> str:
        """Who it was, for the record."""
        return self.name or nobody_at(self.screen)


def invited(name: str, role: str, now: Instant) -> tuple[Account, str]:
    """An account without a password, and the code with which the person chooses one."""
    code = new_code()
    until = Instant(now + INVITED)
    return Account(name=name, role=role, invite=digest(code), invite_until=until), code


def name_fault(name: str) -> str | None:
    """Why nobody may be called so, or None."""
    return f"{name!r} stands for nobody: choose another name" if names_nobody(name) else None


class AccountsAndLogins:
    """Accounts, browsers and tokens as they are known now.

    `screens` knows who is at which browser, `screen_names` what each is called.
    """

    def __init__(
        self,
        rows: People,
        now: Callable[[], Instant],
        chain: Callable[[Sequence[str]], None],
        lock_after: Span,
    ) -> None:
        self.now = now
        self.screens = ScreenLock(now, lock_after)
        self.screen_names = ScreenNames()
        self._rows = rows
        self._chain = chain
        self._known = Everybody()
        self._accounts: dict[str, Account] = {}
        self._logins: dict[str, dict[str, Login]] = {}
        self._tokens: dict[str, Token] = {}
        self._unsaved: _Unsaved = {}
        self._notes: Counter[Note] = Counter()
        self.loaded = False
        """Whether the database was ever read: before, no account is not the same as none."""
        self._renewals = CookieRenewals()
        self._gone: dict[str, None] = {}
        """Browsers that are signed out here, and perhaps not in the database yet."""
        self._failing = False
        self._turn = asyncio.Lock()

    # What is known.

    def account(self, name: str) -> Account | None:
        """By its name, however it is written."""
        return self._accounts.get(name.strip().casefold())

    @property
    def accounts(self) -> list[Account]:
        return list(self._accounts.values())

    @property
    def tokens(self) -> list[Token]:
        return list(self._tokens.values())

    def of_browser(self, cookie: str) -> list[Account]:
        """Who gave a password on it and may still come; none where it is not signed in."""
        since = self.now() - STAY
        found = [
            self._accounts.get(login.account.casefold())
            for login in self._logins.get(digest(cookie), {}).values()
            if login.used_at > since
        ]
        return [account for account in found if account and not account.disabled]

    def may_use_pin(self, cookie: str) -> list[str]:
        """The names on this browser for which a PIN is enough."""
        since, key = self.now() - SHIFT, digest(cookie)
        given = self._logins.get(key, {})
        return sorted(
            account.name
            for account in self.of_browser(cookie)
            if account.pin
            and account.role != Role.VIEWER
            and given[account.name].password_at > since
            and not self._renewals.ending(key)
        )

    def guessed(self, key: str, name: str) -> None:
        """Too many wrong PINs: on this browser the person's password is asked for, also after a restart."""
        account, given = self.account(name), self._logins.get(key, {})
        if account is not None and (login := given.get(account.name)) is not None:
            ended = replace(login, password_at=Instant(0))
            self._keep((ended,), Note(at=self.now(), who=account.name, what="too many wrong PINs"))

    def visitor(self, cookie: str | None, token: str | None) -> Visitor | None:
        """Who it is; None for somebody unknown."""
        if token is not None:
            key = digest(token)
            found = self._tokens.get(key)
            if found is None or found.expires_at <= self.now():
                return None
            return Visitor(key=key, role=_role(found.role), name=found.name, browser=False)
        if cookie is None or not (there := self.of_browser(cookie)):
            return None
        key = digest(cookie)
        self._renewals.used(key, self.now())
        name = self.screens.person_at(key)
        person = next((each for each in there if each.name == name), None)
        screen = self.screen_names.of(key)
        if person is not None:
            return Visitor(key=key, role=_role(person.role), name=name, browser=True, screen=screen)
        # At most what somebody might do who signed in here.
        ending = self._renewals.ending(key)
        trusted = any(permits(_role(each.role), ACKNOWLEDGE) for each in there)
        names = any(permits(_role(each.role), NAME_SCREEN) for each in there)
        return Visitor(
            key=key,
            role=Role.VIEWER,
            name=None,
            browser=True,
            screen=screen,
            acknowledges=trusted and screen is not None and not ending,
            counted_on=names and not ending,
        )

    def unlock(self, key: str, name: str) -> None:
        """The person said who they are. A viewer is nobody: what it may do, a locked screen may."""
        account = self.account(name)
        if account is not None and account.role != Role.VIEWER:
            self.screens.unlock(key, account.name)

    # What changes.

    def note(self, who: str, what: str, whom: str | None = None) -> None:
        """A line for the audit chain; the same again within two seconds is counted."""
        # Without the time, which is given as it is written: else no two would be the same.
        said = Note(at=Instant(0), who=who[:40], what=what[:200], whom=whom and whom[:40])
        if said in self._notes or len(self._notes) < NOTES:
            self._notes[said] += 1

    async def sign_in(self, cookie: str | None, account: Account, *, password: bool = True) -> str:
        """The person is at the browser, whose cookie is another one from now on.

        Holds although the database cannot be written: then it is written later.
        """
        old, new, now = digest(cookie or ""), new_token(), self.now()
        key = digest(new)
        there = {each.name for each in self.of_browser(cookie)} if cookie else set()
        if self._renewals.ending(old):
            there = set()
        logins = {
            name: replace(login, digest=key)
            for name, login in self._logins.get(old, {}).items()
            if name in there
        }
        if password:
            logins[account.name] = Login(
                digest=key, account=account.name, password_at=now, used_at=now
            )
        what = "signed in" if password else "said who they are by PIN"
        self._keep(tuple(logins.values()), Note(at=now, who=account.name, what=what))
        if there:
            self._renewals.begin(old, key)
            self.screens.lock(old)
            self.screen_names.move(old, key)
        self.unlock(key, account.name)
        async with self._turn:
            await asyncio.to_thread(self._save_logins, dict(self._unsaved))
        return new

    def is_screen(self, key: str) -> bool:
        """Whether somebody signed in on the browser with this digest of a cookie."""
        return key in self._logins and not self._renewals.ending(key)

    def is_last(self, cookie: str) -> bool:
        """Whether the browser was given no newer cookie."""
        return self._renewals.is_last(digest(cookie))

    async def sign_out(self, key: str, who: str) -> None:
        """Everybody leaves this browser, which shows nothing any more."""
        self._forget(key)
        note = Note(at=self.now(), who=who, what="signed out")
        await self._write(lambda: self._rows.sign_out(key, note))

    def _keep(self, logins: Sequence[Login], note: Note) -> None:
        """Logins of one browser, as they are from now on."""
        for login in logins:
            known, _ = self._unsaved.get(login.digest, ({}, note))
            self._unsaved[login.digest] = known | {login.account: login}, note
            self._logins.setdefault(login.digest, {})[login.account] = login

    def _forget(self, key: str) -> None:
        self.screens.lock(key)
        self._logins.pop(key, None)
        self._unsaved.pop(key, None)

    async def save(self, account: Account, who: str, what: str, *, sign_out: bool = False) -> None:
        """An account as it is from now on."""
        note = Note(at=self.now(), who=who, what=what, whom=account.name)
        await self._write(lambda: self._rows.save(account, note, sign_out=sign_out))

    async def give(self, token: Token, who: str) -> None:
        """A program's token."""
        what = f"token given as {token.role}"
        note = Note(at=self.now(), who=who, what=what, whom=token.name)
        await self._write(lambda: self._rows.give(token, note))

    async def revoke(self, name: str, who: str) -> None:
        """Ends a program's token."""
        note = Note(at=self.now(), who=who, what="token revoked", whom=name)
        await self._write(lambda: self._rows.revoke(name, note))

    def invitation(self, name: str, code: str) -> Account | None:
        """The account for which the code is good."""
        found = self.account(name)
        if found is None or found.disabled or found.invite_until is None:
            return None
        fits = found.invite == digest(plain_code(code)) and self.now() < found.invite_until
        return found if fits else None

    async def _write(self, change: Callable[[], object]) -> None:
        try:
            await asyncio.to_thread(change)
        except StoreError as error:
            raise RefusedError(f"not kept: {error}") from error
        await self.refresh()

    # The database.

    async def run(self) -> None:
        """Until cancelled: reads what changed, chains what was noted."""
        forget_at = Instant(0)
        while True:
            await self.refresh()
            if self.now() >= forget_at:
                forget_at = Instant(self.now() + USED_EVERY)
                await asyncio.to_thread(self._housekeeping)
            await asyncio.sleep(READ_S)

    async def refresh(self) -> None:
        """Everything as the database has it now, if it can be read."""
        async with self._turn:
            for key in self._renewals.over(self.now()):
                self._forget(key)
                self._gone[key] = None
            noted, self._notes = self._notes, Counter()
            try:
                known = await asyncio.to_thread(self._exchange, noted, dict(self._unsaved))
            except StoreError as error:
                self._notes = noted + self._notes
                if not self._failing:
                    _log.error("people_not_read", detail=str(error))
                self._failing = True
                return
        self._failing, self.loaded = False, True
        if known != self._known:
            self._know(known)

    def _know(self, known: Everybody) -> None:
        self._known = known
        self._accounts = {each.name.casefold(): each for each in known.accounts}
        self._tokens = {each.digest: each for each in known.tokens}
        self._logins = {}
        unsaved = [login for logins, _ in self._unsaved.values() for login in logins.values()]
        for login in (*known.logins, *unsaved):
            if login.digest not in self._gone:
                self._logins.setdefault(login.digest, {})[login.account] = login
        self.screens.forget_all_but(self._logins)
        self.screen_names.forget_all_but(self._logins)

    def _exchange(self, noted: Mapping[Note, int], unsaved: _Unsaved) -> Everybody:
        self._save_logins(unsaved)
        for key in tuple(self._gone):
            self._rows.end(key, Note(at=self.now(), who="monitord", what="cookie renewed"))
            del self._gone[key]
        if noted or self._rows.waiting():
            at = self.now()
            self._chain([_said(note, count, at) for note, count in noted.items()])
        return self._rows.read()

    def _save_logins(self, unsaved: _Unsaved) -> None:
        for key, waiting in unsaved.items():
            logins, note = waiting
            try:
                self._rows.sign_in(tuple(logins.values()), note)
            except StoreError as error:
                _log.warning("login_not_kept", detail=str(error))
                return
            if self._unsaved.get(key) is waiting:
                del self._unsaved[key]

    def _housekeeping(self) -> None:
        try:
            self._rows.forget(Instant(self.now() - STAY), self.now())
        except StoreError as error:
            _log.warning("logins_not_forgotten", detail=str(error))

    async def used(self, key: str) -> None:
        """The browser was there; written once an hour."""
        logins = self._logins.get(key, {})
        now = self.now()
        if not logins or now - max(each.used_at for each in logins.values()) < USED_EVERY:
            return
        self._logins[key] = {name: replace(each, used_at=now) for name, each in logins.items()}
        try:
            await asyncio.to_thread(self._rows.used, key, now)
        except StoreError as error:
            _log.warning("login_not_kept", detail=str(error))


def _role(word: str) -> Role:
    """One that another version gave, and this one does not know, may look."""
    return Role(word) if word in set(Role) else Role.VIEWER


def _said(note: Note, count: int, at: Instant) -> str:
    times = f" ({count} times)" if count > 1 else ""
    return replace(note, at=at, what=note.what + times).text()


def seconds(span: Span) -> float:
    """Of a span, for the page."""
    return round(span / SECOND, 1)
