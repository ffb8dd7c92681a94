"""Protocol, overlays or limits of an open session put right: what goes on, and since when. Pure.

Stage and elapsed time stay, and say the phase of the new protocol. What both protocols watch goes
on (`levels.refit`); what only the new one watches begins when the patient was first known to be
that far out (invariant 8); what only the old one watched ends with the reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from monitord.engine.alarm_state import LevelPhase, LevelState, RuleState
from monitord.engine.alarms.alarm import Trigger
from monitord.engine.alarms.alarms import Alarms
from monitord.engine.bed.patient import Patient
from monitord.engine.protocol import adjust
from monitord.engine.protocol.confidential import kept_of
from monitord.engine.protocol.protocol import Protocol, digest
from monitord.engine.readings.limit_value import Limit
from monitord.engine.rule_evaluator import RuleEvaluator
from monitord.engine.rules import Rule
from monitord.engine.rules.limit import LimitRule
from monitord.engine.session import overlay
from monitord.engine.session import session as visit
from monitord.engine.state import SessionState
from monitord.model import (
    AdjustLimit,
    CorrectProtocol,
    Instant,
    Sentence,
    Signal,
    TightenLimit,
    say,
)
from monitord.model.frozen import replace

_OUT = frozenset({LevelPhase.PENDING, LevelPhase.HOLDING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Since then the signal has been beyond the limit."""

    signal: Signal
    limit: Limit
    since: Instant


def refusal(action: CorrectProtocol, patient: Patient) -> Sentence | None:
    """Why the session cannot go on under these terms; protocols in the settings are approved."""
    protocol = patient.settings.protocols.get(action.protocol)
    if protocol is None:
        return say("no.protocol", protocol=action.protocol)
    for name in action.overlays:
        if name not in protocol.overlays:
            return say("no.overlay", protocol=protocol.title or protocol.name, overlay=name)
    try:
        asked = overlay.overlaid(protocol, action.overlays)
    except overlay.OverlayError as error:
        return say("no.overlay_fits", why=str(error))
    if not action.reason:
        return say("no.reason")
    known = {phase.name for phase in asked.phases}
    if not known:
        return say("no.phases", protocol=protocol.title or protocol.name)
    if patient.session and digest(asked) == digest(_own(patient, patient.session)):
        return say("no.in_force")
    return None


def refusal_of_limit(action: AdjustLimit | TightenLimit, patient: Patient) -> Sentence | None:
    """Why this patient's limit cannot be that."""
    session = patient.session
    if session is None:
        return None
    own = _own(patient, session)
    return adjust.refusal(action, own.rules, patient.protocol.rules, own.adjustable)


def _own(patient: Patient, session: SessionState) -> Protocol:
    """What holds but for the patient's own limits."""
    return overlay.in_force(patient.governing, replace(session, adjusted=()))


def correct(
    action: CorrectProtocol | AdjustLimit | TightenLimit,
    patient: Patient,
    alarms: Alarms,
    evaluator: RuleEvaluator,
    at: Instant,
) -> None:
    """The session under the new terms, its levels filled with what is known; rules look after."""
    if patient.session is None:
        return
    known = list(_facts(patient, evaluator.rules, alarms.tracks))
    settings, session = patient.governing, visit.take(patient.session, action, at)
    if isinstance(action, CorrectProtocol):
        settings = replace(settings, protocols=patient.settings.protocols)
        kept = {*session.kept_of_forms, *kept_of(patient.protocol)}
        session = replace(
            session,
            protocol=action.protocol,
            overlays=action.overlays,
            kept_of_forms=tuple(sorted(kept)),
        )
    session = replace(session, adjusted=adjust.in_force(step.action for step in session.steps))
    patient.go_on(session, settings, at)
    alarms.session_changed()
    for key in sorted(alarms.tracks.keys() & evaluator.rules.keys()):
        if key in evaluator.protocol_rules and key not in patient.protocol.rules:
            alarms.end(key, at, Trigger.CORRECTED)
            alarms.tracks[key] = replace(alarms.tracks[key], levels=())
    begun = {
        key: _begun(rule, known, patient, at)
        for key, rule in patient.protocol.rules_of(LimitRule).items()
        if key not in evaluator.rules
    }
    evaluator.take_rules(begun)


def _facts(
    patient: Patient, rules: dict[str, Rule], tracks: dict[str, RuleState]
) -> Iterator[Fact]:
    for key, rule in rules.items():
        if not isinstance(rule, LimitRule) or key not in tracks:
            continue
        levels = rule.levels_in(patient.phase)
        for level, found in zip(levels, tracks[key].levels, strict=False):
            if found.phase in _OUT and level.of == "value":
                yield Fact(signal=rule.signal, limit=level.limit, since=found.since)


def _begun(
    rule: LimitRule, known: list[Fact], patient: Patient, at: Instant
) -> tuple[LevelState, ...]:
    """The levels of a new rule, as far as what is known says that they were true before."""
    reading = patient.readings.get(rule.signal)
    found = []
    for level in rule.levels_in(patient.phase):
        since = [
            fact.since
            for fact in known
            if fact.signal is rule.signal and level.limit.covers(fact.limit)
        ]
        value = reading.value if reading and reading.usable_at(at) else None
        if reading and value is not None and level.limit.violated_by(value):
            since.append(reading.at)
        if level.of != "value" or not since:
            found.append(LevelState())
        else:
            found.append(LevelState(LevelPhase.PENDING, min(since)))
    return tuple(found)
