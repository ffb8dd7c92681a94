"""A record for others than the clinic's own: without what came of a form. Pure."""

from dataclasses import replace

from monitord.engine.protocol.confidential import OF_FORMS
from monitord.model import AlarmLine, Assess, Event, FillForm, Notify, Observe, public_line
from monitord.record.record import Record
from monitord.store.journal.journal import StoredEffect


def public_record(record: Record) -> Record:
    """The same record; its alarms of forms say that a clinician was needed, and no answer on a form is in it."""
    events = ((seq, _public(event)) for seq, event in record.events)
    return replace(
        record,
        events=tuple((seq, event) for seq, event in events if event is not None),
        effects=tuple(map(_told, record.effects)),
    )


def _public(event: Event) -> Event | None:
    """Without answers on a form; a note beside one may be about it."""
    body = event.body
    if isinstance(body, FillForm | Assess):
        return None
    if not isinstance(body, Observe) or OF_FORMS.isdisjoint(body.values):
        return event
    rest = {signal: value for signal, value in body.values.items() if signal not in OF_FORMS}
    return replace(event, body=replace(body, values=rest, note="")) if rest else None


def _told(stored: StoredEffect) -> StoredEffect:
    effect = stored.effect
    if isinstance(effect, AlarmLine):
        return replace(stored, effect=public_line(effect))
    if isinstance(effect, Notify):
        return replace(stored, effect=replace(effect, line=public_line(effect.line)))
    return stored
