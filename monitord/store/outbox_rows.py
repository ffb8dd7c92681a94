"""Who must still be told: rows that the journal queues, and what became of each delivery.

A row is queued, then sent, failed (given up) or withdrawn (answered or over).
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import Connection, bindparam, select, update

from monitord.model import Attempt, Instant, Notify
from monitord.store.database.database import Database
from monitord.store.database.schema import QUEUED, outbox
from monitord.store.journal.codec import effect_from_json

# Of an error's text so much is kept: it is for a person, and a server may answer with a page.
ERROR_LENGTH = 500


class RowState(StrEnum):
    """What became of a row."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


_TRIED = (
    update(outbox).where(outbox.c.key == bindparam("of")).values(attempts=outbox.c.attempts + 1)
)
_TRIED_IN_VAIN = _TRIED.where(QUEUED)
_WITHDRAW = (
    update(outbox).where(outbox.c.alarm == bindparam("of"), QUEUED).values(state=RowState.WITHDRAWN)
)


class OutboxRows:
    """Reads the journal's side of the outbox; `Journal` writes it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self) -> list[Notify]:
        """Every queued message, oldest first: what a restart goes on with."""
        query = select(outbox.c.body).where(QUEUED).order_by(outbox.c.effect)
        with self._database.read() as connection:
            bodies = connection.scalars(query).all()
        return [cast("Notify", effect_from_json("notify", body)) for body in bodies]

    def sent(self) -> list[tuple[Instant, Notify]]:
        """Every message that arrived, and when, in the order in which they were decided."""
        query = (
            select(outbox.c.sent_at, outbox.c.body)
            .where(outbox.c.state == RowState.SENT)
            .order_by(outbox.c.effect)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [
            (Instant(at), cast("Notify", effect_from_json("notify", body))) for at, body in rows
        ]


def queued_row(notify: Notify, effect: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a message as it is queued; `effect` is the row of the effect that decided it."""
    return {
        "key": notify.key,
        "effect": effect["id"],
        "alarm": notify.line.id,
        "session": effect["session"],
        "destination": notify.destination,
        "tier": notify.tier,
        "priority": int(notify.line.priority),
        "reason": notify.reason.value,
        "at": effect["at"],
        "body": effect["body"],
        "state": RowState.QUEUED,
        "attempts": 0,
        "next_at": effect["at"],
    }


def sessions_of(connection: Connection, keys: Sequence[str]) -> dict[str, str | None]:
    """To which session each of these messages belongs, as far as they are known."""
    query = select(outbox.c.key, outbox.c.session).where(outbox.c.key.in_(keys))
    return {row.key: row.session for row in connection.execute(query)}


def withdraw(connection: Connection, alarms: Sequence[str]) -> None:
    """Inside the journal's transaction: what is still queued for these alarms is pointless."""
    connection.execute(_WITHDRAW, [{"of": alarm} for alarm in alarms])


def mark(connection: Connection, attempt: Attempt) -> None:
    """What became of one attempt; what arrived is sent, also where it was withdrawn on its way."""
    values: dict[str, Any] = {"of": attempt.key}
    if attempt.error is None:
        values |= {"state": RowState.SENT, "sent_at": attempt.at, "last_error": None}
        connection.execute(_TRIED, values)
        return
    values |= {"last_error": attempt.error[:ERROR_LENGTH]}
    if attempt.next_at is None:
        values |= {"state": RowState.FAILED, "next_at": attempt.at}
    else:
        values |= {"next_at": attempt.next_at}
    connection.execute(_TRIED_IN_VAIN, values)
