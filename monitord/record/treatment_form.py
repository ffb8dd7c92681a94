"""The fields of a treatment monitoring form, filled as far as the record knows them. Pure.

After the SPRAVATO REMS patient monitoring form (reference clinical 1.1): a draft that staff copy by
hand. Nothing here is sent, and nothing is judged: what needs a judgement stays empty.
"""

from datetime import tzinfo
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
    open_note = "" if left is not None else " (session still open)"
    return [
        ("vital signs acceptable before administration (Y/N)", BY_HAND),
        (
            "blood pressure before administration",
            _pressure(before[-1] if before else None, record.zone),
        ),
        ("blood pressure at 40 min", _pressure(middle, record.zone)),
        ("blood pressure before completion", _pressure(after[-1] if after else None, record.zone)),
        ("sedation: lowest MOAA/S observed", _worst(record, Signal.MOAAS, lowest=True)),
        ("dissociation: highest observed (0-3)", _worst(record, Signal.DISSOCIATION)),
        ("alarms of saturation or breathing, to be judged", _breathing(record)),
        ("respiratory depression (Y/N)", BY_HAND),
        ("serious adverse event (Y/N)", BY_HAND),
        ("start of administration", clock(begun, record.zone) or BY_HAND),
        ("end of observation", clock(left, record.zone) or BY_HAND),
        (
            "total minutes",
            BY_HAND if total is None else f"{total // MINUTE}{open_note}",
        ),
        ("at least 2 hours", BY_HAND if total is None else "yes" if total >= WHOLE else "NO"),
        ("ready to leave earlier, without the 2-hour rule, at (min)", BY_HAND),
        (
            "benzodiazepines, sedative-hypnotics, opioids, psychostimulants, MAO inhibitors",
            BY_HAND,
        ),
    ]


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


def _pressure(found: tuple[Instant, float, float] | None, zone: tzinfo | None) -> str:
    return BY_HAND if found is None else f"{found[1]:g}/{found[2]:g} at {clock(found[0], zone)}"


def _worst(record: Record, signal: Signal, *, lowest: bool = False) -> str:
    values = [(v[signal], at) for at, v in _observed(record) if signal in v]
    if not values:
        return f"not observed {BY_HAND}"
    value, at = min(values) if lowest else max(values)
    return f"{value:g} at {clock(at, record.zone)}"


def _breathing(record: Record) -> str:
    wanted = {Signal.SPO2, Signal.RESP_RATE, Signal.ETCO2}
    told = [life.first for life in lives(record.lines) if life.first.signal in wanted]
    return "; ".join(f"{clock(line.at, record.zone)} {line.text}" for line in told) or "none"
