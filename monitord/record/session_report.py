"""A session's record as one printable page. Pure: the command and the station make the same bytes."""

from collections.abc import Iterable, Iterator
from typing import Final

from monitord import __version__
from monitord.engine.protocol.criterion import Point
from monitord.model import (
    MINUTE,
    SIGNALS,
    AlarmEvent,
    Instant,
    Observe,
    Signal,
)
from monitord.model.alarm_lives import lives
from monitord.record.entry_contents import row_of
from monitord.record.json_lines import HONESTY
from monitord.record.print_page import clock, heading, local, page, paragraph, table, trend
from monitord.record.protocol_words import in_force
from monitord.record.record import Record
from monitord.record.record_table import columns, frames
from monitord.record.treatment_form import form


def report(record: Record) -> str:
    """The whole document."""
    whose = record.pseudonym or "a patient without a pseudonym"
    day = local(record.session.admitted_at, record.zone)
    return page(f"Session of {whose}, {day:%Y-%m-%d}", _parts(record))


def _parts(record: Record) -> Iterator[str]:
    if record.simulated:
        yield paragraph("SIMULATED: no patient is behind this record", "mark")
    yield paragraph(f"{HONESTY}.", "note")
    yield paragraph(f"Times of day are those of the clock on the wall ({_zone(record)}).", "note")
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
                "at": clock(b.at, record.zone),
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
        [row_of(done, record) for done in sorted(record.actions, key=lambda done: done.happened)],
        "nobody did anything",
    )
    yield heading("Monitoring form: DRAFT")
    yield paragraph(
        "What a treatment monitoring form asks, as far as this record knows it, to be copied by hand. "
        "It is never sent to anybody. Empty fields are for staff.",
        "note",
    )
    yield table([{"field": name, "from the record": value} for name, value in form(record)])
    yield paragraph(f"monitord {__version__}")


_DAY_AND_TIME: Final = "%Y-%m-%d %H:%M:%S"


def _zone(record: Record) -> str:
    return f"{local(record.session.admitted_at, record.zone):UTC%z}"


def _facts(record: Record) -> list[dict[str, str]]:
    facts = {
        "pseudonym": record.pseudonym,
        "bed": record.label or record.session.bed or "",
        "suite": record.suite,
        "protocol": in_force(record),
        "from": f"{local(record.session.admitted_at, record.zone):{_DAY_AND_TIME}}",
        "to": f"{local(record.end, record.zone):{_DAY_AND_TIME}}"
        + (" (still open)" if record.session.open else ""),
    }
    return [{"": name, "session": value} for name, value in facts.items()]


def _alarms(record: Record) -> list[dict[str, str]]:
    return [
        {
            "from": clock(life.first.at, record.zone),
            "to": clock(life.end, record.zone) or "still there",
            "priority": life.peak.word,
            "alarm": life.first.text,
            "answered": f"{clock(a.at, record.zone)} {a.by or ''}" if (a := life.answered) else "",
        }
        for life in lives(record.lines)
    ]


_PLAIN: Final = str.maketrans("", "", "[]{}")
"""The brackets of UCUM, which nobody reads at a bedside."""


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
        unit = spec.unit.translate(_PLAIN)
        yield paragraph(f"{spec.label} ({unit}); red lines: its alarms began")
        marks = starts.get(signal, [])
        yield trend(
            points,
            start=record.session.admitted_at,
            end=record.end,
            scale=_scale(signal, points),
            zone=record.zone,
            marks=marks,
        )


_SCALES: Final[dict[Signal, tuple[float, float]]] = {
    Signal.SPO2: (80, 100),
    Signal.PULSE_RATE: (40, 140),
    Signal.HEART_RATE: (40, 140),
    Signal.NIBP_SYS: (60, 200),
    Signal.NIBP_DIA: (30, 130),
    Signal.NIBP_MAP: (40, 150),
    Signal.NIBP_PULSE: (40, 140),
    Signal.RESP_RATE: (0, 30),
    Signal.ETCO2: (0, 60),
    Signal.TEMPERATURE: (35, 40),
    Signal.PERFUSION_INDEX: (0, 10),
}
"""What an adult may have on such a day: a cuff's noise of 5 mmHg is then a thirtieth of the height, and looks like it."""


def _scale(signal: Signal, points: list[tuple[Instant, float | None]]) -> tuple[float, float]:
    """Of a signal without a usual range: from 0, or from the lowest reading below it."""
    known = [value for _, value in points if value is not None]
    return _SCALES.get(signal, (min([0.0, *known]), max([1.0, *known])))


def _observations(record: Record) -> list[dict[str, str]]:
    return [
        {
            "at": clock(done.happened, record.zone),
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
            "why": cause.replace("_", " "),
            "minutes": f"{span / MINUTE:.1f}",
            "share": f"{100 * span / whole:.1f} %",
        }
        for (label, watch, cause), span in spans.items()
    ]
