"""A suite's journal as rows that leave, piece by piece from a position. Runs in a thread: it reads the disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from monitord.hospital.hidden_names import HiddenNames
from monitord.hospital.sent_row import (
    EVENTS,
    Leaving,
    Origin,
    SentRow,
    effect_row,
    event_row,
)
from monitord.hospital.uplink_position import UplinkPosition, load_position, save_position
from monitord.model import Event, Frame, Instant, Span
from monitord.store.changes_since import changes_since, first_since, record_name
from monitord.store.journal.journal import Journal, StoredEffect

EFFECTS = frozenset({"alarm", "answered", "notify"})


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPiece:
    """Rows in order, the position behind them, and whether there may be more at once."""

    rows: Sequence[SentRow]
    position: UplinkPosition
    more: bool


class JournalFeed:
    """One suite's; `every` is the span in which one frame of each source leaves."""

    def __init__(
        self, journal: Journal, suite: str, folder: Path, leaving: Leaving, every: Span
    ) -> None:
        self._journal = journal
        self._suite = suite
        self._folder = folder
        self._leaving = leaving
        self._every = every
        self._hidden = HiddenNames()
        self.unreadable = 0

    def begin(self, since: Instant) -> UplinkPosition:
        """Where it stands; where that is not known, at an instant."""
        name = record_name(self._journal)
        known = load_position(self._folder)
        if known is not None and known.journal == name and known.seq <= self._journal.last_seq:
            return known
        seq, effect = first_since(self._journal, since)
        return UplinkPosition(journal=name, seq=seq, effect=effect)

    def next(self, position: UplinkPosition) -> JournalPiece:
        """What comes after a position."""
        found = changes_since(
            self._journal,
            position.seq,
            position.effect,
            events=EVENTS,
            effects=EFFECTS,
            every=self._every,
        )
        self.unreadable += found.unreadable
        origin = Origin(suite=self._suite, journal=position.journal)
        hidden = self._hidden.learn(self._journal) if found.rows else self._hidden.names
        spans = dict(position.spans) if position.every == self._every else {}
        rows = []
        for each in found.rows:
            if isinstance(each, StoredEffect):
                row = effect_row(origin, each)
            elif self._is_again(each[1], spans):
                row = None
            else:
                row = event_row(origin, *each, self._leaving, hidden)
            if row is not None:
                rows.append(row)
        reached = position.reached(found.seq, found.effect, self._every, spans)
        return JournalPiece(rows=rows, position=reached, more=found.more)

    def _is_again(self, event: Event, spans: dict[str, int]) -> bool:
        """Whether a frame of this source left in this span of time already."""
        if not isinstance(event.body, Frame):
            return False
        name, span = f"{event.bed}/{event.source}", event.at // self._every
        if spans.get(name) == span:
            return True
        spans[name] = span
        return False

    def taken(self, position: UplinkPosition) -> None:
        """The cluster has everything up to there."""
        save_position(self._folder, position)
