"""The alarms of the last days, of all beds and sessions: what somebody looks at when an alarm is over."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from monitord.model import (
    HOUR,
    AlarmEvent,
    AlarmLine,
    Instant,
    Kind,
    Priority,
    Span,
    public_line,
)
from monitord.model.alarm_lives import Life, lives
from monitord.store.database import schema
from monitord.store.journal.codec import effect_from_json
from monitord.store.journal.journal import PAGE, Journal, StoredEffect

REACH: Final[Span] = 72 * HOUR
"""A weekend: who comes on Monday sees what was on Friday."""
LINES_AT_MOST: Final = 10_000
"""Twelve busy chairs write some thousand lines in that time; to read so many takes a second, as a session's report."""
LISTED_AT_MOST: Final = 500
"""The newest alarms that fit what was asked for; nobody reads more at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedAlarm:
    """One alarm; `effect` and `after_seq` say where its first line stands in the journal.

    Its lines are public ones: of a form they say nothing but that a clinician was needed.
    """

    effect: int
    after_seq: int
    life: Life

    @property
    def places(self) -> set[str | None]:
        """The beds at which it stood: a patient who was moved has two."""
        return {line.bed for line in self.life.lines}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLog:
    """The newest first; `since` is how far back was read, and `more` whether fitting ones were left out."""

    alarms: tuple[LoggedAlarm, ...]
    since: Instant
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for; None stands for all. `place` is a bed, or empty for the suite itself."""

    place: str | None = None
    session: str | None = None
    kind: Kind | None = None
    priority: Priority | None = None

    def fits(self, alarm: LoggedAlarm) -> bool:
        life = alarm.life
        return (
            (self.place is None or (self.place or None) in alarm.places)
            and (self.session is None or life.first.session == self.session)
            and (self.kind is None or life.first.kind is self.kind)
            and (self.priority is None or life.peak is self.priority)
        )


EVERY: Final = Wanted()


def alarm_log(journal: Journal, now: Instant, wanted: Wanted = EVERY) -> AlarmLog:
    """The alarms that began within `REACH` before `now`; StoreError where they cannot be read."""
    reach = Instant(now - REACH)
    found: dict[int, tuple[int, AlarmLine]] = {}
    since = reach
    for effect, after_seq, line in _newest_first(journal, reach):
        if len(found) == LINES_AT_MOST:
            since = line.at
            break
        found[effect] = after_seq, line
    begun = {
        line.id: (effect, after_seq)
        for effect, (after_seq, line) in found.items()
        if line.event is AlarmEvent.START
    }
    fitting = [
        each
        for life in lives(line for _, (_, line) in sorted(found.items()))
        if life.first.at >= reach
        and wanted.fits(
            each := LoggedAlarm(
                effect=begun[life.first.id][0], after_seq=begun[life.first.id][1], life=life
            )
        )
    ]
    latest = fitting[: -LISTED_AT_MOST - 1 : -1]
    return AlarmLog(
        alarms=tuple(latest), since=since, more=since > reach or len(fitting) > len(latest)
    )


def alarm_at(journal: Journal, effect: int) -> LoggedAlarm | None:
    """The alarm whose first line is this effect; None where there is none."""
    with journal.database.read() as connection:
        query = select(schema.effects).where(schema.effects.c.id == effect)
        row = connection.execute(query).one_or_none()
    first = None if row is None else _line(row)
    if row is None or first is None or first.event is not AlarmEvent.START:
        return None
    known: list[AlarmLine] = []
    for n, stored in enumerate(_from(journal, first, effect)):
        if n == LINES_AT_MOST or stored.at > first.at + REACH:
            break
        if isinstance(stored.effect, AlarmLine) and stored.effect.id == first.id:
            known.append(public_line(stored.effect))
    (life,) = lives(known)
    return LoggedAlarm(effect=effect, after_seq=row.after_seq, life=life)


def _from(journal: Journal, first: AlarmLine, effect: int) -> Iterator[StoredEffect]:
    """Alarm lines from this one on: of its session, as a patient may be moved, or else of its bed."""
    if first.session is not None:
        return journal.effects(session=first.session, type="alarm", after=effect - 1)
    return journal.effects(bed=first.bed, type="alarm", after=effect - 1)


def _newest_first(journal: Journal, since: Instant) -> Iterator[tuple[int, int, AlarmLine]]:
    """Alarm lines that are no near misses, page by page from the end on."""
    effects, before = schema.effects.c, None
    while True:
        query = select(schema.effects).where(effects.type == "alarm").order_by(effects.id.desc())
        if before is not None:
            query = query.where(effects.id < before)
        with journal.database.read() as connection:
            rows = connection.execute(query.limit(PAGE)).all()
        for row in rows:
            if row.at < since:
                return
            line = _line(row)
            if line is not None and line.event is not AlarmEvent.NEAR_MISS:
                yield row.id, row.after_seq, line
        if len(rows) < PAGE:
            return
        before = rows[-1].id


def _line(row: Any) -> AlarmLine | None:
    effect = effect_from_json(row.type, row.body)
    return public_line(effect) if isinstance(effect, AlarmLine) else None
