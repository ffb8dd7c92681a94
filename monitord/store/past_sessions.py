"""What earlier sessions of a pseudonym say: their baseline, and how the patient reacted.

It is shown and never applied: whoever admits the patient decides what of it counts today.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from monitord.model import (
    SIGNALS,
    Admit,
    AlarmEvent,
    AlarmLine,
    BaselineTaken,
    BeginReaction,
    Instant,
    Kind,
    Observe,
    Priority,
    Signal,
    StaffAction,
    Void,
)
from monitord.store.database import schema
from monitord.store.journal.codec import body_from_json
from monitord.store.journal.journal import Journal
from monitord.store.sessions import StoredSession

SESSIONS_AT_MOST = 10
"""The latest ones; a course of infusions has six to eight."""

_WORSE = frozenset({AlarmEvent.START, AlarmEvent.ESCALATE})
_STAFF = ("observe", "begin_reaction", "accept_baseline", "void")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reacted:
    """One way in which the patient reacted: the worst of an alarm or a sign, and what staff wrote."""

    at: Instant
    what: str
    says: str
    priority: Priority | None = None
    score: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSession:
    """An earlier session, or the open one: `baseline` is what was accepted last of each signal."""

    session: str
    protocol: str
    overlays: tuple[str, ...]
    admitted_at: Instant
    ended_at: Instant | None
    baseline: dict[Signal, float]
    reacted: tuple[Reacted, ...]


def history(journal: Journal, pseudonym: str) -> tuple[PastSession, ...]:
    """The sessions of this pseudonym, the latest first; StoreError where it cannot be read.

    Without a pseudonym nobody can be known again.
    """
    if not pseudonym:
        return ()
    found = [each for each in admissions(journal) if each[1].pseudonym == pseudonym]
    latest = found[-SESSIONS_AT_MOST:]
    return tuple(_past(journal, session, admitted) for session, admitted in reversed(latest))


def admissions(journal: Journal) -> Iterator[tuple[StoredSession, Admit]]:
    """Every session with the action that opened it: one row by its key for each."""
    events, sessions = schema.events.c, schema.sessions
    query = (
        select(sessions, events.type, events.body)
        .join(schema.events, events.seq == sessions.c.first_seq)
        .order_by(sessions.c.first_seq)
    )
    names = [column.name for column in sessions.columns]
    with journal.database.read() as connection:
        for row in connection.execute(query).mappings():
            body = body_from_json(row["type"], row["body"])
            if isinstance(body, Admit):
                yield StoredSession(**{name: row[name] for name in names}), body


def _past(journal: Journal, session: StoredSession, admitted: Admit) -> PastSession:
    taken, worst = _decided(journal, session.session)
    events = [event for _, event in journal.events(session=session.session, types=_STAFF)]
    voided = {event.body.action for event in events if isinstance(event.body, Void)}
    baseline: dict[Signal, float] = {}
    for values in taken:
        if values.action not in voided:
            baseline |= values.values
    for event in events:
        if isinstance(event.body, StaffAction) and event.body.id not in voided:
            for sign in _observed(event.body, event.at):
                known = worst.get(sign.what)
                if known is None or known.score < sign.score:
                    worst[sign.what] = sign
    return PastSession(
        session=session.session,
        protocol=admitted.protocol,
        overlays=admitted.overlays,
        admitted_at=session.admitted_at,
        ended_at=session.ended_at,
        baseline=baseline,
        reacted=tuple(sorted(worst.values(), key=lambda each: each.at)),
    )


def _decided(journal: Journal, session: str) -> tuple[list[BaselineTaken], dict[str, Reacted]]:
    """Baselines in order, and of each alarm of the patient, medium or high, the worst line."""
    taken: list[BaselineTaken] = []
    worst: dict[str, Reacted] = {}
    for stored in journal.effects(session=session):
        effect = stored.effect
        if isinstance(effect, BaselineTaken):
            taken.append(effect)
        elif isinstance(effect, AlarmLine) and effect.event in _WORSE:
            known = worst.get(effect.alarm)
            of_patient = effect.kind is Kind.PHYSIOLOGICAL and effect.priority >= Priority.MEDIUM
            if of_patient and (known is None or effect.priority > (known.priority or 0)):
                worst[effect.alarm] = Reacted(
                    at=effect.at, what=effect.alarm, says=effect.text, priority=effect.priority
                )
    return taken, worst


def _observed(action: StaffAction, at: Instant) -> Iterator[Reacted]:
    """What staff wrote of a reaction, and each sign that they scored above none."""
    if isinstance(action, BeginReaction):
        yield Reacted(at=at, what=f"reaction {action.id}", says=action.reason)
    if isinstance(action, Observe):
        for signal, value in action.values.items():
            spec = SIGNALS[signal]
            if spec.manual and value > 0 and signal in _SIGNS:
                yield Reacted(at=at, what=signal, says=f"{spec.label} {value:g}", score=value)


_SIGNS = frozenset(signal for signal, spec in SIGNALS.items() if spec.manual) - {
    Signal.MOAAS,
    Signal.ORIENTATION,
    Signal.MOOD,
    Signal.EPDS,
    Signal.EPDS_SELF_HARM,
}
"""Signs of which more is worse; a low MOAA/S is an alarm of its own."""
