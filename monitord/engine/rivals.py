"""Two devices that claim one signal: the one that speaks keeps the word, the other is told. Pure.

A probe that is moved between chairs, or two boxes bound to one bed, must not be a silent switch.
"""

from dataclasses import replace

from monitord.engine.patient import MANUAL, Patient
from monitord.model import SIGNALS, Cause, Event, Fault, Frame, Instant


def rivalry(patient: Patient, event: Event, frame: Frame) -> list[tuple[Fault, Instant | None]]:
    """Faults that begin or end with this frame, not taken yet, and until when they hold.

    A claim lasts as long as a reading of its signal would speak; then it must be made again.
    """
    claim = _claim(patient, event, frame)
    if claim is not None:
        return [claim]
    return [
        (replace(state.fault, present=False), None)
        for state in patient.fault_states
        if state.until is not None and event.at >= state.until
    ]


def _claim(patient: Patient, event: Event, frame: Frame) -> tuple[Fault, Instant] | None:
    for sample in frame.samples:
        known = patient.readings.get(sample.signal)
        if known is None or known.source in {event.source, MANUAL}:
            continue
        if sample.value is None or not sample.quality.usable or not known.usable_at(event.at):
            continue
        detail = f"{SIGNALS[sample.signal].label} is taken from {known.source}"
        fault = Fault(cause=Cause.IDENTITY, subject=event.source, present=True, detail=detail)
        return fault, Instant(event.at + patient.fresh(sample.signal))
    return None
