"""Signing in at a screen: password, PIN, lock, invitation. No routes.

A screen (a browser, by its cookie) shows alarms as long as somebody signed in on it; a person sits
at it until it locks. Wrong secrets cost time, and as much time whether or not there is the account.
"""

from collections.abc import Hashable
from dataclasses import replace
from typing import Final

from monitord.model import SECOND
from monitord.station.access.account_changes import AccountChanges
from monitord.station.access.accounts_and_logins import (
    AccountsAndLogins,
    RefusedError,
    name_fault,
)
from monitord.station.access.first_account import FirstAccount, first_account
from monitord.station.access.passwords import (
    BusyError,
    Hasher,
    Secrets,
    digest,
)
from monitord.station.access.rate_limit import BackOff
from monitord.store.accounts import Account

PINS: Final = 10
"""So many wrong PINs in a row, and the person's password is asked for."""

WRONG: Final = "name and password do not fit"
WRONG_CODE: Final = "name and code do not fit, or the code was used or is too old"


class WaitError(RefusedError):
    """Too many wrong attempts; `seconds` until the next one is looked at."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many wrong attempts: wait {seconds} s")
        self.seconds = seconds


class SignIn:
    """Checks who somebody says to be. Every refusal is a RefusedError with its sentence."""

    def __init__(self, known: AccountsAndLogins, hasher: Hasher | None = None) -> None:
        self.known = known
        self.first_account = FirstAccount(known)
        self.accounts = AccountChanges(known)
        self._hasher = hasher or Hasher()
        # Screens have a turn of their own: who guesses from elsewhere does not make a nurse wait.
        self._at_screens = Hasher(self._hasher.argon)
        # By place and name, so that nobody is locked out from elsewhere; by name alone much later. Where somebody
        # signed in before, only what was tried at that very screen counts: strangers keep nobody from it.
        self._here = BackOff(free=5, first_s=1, longest_s=60, keeps=self._at_a_screen)
        self._anywhere = BackOff(free=50, first_s=1, longest_s=30, keeps=self._is_somebody)
        self._place = BackOff(free=20, first_s=1, longest_s=30)
        self._pins = BackOff(free=3, first_s=30, longest_s=300, keeps=self._at_a_screen)

    def _now(self) -> float:
        return self.known.now() / SECOND

    def _is_somebody(self, name: Hashable) -> bool:
        return self.known.account(str(name)) is not None

    def _at_a_screen(self, key: Hashable) -> bool:
        """Of a person that there is, at a screen that is signed in."""
        match key:
            case (str() as place, str() as name):
                return self.known.is_screen(place) and self._is_somebody(name)
        return False

    def _screen(self, cookie: str | None) -> str | None:
        """The digest of a screen's cookie; None for a browser on which nobody signed in."""
        key = digest(cookie) if cookie else ""
        return key if self.known.is_screen(key) else None

    # Signing in.

    async def password(self, name: str, password: str, cookie: str | None, place: str) -> str:
        """The screen's new cookie once the person is known."""
        account = await self._known(name, password, self._screen(cookie), place)
        return await self._let_in(account, cookie)

    async def join(
        self, name: str, code: str, secrets: Secrets, cookie: str | None, place: str, *, local: bool
    ) -> str:
        """Chooses a password with an invitation, or makes the first account by the set-up link."""
        screen = self._screen(cookie)
        self._wait(name, screen, place)
        if fault := name_fault(name) or secrets.fault(name):
            raise RefusedError(fault)
        if self.first_account.may_be_made(code, local=local):
            account, what = first_account(name), "first account"
        elif (found := self.known.invitation(name, code)) is not None:
            account, what = found, "password chosen"
        else:
            self._wrong(name, screen, place, "wrong code")
            raise RefusedError(WRONG_CODE)
        account = await self._with(account, secrets)
        await self.known.save(account, account.name, what)
        self.first_account.close_link()
        return await self._let_in(account, cookie)

    async def unlock(self, cookie: str, name: str, pin: str) -> str:
        """The PIN of somebody who gave a password on this screen within the shift; its new cookie."""
        account = self.known.account(name)
        good = account is not None and account.name in self.known.may_use_pin(cookie)
        # Who may not use a PIN here is counted as one: whatever names are tried, it is one entry.
        key = digest(cookie), account.name.casefold() if account and good else ""
        if wait := self._pins.wait(key, self._now()):
            raise WaitError(wait)
        try:
            right = await self._at_screens.matches(account.pin if account and good else None, pin)
        except BusyError as error:
            raise WaitError(1) from error
        # What others tried meanwhile counts.
        if wait := self._pins.wait(key, self._now()):
            raise WaitError(wait)
        if account is None or not right:
            self.known.note(name, "wrong PIN")
            if self._pins.wrong(key, self._now()) >= PINS and good:
                self._pins.right(key)
                self.known.guessed(digest(cookie), name)
            raise RefusedError("name and PIN do not fit, or it is time for the password")
        self._pins.right(key)
        return await self._let_in(account, cookie, password=False)

    async def change(
        self, name: str, password: str, secrets: Secrets, cookie: str | None, place: str
    ) -> None:
        """Another password or PIN, by who knows the present password."""
        account = await self._known(name, password, self._screen(cookie), place)
        if fault := secrets.fault(account.name):
            raise RefusedError(fault)
        changed = await self._with(account, secrets)
        await self.known.save(changed, account.name, "password or PIN changed")

    async def _let_in(self, account: Account, cookie: str | None, *, password: bool = True) -> str:
        given = await self.known.sign_in(cookie, account, password=password)
        for counted in (self._here, self._pins):
            # Signing in as oneself does not begin the guessing of another one anew.
            counted.move(digest(cookie or ""), digest(given))
        return given

    async def _known(self, name: str, password: str, screen: str | None, place: str) -> Account:
        self._wait(name, screen, place)
        account = self.known.account(name)
        usable = account if account and not account.disabled else None
        try:
            right = await self._hasher.matches(usable.password if usable else None, password)
        except BusyError as error:
            raise WaitError(1) from error
        self._wait(name, screen, place)
        if usable is None or not right:
            self._wrong(name, screen, place, "wrong password")
            raise RefusedError(WRONG)
        self._here.right((screen or place, name.strip().casefold()))
        self._anywhere.right(name.strip().casefold())
        self._place.right(place)
        return usable

    def _wait(self, name: str, screen: str | None, place: str) -> None:
        key, now = name.strip().casefold(), self._now()
        wait = self._here.wait((screen or place, key), now)
        if screen is None:
            wait = max(wait, self._anywhere.wait(key, now), self._place.wait(place, now))
        if wait:
            raise WaitError(wait)

    def _wrong(self, name: str, screen: str | None, place: str, what: str) -> None:
        key = name.strip().casefold()
        self._here.wrong((screen or place, key), self._now())
        self._anywhere.wrong(key, self._now())
        if screen is None:
            self._place.wrong(place, self._now())
        self.known.note(name, f"{what} from {place}")

    async def _with(self, account: Account, secrets: Secrets) -> Account:
        try:
            if secrets.password is not None:
                hashed = await self._hasher.hash(secrets.password)
                account = replace(account, password=hashed, invite=None, invite_until=None)
            if secrets.pin is not None:
                account = replace(account, pin=await self._hasher.hash(secrets.pin))
        except BusyError as error:
            raise WaitError(1) from error
        return account
