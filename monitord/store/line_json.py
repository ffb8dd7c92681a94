"""The alarm line: one JSON object that log, MQTT, webhook and replay share. Pure.

The keys and their order are fixed: keys may be added before `durable`, none is dropped or renamed.
"""

import json
from math import isfinite

from monitord.model import AlarmLine, Sentence, iso
from monitord.model.sentences.sentence import Value

SCHEMA = 1
"""The version of the line, its first key."""

_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, allow_nan=False).encode


def line_json(line: AlarmLine, durable: bool) -> str:  # noqa: FBT001 - reads well at every call
    """One line of JSON without a newline; times ISO 8601 with six decimals, absent is null.

    `durable` says whether the transaction that holds the line was written. A number that JSON
    cannot hold becomes null: an alarm is never lost to its formatting.
    """
    return _encode(
        {
            "schema": SCHEMA,
            "id": line.id,
            "at": iso(line.at),
            "suite": line.suite,
            "bed": line.bed,
            "session": line.session,
            "alarm": line.alarm,
            "signal": line.signal,
            "event": line.event,
            "priority": line.priority.word,
            "kind": line.kind,
            "value": _number(line.value),
            "unit": line.unit,
            "limit": _number(line.limit),
            "since": iso(line.since),
            "phase": line.phase,
            "protocol": line.protocol,
            "reason": line.reason,
            "text": line.text,
            "simulated": line.simulated,
            "by": line.by,
            "inhibited_by": line.inhibited_by,
            "worst": _number(line.worst),
            "worst_at": None if line.worst_at is None else iso(line.worst_at),
            "value_at": None if line.value_at is None else iso(line.value_at),
            "says": [_said(each) for each in line.says],
            "relation": line.relation,
            "compares": line.compares,
            "state": line.state,
            "audio_paused": line.audio_paused,
            "confidential": line.confidential,
            "durable": durable,
        }
    )


def _said(value: Value) -> object:
    """A sentence as its key and values; a number that JSON cannot hold becomes null here too."""
    match value:
        case Sentence():
            return {
                "key": value.key,
                "values": {name: _said(each) for name, each in value.values.items()},
            }
        case tuple():
            return [_said(each) for each in value]
        case float():
            return _number(value)
    return value


def _number(value: float | None) -> float | None:
    """Always a float, so that 90 and 90.0 give the same bytes live and in replay."""
    return None if value is None or not isfinite(value) else float(value)
