"""Staff actions with the answers that they got: what a restart must know, so that none is done twice."""

from dataclasses import dataclass

from sqlalchemy import func, select

from monitord.errors import StoreError
from monitord.model import Answered, Instant, StaffAction
from monitord.store.database import schema
from monitord.store.database.database import Database
from monitord.store.journal.codec import body_from_json, effect_from_json

LOOKED_THROUGH = 100_000
"""Effects, by their key: a restart waits some 30 ms for it, however long the journal is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredAction:
    """An action that was taken or refused; `source` is the station or the destination that it came by."""

    bed: str | None
    source: str
    action: StaffAction
    answered: Answered


def answered_actions(database: Database, *, since: Instant, limit: int) -> list[AnsweredAction]:
    """The newest ones, oldest first; one that cannot be read is left out. StoreError where the database fails."""
    events, effects = schema.events, schema.effects
    newest = select(func.coalesce(func.max(effects.c.id), 0)).scalar_subquery()
    query = (
        select(
            events.c.bed,
            events.c.source,
            events.c.type,
            events.c.body,
            effects.c.type.label("kind"),
            effects.c.body.label("answer"),
        )
        .join(effects, effects.c.after_seq == events.c.seq)
        .where(
            effects.c.id > newest - LOOKED_THROUGH,
            effects.c.type == "answered",
            effects.c.at >= since,
        )
        .order_by(effects.c.id.desc())
        .limit(limit)
    )
    with database.read() as connection:
        rows = connection.execute(query).all()
    found = []
    for row in reversed(rows):
        try:
            body, answer = (
                body_from_json(row.type, row.body),
                effect_from_json(row.kind, row.answer),
            )
        except StoreError:
            continue
        if (
            isinstance(body, StaffAction)
            and isinstance(answer, Answered)
            and body.id == answer.action
        ):
            found.append(
                AnsweredAction(bed=row.bed, source=row.source, action=body, answered=answer)
            )
    return found
