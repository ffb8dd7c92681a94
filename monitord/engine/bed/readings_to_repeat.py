"""Readings that ask for another: of unknown age and beyond a limit, or garbled. Pure.

One of unknown age may be the patient of now: it is told once, as a technical alarm, and does not count.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from monitord.engine.bed.patient import Patient
from monitord.engine.readings.reading import good_now
from monitord.engine.readings.said_reading import said_value
from monitord.engine.rules.limit import LimitRule
from monitord.model import Cause, Event, Fault, Sentence, Signal, say
from monitord.model.frozen import replace

REPEAT: Final = frozenset({Cause.UNKNOWN_AGE, Cause.GARBLED})
"""Faults that end with the next reading."""
_PRESSURES: Final = (Signal.NIBP_SYS, Signal.NIBP_DIA)


def told(patient: Patient, event: Event) -> list[Fault]:
    """The fault that begins with this event, which the patient has taken: `205/125, repeat it`."""
    values = patient.memory.old.of_unknown_age(event)
    if not values or not any(_beyond(signal, value, patient) for signal, value in values.items()):
        return []
    why = say("why.values", values=tuple(_said(values, patient)))
    return [Fault(cause=Cause.UNKNOWN_AGE, subject=event.source, present=True, why=why)]


def _said(values: Mapping[Signal, float], patient: Patient) -> Iterator[Sentence]:
    sys, dia = (values.get(each) for each in _PRESSURES)
    if sys is not None and dia is not None:
        yield say("pressure", sys=sys, dia=dia)
    elif sys is not None:
        yield say("pressure.systolic", sys=sys)
    elif dia is not None:
        yield say("pressure.diastolic", dia=dia)
    for signal, value in values.items():
        if signal not in _PRESSURES and _beyond(signal, value, patient):
            yield said_value(signal, value)


def _beyond(signal: Signal, value: float, patient: Patient) -> bool:
    """Whether the value alone violates a limit of the present phase."""
    own = patient.baseline.get(signal)
    return any(
        limit.violated_by(value)
        for rule in patient.protocol.rules_of(LimitRule).values()
        if rule.signal is signal
        for level in rule.levels_in(patient.phase)
        if (limit := level.for_patient(own)) is not None
    )


def answered(patient: Patient, changed: set[Signal]) -> list[Fault]:
    """The ends of the faults that asked for a reading, where a good one of their signals came."""
    ended = []
    for state in patient.fault_states:
        source = patient.settings.sources.get(state.fault.subject)
        signals = source.signals if source and state.fault.cause in REPEAT else ()
        if any(good_now(patient.readings, signal, changed) for signal in signals):
            ended.append(replace(state.fault, present=False))
    return ended
