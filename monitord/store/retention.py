"""What is old goes, whole sessions at a time; that it went stays in the suite's audit chain.

Never removed: settings, and whatever the fold of a bed at the next start begins with.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from monitord.model import Instant
from monitord.store import schema
from monitord.store.batch import Batch
from monitord.store.database import Database
from monitord.store.position import EFFECT_FLOOR, load_head
from monitord.store.sessions import Session
from monitord.store.writer import Writer

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
        ended = [Session(**row) for row in connection.execute(query).mappings()]
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
    samples = sum(_remove_samples(database, bed, since, needed[bed]) for bed in beds)
    _remove_told(database, since)
    return Removed(sessions=len(gone), samples=samples)


def _beds_of(connection: Connection, session: Session) -> list[str | None]:
    """Where the patient was."""
    if session.arrived_seq is None:
        return [session.bed]
    events = schema.events.c
    query = select(events.bed).where(events.session == session.session).distinct()
    return list(connection.scalars(query))


def _remove_session(writer: Writer, session: Session) -> None:
    name = session.session

    def also(connection: Connection, batch: Batch) -> None:
        batch.remove(session, load_head(connection, name))
        _keep_numbers(connection)
        events = schema.events.c
        for statement in (
            delete(schema.outbox).where(schema.outbox.c.session == name),
            delete(schema.effects).where(schema.effects.c.session == name),
            delete(schema.audit).where(schema.audit.c.chain == name),
            delete(schema.events).where(events.session == name, events.digest.is_(None)),
            delete(schema.sessions).where(schema.sessions.c.session == name),
        ):
            connection.execute(statement)

    writer.commit((), also)


def _keep_numbers(connection: Connection) -> None:
    """The newest effect may be among those that go: its number is not given again."""
    newest = connection.scalar(select(func.max(schema.effects.c.id)))
    if newest is not None:
        connection.execute(delete(schema.meta).where(schema.meta.c.key == EFFECT_FLOOR))
        row = {"key": EFFECT_FLOOR, "value": str(newest)}
        connection.execute(insert(schema.meta).values(row))


def _remove_samples(database: Database, bed: str | None, since: Instant, needed: int) -> int:
    """Frames of a bed while it had no session: in no audit chain, and in nobody's record."""
    events = schema.events.c
    of_bed = events.bed.is_(None) if bed is None else events.bed == bed
    old = (
        select(events.seq)
        .where(of_bed, events.session.is_(None), events.type == "frame")
        .where(events.at < since, events.seq < needed)
        .order_by(events.seq)
        .limit(CHUNK)
    )
    removed = 0
    while True:
        with database.write() as connection:
            count = connection.execute(delete(schema.events).where(events.seq.in_(old))).rowcount
        removed += count
        if count < CHUNK:
            return removed


def _remove_told(database: Database, since: Instant) -> None:
    """Deliveries outside of any session that are done with: the alarms themselves stay."""
    outbox = schema.outbox.c
    with database.write() as connection:
        connection.execute(
            delete(schema.outbox).where(
                outbox.session.is_(None), outbox.at < since, outbox.state != "queued"
            )
        )
