"""The journal: what happened and what was decided, in order, in one transaction.

Synchronous: one writer thread calls `append`; any thread may read. Every call raises `StoreError`
where the database fails, and whatever was acknowledged before stays.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import EllipsisType, TracebackType
from typing import Any, Self

from sqlalchemy import Column, ColumnElement, Connection, Select, func, select

from monitord.model import Configured, Effect, Event, Instant
from monitord.store import schema
from monitord.store.batch import Batch
from monitord.store.chain import SUITE, Head, genesis
from monitord.store.codec import body_from_json, effect_from_json
from monitord.store.database import Database
from monitord.store.entry import Entry
from monitord.store.outbox import Outbox
from monitord.store.people import take_unchained
from monitord.store.retention import Removed, retain
from monitord.store.sessions import Session
from monitord.store.snapshots import Snapshots
from monitord.store.writer import Writer

__all__ = ["Entry", "Journal", "StoredEffect"]

# Rows that a reader asks for at once: a second of twelve beds' history, some hundred kilobytes.
PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEffect:
    """An effect as it was recorded: `id` runs over the journal, `n` over the bed, from 1.

    `after_seq` is the event that it followed, or the last one before its deadline.
    """

    id: int
    after_seq: int
    at: Instant
    bed: str | None
    n: int
    session: str | None
    effect: Effect


class Journal:
    """An open journal; `outbox` and `snapshots` share its database and its transactions."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.outbox = Outbox(database)
        self.snapshots = Snapshots(database)
        self._writer = Writer(database)

    @classmethod
    def open(cls, url: str | Path, *, read_only: bool = False) -> Self:
        """A file name, `sqlite:///FILE` or `postgresql://...`; made and migrated where needed.

        StoreError where another daemon has it open. `read_only` takes no lock and changes
        nothing: for replay, explain and export beside a running daemon.
        """
        database = Database(url, read_only=read_only)
        try:
            return cls(database)
        except BaseException:
            database.close()
            raise

    def close(self) -> None:
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- writing

    def append(self, entries: Sequence[Entry]) -> list[int]:
        """Records all entries, or (StoreError) none; the seq of each one's event.

        For the effects of a deadline it is the last seq before. After a failure the same entries
        may be given again, with more behind them. A notification whose key is known
        is not queued again; a `Withdraw` takes what was queued for its alarm before it.
        """
        return self._writer.commit(entries)

    def anchor(self) -> Head:
        """Quotes open sessions in the suite's audit chain; its head, to be sent out of the house."""
        self._writer.commit((), lambda _, batch: batch.anchor())
        return self._writer.position.heads.get(SUITE) or genesis(SUITE)

    def chain_people(self, notes: Sequence[str] = ()) -> None:
        """Chains these, and what `accounts` left to be chained, in the suite's audit chain."""

        def also(connection: Connection, batch: Batch) -> None:
            for note in (*take_unchained(connection), *notes):
                batch.note(note)

        self._writer.commit((), also)

    def retain(self, since: Instant) -> Removed:
        """Removes ended sessions, and samples of beds without one, from before `since`."""
        return retain(self._writer, self.database, since, self.first_needed)

    # -- reading

    @property
    def last_seq(self) -> int:
        """The number of the newest event; 0 in an empty journal."""
        return self._writer.position.seq

    def last_instant(self) -> Instant | None:
        """The newest time recorded: a start must not be earlier (invariant 2)."""
        return self._writer.position.at

    def last_effect_number(self, bed: str | None, *, before: int | None = None) -> int:
        """The bed's highest effect number, 0 without any; with `before`, of those that were
        decided before that event (a seq): the count with which a fold from it starts.
        """
        effects = schema.effects.c
        query = select(func.max(effects.n)).where(_is(effects.bed, bed))
        if before is not None:
            query = query.where(effects.after_seq < before)
        with self.database.read() as connection:
            return connection.scalar(query) or 0

    def first_needed(self, bed: str | None) -> int:
        """The event from which a fold of this bed must start when no snapshot fits.

        It is the bed's latest settings before its open session was admitted; without an open
        session its latest settings; 0 (all there is) where it never had any. What an engine knew
        before, such as an alarm of the bed without a session, is only in a snapshot.
        """
        events = schema.events.c
        session = self._writer.position.sessions.get(bed)
        bound = session.here_since if session and session.open else self.last_seq + 1
        query = select(func.max(events.seq)).where(
            _is(events.bed, bed), events.digest.is_not(None), events.seq < bound
        )
        with self.database.read() as connection:
            configured = connection.scalar(query)
        if configured is not None:
            return int(configured)
        return bound if session and session.open else 0

    def beds(self) -> list[str | None]:
        """Every bed that ever had an event, the suite (None) first."""
        with self.database.read() as connection:
            found: list[str | None] = list(
                connection.scalars(select(schema.events.c.bed).distinct())
            )
        return sorted(found, key=lambda bed: bed or "")

    def sessions(self) -> list[Session]:
        """Every session, in the order of admission."""
        query = select(schema.sessions).order_by(schema.sessions.c.first_seq)
        with self.database.read() as connection:
            return [Session(**row) for row in connection.execute(query).mappings()]

    def events(
        self,
        *,
        bed: str | EllipsisType | None = ...,
        session: str | None = None,
        types: Collection[str] = (),
        since: Instant | None = None,
        after: int = 0,
        until: int | None = None,
    ) -> Iterator[tuple[int, Event]]:
        """Events with their seq, in order, from `after` (not included) to `until` (included).

        Without `bed` those of all beds and of the suite; `bed=None` is the suite's own. `types`
        are those of bodies, all where none is named; `since` leaves out what came earlier.
        """
        events, documents = schema.events, schema.documents
        query = select(events, documents.c.text).outerjoin(documents).order_by(events.c.seq)
        if bed is not ...:
            query = query.where(_is(events.c.bed, bed))
        if session is not None:
            query = query.where(events.c.session == session)
        if types:
            query = query.where(events.c.type.in_(types))
        if since is not None:
            query = query.where(events.c.at >= since)
        if until is not None:
            query = query.where(events.c.seq <= until)
        for row in self._pages(query, events.c.seq, after):
            yield row.seq, _event(row)

    def effects(
        self,
        *,
        bed: str | EllipsisType | None = ...,
        session: str | None = None,
        type: str | None = None,  # noqa: A002 - the effect's own field
        after: int = 0,
    ) -> Iterator[StoredEffect]:
        """Effects in the order of decision, from the id `after` (not included)."""
        effects = schema.effects
        query = select(effects).order_by(effects.c.id)
        if bed is not ...:
            query = query.where(_is(effects.c.bed, bed))
        if session is not None:
            query = query.where(effects.c.session == session)
        if type is not None:
            query = query.where(effects.c.type == type)
        for row in self._pages(query, effects.c.id, after):
            yield _stored(row)

    def newest_lines(self, *, after_seq: int, limit: int) -> list[StoredEffect]:
        """The newest alarm lines that followed events later than `after_seq`, oldest first."""
        effects = schema.effects.c
        query = (
            select(schema.effects)
            .where(effects.type == "alarm", effects.after_seq > after_seq)
            .order_by(effects.id.desc())
            .limit(limit)
        )
        with self.database.read() as connection:
            rows = connection.execute(query).all()
        return [_stored(row) for row in reversed(rows)]

    def _pages(self, query: Select[Any], key: Column[int], after: int) -> Iterator[Any]:
        """Page by page, each in its own transaction: a slow reader never holds the log's end."""
        while True:
            with self.database.read() as connection:
                rows = connection.execute(query.where(key > after).limit(PAGE)).all()
            yield from rows
            if len(rows) < PAGE:
                return
            after = getattr(rows[-1], key.name)


def _is(column: Column[str | None], bed: str | None) -> ColumnElement[bool]:
    return column.is_(None) if bed is None else column == bed


def _stored(row: Any) -> StoredEffect:
    return StoredEffect(
        id=row.id,
        after_seq=row.after_seq,
        at=Instant(row.at),
        bed=row.bed,
        n=row.n,
        session=row.session,
        effect=effect_from_json(row.type, row.body),
    )


def _event(row: Any) -> Event:
    body = body_from_json(row.type, row.body)
    if isinstance(body, Configured):
        body = Configured(digest=body.digest, document=row.text)
    return Event(
        at=Instant(row.at), bed=row.bed, source=row.source, simulated=row.simulated, body=body
    )
