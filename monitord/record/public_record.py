"""A record for others than those who treat the patient: without what came of a form, and without free text. Pure.

What is left out is known by what it is, never by its words: answers on forms and what was kept of them, answers to
confidential questions, limits of confidential rules, and whatever staff wrote in their own words.
"""

from dataclasses import fields, replace
from typing import Any

from monitord.engine.protocol.confidential import Confidential
from monitord.engine.protocol.criterion import Point
from monitord.model import (
    CLINICIAN,
    AdjustLimit,
    AlarmLine,
    Answered,
    AnswerQuestion,
    Assess,
    Event,
    FillForm,
    Frame,
    Notify,
    Observe,
    StaffAction,
    TightenLimit,
    in_words,
    public_line,
    say,
)
from monitord.model.actions import AWAY_REASONS, WRITTEN
from monitord.record.record import Record
from monitord.store.journal.journal import StoredEffect


def public_record(record: Record) -> Record:
    """The same record; its alarms of forms say that a clinician was needed, and no answer on a form is in it."""
    hidden = record.confidential
    events = [(seq, public_event(event, hidden)) for seq, event in record.events]
    before = [(seq, public_event(event, hidden)) for seq, event in record.before]
    return replace(
        record,
        before=tuple((seq, event) for seq, event in before if event is not None),
        events=tuple((seq, event) for seq, event in events if event is not None),
        effects=tuple(map(_told, record.effects)),
        state=None
        if record.state is None
        else replace(
            record.state,
            baseline=tuple(b for b in record.state.baseline if b.signal not in hidden.signals),
        ),
        gate=tuple(_point(each, hidden) for each in record.gate),
        discharge=tuple(_point(each, hidden) for each in record.discharge),
        coverage=tuple(each for each in record.coverage if each.signal not in hidden.signals),
    )


def public_event(
    event: Event, hidden: Confidential, *, words: bool = False, forms: bool = False
) -> Event | None:
    """The event without what came of forms, unless `forms`, and without free text, unless `words`; None where nothing is left."""
    if not forms:
        found = _without_forms(event, hidden)
        if found is None:
            return None
        event = found
    if words or not isinstance(event.body, StaffAction):
        return event
    return replace(event, body=_without_words(event.body))


def _without_forms(event: Event, hidden: Confidential) -> Event | None:
    body = event.body
    if isinstance(body, Frame):
        kept = tuple(each for each in body.samples if each.signal not in hidden.signals)
        return replace(event, body=replace(body, samples=kept)) if kept else None
    if not isinstance(body, StaffAction):
        return event
    if isinstance(body, FillForm | Assess):
        return None
    if isinstance(body, AnswerQuestion) and body.question in hidden.points:
        return None
    if isinstance(body, AdjustLimit | TightenLimit) and body.rule in hidden.rules:
        return None
    if isinstance(body, Observe):
        rest = {name: value for name, value in body.values.items() if name not in hidden.signals}
        return replace(event, body=replace(body, values=rest)) if rest else None
    return event


def _without_words(action: StaffAction) -> StaffAction:
    """The reason of an absence that the page offers is nobody's own word."""
    known = {each.name for each in fields(action)}
    written = [name for name in WRITTEN if name in known]
    own = [name for name in written if getattr(action, name) not in AWAY_REASONS]
    emptied: dict[str, Any] = dict.fromkeys(own, "")
    return replace(action, **emptied) if own else action


def _point(point: Point, hidden: Confidential) -> Point:
    if point.name not in hidden.points:
        return point
    said = say("point.confidential")
    words = in_words(said)
    return replace(point, name=CLINICIAN, title=words, says=words, why=said)


def _told(stored: StoredEffect) -> StoredEffect:
    effect = stored.effect
    if isinstance(effect, AlarmLine):
        return replace(stored, effect=public_line(effect))
    if isinstance(effect, Notify):
        return replace(stored, effect=replace(effect, line=public_line(effect.line)))
    if isinstance(effect, Answered) and effect.refused is not None:
        # Why may name a point of the list, or an item of a form.
        return replace(
            stored, effect=replace(effect, refused=in_words(say("no.refused")), why=None)
        )
    return stored
