"""The journal: what happened and what was decided, in order, in one transaction.

Synchronous: one writer thread calls `append`; any thread may read. Every call raises `StoreError`
where the database fails, and whatever was acknowledged before stays.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import EllipsisType, TracebackType
from typing import Any, Self

from sqlalchemy import Column, ColumnElement, Connection, Select, func, select

from monitord.errors import StoreError
from monitord.model import Attempt, Configured, Effect, Event, Instant, iso
from monitord.store.accounts import Everybody, take_unchained
from monitord.store.database import schema
from monitord.store.database.code_mark import code_mark
from monitord.store.database.database import Database, lock_path
from monitord.store.database.file_watch import integrity
from monitord.store.journal.batch import Batch
from monitord.store.journal.chain import PEOPLE, RESTORED, ChainHead
from monitord.store.journal.codec import body_from_json, effect_from_json, fits
from monitord.store.journal.entry import Entry
from monitord.store.journal.fold_start import fold_start, fold_start_at
from monitord.store.journal.journal_takeover import is_behind, take_over
from monitord.store.journal.position import RESTORED_AT, write_meta
from monitord.store.journal.writer import Writer
from monitord.store.outbox_rows import OutboxRows, mark, sessions_of
from monitord.store.recovery_copy import RecoveryCopy
from monitord.store.retention import Removed, retain
from monitord.store.sessions import StoredSession
from monitord.store.snapshots import Snapshot, Snapshots, replace_row, sealed

__all__ = ["Entry", "Journal", "StoredEffect"]

# Rows that a reader asks for at once: a second of twelve beds' history, some hundred kilobytes.
PAGE = 1000

Append = Callable[["Journal", Sequence[Entry]], list[int]]
"""Records entries in a journal; their seqs."""


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
        self.outbox = OutboxRows(database)
        self.snapshots = Snapshots(database)
        self._writer = Writer(database)

    @property
    def identity(self) -> int:
        """The number by which this journal is known again, wherever its file goes."""
        return self._writer.position.identity

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

    @property
    def head(self) -> ChainHead:
        """Of the audit chain, as it was when this was opened or last written to."""
        return self._writer.position.head

    def chain_people(self, notes: Sequence[str] = ()) -> None:
        """Chains these, and what `accounts` left to be chained."""

        def also(connection: Connection, batch: Batch) -> None:
            for waiting in take_unchained(connection):
                batch.note(PEOPLE, waiting.text)
                batch.stands(waiting.rows)
            for note in notes:
                batch.note(PEOPLE, note)

        self._writer.commit((), also)

    def mark(self, attempts: Sequence[Attempt]) -> None:
        """What became of these messages, in one transaction: a commit each would hold up the journal.

        What arrived is sent, also where it was withdrawn while it was on its way. A loss of power may
        undo it: then a restart repeats them under the same keys.
        """

        def also(connection: Connection, batch: Batch) -> None:
            sessions = sessions_of(connection, [attempt.key for attempt in attempts])
            for attempt in attempts:
                mark(connection, attempt)
                batch.attempted(attempt, sessions.get(attempt.key))

        self._writer.commit((), also, durable=False)

    def save_snapshot(self, snapshot: Snapshot) -> None:
        """A loss of power may undo it: then a restart folds from the one before."""
        self.save_snapshots((snapshot,))

    def save_snapshots(self, snapshots: Iterable[Snapshot]) -> None:
        """Those of several beds, in one transaction."""
        rows = [sealed(snapshot) for snapshot in snapshots]

        def also(connection: Connection, batch: Batch) -> None:
            for row in rows:
                replace_row(connection, schema.snapshots, row)
                batch.keep(schema.snapshots, row)

        self._writer.commit((), also, durable=False)

    def note_restored(self, at: Instant) -> None:
        """Somebody put this journal, a backup, in the place of another one, on purpose."""

        def also(connection: Connection, batch: Batch) -> None:
            write_meta(connection, batch, RESTORED_AT, at)
            batch.note(RESTORED, iso(at))

        self._writer.commit((), also)

    def retain(self, since: Instant) -> Removed:
        """Removes ended sessions, and samples of beds without one, from before `since`."""
        return retain(self._writer, self.database, since, self.first_needed)

    # -- going on where another journal ended

    def stands(self, place: str, at: Instant, people: Everybody) -> RecoveryCopy:
        """Where this one stands, for the redundant copy; the states are the caller's to add."""
        known = self._writer.position
        return RecoveryCopy(
            at=max(at, known.at or at),
            place=place,
            identity=known.identity,
            seq=known.seq,
            effect=known.effect,
            sessions=tuple(known.sessions.values()),
            heads=(known.head,) if known.head.n else (),
            people=people,
        )

    def is_behind(self, carried: RecoveryCopy) -> bool:
        """Whether the copy knows of something that this journal does not."""
        with self.database.read() as connection:
            return is_behind(self._writer, connection, carried)

    def take_over(self, carried: RecoveryCopy) -> None:
        """Goes on where another journal ended; what this one holds stays."""
        take_over(self._writer, carried)

    def begin_anew(
        self, carried: RecoveryCopy, entries: Sequence[Entry], append: Append, aside: Path
    ) -> list[int]:
        """Puts a fresh file in the place of this one, which is kept as `aside`; the seqs of `entries`.

        The fresh one is complete and checked before it takes the place: `carried.states` are
        those after `entries`, which `append` writes.
        """
        file = self.database.file
        if file is None:
            raise StoreError("a database server has no successor")
        fresh = aside.with_name(aside.name.replace(file.name, f"{file.name}.fresh", 1))
        with Journal.open(fresh) as successor:
            successor.take_over(replace(carried, states=()))
            seqs = append(successor, entries) if entries else []
            successor.take_over(RecoveryCopy(states=carried.states))
        if (found := integrity(fresh)) is not None:
            raise StoreError(f"the fresh record cannot be used: {found}")
        lock_path(fresh).unlink(missing_ok=True)
        self.database.go_on_with(fresh, aside)
        self._writer.look_again()
        return seqs

    def read_through(self) -> None:
        """Reads all that a start needs, by SQL alone; StoreError (damaged) where that cannot be read."""
        events, effects = schema.events.c, schema.effects.c
        for bed in self.beds():
            snapshot = self.snapshots.load(bed, code_version=code_mark())
            first = snapshot.seq + 1 if snapshot else self.first_needed(bed)
            query = select(func.sum(func.length(events.body))).where(
                _is(events.bed, bed), events.seq >= first
            )
            with self.database.read() as connection:
                connection.scalar(query)
                connection.scalar(select(func.max(effects.n)).where(_is(effects.bed, bed)))
        self.outbox.waiting()

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
        """The event from which a fold of this bed must start when no snapshot fits."""
        session = self._writer.position.sessions.get(bed)
        came = session.here_since if session and session.open else None
        with self.database.read() as connection:
            return fold_start(connection, bed, came, self.last_seq)

    def first_needed_at(self, bed: str | None, at: Instant) -> int:
        """The event from which a fold to an instant must start."""
        with self.database.read() as connection:
            return fold_start_at(connection, bed, at)

    def beds(self) -> list[str | None]:
        """Every bed that ever had an event, the suite (None) first."""
        with self.database.read() as connection:
            found: list[str | None] = list(
                connection.scalars(select(schema.events.c.bed).distinct())
            )
        return sorted(found, key=lambda bed: bed or "")

    def sessions(self) -> list[StoredSession]:
        """Every session, in the order of admission."""
        query = select(schema.sessions).order_by(schema.sessions.c.first_seq)
        with self.database.read() as connection:
            return [StoredSession(**row) for row in connection.execute(query).mappings()]

    def events(
        self,
        *,
        bed: str | EllipsisType | None = ...,
        session: str | None = None,
        types: Collection[str] = (),
        since: Instant | None = None,
        after: int = 0,
        until: int | None = None,
        unreadable: Callable[[int, StoreError], object] | None = None,
    ) -> Iterator[tuple[int, Event]]:
        """Events with their seq, in order, from `after` (not included) to `until` (included).

        Without `bed` those of all beds and of the suite; `bed=None` is the suite's own. `types`
        are those of bodies, all where none is named; `since` leaves out what came earlier. A row that
        cannot be read, or whose settings are not those that were recorded, is a StoreError, or
        given to `unreadable` and left out.
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
            try:
                yield row.seq, read_event(row)
            except StoreError as error:
                if unreadable is None:
                    raise
                unreadable(row.seq, error)

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
            yield read_effect(row)

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
        return [read_effect(row) for row in reversed(rows)]

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


def read_effect(row: Any) -> StoredEffect:
    """A row of effects."""
    return StoredEffect(
        id=row.id,
        after_seq=row.after_seq,
        at=Instant(row.at),
        bed=row.bed,
        n=row.n,
        session=row.session,
        effect=effect_from_json(row.type, row.body),
    )


def read_event(row: Any) -> Event:
    """A row of events; that of settings carries their `text`."""
    body = body_from_json(row.type, row.body)
    if isinstance(body, Configured):
        if row.text is None or not fits(body.digest, row.text):
            msg = f"the settings of event {row.seq} are not those that were recorded"
            raise StoreError(f"{msg}: {body.digest} is not their digest")
        body = Configured(digest=body.digest, document=row.text)
    return Event(
        at=Instant(row.at), bed=row.bed, source=row.source, simulated=row.simulated, body=body
    )
