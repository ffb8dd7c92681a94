"""What a journal holds after a position, a bounded piece at a time: for who sends it on.

Frames are thinned by the database: of each source of a bed the first in each span of time.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select

from monitord.errors import StoreError
from monitord.model import Event, Instant, Span
from monitord.store.database import schema
from monitord.store.journal.journal import Journal, StoredEffect, read_effect, read_event
from monitord.store.journal.position import IDENTITY, RESTORED_AT, read_meta

EVENTS_AT_ONCE = 4000
EFFECTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """In the order of the journal: an event goes before the effects that followed it.

    `seq` and `effect` are the last numbers looked at; `more` says that the piece was
    full; `unreadable` counts rows that no version wrote.
    """

    rows: tuple[tuple[int, Event] | StoredEffect, ...]
    seq: int
    effect: int
    more: bool
    unreadable: int = 0


def record_name(journal: Journal) -> str:
    """By what the record is known: its identity, and when a backup last took its place."""
    with journal.database.read() as connection:
        identity = read_meta(connection, IDENTITY) or 0
        restored = read_meta(connection, RESTORED_AT) or 0
    return f"{identity:x}.{restored}"


def first_since(journal: Journal, since: Instant) -> tuple[int, int]:
    """The last numbers of event and effect before an instant: 0 where nothing was before."""
    events, effects = schema.events.c, schema.effects.c
    with journal.database.read() as connection:
        seq = connection.scalar(select(func.max(events.seq)).where(events.at < since)) or 0
        effect = connection.scalar(select(func.max(effects.id)).where(effects.at < since)) or 0
    return seq, effect


def documents(journal: Journal, known: Collection[str]) -> Mapping[str, str]:
    """The settings that the journal holds, by digest, without those that are known."""
    table = schema.documents.c
    query = select(table.digest, table.text)
    if known:
        query = query.where(table.digest.not_in(list(known)))
    with journal.database.read() as connection:
        return {row.digest: row.text for row in connection.execute(query)}


def changes_since(
    journal: Journal,
    seq: int,
    effect: int,
    *,
    events: Collection[str],
    effects: Collection[str],
    every: Span,
) -> Changes:
    """The next events of these types, thinned frames and effects of these types, after both numbers.

    One read transaction, so that no effect is seen without its event.
    """
    known, decided = schema.events.c, schema.effects.c
    with journal.database.read() as connection:
        newest = connection.scalar(select(func.max(known.seq))) or 0
        until = max(seq, min(newest, seq + EVENTS_AT_ONCE))
        last_effect = select(func.max(decided.id))
        if until < newest:
            last_effect = last_effect.where(decided.after_seq <= until)
        ends = connection.scalar(last_effect) or effect
        ends = max(effect, min(ends, effect + EFFECTS_AT_ONCE))
        found_effects = connection.execute(
            select(schema.effects)
            .where(decided.id > effect, decided.id <= ends, decided.type.in_(list(effects)))
            .order_by(decided.id)
        ).all()
        if ends == effect + EFFECTS_AT_ONCE:
            # Of the events only those that the effects have reached.
            after = connection.scalar(select(decided.after_seq).where(decided.id == ends))
            until = max(seq, min(until, after or until))
        piece = and_(known.seq > seq, known.seq <= until)
        kept = (
            select(func.min(known.seq))
            .where(piece, known.type == "frame")
            .group_by(known.bed, known.source, known.at // every)
        )
        found_events = connection.execute(
            select(schema.events)
            .where(piece, or_(known.type.in_(list(events)), known.seq.in_(kept)))
            .order_by(known.seq)
        ).all()
    full = until < newest or ends == effect + EFFECTS_AT_ONCE
    rows, unreadable = _merged(found_events, found_effects)
    return Changes(rows=rows, seq=until, effect=ends, more=full, unreadable=unreadable)


def _merged(
    events: Iterable[Any], effects: Iterable[Any]
) -> tuple[tuple[tuple[int, Event] | StoredEffect, ...], int]:
    keyed: list[tuple[tuple[int, int], tuple[int, Event] | StoredEffect]] = []
    unreadable = 0
    for row in events:
        try:
            keyed.append(((row.seq, 0), (row.seq, read_event(row))))
        except StoreError:
            unreadable += 1
    for row in effects:
        try:
            keyed.append(((row.after_seq, row.id), read_effect(row)))
        except StoreError:
            unreadable += 1
    keyed.sort(key=lambda each: each[0])
    return tuple(row for _, row in keyed), unreadable
