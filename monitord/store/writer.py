"""The one that writes the journal: entries become rows, and the rows one transaction."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from monitord.model import Admit
from monitord.store import position, schema
from monitord.store.batch import Batch, Position
from monitord.store.database import Database
from monitord.store.entry import Entry
from monitord.store.outbox import withdraw
from monitord.store.rows import put

Also = Callable[[Connection, Batch], None]
"""What else belongs into the transaction: may add links to the batch, or take rows away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """A group that was not acknowledged; `done` are the seqs of those at its start that were."""

    entries: tuple[Entry, ...]
    done: list[int]
    batch: Batch


class Writer:
    """Knows where the journal stands; `position` moves only with a commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._mutex = threading.Lock()
        self._attempt: _Attempt | None = None
        with database.read() as connection:
            self.position = position.load(connection)

    def commit(self, entries: Sequence[Entry], also: Also | None = None) -> list[int]:
        """Writes all, or (StoreError) nothing; the seqs of the entries.

        After a failure the same entries may be given again: what turns out to have been committed
        all the same, because only the answer of the server was lost, is not written twice.
        """
        with self._mutex:
            with self._database.write() as connection:
                done = self._recover(connection, entries)
                batch = Batch(self._knowing_chains(connection, entries), entries[len(done) :])
                self._attempt = _Attempt(entries=tuple(entries), done=done, batch=batch)
                if also is not None:
                    also(connection, batch)
                _write(connection, batch)
            self.position, self._attempt = batch.position, None
            return done + batch.seqs

    def _recover(self, connection: Connection, entries: Sequence[Entry]) -> list[int]:
        """After a failure: reads where the journal stands; the seqs of what had been written."""
        if (attempt := self._attempt) is None:
            return []
        before, self.position = self.position, position.load(connection)
        reached, aimed = self.position, attempt.batch.position
        landed = (
            (before.seq, before.effect)
            != (aimed.seq, aimed.effect)
            == (
                reached.seq,
                reached.effect,
            )
        )
        done = attempt.done + (attempt.batch.seqs if landed else [])
        same = tuple(entries[: len(done)]) == attempt.entries[: len(done)]
        return done if same else []

    def _knowing_chains(self, connection: Connection, entries: Sequence[Entry]) -> Position:
        """A session may come back, on another bed too: its chain goes on where it ended."""
        admitted = [
            entry.event.body.session
            for entry in entries
            if entry.event is not None and isinstance(entry.event.body, Admit)
        ]
        return position.with_heads(connection, self.position, admitted)


def _write(connection: Connection, batch: Batch) -> None:
    put(connection, schema.documents, batch.documents, unless_known=True)
    put(connection, schema.events, batch.events)
    put(connection, schema.effects, batch.effects)
    if batch.withdrawn:
        withdraw(connection, batch.withdrawn)
    put(connection, schema.outbox, batch.outbox, unless_known=True)
    put(connection, schema.audit, batch.audit)
    for session in batch.sessions:
        position.save_session(connection, session)
