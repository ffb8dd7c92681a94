"""An overlay for some patients: it may only tighten a protocol. Pure.

What is stricter, field by field:

    rules       levels and rules are added; hysteresis and clear delay: the longer
    schedule    items and phases are added; the shorter interval, in a reaction too
    fresh       the shorter time
    alarms      the shorter time; latching priorities are added
    away        the phases in which both allow it; the shorter time
    gate, list  criteria are added
    prompts     are added
    confidential  names are added

Whatever else differs has no order, and is refused.
"""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from monitord.engine.protocol import adjust
from monitord.engine.protocol.criterion import Criterion
from monitord.engine.protocol.prompt import Prompt
from monitord.engine.protocol.protocol import (
    AlarmTimes,
    AwayTerms,
    Overlay,
    Protocol,
    ScheduleItem,
    Settings,
)
from monitord.engine.rules import ProtocolRule
from monitord.engine.state import SessionState
from monitord.model import CorrectProtocol
from monitord.model.frozen import replace

_ORDERED = frozenset({"levels", "phases", "only", "hysteresis", "clear_delay"})
_WORDS = frozenset({"title", "source", "confidence"})


class OverlayError(ValueError):
    """Protocol and overlay differ in something that has no stricter side."""


def in_force(settings: Settings, session: SessionState | None) -> Protocol:
    """What holds: the session's protocol under its overlays and adjustments, or an empty bed's watch."""
    if session is None:
        return settings.watch
    protocol = overlaid(settings.protocols[session.protocol], session.overlays)
    if not session.adjusted:
        return protocol
    return replace(protocol, rules=adjust.adjusted(protocol.rules, session.adjusted))


def titled(protocol: Protocol | None, asked: CorrectProtocol) -> str:
    """The protocol and its overlays by their titles: `Ketamine IV 0.5 mg/kg, 40 min, within 6 weeks after birth`."""
    overlays = {} if protocol is None else protocol.overlays
    names = [
        found.title if (found := overlays.get(name)) and found.title else name
        for name in asked.overlays
    ]
    own = (protocol.title or protocol.name) if protocol else asked.protocol
    return ", ".join((own, *names))


def overlaid(protocol: Protocol, names: Iterable[str]) -> Protocol:
    """The protocol under overlays of its own; OverlayError where one contradicts it.

    What lies over it always is not laid over it again.
    """
    resolved = protocol
    for name in names:
        if name in protocol.always:
            continue
        resolved = tighten(resolved, name, protocol.overlays[name])
    return resolved


def always_overlaid(protocol: Protocol) -> Protocol:
    """The protocol as it was read, under those of its overlays that hold for everybody; its name stays."""
    names, name = protocol.always, protocol.name
    made = overlaid(replace(protocol, always=()), names)
    return replace(made, name=name, always=names)


def tighten(protocol: Protocol, name: str, overlay: Overlay) -> Protocol:
    """The stricter of both, field by field; OverlayError for what has no order."""
    known = {phase.name for phase in protocol.phases}
    rules = dict(protocol.rules)
    for key, rule in overlay.rules.items():
        _no_other_phases(f"rules.{key}", _phases_of(rule), known)
        rules[key] = _rule(key, rules[key], rule, known) if key in rules else rule
    schedule = dict(protocol.schedule)
    for key, item in overlay.schedule.items():
        _no_other_phases(f"schedule.{key}", item.every, known)
        schedule[key] = _item(key, schedule[key], item) if key in schedule else item
    fresh = dict(protocol.fresh)
    for signal, span in overlay.fresh.items():
        fresh[signal] = min(span, fresh.get(signal, span))
    return replace(
        protocol,
        name=f"{protocol.name}+{name}",
        rules=rules,
        schedule=schedule,
        fresh=fresh,
        alarms=_alarms(protocol.alarms, overlay.alarms),
        away=_away(protocol.away, overlay.away),
        gate=_criteria("gate", protocol.gate, overlay.gate),
        discharge=_criteria("discharge", protocol.discharge, overlay.discharge),
        prompts=_prompts(protocol.prompts, overlay.prompts),
        confidential=tuple(dict.fromkeys((*protocol.confidential, *overlay.confidential))),
    )


def _no_other_phases(where: str, named: Iterable[str], known: set[str]) -> None:
    for phase in named:
        if phase not in known:
            msg = f"{where}: the protocol has no phase {phase!r}"
            raise OverlayError(msg)


def _phases_of(rule: ProtocolRule) -> list[str]:
    return [*getattr(rule, "phases", {}), *getattr(rule, "only", ())]


def _rule(key: str, base: ProtocolRule, more: ProtocolRule, phases: set[str]) -> ProtocolRule:
    if type(base) is not type(more):
        msg = f"rules.{key}: a {more.kind} rule cannot tighten a {base.kind} rule"
        raise OverlayError(msg)
    changes: dict[str, Any] = {}
    for field in fields(base):
        own, other = getattr(base, field.name), getattr(more, field.name)
        if field.name in {"hysteresis", "clear_delay"}:
            changes[field.name] = max(own, other)
        elif own != other and field.name not in _ORDERED | _WORDS:
            msg = f"rules.{key}.{field.name}: neither of {own} and {other} is stricter"
            raise OverlayError(msg)
    if hasattr(base, "phases"):
        changes["phases"] = {
            phase: (*base.levels_in(phase), *more.levels_in(phase)) for phase in sorted(phases)
        }
        changes["only"] = ()
    changes["levels"] = (*base.levels, *more.levels)
    tightened: ProtocolRule = replace(base, **changes)
    return tightened


def _item(key: str, base: ScheduleItem, more: ScheduleItem) -> ScheduleItem:
    if set(base.signals) != set(more.signals):
        msg = f"schedule.{key}.signals: neither of the two lists is stricter"
        raise OverlayError(msg)
    every = dict(base.every)
    for phase, span in more.every.items():
        every[phase] = min(span, every.get(phase, span))
    both = [span for span in (base.reaction, more.reaction) if span is not None]
    return replace(base, every=every, reaction=min(both, default=None))


def _alarms(base: AlarmTimes, more: AlarmTimes | None) -> AlarmTimes:
    if more is None:
        return base
    return AlarmTimes(
        acknowledge_expires=min(base.acknowledge_expires, more.acknowledge_expires),
        accept_expires=min(base.accept_expires, more.accept_expires),
        audio_pause=min(base.audio_pause, more.audio_pause),
        latching=tuple(sorted({*base.latching, *more.latching})),
    )


def _away(base: AwayTerms, more: AwayTerms | None) -> AwayTerms:
    if more is None:
        return base
    both = tuple(phase for phase in base.phases if phase in more.phases)
    return AwayTerms(phases=both, at_most=min(base.at_most, more.at_most))


def _prompts(base: dict[str, Prompt], more: dict[str, Prompt]) -> dict[str, Prompt]:
    for name in base.keys() & more.keys():
        msg = f"prompts.{name}: stands in both, and neither is stricter"
        raise OverlayError(msg)
    return {**base, **more}


def _criteria(
    where: str, base: tuple[Criterion, ...], more: tuple[Criterion, ...]
) -> tuple[Criterion, ...]:
    # Word for word the same asks no more than once.
    more = tuple(each for each in more if each not in base)
    for name in {each.name for each in base} & {each.name for each in more}:
        msg = f"{where}.{name}: stands in both, and neither is stricter"
        raise OverlayError(msg)
    return (*base, *more)
