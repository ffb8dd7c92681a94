"""What a protocol leaves open: gaps, delays that outlast their phase, numbers without a source.

`gaps` make `monitord check` fail; `advice` is printed and no more. The daemon runs either, since
a clinic may have approved exactly that.
"""

import re
from collections.abc import Iterator

from monitord.config.checks.leaving_lint import unbounded, unending
from monitord.config.files.yaml_file import Fault, Loc
from monitord.config.protocol.protocols import level_sets
from monitord.engine.protocol.confidential import speaks_of_form
from monitord.engine.protocol.protocol import Cuff, Protocol
from monitord.engine.rules.absence import AbsenceRule
from monitord.engine.rules.limit import LimitRule
from monitord.engine.rules.overdue import OverdueRule
from monitord.model import MINUTE, NIBP, PRESSURES, SIGNALS, Priority, Signal, Span, span_text

MEASURES: Span = MINUTE
"""A cuff's measurement, the wait for it included (proposed)."""
CONTINUOUS = (Signal.SPO2, Signal.PULSE_RATE)
# Measured without a pause from admission to discharge (reference clinical section 7).


def gaps(protocol: Protocol) -> Iterator[Fault]:
    """Place and sentence of what nobody would notice at the bedside."""
    phases = [phase.name for phase in protocol.phases]
    for i, phase in enumerate(phases):
        if not _watches_low_spo2(protocol, phase):
            yield ("phases", i), f"{phase!r} has no low limit of SpO2, medium or high"
        for signal in CONTINUOUS:
            if _limits(protocol, signal, phase) and not _stale(protocol, signal, phase):
                yield ("phases", i), f"in {phase!r} no rule speaks when {signal} falls silent"
        for signal in sorted(PRESSURES):
            if _limits(protocol, signal, phase) and not _overdue(protocol, signal, phase):
                yield ("phases", i), f"in {phase!r} no rule speaks when {signal} is overdue"
    if not phases and not _watches_low_spo2(protocol, None):
        yield ("rules",), "no low limit of SpO2, medium or high"
    yield from _too_long(protocol)
    yield from _clears_late(protocol)
    yield from _too_soon_stale(protocol)
    yield from unending(protocol)
    yield from _forms_on_the_wall(protocol)


def advice(protocol: Protocol) -> Iterator[Fault]:
    """Place and sentence of what a reader would ask."""
    for name, rule in protocol.rules.items():
        for i, level in enumerate(rule.levels):
            if not level.source:
                yield ("rules", name, "levels", i), "says no source of its numbers"
        for phase, levels in (
            rule.phases.items() if isinstance(rule, LimitRule | AbsenceRule) else ()
        ):
            for i, level in enumerate(levels):
                if not level.source:
                    yield ("rules", name, "phases", phase, i), "says no source of its numbers"
    yield from unbounded(protocol)
    if not protocol.sources:
        yield ("sources",), "is empty: name what the protocol was taken from"


def _forms_on_the_wall(protocol: Protocol) -> Iterator[Fault]:
    """Names and titles that every wall and every message has, whatever they say."""
    said: list[tuple[Loc, str]] = [(("name",), protocol.name), (("title",), protocol.title)]
    for i, phase in enumerate(protocol.phases):
        said += [(("phases", i), phase.name), (("phases", i), phase.title)]
    for name, each in protocol.overlays.items():
        said += [(("overlays", name), name), (("overlays", name), each.title)]
    names = {form.name.lower() for form in protocol.forms.values()}
    for loc, text in said:
        words = set(re.split(r"[^a-z0-9]+", text.lower()))
        if names & (words | {text.lower()}) or speaks_of_form(
            protocol, text, text.replace("_", " ")
        ):
            yield loc, f"{text!r} names a form, and stands on every wall and in every message"


def _limits(protocol: Protocol, signal: Signal, phase: str | None) -> list[LimitRule]:
    return [
        rule
        for rule in protocol.rules_of(LimitRule).values()
        if rule.signal is signal and rule.levels_in(phase)
    ]


def _watches_low_spo2(protocol: Protocol, phase: str | None) -> bool:
    return any(
        level.limit.relation.low and level.priority >= Priority.MEDIUM
        for rule in _limits(protocol, Signal.SPO2, phase)
        for level in rule.levels_in(phase)
    )


def _stale(protocol: Protocol, signal: Signal, phase: str) -> bool:
    return any(
        rule.signal is signal and rule.levels_in(phase)
        for rule in protocol.rules_of(AbsenceRule).values()
    )


def _overdue(protocol: Protocol, signal: Signal, phase: str) -> bool:
    items = {rule.item for rule in protocol.rules_of(OverdueRule).values()}
    return any(
        signal in protocol.schedule[item].signals and phase in protocol.schedule[item].every
        for item in items
    )


def _too_long(protocol: Protocol) -> Iterator[Fault]:
    for name, rule in protocol.rules_of(LimitRule).items():
        for loc, levels in level_sets(name, rule):
            for phase in protocol.phases:
                if phase.duration is None or rule.levels_in(phase.name) is not levels:
                    continue
                for i, level in enumerate(levels):
                    if level.delay > phase.duration:
                        lasts = f"{phase.name!r} ({span_text(phase.duration)})"
                        sentence = f"{span_text(level.delay)} is longer than the phase {lasts}"
                        yield (*loc, i, "delay"), sentence


def _clears_late(protocol: Protocol) -> Iterator[Fault]:
    """A clear delay waits for readings that go on; of what is read now and then each one decides."""
    for name, rule in protocol.rules_of(LimitRule).items():
        if rule.clear_delay and (rule.signal in NIBP or SIGNALS[rule.signal].manual):
            sentence = f"is for what is read continuously; {rule.signal} is not: leave it out"
            yield ("rules", name, "clear_delay"), sentence


def repeats_too_soon(protocol: Protocol, cuff: Cuff) -> Iterator[Fault]:
    """Confirmations that come due before the cuff may measure again, with a minute for the measurement."""
    soonest = cuff.minimum_interval + MEASURES
    for name, rule in protocol.rules_of(LimitRule).items():
        if rule.signal not in NIBP:
            continue
        for loc, levels in level_sets(name, rule):
            for i, level in enumerate(levels):
                if level.twice and level.repeat_due < soonest:
                    why = f"the cuff may measure again after {span_text(cuff.minimum_interval)}"
                    sentence = f"{span_text(level.repeat_due)} is too short for a repeat: {why}"
                    yield (*loc, i, "repeat_within"), f"{sentence}; at least {span_text(soonest)}"


def _too_soon_stale(protocol: Protocol) -> Iterator[Fault]:
    for name, rule in protocol.rules.items():
        for signal in sorted(rule.inputs - protocol.fresh.keys()):
            if signal in NIBP or SIGNALS[signal].manual:
                missing = f"say under `fresh` how long one reading of {signal} speaks"
                yield ("rules", name), f"{missing}: the 10 s taken otherwise are too short"
