"""The first account of a station: made by a link that a start prints, good once, for an hour, on this machine."""

from typing import Final

from monitord.model import MINUTE, Instant, Span
from monitord.station.access.accounts_and_logins import AccountsAndLogins
from monitord.station.access.passwords import digest, new_token
from monitord.station.access.roles import Role
from monitord.store.accounts import Account

SET_UP: Final[Span] = 60 * MINUTE
"""So long after a start the set-up link is good; another start prints another one."""


def first_account(name: str) -> Account:
    """Without secrets yet. Its person adds all others."""
    return Account(name=name, role=Role.ENGINEER)


class FirstAccount:
    """The set-up link, as long as there is no account."""

    def __init__(self, known: AccountsAndLogins) -> None:
        self._known = known
        self._link: tuple[str, Instant] | None = None

    @property
    def is_missing(self) -> bool:
        """There is no account: only the set-up link lets somebody in."""
        return self._known.loaded and not self._known.accounts

    def open_link(self) -> str:
        """The secret of the set-up link, good once, for an hour, on this machine."""
        token = new_token()
        self._link = digest(token), Instant(self._known.now() + SET_UP)
        return token

    def may_be_made(self, code: str, *, local: bool) -> bool:
        """Whether `code` is the link's, and still good."""
        if self._link is None or not local or not self.is_missing:
            return False
        expected, until = self._link
        return expected == digest(code) and self._known.now() < until

    def close_link(self) -> None:
        """Somebody has joined: the link is used up."""
        self._link = None
