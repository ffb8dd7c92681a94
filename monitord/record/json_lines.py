"""A record as JSON lines: the form that loses nothing, and that `monitord replay` reads back. Pure.

The first line is a header, `{"export": 1, ...}`. Every other line says in `row` what it is: `before`
and `event` are events in the journal's own form (`at` in microseconds of UTC), `effect` is what was
decided, `coverage` and `check` are what followed from both.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from monitord import __version__
from monitord.engine.protocol.criterion import Point
from monitord.model import iso
from monitord.record.record import Record
from monitord.store.journal.codec import effect_json, event_json

FORMAT: Final = 1
"""The version of this form, the header's first value."""

HONESTY: Final = (
    "monitord is a supplementary information system, not a medical device; this record does not replace "
    "the approved monitor's own"
)


def json_lines(record: Record) -> Iterator[str]:
    """The lines, without newlines."""
    yield _text(header(record))
    for row, events in (("before", record.before), ("event", record.events)):
        for seq, event in events:
            yield f'{{"row":"{row}","seq":{seq},{event_json(event)[1:]}'
    for each in record.effects:
        head = f'"id":{each.id},"n":{each.n},"after_seq":{each.after_seq},"at":{each.at}'
        body = effect_json(each.effect)
        yield f'{{"row":"effect",{head},"type":"{each.effect.type}","body":{body}}}'
    for span in record.coverage:
        times = {"begin": span.begin, "end": span.end}
        how = {"watch": span.watch, "cause": span.cause}
        yield _text({"row": "coverage", "signal": span.signal, **times, **how})
    for name, points in (("gate", record.gate), ("discharge", record.discharge)):
        for point in points:
            yield _text({"row": "check", "list": name, **_point(point)})


def header(record: Record) -> dict[str, Any]:
    """What the record is of; times are ISO 8601."""
    session = record.session
    return {
        "export": FORMAT,
        "version": __version__,
        "note": HONESTY,
        "suite": record.suite,
        "bed": session.bed,
        "session": record.id,
        "pseudonym": record.pseudonym,
        "protocol": record.protocol,
        "from": iso(session.admitted_at),
        "to": iso(record.end),
        "open": session.open,
        "simulated": record.simulated,
    }


def _point(point: Point) -> dict[str, Any]:
    facts = {"name": point.name, "title": point.title, "says": point.says}
    return facts | {"met": point.met, "by": point.by}


def _text(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))
