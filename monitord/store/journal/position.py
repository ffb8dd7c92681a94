"""Where the journal stood when it was closed: read once, at open."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select

from monitord.errors import StoreError
from monitord.model import Instant
from monitord.store.database import schema
from monitord.store.journal import chain
from monitord.store.journal.batch import Batch, Position
from monitord.store.journal.chain import AuditLink, ChainHead
from monitord.store.sessions import Sessions, StoredSession

# Times run on over all beds but for what waits in the queues: far fewer than these rows.
NEWEST = 10_000

SEQ_FLOOR = "last_seq"
EFFECT_FLOOR = "last_effect"
AT_FLOOR = "last_at"
"""What retention, or a journal before this one, leaves in `meta`: no number is given twice, no time
comes again."""
IDENTITY = "identity"
"""In `meta`: the number by which a journal is known again, wherever its file goes."""
RESTORED_AT = "restored_at"
"""In `meta`: when somebody put a backup here on purpose."""


def load(connection: Connection, revision: str) -> Position:
    """StoreError where the rows are none that a version wrote; `revision` is that of the tables."""
    try:
        return _load(connection, linked=revision >= schema.LINKS_SINCE)
    except (ValueError, TypeError, LookupError) as error:
        raise StoreError(
            f"the record does not say where it ended: {error}", damaged=True
        ) from error


def _load(connection: Connection, *, linked: bool) -> Position:
    link = last_link(connection) if linked else None
    events, effects = schema.events.c, schema.effects.c
    meta = {key: int(value) for key, value in connection.execute(select(schema.meta))}
    after = connection.scalar(select(func.max(effects.after_seq))) or 0
    seq = max(connection.scalar(select(func.max(events.seq))) or 0, after, meta.get(SEQ_FLOOR, 0))
    effect = max(connection.scalar(select(func.max(effects.id))) or 0, meta.get(EFFECT_FLOOR, 0))
    newest = [
        connection.scalar(select(func.max(events.at)).where(events.seq > seq - NEWEST)),
        connection.scalar(select(func.max(effects.at)).where(effects.id > effect - NEWEST)),
    ]
    if link is not None:
        # What went since then took no number with it.
        seq, effect = max(seq, link.seq), max(effect, link.effect)
        head = ChainHead(chain=chain.SUITE, n=link.n, hash=link.hash)
    else:
        head = load_head(connection, chain.SUITE) or chain.genesis()
    return Position(
        seq=seq,
        effect=effect,
        attempt=0 if link is None else link.attempt,
        at=Instant(max(meta.get(AT_FLOOR, 0), *(at or 0 for at in newest))) or None,
        sessions=_sessions(connection),
        head=head,
        linked=link is not None,
        identity=meta.get(IDENTITY, 0),
    )


def _sessions(connection: Connection) -> Sessions:
    """The latest of each bed."""
    found = [StoredSession(**row) for row in connection.execute(select(schema.sessions)).mappings()]
    return {each.bed: each for each in sorted(found, key=lambda each: each.here_since)}


def last_link(connection: Connection) -> AuditLink | None:
    """None in a journal that has none yet."""
    query = select(schema.audit_links).order_by(schema.audit_links.c.n.desc()).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    return AuditLink(**row) if row else None


def load_head(connection: Connection, name: str) -> ChainHead | None:
    """The last link of a chain of before; None where it has none."""
    query: Select[Any] = (
        select(schema.audit.c.n, schema.audit.c.hash)
        .where(schema.audit.c.chain == name)
        .order_by(schema.audit.c.n.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return ChainHead(chain=name, n=row.n, hash=row.hash) if row else None


def former_heads(connection: Connection) -> list[ChainHead]:
    """The heads of all chains of before."""
    audit = schema.audit.c
    last = select(audit.chain, func.max(audit.n).label("n")).group_by(audit.chain).subquery()
    query = (
        select(audit.chain, audit.n, audit.hash)
        .join(last, (audit.chain == last.c.chain) & (audit.n == last.c.n))
        .order_by(audit.chain)
    )
    return [
        ChainHead(chain=name, n=n, hash=hashed) for name, n, hashed in connection.execute(query)
    ]


def write_meta(connection: Connection, batch: Batch, key: str, value: int) -> None:
    """A whole number of the journal itself."""
    row = {"key": key, "value": str(value)}
    connection.execute(delete(schema.meta).where(schema.meta.c.key == key))
    connection.execute(insert(schema.meta).values(row))
    batch.keep(schema.meta, row)


def read_meta(connection: Connection, key: str) -> int | None:
    """None where there is none."""
    found = connection.scalar(select(schema.meta.c.value).where(schema.meta.c.key == key))
    return None if found is None else int(found)


def save_session(connection: Connection, session: StoredSession) -> None:
    """Admitted, ended or gone on: a handful of times in a session's life."""
    connection.execute(delete(schema.sessions).where(schema.sessions.c.session == session.session))
    connection.execute(insert(schema.sessions).values(asdict(session)))
