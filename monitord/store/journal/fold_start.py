"""Where a fold of a bed must start when no snapshot fits."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from monitord.model import Instant
from monitord.store.database import schema


def fold_start(connection: Connection, bed: str | None, came: int | None, last_seq: int) -> int:
    """It is the bed's latest settings before its open session came there with the event `came`; without an open
    session its latest settings that came outside of any, so that no session is folded from its middle; 0 (all there
    is) where it never had any. What an engine knew before, such as an alarm of the bed without a session, is only in
    a snapshot.
    """
    bound = last_seq + 1 if came is None else came
    configured = connection.scalar(_settings(bed, bound))
    if configured is not None:
        return int(configured)
    return 0 if came is None else bound


def fold_start_at(connection: Connection, bed: str | None, at: Instant) -> int:
    """The settings before the bed's session of that instant, or before its last one; 0 (all there is) where it had
    none before.
    """
    events = schema.events.c
    last = (
        select(events.session)
        .where(_of(bed), events.session.is_not(None), events.at <= at)
        .order_by(events.seq.desc())
        .limit(1)
    )
    session = connection.scalar(last)
    if session is None:
        return 0
    came = connection.scalar(
        select(func.min(events.seq)).where(_of(bed), events.session == session)
    )
    return connection.scalar(_settings(bed, came or 0)) or 0


def _settings(bed: str | None, before: int) -> Select[Any]:
    """The bed's latest settings outside of any session."""
    events = schema.events.c
    return select(func.max(events.seq)).where(
        _of(bed), events.digest.is_not(None), events.session.is_(None), events.seq < before
    )


def _of(bed: str | None) -> ColumnElement[bool]:
    column = schema.events.c.bed
    return column.is_(None) if bed is None else column == bed
