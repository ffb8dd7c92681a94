"""The one that writes the journal: entries become rows, and the rows one transaction."""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from monitord.store.database import schema
from monitord.store.database.database import Database
from monitord.store.database.mutable_rows import standing
from monitord.store.database.rows import put
from monitord.store.journal import chain, position
from monitord.store.journal.batch import Batch
from monitord.store.journal.entry import Entry
from monitord.store.outbox_rows import withdraw

Also = Callable[[Connection, Batch], None]
"""What else belongs into the transaction: may add links to the batch, or take rows away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """A group that was not acknowledged; `done` are the seqs of those at its start that were.

    `before` and `aimed` are the last event and effect without it, and with it.
    """

    entries: tuple[Entry, ...]
    done: list[int]
    seqs: list[int]
    before: tuple[int, int]
    aimed: tuple[int, int]


class Writer:
    """Knows where the journal stands; `position` moves only with a commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._mutex = threading.Lock()
        self._attempt: _Attempt | None = None
        self._unsure = False
        with database.read() as connection:
            self.position = position.load(connection, database.revision)
        if not database.read_only and not self.position.linked:
            self.commit((), _begin_chain)

    def commit(
        self, entries: Sequence[Entry], also: Also | None = None, *, durable: bool = True
    ) -> list[int]:
        """Writes all, or (StoreError) nothing; the seqs of the entries.

        After a failure the same entries may be given again: what turns out to have been committed
        all the same, because only the answer of the server was lost, is not written twice. What is not
        `durable` may be undone by a loss of power, unless something durable was written after it.
        """
        with self._mutex:
            with self._database.write(durable=durable) as connection:
                if self._unsure:
                    self.position = position.load(connection, self._database.revision)
                done = self._landed(entries) if entries else []
                batch = Batch(self.position, entries[len(done) :])
                if entries:
                    self._attempt = _Attempt(
                        entries=tuple(entries),
                        done=done,
                        seqs=batch.seqs,
                        before=self.position.numbers,
                        aimed=batch.numbers,
                    )
                self._unsure = True
                if also is not None:
                    also(connection, batch)
                batch.close()
                _write(connection, batch)
            self.position, self._unsure = batch.position, False
            if entries:
                self._attempt = None
            return done + batch.seqs

    def look_again(self) -> None:
        """Reads where the journal stands: another file may have taken its place."""
        with self._mutex:
            self._attempt, self._unsure = None, False
            with self._database.read() as connection:
                self.position = position.load(connection, self._database.revision)

    def _landed(self, entries: Sequence[Entry]) -> list[int]:
        """The seqs of what an attempt wrote although it was not acknowledged."""
        if (attempt := self._attempt) is None:
            return []
        landed = attempt.before != attempt.aimed == self.position.numbers
        done = attempt.done + (attempt.seqs if landed else [])
        same = tuple(entries[: len(done)]) == attempt.entries[: len(done)]
        return done if same else []


def _begin_chain(connection: Connection, batch: Batch) -> None:
    """The first link: which chains it goes on from, and how every row stands that may be replaced."""
    heads = [chain.head_note(head) for head in position.former_heads(connection)]
    batch.note(chain.BEGAN, json.dumps(heads))
    batch.stands(dict(standing(connection)))


def _write(connection: Connection, batch: Batch) -> None:
    put(connection, schema.documents, batch.documents, unless_known=True)
    put(connection, schema.events, batch.events)
    put(connection, schema.effects, batch.effects)
    if batch.withdrawn:
        withdraw(connection, batch.withdrawn)
    put(connection, schema.outbox, batch.outbox, unless_known=True)
    put(connection, schema.attempts, batch.attempts)
    for session in batch.sessions:
        position.save_session(connection, session)
    if batch.link is not None:
        put(connection, schema.audit_links, [batch.link])
