"""What an engineer changes of accounts and tokens: added, reset, disabled, a token given. No routes."""

from dataclasses import replace
from typing import Final

from monitord.model import MINUTE, Instant, Span
from monitord.station.access.accounts_and_logins import (
    AccountsAndLogins,
    RefusedError,
    invited,
    name_fault,
)
from monitord.station.access.passwords import digest, new_token
from monitord.station.access.roles import Role
from monitord.store.accounts import Account, Token

DAY: Final[Span] = 24 * 60 * MINUTE


class AccountChanges:
    """Every refusal is a RefusedError with its sentence."""

    def __init__(self, known: AccountsAndLogins) -> None:
        self._known = known

    async def add(self, by: str, name: str, role: Role) -> str:
        """A new account; the code for its person."""
        if fault := name_fault(name):
            raise RefusedError(fault)
        self._is_free(name)
        account, code = invited(name, role, self._known.now())
        await self._known.save(account, by, f"account added as {role}")
        return code

    async def reset(self, by: str, name: str) -> str:
        """Password, PIN and every screen of the person end; a code for a new password."""
        old = self._existing(name)
        account, code = invited(old.name, old.role, self._known.now())
        await self._known.save(account, by, "password reset", sign_out=True)
        return code

    async def disable(self, by: str, name: str) -> None:
        """The person may not come back, until a reset."""
        old = self._existing(name)
        engineers = [
            each.name
            for each in self._known.accounts
            if each.role == Role.ENGINEER and not each.disabled and each.password
        ]
        if engineers == [old.name]:
            raise RefusedError("the last engineer stays: else nobody could add accounts")
        await self._known.save(replace(old, disabled=True), by, "disabled", sign_out=True)

    async def give_token(self, by: str, name: str, role: Role, days: int) -> str:
        """What a program sends as `Authorization: Bearer`; shown once."""
        if fault := name_fault(name):
            raise RefusedError(fault)
        if self._known.account(name) is not None:
            raise RefusedError(f"{name!r} is a person: give the program a name of its own")
        secret = new_token()
        until = Instant(self._known.now() + days * DAY)
        token = Token(name=name, digest=digest(secret), role=role, expires_at=until)
        await self._known.give(token, by)
        return secret

    def _is_free(self, name: str) -> None:
        taken = {each.name.casefold() for each in self._known.accounts}
        taken |= {each.name.casefold() for each in self._known.tokens}
        if name.strip().casefold() in taken:
            raise RefusedError(f"there is a person or program {name!r} already")

    def _existing(self, name: str) -> Account:
        account = self._known.account(name)
        if account is None:
            raise RefusedError(f"there is no account {name!r}")
        return account
