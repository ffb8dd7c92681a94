"""The screen lock: who is at each browser, and when it locks because nobody touched it. Pure."""

from collections.abc import Callable, Container

from monitord.model import Instant, Span


class ScreenLock:
    """A screen that nobody touched for `lock_after` locks: the person has gone to a chair.

    A browser is known by its key, the digest of its cookie.
    """

    def __init__(self, now: Callable[[], Instant], lock_after: Span) -> None:
        self.lock_after = lock_after
        self._now = now
        self._seats: dict[str, tuple[str, Instant]] = {}
        """Who unlocked each screen, and when it was last touched."""

    def unlock(self, key: str, name: str) -> None:
        """The person said who they are."""
        self._seats[key] = name, self._now()

    def lock(self, key: str) -> None:
        """The person left."""
        self._seats.pop(key, None)

    def touch(self, key: str) -> None:
        """Somebody moves at the browser; a locked one stays locked."""
        if (name := self.person_at(key)) is not None:
            self._seats[key] = name, self._now()

    def person_at(self, key: str) -> str | None:
        """The name of who unlocked the screen; None where it is locked."""
        name, touched = self._seats.get(key, (None, Instant(0)))
        return name if self._now() - touched < self.lock_after else None

    def locks_in(self, key: str) -> Span:
        """How long until the screen locks by itself; 0 where it is locked."""
        _, touched = self._seats.get(key, ("", Instant(0)))
        return max(0, touched + self.lock_after - self._now())

    def forget_all_but(self, keys: Container[str]) -> None:
        """Of a browser that is signed out, nothing is kept."""
        self._seats = {key: seat for key, seat in self._seats.items() if key in keys}
