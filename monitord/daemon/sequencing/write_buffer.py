"""Readings without consequence, held for a moment so that many are written at once.

Nobody waits for them, and an alarm finds the writer free. Whatever has a consequence is written at
once, with all that came before it.
"""

from monitord.model import SECOND, Frame, Instant, Span
from monitord.store.journal.entry import Entry

LINGER: Span = SECOND // 50
# A crash loses so much of what nothing followed from, and nobody was told of.
AT_MOST = 2000
# Entries of one transaction: some 50 ms of writing.


class WriteBuffer:
    """What was stepped and waits to be written; `until` is when it must be."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._until = Instant(0)
        self._urgent = False

    @property
    def until(self) -> Instant | None:
        """None where nothing waits."""
        return self._until if self._entries else None

    def add(self, entries: list[Entry], now: Instant) -> None:
        """Puts entries last."""
        if not self._entries:
            self._until = Instant(now + LINGER)
        self._entries += entries
        self._urgent = self._urgent or not all(_plain(entry) for entry in entries)

    def may_wait(self, now: Instant) -> bool:
        """Whether all of it may wait for more of its kind."""
        waits = 0 < len(self._entries) < AT_MOST and now < self._until
        return waits and not self._urgent

    def take(self) -> list[Entry]:
        """All of it."""
        entries, self._entries, self._urgent = self._entries, [], False
        return entries


def _plain(entry: Entry) -> bool:
    """A reading from which nothing follows."""
    return not entry.effects and entry.event is not None and isinstance(entry.event.body, Frame)
