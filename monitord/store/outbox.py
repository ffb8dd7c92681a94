"""Who must still be told: rows that the journal queues and the delivery workers answer for.

A row is queued, then sent, failed (given up), withdrawn (answered or over) or shed (too much).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import Connection, Row, bindparam, func, select, update

from monitord.model import Instant, Notify, Reason
from monitord.store.codec import effect_from_json
from monitord.store.database import Database
from monitord.store.schema import QUEUED, outbox

# What is let go when a destination's queue is full, in this order. A start, a worsening, an end
# is never let go.
SHEDDABLE = (Reason.REMINDER, Reason.REPEATED)

# Of an error's text so much is kept: it is for a person, and a server may answer with a page.
ERROR_LENGTH = 500


class State(StrEnum):
    """What became of a row."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    SHED = "shed"


_TRIED = (
    update(outbox).where(outbox.c.key == bindparam("of")).values(attempts=outbox.c.attempts + 1)
)
_TRIED_IN_VAIN = _TRIED.where(QUEUED)
_WITHDRAW = (
    update(outbox).where(outbox.c.alarm == bindparam("of"), QUEUED).values(state=State.WITHDRAWN)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One row: `notify` for `destination`, tried `attempts` times."""

    key: str
    destination: str
    at: Instant
    notify: Notify
    state: State
    attempts: int
    next_at: Instant
    sent_at: Instant | None
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt's end: `error` None when it arrived, `next_at` None when it is given up."""

    key: str
    at: Instant
    error: str | None = None
    next_at: Instant | None = None


class Outbox:
    """What the delivery workers ask and answer; each call is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, destination: str, now: Instant, limit: int = 100) -> list[Delivery]:
        """What may be sent: of each alarm the oldest row only, so that its story stays in order;
        among alarms the worst priority first, then the oldest.
        """
        alarms = (
            select(
                func.min(outbox.c.effect).label("first"),
                func.max(outbox.c.priority).label("worst"),
            )
            .where(outbox.c.destination == destination, QUEUED)
            .group_by(outbox.c.alarm)
            .subquery()
        )
        query = (
            select(outbox)
            .join(alarms, outbox.c.effect == alarms.c.first)
            .where(outbox.c.destination == destination, QUEUED, outbox.c.next_at <= now)
            .order_by(alarms.c.worst.desc(), outbox.c.effect)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [_delivery(row) for row in connection.execute(query)]

    def waiting(self) -> list[Delivery]:
        """Every queued row, oldest first: what a restart goes on with."""
        query = select(outbox).where(QUEUED).order_by(outbox.c.effect)
        with self._database.read() as connection:
            return [_delivery(row) for row in connection.execute(query)]

    def next_due(self, destination: str) -> Instant | None:
        """When the next row may be tried; None where nothing is queued."""
        query = select(func.min(outbox.c.next_at)).where(
            outbox.c.destination == destination, QUEUED
        )
        with self._database.read() as connection:
            return cast("Instant | None", connection.scalar(query))

    def mark(self, attempts: Iterable[Attempt]) -> None:
        """What became of these, in one transaction: a commit each would hold up the journal.

        A loss of power may undo it: then a restart repeats them under the same keys.
        """
        with self._database.write(durable=False) as connection:
            for attempt in attempts:
                _mark(connection, attempt)

    def mark_sent(self, key: str, at: Instant) -> None:
        """It arrived, also where it was withdrawn while it was on its way."""
        self.mark([Attempt(key=key, at=at)])

    def mark_failed(self, key: str, at: Instant, error: str, next_at: Instant | None) -> None:
        """It did not arrive at `at`; tried again at `next_at`, or (None) given up."""
        self.mark([Attempt(key=key, at=at, error=error, next_at=next_at)])

    def queued(self) -> dict[str, int]:
        """How many wait, by destination."""
        query = (
            select(outbox.c.destination, func.count()).where(QUEUED).group_by(outbox.c.destination)
        )
        with self._database.read() as connection:
            return dict(connection.execute(query).all())

    def shed(self, destination: str, room: int) -> int:
        """Lets reminders go, then repetitions, oldest first, until `room` rows wait; how many went.

        Fewer than asked where the rest may not be let go.
        """
        waiting = (outbox.c.destination == destination, QUEUED)
        gone = 0
        with self._database.write() as connection:
            count = connection.scalar(select(func.count()).select_from(outbox).where(*waiting)) or 0
            for reason in SHEDDABLE:
                if (excess := count - room - gone) <= 0:
                    break
                oldest = (
                    select(outbox.c.key)
                    .where(*waiting, outbox.c.reason == reason)
                    .order_by(outbox.c.effect)
                    .limit(excess)
                )
                statement = update(outbox).where(outbox.c.key.in_(oldest))
                gone += connection.execute(statement.values(state=State.SHED)).rowcount
        return gone

    def of_alarm(self, alarm: str) -> list[Delivery]:
        """Everybody who was told of this alarm, or should have been, in order."""
        query = select(outbox).where(outbox.c.alarm == alarm).order_by(outbox.c.effect)
        with self._database.read() as connection:
            return [_delivery(row) for row in connection.execute(query)]


def withdraw(connection: Connection, alarms: Sequence[str]) -> None:
    """Inside the journal's transaction: what is still queued for these alarms is pointless."""
    connection.execute(_WITHDRAW, [{"of": alarm} for alarm in alarms])


def _mark(connection: Connection, attempt: Attempt) -> None:
    values: dict[str, Any] = {"of": attempt.key}
    if attempt.error is None:
        values |= {"state": State.SENT, "sent_at": attempt.at, "last_error": None}
        connection.execute(_TRIED, values)
        return
    values |= {"last_error": attempt.error[:ERROR_LENGTH]}
    if attempt.next_at is None:
        values |= {"state": State.FAILED, "next_at": attempt.at}
    else:
        values |= {"next_at": attempt.next_at}
    connection.execute(_TRIED_IN_VAIN, values)


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        key=row.key,
        destination=row.destination,
        at=Instant(row.at),
        notify=cast("Notify", effect_from_json("notify", row.body)),
        state=State(row.state),
        attempts=row.attempts,
        next_at=Instant(row.next_at),
        sent_at=None if row.sent_at is None else Instant(row.sent_at),
        last_error=row.last_error,
    )
