"""A record as a FHIR R4 Bundle (type collection): observations with LOINC codes and UCUM units. Pure.

Continuous signals are one Observation each with `valueSampledData`, a number a second; each cuff
reading is a panel; what staff observed is an Observation in our own code system; each alarm is a
DetectedIssue. The patient is a pseudonym. Codes: reference clinical 3.4.
"""

from typing import Any, Final
from uuid import UUID, uuid5

from monitord import __version__
from monitord.model import (
    NIBP,
    SECOND,
    SIGNALS,
    AlarmLine,
    Instant,
    Kind,
    Observe,
    Priority,
    Signal,
    iso,
)
from monitord.model.alarm_lives import lives
from monitord.record.json_lines import HONESTY
from monitord.record.record import Record
from monitord.record.record_table import columns, frames

LOINC: Final = "http://loinc.org"
UCUM: Final = "http://unitsofmeasure.org"
OWN: Final = "urn:monitord:signal"
"""The code system of what LOINC has no code for here: the word of `Signal`."""

_NAMES: Final = UUID("b0a4d7c2-5b51-4a5e-9b5e-6f2f3f6c1d11")
CODES: Final[dict[Signal, tuple[str, ...]]] = {
    Signal.SPO2: ("59408-5", "2708-6"),
    Signal.PULSE_RATE: ("8889-8", "8867-4"),
    Signal.HEART_RATE: ("8867-4",),
    Signal.NIBP_SYS: ("8480-6",),
    Signal.NIBP_DIA: ("8462-4",),
    Signal.NIBP_MAP: ("8478-0",),
    Signal.NIBP_PULSE: ("8867-4",),
    Signal.RESP_RATE: ("9279-1",),
    Signal.TEMPERATURE: ("8310-5",),
    Signal.PERFUSION_INDEX: ("61006-3",),
}
_CUFF_PANEL: Final = "85354-9"
_SEVERITY: Final = {Priority.HIGH: "high", Priority.MEDIUM: "moderate", Priority.LOW: "low"}
_KINDS: Final = {
    Kind.PHYSIOLOGICAL: "of the patient",
    Kind.TECHNICAL: "technical",
    Kind.TASK: "of a task",
}
_VITAL: Final = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
            "code": "vital-signs",
        }
    ]
}
_SIMULATED: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}


def bundle(record: Record) -> dict[str, Any]:
    """The whole bundle as JSON-ready values; the same record gives the same bytes."""
    patient, encounter = _id(record, "patient"), _id(record, "encounter")
    about = {"subject": _ref(patient), "encounter": _ref(encounter)}
    resources = [_patient(record), _encounter(record, patient)]
    resources += [
        _sampled(record, signal, about) for signal in columns(record) if signal not in NIBP
    ]
    resources += _cuff(record, about)
    resources += _observed(record, about)
    resources += _issues(record, patient)
    entries = []
    for resource in resources:
        if record.simulated:
            resource["meta"] = {"security": [_SIMULATED]}
        entries.append({"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource})
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "identifier": {"system": "urn:monitord:session", "value": record.id},
        "timestamp": iso(record.end),
        "entry": entries,
    }


def _id(record: Record, name: str) -> str:
    return str(uuid5(_NAMES, f"{record.id}/{name}"))


def _ref(key: str) -> dict[str, str]:
    return {"reference": f"urn:uuid:{key}"}


def _code(signal: Signal) -> dict[str, Any]:
    codes = CODES.get(signal)
    coding = [{"system": LOINC, "code": code} for code in codes or ()]
    return {
        "coding": coding or [{"system": OWN, "code": signal.value}],
        "text": SIGNALS[signal].label,
    }


def _quantity(signal: Signal, value: float) -> dict[str, Any]:
    unit = SIGNALS[signal].unit
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def _patient(record: Record) -> dict[str, Any]:
    name = record.pseudonym or record.id
    return {
        "resourceType": "Patient",
        "id": _id(record, "patient"),
        "identifier": [{"system": "urn:monitord:pseudonym", "value": name}],
    }


def _encounter(record: Record, patient: str) -> dict[str, Any]:
    session = record.session
    period = {"start": iso(session.admitted_at)}
    period |= {} if session.open else {"end": iso(record.end)}
    note = f"{HONESTY}. monitord {__version__}, protocol {record.protocol}"
    return {
        "resourceType": "Encounter",
        "id": _id(record, "encounter"),
        "status": "in-progress" if session.open else "finished",
        "class": {
            "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
            "code": "AMB",
        },
        "subject": _ref(patient),
        "period": period,
        "reasonCode": [{"text": note}],
    }


def _sampled(record: Record, signal: Signal, about: dict[str, Any]) -> dict[str, Any]:
    """One number a second; `E` where there was none that may be used."""
    start = record.session.admitted_at // SECOND
    data = ["E"] * (record.end // SECOND - start + 1)
    for at, frame in frames(record):
        for sample in frame.samples:
            if sample.signal is signal and sample.value is not None and sample.quality.usable:
                data[max(0, at // SECOND - start)] = f"{sample.value:g}"
    unit = SIGNALS[signal].unit
    return {
        "resourceType": "Observation",
        "id": _id(record, signal.value),
        "status": "final",
        "category": [_VITAL],
        "code": _code(signal),
        **about,
        "effectivePeriod": {"start": iso(Instant(start * SECOND)), "end": iso(record.end)},
        "valueSampledData": {
            "origin": {"value": 0, "unit": unit, "system": UCUM, "code": unit},
            "period": 1000,
            "dimensions": 1,
            "data": " ".join(data),
        },
    }


def _cuff(record: Record, about: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for at, frame in frames(record):
        parts = [
            {"code": _code(sample.signal), "valueQuantity": _quantity(sample.signal, sample.value)}
            for sample in frame.samples
            if sample.signal in NIBP and sample.value is not None and sample.quality.usable
        ]
        if parts:
            found.append(
                {
                    "resourceType": "Observation",
                    "id": _id(record, f"nibp/{at}"),
                    "status": "final",
                    "category": [_VITAL],
                    "code": {"coding": [{"system": LOINC, "code": _CUFF_PANEL}]},
                    **about,
                    "effectiveDateTime": iso(at),
                    "component": parts,
                }
            )
    return found


def _observed(record: Record, about: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for done in record.actions:
        action = done.action
        if not isinstance(action, Observe) or done.refused is not None:
            continue
        note = {"note": [{"text": action.note}]} if action.note else {}
        found += [
            {
                "resourceType": "Observation",
                "id": _id(record, f"{action.id}/{signal}"),
                "status": "entered-in-error" if done.voided else "final",
                "code": _code(signal),
                **about,
                "effectiveDateTime": iso(done.happened),
                "performer": [{"display": action.by}],
                "valueQuantity": _quantity(signal, value),
                **note,
            }
            for signal, value in action.values.items()
        ]
    return found


def _issues(record: Record, patient: str) -> list[dict[str, Any]]:
    found = []
    for life in lives(record.lines):
        first = life.first
        period = {"start": iso(first.at)}
        period |= {"end": iso(life.end)} if life.end is not None else {}
        told = f", inhibited by {life.inhibited_by}" if life.inhibited_by else ""
        found.append(
            {
                "resourceType": "DetectedIssue",
                "id": _id(record, first.id),
                "status": "preliminary" if life.end is None else "final",
                "code": {
                    "coding": [{"system": "urn:monitord:alarm", "code": first.alarm}],
                    "text": first.text,
                },
                "severity": _SEVERITY[life.peak],
                "patient": _ref(patient),
                "identifiedPeriod": period,
                "detail": f"alarm {_KINDS[first.kind]}, priority {life.peak.word}{_limit(first)}{told}",
                **({"evidence": [{"code": [_code(first.signal)]}]} if first.signal else {}),
            }
        )
    return found


def _limit(line: AlarmLine) -> str:
    """`, SpO2 < 85 %`, or of a change `, change of SpO2 <= -4 %`; empty of a rule without a limit."""
    if line.relation is None or line.limit is None:
        return ""
    what = SIGNALS[line.signal].label if line.signal else line.alarm
    what = what if line.compares in {"value", "score"} else f"{line.compares} of {what}"
    unit = "" if line.unit in {None, "1"} else f" {line.unit}"
    return f", {what} {line.relation} {line.limit:g}{unit}"
