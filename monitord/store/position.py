"""Where the journal stood when it was closed: read once, at open."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select

from monitord.model import Instant
from monitord.store import chain, schema
from monitord.store.batch import Position
from monitord.store.chain import Head
from monitord.store.sessions import Session, Sessions

# Times run on over all beds but for what waits in the queues: far fewer than these rows.
NEWEST = 10_000

SEQ_FLOOR = "last_seq"
EFFECT_FLOOR = "last_effect"
"""What retention leaves in `meta`, so that no number is ever given twice."""


def load(connection: Connection) -> Position:
    events, effects = schema.events.c, schema.effects.c
    meta = {key: int(value) for key, value in connection.execute(select(schema.meta))}
    after = connection.scalar(select(func.max(effects.after_seq))) or 0
    seq = max(connection.scalar(select(func.max(events.seq))) or 0, after, meta.get(SEQ_FLOOR, 0))
    effect = max(connection.scalar(select(func.max(effects.id))) or 0, meta.get(EFFECT_FLOOR, 0))
    newest = [
        connection.scalar(select(func.max(events.at)).where(events.seq > seq - NEWEST)),
        connection.scalar(select(func.max(effects.at)).where(effects.id > effect - NEWEST)),
    ]
    sessions = _sessions(connection)
    names = [chain.SUITE, *(session.session for session in sessions.values())]
    return Position(
        seq=seq,
        effect=effect,
        at=Instant(max(at or 0 for at in newest)) or None,
        sessions=sessions,
        heads={head.chain: head for name in names if (head := load_head(connection, name))},
    )


def _sessions(connection: Connection) -> Sessions:
    """The latest of each bed."""
    found = [Session(**row) for row in connection.execute(select(schema.sessions)).mappings()]
    return {each.bed: each for each in sorted(found, key=lambda each: each.here_since)}


def load_head(connection: Connection, name: str) -> Head | None:
    """The last link of a chain; None where it has none."""
    query: Select[Any] = (
        select(schema.audit.c.n, schema.audit.c.hash)
        .where(schema.audit.c.chain == name)
        .order_by(schema.audit.c.n.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return Head(chain=name, n=row.n, hash=row.hash) if row else None


def with_heads(connection: Connection, position: Position, names: Iterable[str]) -> Position:
    """The position that also knows these chains: a session may come back, on another bed too."""
    missing = [name for name in names if name not in position.heads]
    found = {name: head for name in missing if (head := load_head(connection, name))}
    return replace(position, heads=position.heads | found) if found else position


def save_session(connection: Connection, session: Session) -> None:
    """Admitted, ended or gone on: a handful of times in a session's life."""
    connection.execute(delete(schema.sessions).where(schema.sessions.c.session == session.session))
    connection.execute(insert(schema.sessions).values(asdict(session)))
