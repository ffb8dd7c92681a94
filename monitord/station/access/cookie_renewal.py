"""A screen's cookie becomes another one whenever somebody says who they are. Pure.

The old one goes once the new one was used: an answer that was lost on its way leaves no screen dark. What is still on
its way under the old one then finds what a locked screen may do.
"""

from typing import Final

from monitord.model import SECOND, Instant, Span

GRACE: Final[Span] = 30 * SECOND
"""Longer than any request takes."""


class CookieRenewals:
    """Cookies by their digests. There are never more entries than screens that changed lately."""

    def __init__(self) -> None:
        self._old_of: dict[str, str] = {}
        """By the new one that was not used yet."""
        self._ends: dict[str, Instant] = {}

    def begin(self, old: str, new: str) -> None:
        """The new one was given to the screen that has the old one."""
        self._old_of[new] = old

    def used(self, key: str, now: Instant) -> None:
        """The screen sent it: what it had before ends, and what it was given and never got."""
        old = self._old_of.pop(key, None)
        if old is None:
            return
        never_got = [new for new, other in self._old_of.items() if other == old]
        for each in (old, *never_got):
            self._old_of.pop(each, None)
            self._ends.setdefault(each, Instant(now + GRACE))

    def is_last(self, key: str) -> bool:
        """Whether no other cookie took its place, or is on its way to do so."""
        return key not in self._ends and key not in self._old_of.values()

    def ending(self, key: str) -> bool:
        """Whether the screen has another one and uses it."""
        return key in self._ends

    def over(self, now: Instant) -> list[str]:
        """Those whose time is over; they are named once."""
        found = [key for key, end in self._ends.items() if end <= now]
        for key in found:
            del self._ends[key]
        return found
