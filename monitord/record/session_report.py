"""A session's record as one printable page. Pure: the command and the station make the same bytes."""

from collections.abc import Iterable, Iterator

from monitord import __version__
from monitord.engine.protocol.criterion import Point
from monitord.model import (
    MINUTE,
    SECOND,
    SIGNALS,
    AcceptBaseline,
    AlarmEvent,
    AnswerQuestion,
    Instant,
    Move,
    Observe,
    Signal,
    StartInfusion,
    SwapDevice,
    Void,
    in_words,
    iso,
)
from monitord.model.alarm_lives import lives
from monitord.record.json_lines import HONESTY
from monitord.record.print_page import clock, heading, page, paragraph, table, trend
from monitord.record.record import Record, RecordedAction
from monitord.record.record_table import columns, frames
from monitord.record.treatment_form import form


def report(record: Record) -> str:
    """The whole document."""
    return page(f"Session {record.id}", _parts(record))


def _parts(record: Record) -> Iterator[str]:
    if record.simulated:
        yield paragraph("SIMULATED: no patient is behind this record", "mark")
    yield paragraph(f"{HONESTY}.", "note")
    yield paragraph("All times are UTC, not the clock on the wall.", "note")
    yield table(_facts(record))
    yield heading("Alarms")
    yield table(_alarms(record), "no alarm")
    missed = sum(line.event is AlarmEvent.NEAR_MISS for line in record.lines)
    yield paragraph(
        f"{missed} near misses: conditions that ended before their delay, told to nobody"
    )
    yield heading("Trends")
    yield from _trends(record)
    yield heading("Observations")
    yield table(_observations(record), "nothing was observed")
    yield heading("Baseline")
    yield table(
        [
            {
                "signal": SIGNALS[b.signal].label,
                "value": f"{b.value:g}",
                "at": clock(b.at),
                "by": b.by,
            }
            for b in record.baseline
        ],
        "no baseline was accepted",
    )
    yield heading("Before the infusion")
    yield table(_points(record.gate), "the protocol asks for nothing, or no infusion was started")
    yield heading("Before leaving")
    yield table(_points(record.discharge), "the protocol asks for nothing")
    yield heading("How the signals were watched")
    yield table(_coverage(record), "no signal was expected")
    yield heading("Who did what")
    yield table(
        [_done(done) for done in sorted(record.actions, key=lambda done: done.happened)],
        "nobody did anything",
    )
    yield heading("Monitoring form: DRAFT")
    yield paragraph(
        "What a treatment monitoring form asks, as far as this record knows it, to be copied by hand. "
        "It is never sent to anybody. Empty fields are for staff.",
        "note",
    )
    yield table([{"field": name, "from the record": value} for name, value in form(record)])
    yield paragraph(f"monitord {__version__}; times of day are UTC")


def _facts(record: Record) -> list[dict[str, str]]:
    facts = {
        "pseudonym": record.pseudonym,
        "bed": record.session.bed or "",
        "suite": record.suite,
        "protocol": record.protocol,
        "from": iso(record.session.admitted_at)[:19] + "Z",
        "to": iso(record.end)[:19] + "Z" + (" (still open)" if record.session.open else ""),
    }
    return [{"": name, "session": value} for name, value in facts.items()]


def _alarms(record: Record) -> list[dict[str, str]]:
    return [
        {
            "from": clock(life.first.at),
            "to": clock(life.end) or "still there",
            "priority": life.peak.word,
            "alarm": life.first.text,
            "answered": f"{clock(a.at)} {a.by or ''}" if (a := life.answered) else "",
        }
        for life in lives(record.lines)
    ]


def _trends(record: Record) -> Iterator[str]:
    series: dict[Signal, list[tuple[Instant, float | None]]] = {s: [] for s in columns(record)}
    for at, frame in frames(record):
        for sample in frame.samples:
            value = sample.value if sample.quality.usable else None
            series[sample.signal].append((at, value))
    if not series:
        yield paragraph("no device said anything")
    starts: dict[Signal | None, list[Instant]] = {}
    for life in lives(record.lines):
        starts.setdefault(life.first.signal, []).append(life.first.at)
    for signal, points in series.items():
        spec = SIGNALS[signal]
        yield paragraph(f"{spec.label} ({spec.unit}); red lines: its alarms began")
        marks = starts.get(signal, [])
        yield trend(points, start=record.session.admitted_at, end=record.end, marks=marks)


def _observations(record: Record) -> list[dict[str, str]]:
    return [
        {
            "at": clock(done.happened),
            "observed": ", ".join(
                f"{SIGNALS[s].label} {v:g}" for s, v in done.action.values.items()
            ),
            "note": done.action.note,
            "by": done.action.by,
        }
        for done in record.actions
        if isinstance(done.action, Observe) and done.stands
    ]


def _points(points: Iterable[Point]) -> list[dict[str, str]]:
    return [{"point": p.says, "met": "yes" if p.met else "NO", "by": p.by or ""} for p in points]


def _coverage(record: Record) -> list[dict[str, str]]:
    spans: dict[tuple[str, str, str], int] = {}
    whole = max(1, record.end - record.session.admitted_at)
    for each in record.coverage:
        key = SIGNALS[each.signal].label, each.watch.value, each.cause
        spans[key] = spans.get(key, 0) + each.end - each.begin
    return [
        {
            "signal": label,
            "watched": watch,
            "why": cause,
            "minutes": f"{span / MINUTE:.1f}",
            "share": f"{100 * span / whole:.1f} %",
        }
        for (label, watch, cause), span in spans.items()
    ]


def _done(done: RecordedAction) -> dict[str, str]:
    action, at = done.action, done.happened
    said = _said(done)
    if abs(done.at - at) >= SECOND:
        said = f"{said} (entered later, at {clock(done.at)})".strip()
    if done.refused is not None:
        said = f"{said} REFUSED: {done.refused}".strip()
    if done.voided is not None:
        said = f"{said} (voided later)".strip()
    return {"at": clock(at), "who": action.by, "did": action.type, "": said}


def _said(done: RecordedAction) -> str:
    match done.action:
        case Observe() as action:
            return ", ".join(f"{SIGNALS[s].label} {v:g}" for s, v in action.values.items())
        case AcceptBaseline() as action:
            return action.note
        case AnswerQuestion() as action:
            return f"{action.question}: {'yes' if action.yes else 'no'} {action.note}".strip()
        case Move() as action:
            return f"to bed {action.to} {action.reason}".strip()
        case SwapDevice() as action:
            return f"{in_words(action.said)} {action.reason}".strip()
        case Void() as action:
            return action.reason
        case StartInfusion() as action:
            return f"override: {action.override}" if action.override else ""
        case action:
            words = [
                str(getattr(action, name, "")) for name in ("reason", "override", "alarm", "note")
            ]
            return " ".join(word for word in words if word)
