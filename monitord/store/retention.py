"""What is old goes, whole sessions at a time; that it went stays in the suite's audit chain.

Never removed: settings, and whatever the fold of a bed at the next start begins with.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select

from monitord.model import Instant
from monitord.store.database import schema
from monitord.store.database.database import Database
from monitord.store.journal.batch import Batch
from monitord.store.journal.chain import REMOVED
from monitord.store.journal.position import EFFECT_FLOOR, write_meta
from monitord.store.journal.writer import Writer
from monitord.store.outbox_rows import RowState
from monitord.store.sessions import StoredSession

# Rows in one transaction: some ten milliseconds, so that an alarm never waits for the housekeeping.
CHUNK = 2000

FirstNeeded = Callable[[str | None], int]
"""The seq of a bed from which on nothing may be removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """How much went: sessions with all that belongs to them, and samples outside of any."""

    sessions: int
    samples: int


def retain(
    writer: Writer, database: Database, since: Instant, first_needed: FirstNeeded
) -> Removed:
    """Removes what ended before `since`; each session, each chunk in a transaction of its own."""
    sessions, events = schema.sessions.c, schema.events.c
    with database.read() as connection:
        query = select(schema.sessions).where(sessions.ended_at < since)
        ended = [StoredSession(**row) for row in connection.execute(query).mappings()]
        beds = list(connection.scalars(select(events.bed).distinct()))
        were = {s.session: _beds_of(connection, s) for s in ended}
    needed = {bed: first_needed(bed) for bed in beds}
    gone = [
        session
        for session in ended
        if session.last_seq is not None
        and all(session.last_seq < needed.get(bed, 0) for bed in were[session.session])
    ]
    for session in gone:
        _remove_session(writer, session)
    samples = sum(_remove_samples(writer, database, bed, since, needed[bed]) for bed in beds)
    _remove_told(writer, since)
    return Removed(sessions=len(gone), samples=samples)


def _beds_of(connection: Connection, session: StoredSession) -> list[str | None]:
    """Where the patient was."""
    if session.arrived_seq is None:
        return [session.bed]
    events = schema.events.c
    query = select(events.bed).where(events.session == session.session).distinct()
    return list(connection.scalars(query))


def _remove_session(writer: Writer, session: StoredSession) -> None:
    name = session.session

    def also(connection: Connection, batch: Batch) -> None:
        batch.remove(session)
        _keep_numbers(connection, batch)
        events = schema.events.c
        for statement in (
            delete(schema.outbox).where(schema.outbox.c.session == name),
            delete(schema.effects).where(schema.effects.c.session == name),
            delete(schema.attempts).where(schema.attempts.c.session == name),
            delete(schema.audit).where(schema.audit.c.chain == name),
            delete(schema.events).where(events.session == name, events.digest.is_(None)),
            delete(schema.sessions).where(schema.sessions.c.session == name),
        ):
            connection.execute(statement)

    writer.commit((), also)


def _keep_numbers(connection: Connection, batch: Batch) -> None:
    """The newest effect may be among those that go: its number is not given again."""
    newest = connection.scalar(select(func.max(schema.effects.c.id)))
    if newest is not None:
        write_meta(connection, batch, EFFECT_FLOOR, newest)


def _remove_samples(
    writer: Writer, database: Database, bed: str | None, since: Instant, needed: int
) -> int:
    """Frames of a bed while it had no session: in nobody's record.

    The chain says first up to which number they go: always whole links of it, so that what stays can be verified.
    """
    events, links = schema.events.c, schema.audit_links.c
    of_bed = events.bed.is_(None) if bed is None else events.bed == bed
    samples = of_bed & events.session.is_(None) & (events.type == "frame")
    with database.read() as connection:
        newer = select(func.min(events.seq)).where(samples, events.at >= since)
        bound = min(connection.scalar(newer) or needed, needed)
        through = connection.scalar(select(func.max(links.seq)).where(links.seq < bound)) or 0
        old = select(events.seq).where(samples, events.seq <= through).order_by(events.seq)
        if connection.scalar(old.limit(1)) is None:
            return 0
    note = json.dumps({"samples": bed, "through": through})
    writer.commit((), lambda _, batch: batch.note(REMOVED, note))
    removed = 0
    while True:
        chunk = old.limit(CHUNK)
        with database.write() as connection:
            count = connection.execute(delete(schema.events).where(events.seq.in_(chunk))).rowcount
        removed += count
        if count < CHUNK:
            return removed


def _remove_told(writer: Writer, since: Instant) -> None:
    """Messages outside of any session that are done with: the alarms themselves stay, and what became of each."""
    outbox = schema.outbox.c
    old = outbox.session.is_(None) & (outbox.at < since) & (outbox.state != RowState.QUEUED)

    def also(connection: Connection, batch: Batch) -> None:
        if connection.execute(delete(schema.outbox).where(old)).rowcount:
            batch.note(REMOVED, json.dumps({"messages_before": since}))

    writer.commit((), also)
