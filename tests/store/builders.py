"""Events, lines and entries with short names, for the store's tests."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from monitord.model import (
    SECOND,
    Admit,
    AlarmEvent,
    AlarmLine,
    Answered,
    Arrived,
    Body,
    Configured,
    Discharge,
    Effect,
    Event,
    Frame,
    Instant,
    Kind,
    Move,
    Notify,
    Priority,
    Reason,
    Sample,
    Signal,
    StaffAction,
    Void,
)
from monitord.store.database import schema
from monitord.store.database.database import Database
from monitord.store.journal.chain import PEOPLE, read_body
from monitord.store.journal.entry import Entry
from monitord.store.journal.journal import Journal

START = Instant(1_767_607_200 * SECOND)  # 2026-01-05T10:00:00Z


def at(seconds: float) -> Instant:
    return Instant(START + round(seconds * SECOND))


def event(seconds: float, body: Body, bed: str | None = "1") -> Event:
    return Event(at=at(seconds), bed=bed, body=body, source="test", simulated=True)


def frame(seconds: float, spo2: float = 97.0, bed: str | None = "1") -> Entry:
    body = Frame(samples=(Sample(signal=Signal.SPO2, value=spo2),))
    return Entry(bed=bed, event=event(seconds, body, bed))


def act(seconds: float, action: StaffAction, *effects: Effect, bed: str | None = "1") -> Entry:
    done = effects or (Answered(action=action.id),)
    return Entry(bed=bed, event=event(seconds, action, bed), effects=done)


def admit(seconds: float, session: str, bed: str = "1") -> Entry:
    action = Admit(id=f"admit-{session}", by="n1", session=session, protocol="k")
    return act(seconds, action, bed=bed)


def discharge(seconds: float, session: str, bed: str = "1") -> Entry:
    return act(seconds, Discharge(id=f"discharge-{session}", by="n1"), bed=bed)


def move(seconds: float, session: str, to: str, bed: str = "1") -> list[Entry]:
    """Both entries of a move, in the sequencer's order."""
    action = Move(id=f"move-{session}-{to}", by="n1", to=to)
    body = Arrived(move=action, at=at(seconds), of=bed, session=session, state="{}")
    return [Entry(bed=to, event=event(seconds, body, to)), act(seconds, action, bed=bed)]


def void(seconds: float, action: str, bed: str = "1") -> Entry:
    return act(seconds, Void(id=f"void-{action}", by="n1", action=action), bed=bed)


def configured(seconds: float, document: str, bed: str | None = "1") -> Entry:
    body = Configured(digest=sha256(document.encode()).hexdigest()[:12], document=document)
    return Entry(bed=bed, event=event(seconds, body, bed))


def line(seconds: float, alarm: str = "s1/spo2_low/1", **changes: object) -> AlarmLine:
    start = AlarmLine(
        id=alarm,
        at=at(seconds),
        suite="day",
        bed="1",
        session="s1",
        alarm="spo2_low",
        signal=Signal.SPO2,
        event=AlarmEvent.START,
        priority=Priority.MEDIUM,
        kind=Kind.PHYSIOLOGICAL,
        value=86.0,
        unit="%",
        limit=90.0,
        since=at(seconds - 15),
        phase="infusion",
        protocol="k@1#ab",
        reason=Reason.FIRST,
        text="SpO2 86 < 90 for 15 s",
        simulated=True,
    )
    return replace(start, **changes)  # type: ignore[arg-type]


def notify(
    key: str, told: AlarmLine, destination: str = "pager", reason: Reason = Reason.FIRST
) -> Notify:
    return Notify(key=key, destination=destination, tier=0, reason=reason, line=told)


def deadline(seconds: float, *effects: Effect, n: int = 1, bed: str | None = "1") -> Entry:
    """What followed from elapsed time alone."""
    return Entry(bed=bed, event=None, effects=effects, first_n=n, at=at(seconds))


def people_notes(database: Database) -> list[str]:
    """What the audit chain says of people, oldest first."""
    links = schema.audit_links.c
    with database.read() as connection:
        bodies = connection.scalars(select(links.body).order_by(links.n)).all()
    notes = [note for body in bodies for note in read_body(body).notes]
    return [text for kind, text in notes if kind == PEOPLE]


def deliveries(journal: Journal, alarm: str) -> list[Mapping[str, Any]]:
    """The outbox's rows of one alarm, in order."""
    of = schema.outbox.c
    query = select(schema.outbox).where(of.alarm == alarm).order_by(of.effect)
    with journal.database.read() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
