"""The fields of a treatment monitoring form, filled as far as the record knows them. Pure.

After the SPRAVATO REMS patient monitoring form (reference clinical 1.1): a draft that staff copy by
hand. Nothing here is sent, and nothing is judged: what needs a judgement stays empty.
"""

from typing import Final

from monitord.model import (
    MINUTE,
    Discharge,
    Instant,
    Observe,
    Signal,
    Span,
    StartInfusion,
)
from monitord.model.alarm_lives import lives
from monitord.record.print_page import clock
from monitord.record.record import Record
from monitord.record.record_table import frames
from monitord.record.report_words import again, said

AT: Final[Span] = 40 * MINUTE
NEAR: Final[Span] = 5 * MINUTE
"""Blood pressure is asked for at 40 min; within 5 min of it counts (reference clinical 6)."""
WHOLE: Final[Span] = 120 * MINUTE
"""The shortest observation that the form knows: 2 h."""

BY_HAND: Final = "........................"


def form(record: Record) -> list[tuple[str, str]]:
    """(field, value); `BY_HAND` where staff must fill it in."""
    begun, left = _at(record, StartInfusion), _at(record, Discharge)
    pressures = _pressures(record)
    before = [each for each in pressures if begun is not None and each[0] <= begun]
    near = [] if begun is None else [e for e in pressures if abs(e[0] - begun - AT) <= NEAR]
    middle = min(near, key=lambda e: abs(e[0] - (begun or e[0]) - AT), default=None)
    after = [each for each in pressures if begun is not None and each[0] > begun]
    total = None if begun is None else (left or record.end) - begun
    minutes = "minutes" if left is not None else "minutes_open"
    fields = [
        ("acceptable", BY_HAND),
        (
            "pressure_before",
            _pressure(record, before[-1] if before else None),
        ),
        ("pressure_40", _pressure(record, middle)),
        ("pressure_after", _pressure(record, after[-1] if after else None)),
        ("sedation", _worst(record, Signal.MOAAS, lowest=True)),
        ("dissociation", _worst(record, Signal.DISSOCIATION)),
        ("breathing", _breathing(record)),
        ("depression", BY_HAND),
        ("adverse", BY_HAND),
        ("start", clock(begun, record.zone) or BY_HAND),
        ("end", clock(left, record.zone) or BY_HAND),
        (
            "total",
            BY_HAND if total is None else said(record, minutes, minutes=total // MINUTE),
        ),
        (
            "two_hours",
            BY_HAND if total is None else said(record, "yes" if total >= WHOLE else "no"),
        ),
        ("earlier", BY_HAND),
        (
            "medicines",
            BY_HAND,
        ),
    ]
    return [(said(record, f"field.{name}"), value) for name, value in fields]


def _at(record: Record, kind: type[StartInfusion | Discharge]) -> Instant | None:
    for done in record.actions:
        if isinstance(done.action, kind) and done.stands:
            return done.happened
    return None


def _pressures(record: Record) -> list[tuple[Instant, float, float]]:
    """Every pair of cuff pressures, measured or entered by hand, in time order."""
    found = []
    for at, frame in frames(record):
        values = {s.signal: s.value for s in frame.samples if s.quality.usable}
        found.append((at, values.get(Signal.NIBP_SYS), values.get(Signal.NIBP_DIA)))
    for at, entered in _observed(record):
        found.append((at, entered.get(Signal.NIBP_SYS), entered.get(Signal.NIBP_DIA)))
    return sorted((at, sys, dia) for at, sys, dia in found if sys is not None and dia is not None)


def _observed(record: Record) -> list[tuple[Instant, dict[Signal, float]]]:
    return [
        (done.happened, done.action.values)
        for done in record.actions
        if isinstance(done.action, Observe) and done.stands
    ]


def _pressure(record: Record, found: tuple[Instant, float, float] | None) -> str:
    if found is None:
        return BY_HAND
    at, sys, dia = found
    return said(record, "at", value=f"{sys:g}/{dia:g}", time=clock(at, record.zone))


def _worst(record: Record, signal: Signal, *, lowest: bool = False) -> str:
    values = [(v[signal], at) for at, v in _observed(record) if signal in v]
    if not values:
        return said(record, "not_observed", line=BY_HAND)
    value, at = min(values) if lowest else max(values)
    return said(record, "at", value=f"{value:g}", time=clock(at, record.zone))


def _breathing(record: Record) -> str:
    wanted = {Signal.SPO2, Signal.RESP_RATE, Signal.ETCO2}
    told = [life.first for life in lives(record.lines) if life.first.signal in wanted]
    each = (f"{clock(a.at, record.zone)} {again(record, a.says, a.text)}" for a in told)
    return "; ".join(each) or said(record, "none")
