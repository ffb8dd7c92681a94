"""What staff entered by hand: kept as of when it happened, and taken back where it was a slip. Pure.

A voided entry gives back what was known before it: the entry before, or the reading of a device that it
replaced, whichever is later.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from monitord.engine.bed.patient import Patient
from monitord.engine.protocol.reading_lifetime import by_hand
from monitord.engine.readings.reading import MANUAL, Reading, following
from monitord.engine.session import filled_forms as forms
from monitord.engine.session.session import happened
from monitord.model import MINUTE, Event, FillForm, Instant, Observe, Quality, Sample, Signal, Span

COUNT: Final[Span] = MINUTE
"""Breaths are counted for a whole minute (usual practice)."""


def entered(patient: Patient, event: Event, action: Observe | FillForm, at: Instant) -> set[Signal]:
    """Keeps what staff saw or measured; returns the signals of which it is the latest word."""
    when = action.happened_at or at
    changed = set()
    values = forms.observed(action, patient.protocol.forms)
    same = patient.memory.recent.same(values, when)
    for signal, value in values.items():
        known = patient.readings.get(signal)
        later = known is not None and known.good_at is not None and known.good_at > when
        if later or signal in same:
            continue
        if known is not None and known.source != MANUAL:
            patient.replaced[signal] = known
        sample = Sample(signal=signal, value=value)
        stamped = replace(event, at=when, source=MANUAL)
        patient.readings[signal] = _counted(patient, patient.read(stamped, None, sample, known))
        changed.add(signal)
    return changed


def taken_back(patient: Patient, event: Event, action_id: str) -> set[Signal]:
    """Takes back what an entry said, before it is voided; the signals that say something else now."""
    changed = set()
    for step in patient.session.steps if patient.session else ():
        if step.action.id != action_id or step.voided:
            continue
        for signal in forms.observed(step.action, patient.protocol.forms):
            known, when = patient.readings.get(signal), happened(step)
            patient.memory.recent.back(signal, when)
            if known is None or known.source != MANUAL or known.at != when:
                continue
            # Of one instant what was entered last counts.
            before = sorted(_before(patient, event, signal, action_id), key=_at)
            if not before:
                del patient.readings[signal]
            else:
                back = patient.readings[signal] = before[-1]
                if back.at == when and back.value is not None:
                    # What was entered in its place, for the same instant.
                    patient.memory.recent.took(signal, when, back.value)
            changed.add(signal)
    return changed


def _before(patient: Patient, event: Event, signal: Signal, action_id: str) -> Iterator[Reading]:
    """What else is known of the signal: entries that stand, and the device's reading that one replaced."""
    replaced = patient.replaced.get(signal)
    if replaced is not None:
        yield replaced
    for step in patient.session.steps if patient.session else ():
        if step.voided or step.action.id == action_id:
            continue
        value = forms.observed(step.action, patient.protocol.forms).get(signal)
        if value is not None:
            stamped = replace(event, at=happened(step), source=MANUAL)
            reading = following(
                None,
                Sample(signal=signal, value=value),
                stamped,
                quality=Quality.GOOD,
                fresh=patient.speaks(signal, MANUAL),
                every=0,
                began=None,
            )
            yield _counted(patient, reading)


def _at(reading: Reading) -> Instant:
    return reading.at


def _counted(patient: Patient, reading: Reading) -> Reading:
    """What a person counted has lasted for as long as the count."""
    if by_hand(reading.signal, patient.protocol, patient.phase) is None:
        return reading
    return replace(reading, began=Instant(reading.at - COUNT))
