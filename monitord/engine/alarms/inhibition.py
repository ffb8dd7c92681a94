"""What is told in an alarm's place. Pure (invariant 10).

Technical causes form a chain, gateway > link > device > signal; a limit's alarm says what burden and
trend of its signal would say; alarms of one measurement of pressure, and of one entry of symptoms, are led by the worst, and by a
rule of several signals that says them together. A cause counts only as far as it was itself told (`router.Instead`).
"""

from collections.abc import Iterator, Mapping

from monitord.engine.alarm_state import AlarmState, RuleState
from monitord.engine.alarms import alarm_pause as pause
from monitord.engine.alarms import router
from monitord.engine.alarms.route_choice import choose_route
from monitord.engine.alarms.router import Instead
from monitord.engine.bed.patient import Patient
from monitord.engine.protocol.protocol import Route
from monitord.engine.rules import Rule
from monitord.engine.rules.equipment_fault import LEVELS, TechnicalRule
from monitord.engine.rules.unsteady import UnsteadyRule
from monitord.engine.rules_in_use import RulesInUse
from monitord.model import (
    SYMPTOMS,
    AlarmPhase,
    Cause,
    Instant,
    Kind,
    Priority,
    Signal,
)

_CHAIN = (Cause.GATEWAY, Cause.LINK, Cause.DEVICE)
"""Deepest first."""


def instead(
    rule: Rule,
    patient: Patient,
    rules: RulesInUse,
    tracks: Mapping[str, RuleState],
    at: Instant,
) -> Instead | None:
    """What explains this rule's condition and may be told in its place; None where nothing does.

    That the patient is away, or that technical alarms pause, is a decision of staff, and bounded.
    """
    away = patient.away
    if away is not None and at < away.until and rule.expected:
        return Instead(key="away", told=None)
    if pause.pauses(rule, patient.paused_until, at):
        return Instead(key=pause.ALARM_PAUSED, told=None)
    if rule.yields:
        return _worst(_limits_of(rule.signal, rules, tracks))
    if rule.of_pressure or rule.limit_of is not None:
        return _worst(_of_measurement(rule, patient, rules, tracks))
    if rule.of_equipment:
        alike = _worst(_alike(rule, patient, rules, tracks))
        if alike is not None:
            return alike
    for cause in _causes(rule, patient):
        if (gateway := _gateway(cause, patient, at)) is not None:
            return gateway
        track = tracks.get(cause)
        if track is not None and track.standing is not None:
            return _of(track.standing)
    return None


def decided(cause: str) -> bool:
    """Whether what is told in its place is a decision of staff."""
    return cause in {"away", pause.ALARM_PAUSED}


def _limits_of(
    signal: Signal | None, rules: RulesInUse, tracks: Mapping[str, RuleState]
) -> Iterator[AlarmState]:
    for key in rules.limits.get(signal, ()) if signal else ():
        track = tracks.get(key)
        if track is not None and track.standing is not None:
            yield track.standing


def _of_measurement(
    rule: Rule, patient: Patient, rules: Mapping[str, Rule], tracks: Mapping[str, RuleState]
) -> Iterator[AlarmState]:
    """The alarms of this measurement, or entry, that nobody answered and that were told."""
    for key, track in tracks.items():
        alarm = track.alarm
        if alarm is None or alarm.phase is not AlarmPhase.ACTIVE:
            continue
        leader = rules.get(key)
        if leader is None or leader is rule or not leader.leads(rule):
            continue
        together = _entered_together(leader, rule, patient)
        if together and alarm.now is not None and _told(alarm):
            yield alarm


def _entered_together(leader: Rule, rule: Rule, patient: Patient) -> bool:
    """Whether the two were read at one instant, as far as they are symptoms: a later one is news."""
    signal = rule.limit_of
    if signal not in SYMPTOMS or signal in leader.inputs:
        return True
    entered = patient.readings.get(signal)
    others = (patient.readings.get(each) for each in leader.inputs & SYMPTOMS)
    return entered is not None and any(each and each.at == entered.at for each in others)


def _alike(
    rule: Rule,
    patient: Patient,
    rules: Mapping[str, Rule],
    tracks: Mapping[str, RuleState],
) -> Iterator[AlarmState]:
    """The same of another signal of the device; that the device comes and goes, between times too."""
    devices = _suppliers(rule.inputs, patient)
    for key, track in tracks.items():
        if track.alarm is None:
            continue
        other = rules.get(key)
        if other is rule or not _told(track.alarm):
            continue
        if other is not None and other.kind == rule.kind:
            others = _suppliers(other.inputs, patient)
            same = track.standing is not None and not devices.isdisjoint(others)
        elif isinstance(other, TechnicalRule) and isinstance(rule, UnsteadyRule):
            same = other.cause in _CHAIN and other.subject in devices
        else:
            continue
        if same:
            yield track.alarm


def _worst(alarms: Iterator[AlarmState]) -> Instead | None:
    worst = max(alarms, key=lambda alarm: alarm.priority, default=None)
    return None if worst is None else _of(worst)


def _told(alarm: AlarmState) -> dict[str, Priority]:
    return {p.name: p.priority for p in alarm.telling.places if p.priority is not None}


def _of(alarm: AlarmState) -> Instead:
    return Instead(key=alarm.key, told=_told(alarm))


def _causes(rule: Rule, patient: Patient) -> Iterator[str]:
    """The keys of the faults that explain it, the deepest first."""
    match rule:
        case TechnicalRule(cause=Cause.LINK):
            yield from _of_devices({rule.subject}, patient, _CHAIN[:1])
        case TechnicalRule(
            cause=Cause.DEVICE | Cause.BATTERY | Cause.IDENTITY | Cause.DEVICE_ALARM
        ):
            yield from _of_devices({rule.subject}, patient, _CHAIN[:2])
        case _:
            yield from _of_devices(_suppliers(rule.misses(patient), patient), patient, _CHAIN)


def _suppliers(signals: frozenset[Signal], patient: Patient) -> set[str]:
    sources = patient.settings.sources.items()
    return {name for name, source in sources if signals.intersection(source.signals)}


def _of_devices(devices: set[str], patient: Patient, causes: tuple[Cause, ...]) -> Iterator[str]:
    """Only when every device that could speak is lost."""
    for cause in causes:
        if devices and all(patient.fault(cause, name) for name in devices):
            yield f"{cause}:{min(devices)}"


def _gateway(key: str, patient: Patient, at: Instant) -> Instead | None:
    """The suite tells of a gateway once for all its beds, so here it is known only since when."""
    cause, _, subject = key.partition(":")
    fault = patient.fault(Cause.GATEWAY, subject) if cause == Cause.GATEWAY else None
    if fault is None:
        return None
    (level,) = LEVELS[Cause.GATEWAY]
    since = Instant(fault.since + level.delay)
    route = choose_route(patient.governing, level.priority, Kind.TECHNICAL, None, at)
    if at < since or route is None:
        return None
    return Instead(key=key, told=_tiers_told(route, since, level.priority, at))


def _tiers_told(
    route: Route, since: Instant, priority: Priority, at: Instant
) -> dict[str, Priority]:
    tiers = route.tiers[: router.reached(route, since, at) + 1]
    return {name: priority for tier in tiers for name in tier.to}
