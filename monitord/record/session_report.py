"""A session's record as one printable page. Pure: the command and the station make the same bytes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    vocabulary,
)
from monitord.model.alarm_lives import lives
from monitord.record.entry_contents import row_of
from monitord.record.print_page import clock, heading, local, page, paragraph, table, trend
from monitord.record.protocol_words import in_force
from monitord.record.record import Record
from monitord.record.record_table import columns, frames
from monitord.record.report_words import again, row, said
from monitord.record.treatment_form import form


def report(record: Record) -> str:
    """The whole document, in the record's language."""
    whose = record.pseudonym or said(record, "nobody")
    day = local(record.session.admitted_at, record.zone)
    title = said(record, "title", whose=whose, day=f"{day:%Y-%m-%d}")
    return page(title, _parts(record), record.language)


def _parts(record: Record) -> Iterator[str]:
    def titled(key: str) -> str:
        return heading(said(record, key))

    def listed(rows: Sequence[Mapping[str, str]], none: str) -> str:
        return table(rows, said(record, none))

    if record.simulated:
        yield paragraph(said(record, "simulated"), "mark")
    yield paragraph(f"{said(record, 'honesty')}.", "note")
    yield paragraph(said(record, "zone", zone=_zone(record)), "note")
    yield table(_facts(record))
    yield titled("alarms")
    yield listed(_alarms(record), "no_alarm")
    missed = sum(line.event is AlarmEvent.NEAR_MISS for line in record.lines)
    yield paragraph(said(record, "missed", count=missed))
    yield titled("trends")
    yield from _trends(record)
    yield titled("observations")
    yield listed(_observations(record), "no_observation")
    yield titled("baseline")
    yield listed(_baseline(record), "no_baseline")
    yield titled("gate")
    yield listed(_points(record, record.gate), "no_gate")
    yield titled("leaving")
    yield listed(_points(record, record.discharge), "no_leaving")
    yield titled("watched")
    yield listed(_coverage(record), "no_signal")
    yield titled("did")
    acts = sorted(record.actions, key=lambda done: done.happened)
    yield listed([row_of(done, record) for done in acts], "no_action")
    yield titled("form")
    yield paragraph(said(record, "form_text"), "note")
    yield table([row(record, field=name, known=value) for name, value in form(record)])
    yield paragraph(f"monitord {__version__}")


_DAY_AND_TIME: Final = "%Y-%m-%d %H:%M:%S"


def _zone(record: Record) -> str:
    return f"{local(record.session.admitted_at, record.zone):UTC%z}"


def _facts(record: Record) -> list[dict[str, str]]:
    end = f"{local(record.end, record.zone):{_DAY_AND_TIME}}"
    facts = {
        "pseudonym": record.pseudonym,
        "chair": record.label or record.session.bed or "",
        "suite": record.suite,
        "protocol": in_force(record),
        "from": f"{local(record.session.admitted_at, record.zone):{_DAY_AND_TIME}}",
        "to": said(record, "still_open", time=end) if record.session.open else end,
    }
    return [
        row(record, _=said(record, f"fact.{name}"), session=value) for name, value in facts.items()
    ]


def _alarms(record: Record) -> list[dict[str, str]]:
    return [
        row(
            record,
            **{
                "from": clock(life.first.at, record.zone),
                "to": clock(life.end, record.zone) or said(record, "still_there"),
                "priority": vocabulary("priority", life.peak.word, record.language),
                "alarm": again(record, life.first.says, life.first.text),
                "answered": f"{clock(a.at, record.zone)} {a.by or ''}"
                if (a := life.answered)
                else "",
            },
        )
        for life in lives(record.lines)
    ]


def _baseline(record: Record) -> list[dict[str, str]]:
    return [
        row(
            record,
            signal=_label(record, b.signal),
            value=f"{b.value:g}",
            at=clock(b.at, record.zone),
            by=b.by,
        )
        for b in record.baseline
    ]


def _label(record: Record, signal: Signal) -> str:
    return vocabulary("label", signal, record.language)


_PLAIN: Final = str.maketrans("", "", "[]{}")
"""The brackets of UCUM, which nobody reads at a bedside."""


def _trends(record: Record) -> Iterator[str]:
    series: dict[Signal, list[tuple[Instant, float | None]]] = {s: [] for s in columns(record)}
    for at, frame in frames(record):
        for sample in frame.samples:
            value = sample.value if sample.quality.usable else None
            series[sample.signal].append((at, value))
    if not series:
        yield paragraph(said(record, "no_device"))
    starts: dict[Signal | None, list[Instant]] = {}
    for life in lives(record.lines):
        starts.setdefault(life.first.signal, []).append(life.first.at)
    for signal, points in series.items():
        unit = SIGNALS[signal].unit.translate(_PLAIN)
        yield paragraph(said(record, "trend", signal=_label(record, signal), unit=unit))
        marks = starts.get(signal, [])
        yield trend(
            points,
            start=record.session.admitted_at,
            end=record.end,
            scale=_scale(signal, points),
            zone=record.zone,
            marks=marks,
            label=said(record, "trend_label"),
            none=said(record, "no_reading"),
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
        row(
            record,
            at=clock(done.happened, record.zone),
            observed=", ".join(f"{_label(record, s)} {v:g}" for s, v in done.action.values.items()),
            note=done.action.note,
            by=done.action.by,
        )
        for done in record.actions
        if isinstance(done.action, Observe) and done.stands
    ]


def _points(record: Record, points: Iterable[Point]) -> list[dict[str, str]]:
    return [
        row(
            record,
            point=again(record, p.why, p.says),
            met=said(record, "yes" if p.met else "no"),
            by=p.by or "",
        )
        for p in points
    ]


def _coverage(record: Record) -> list[dict[str, str]]:
    spans: dict[tuple[Signal, str, str], int] = {}
    whole = max(1, record.end - record.session.admitted_at)
    for each in record.coverage:
        key = each.signal, each.watch.value, each.cause
        spans[key] = spans.get(key, 0) + each.end - each.begin
    return [
        row(
            record,
            signal=_label(record, signal),
            watched=said(record, f"watch.{watch}"),
            why=vocabulary("quality", cause, record.language),
            minutes=f"{span / MINUTE:.1f}",
            share=f"{100 * span / whole:.1f} %",
        )
        for (signal, watch, cause), span in spans.items()
    ]
