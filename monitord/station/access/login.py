"""Signing in at a screen: password, PIN, lock, invitation. No routes.

A screen (a browser, by its cookie) shows alarms as long as somebody signed in on it; a person sits
at it until it locks. Wrong secrets cost time, and as much time whether or not there is the account.
"""

from dataclasses import replace
from typing import Final

from monitord.model import SECOND
from monitord.station.access.account_changes import AccountChanges
from monitord.station.access.accounts_in_memory import (
    AccountsInMemory,
    RefusedError,
    name_fault,
)
from monitord.station.access.first_account import FirstAccount, first_account
from monitord.station.access.passwords import (
    BusyError,
    Hasher,
    Secrets,
    digest,
    new_token,
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

    def __init__(self, known: AccountsInMemory, hasher: Hasher | None = None) -> None:
        self.known = known
        self.first_account = FirstAccount(known)
        self.accounts = AccountChanges(known)
        self._hasher = hasher or Hasher()
        # Screens have a turn of their own: who guesses from elsewhere does not make a nurse wait.
        self._at_screens = Hasher(self._hasher.argon)
        # By name and place, so that nobody is locked out from elsewhere; by name alone much later.
        self._here = BackOff(free=5, first_s=1, longest_s=60)
        self._anywhere = BackOff(free=50, first_s=1, longest_s=30)
        self._place = BackOff(free=20, first_s=1, longest_s=30)
        self._pins = BackOff(free=3, first_s=30, longest_s=300)

    def _now(self) -> float:
        return self.known.now() / SECOND

    # Signing in.

    async def password(self, name: str, password: str, cookie: str | None, place: str) -> str:
        """The screen's cookie once the person is known; the one that it has, where it is good."""
        account = await self._known(name, password, place)
        return await self._let_in(account, cookie)

    async def join(
        self, name: str, code: str, secrets: Secrets, cookie: str | None, place: str, *, local: bool
    ) -> str:
        """Chooses a password with an invitation, or makes the first account by the set-up link."""
        self._wait(name, place)
        if fault := name_fault(name) or secrets.fault(name):
            raise RefusedError(fault)
        if self.first_account.may_be_made(code, local=local):
            account, what = first_account(name), "first account"
        elif (found := self.known.invitation(name, code)) is not None:
            account, what = found, "password chosen"
        else:
            self._wrong(name, place, "wrong code")
            raise RefusedError(WRONG_CODE)
        account = await self._with(account, secrets)
        await self.known.save(account, account.name, what)
        self.first_account.close_link()
        return await self._let_in(account, cookie)

    async def unlock(self, cookie: str, name: str, pin: str) -> None:
        """The PIN of somebody who gave a password on this screen within the shift."""
        key = digest(cookie), name.strip().casefold()
        if wait := self._pins.wait(key, self._now()):
            raise WaitError(wait)
        account = self.known.account(name)
        good = account is not None and account.name in self.known.may_use_pin(cookie)
        try:
            right = await self._at_screens.matches(account.pin if account and good else None, pin)
        except BusyError as error:
            raise WaitError(1) from error
        # What others tried meanwhile counts.
        if wait := self._pins.wait(key, self._now()):
            raise WaitError(wait)
        if account is None or not right:
            self.known.note(name, "wrong PIN")
            if self._pins.wrong(key, self._now()) >= PINS:
                self._pins.right(key)
                self.known.guessed(digest(cookie), name)
            raise RefusedError("name and PIN do not fit, or it is time for the password")
        self._pins.right(key)
        self.known.unlock(digest(cookie), account.name)

    async def change(self, name: str, password: str, secrets: Secrets, place: str) -> None:
        """Another password or PIN, by who knows the present password."""
        account = await self._known(name, password, place)
        if fault := secrets.fault(account.name):
            raise RefusedError(fault)
        changed = await self._with(account, secrets)
        await self.known.save(changed, account.name, "password or PIN changed")

    async def _let_in(self, account: Account, cookie: str | None) -> str:
        kept = cookie if cookie and self.known.of_browser(cookie) else new_token()
        await self.known.sign_in(kept, account)
        return kept

    async def _known(self, name: str, password: str, place: str) -> Account:
        self._wait(name, place)
        account = self.known.account(name)
        usable = account if account and not account.disabled else None
        try:
            right = await self._hasher.matches(usable.password if usable else None, password)
        except BusyError as error:
            raise WaitError(1) from error
        self._wait(name, place)
        if usable is None or not right:
            self._wrong(name, place, "wrong password")
            raise RefusedError(WRONG)
        self._here.right((name.strip().casefold(), place))
        self._anywhere.right(name.strip().casefold())
        self._place.right(place)
        return usable

    def _wait(self, name: str, place: str) -> None:
        key, now = name.strip().casefold(), self._now()
        waits = (
            self._here.wait((key, place), now),
            self._anywhere.wait(key, now),
            self._place.wait(place, now),
        )
        if wait := max(waits):
            raise WaitError(wait)

    def _wrong(self, name: str, place: str, what: str) -> None:
        key = name.strip().casefold()
        self._here.wrong((key, place), self._now())
        self._anywhere.wrong(key, self._now())
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
