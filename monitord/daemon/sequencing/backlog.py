"""Entries that left before they were recorded, in order, until the journal takes them.

Bounded: beyond it the oldest readings without consequence are given up, and counted.
"""

from collections.abc import Sequence
from typing import Final

from monitord.model import Answered, Arrived, Frame, HandOver, HandOverAll, Move, say
from monitord.store.journal.journal import Entry

AT_MOST = 100_000
# Some 150 MB, and forty minutes of a full suite of twelve beds.
WRITE_AT_MOST = 4000
# Entries in one transaction: some 0.2 s. One write of all that waits would be too slow again.


NEVER: Final = -1
"""In place of an entry's number: it was given up."""


def not_kept(answered: Answered) -> Answered:
    """To an action that was carried out and is in no record: a restart forgets it, so whoever did it must know."""
    return answered if answered.refused else Answered.to(answered.action, say("no.not_kept"))


def cut(batch: Sequence[Entry]) -> list[Sequence[Entry]]:
    """The batch in two, near its middle; in one where all of it is one action at several beds.

    A hand over of all chairs and a move are recorded whole or not at all.
    """
    last = {_action(entry): n for n, entry in enumerate(batch)}
    reaches, places = 0, []
    for n, entry in enumerate(batch[:-1]):
        of = _action(entry)
        reaches = max(reaches, n if of is None else last[of])
        if reaches == n:
            places.append(n + 1)
    if not places:
        return [batch]
    place = min(places, key=lambda each: abs(each - len(batch) / 2))
    return [batch[:place], batch[place:]]


def _action(entry: Entry) -> str | None:
    """The action that stands in the entries of several beds."""
    match entry.event.body if entry.event is not None else None:
        case HandOver(id=name):
            return name.partition("/")[0]
        case HandOverAll(id=name) | Move(id=name) | Arrived(move=Move(id=name)):
            return name
        case _:
            return None


class Backlog:
    """What waits to be written; `given_up` counts what never will be."""

    def __init__(self) -> None:
        self.given_up = 0
        self._entries: list[Entry] = []
        self._failed = 0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def long(self) -> bool:
        """Whether more waits than is written at once."""
        return len(self) > self._piece

    @property
    def _piece(self) -> int:
        # After a failure the same entries are given to the journal again, and maybe more.
        return max(WRITE_AT_MOST, self._failed)

    def add(self, entries: Sequence[Entry]) -> None:
        """Puts entries last."""
        self._entries += entries
        surplus = len(self._entries) - AT_MOST
        if surplus <= 0:
            return
        kept: list[Entry] = []
        for entry in self._entries:
            plain = entry.event is not None and isinstance(entry.event.body, Frame)
            if surplus > 0 and plain and not entry.effects:
                surplus -= 1
                self.given_up += 1
            else:
                kept.append(entry)
        self._entries = kept

    def take(self) -> list[Entry]:
        """The first of them, to be written."""
        size = self._piece
        taken, self._entries = self._entries[:size], self._entries[size:]
        return taken

    def take_all(self) -> list[Entry]:
        """All of them, for a fresh record: that is begun once, however long it takes."""
        taken, self._entries = self._entries, []
        return taken

    def failed(self, batch: list[Entry]) -> None:
        """They could not be written: they come first again."""
        self._failed = len(batch)
        later, self._entries = self._entries, batch
        self.add(later)

    def written(self) -> None:
        """What was taken is recorded."""
        self._failed = 0
