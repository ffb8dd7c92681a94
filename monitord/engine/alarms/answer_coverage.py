"""What an answer does to an alarm: what it covers, until when, and how often it was given in vain. Pure."""

from collections.abc import Mapping
from typing import Final

from monitord.engine.alarm_state import AlarmState, Covered, Depth, LevelState, RuleState, Valued
from monitord.engine.alarms import alarm_triggers
from monitord.engine.alarms.alarm import Trigger
from monitord.engine.alarms.alarm_values import worst_since
from monitord.engine.alarms.delay_and_clearing import held_since
from monitord.engine.alarms.silent_levels import levels_of
from monitord.engine.bed.patient import Patient
from monitord.engine.protocol.protocol import Stage
from monitord.engine.rules import Rule
from monitord.engine.rules.limit import LimitRule
from monitord.model import (
    MINUTE,
    OF_DEVICES,
    Accept,
    Acknowledge,
    AlarmPhase,
    Answer,
    Instant,
    Kind,
    Priority,
    Reject,
    Signal,
    Span,
)
from monitord.model.frozen import replace

BLIND: Final[Span] = 2 * MINUTE
"""In the infusion an answer to blindness lasts no longer: long enough to put a probe on (proposed)."""
TRIGGERS: Final[Mapping[type[Answer], Trigger]] = {
    Acknowledge: Trigger.ACKNOWLEDGE,
    Accept: Trigger.ACCEPT,
    Reject: Trigger.REJECT,
}
"""What each answer is to an alarm."""


def answered(  # noqa: PLR0917 - each is one thing that the answer depends on
    was: AlarmState,
    alarm: AlarmState,
    track: RuleState,
    rule: Rule | None,
    patient: Patient,
    trigger: Trigger,
    by: str | None,
    at: Instant,
) -> AlarmState:
    """The alarm with an answer given at this instant; `was` is the alarm before it."""
    levels = () if rule is None else levels_of(rule, patient.phase)
    since = Instant(at - alarm_triggers.LOOKS_BACK)
    read = [worst_since(track, since), was.value]
    if was.doubtful:
        # What it began on counts, though nothing of it was sure.
        read.append(next((each for each in track.doubtful if each.at >= since), None))
    value = _worst(read, rule)
    covers = alarm_triggers.covered(was, held_since(levels, track.levels, since), value, at)
    if was.phase is not AlarmPhase.LATCHED:
        # An answer to what is over already is not one in vain.
        alarm = _counted(alarm, was, covers, at)
    accepted = by if trigger is Trigger.ACCEPT else None
    alarm = replace(
        alarm,
        telling=replace(alarm.telling, accepted_by=accepted),
        less_since=None,
        past=None,
        audio_paused_until=None,
        step=LevelState(),
        starts=1,
        returns=0,
    )
    if alarm.phase is AlarmPhase.RESTING:
        return replace(alarm, answered_by=None, expires_at=None, covers=None, deepest=None)
    expires = Instant(at + _lasts(was, rule, patient, trigger))
    return replace(
        alarm,
        answered_by=by,
        expires_at=expires,
        covers=covers,
        peak=alarm.now or alarm.peak,
        deepest=alarm.now,
        peak_from=at,
        worst=alarm.value,
    )


def _lasts(alarm: AlarmState, rule: Rule | None, patient: Patient, trigger: Trigger) -> Span:
    times = patient.protocol.alarms
    silent = rule is not None and rule.absence_of is not None
    blind = silent or _blinds(alarm.key, patient)
    session = patient.session
    if blind and session is not None and session.stage is Stage.INFUSION:
        return BLIND
    if trigger is Trigger.ACCEPT:
        return times.accept_expires
    of_spo2 = alarm.line.signal is Signal.SPO2 and alarm.kind is Kind.PHYSIOLOGICAL
    if of_spo2 and alarm.priority is Priority.MEDIUM:
        return times.spo2_medium_expires
    return times.acknowledge_expires


def _blinds(key: str, patient: Patient) -> bool:
    """Whether this fault is of something that supplies a signal whose silence is an alarm."""
    cause, _, subject = key.partition(":")
    source = patient.settings.sources.get(subject)
    if source is None or cause not in OF_DEVICES:
        return False
    return not set(patient.protocol.continuous).isdisjoint(source.signals)


def _worst(read: list[Valued | None], rule: Rule | None) -> Valued | None:
    known = [each for each in read if each is not None]
    if not known or not isinstance(rule, LimitRule):
        return None
    pick = min if rule.low else max
    return pick(known, key=lambda each: each.value)


def _counted(alarm: AlarmState, was: AlarmState, covers: Covered, at: Instant) -> AlarmState:
    """How many answers in a row found nothing better than the first of them did."""
    if alarm.first_answer is not None:
        return replace(alarm, answers=alarm.answers + 1)
    value = None if was.value is None else was.value.value
    here = replace(covers, depth=was.now, depth_at=at, value=value)
    return replace(alarm, first_answer=here, answers=1)


def eased(alarm: AlarmState, rule: Rule, depth: Depth | None) -> AlarmState:
    """Without its count of answers once something is better than at the first of them.

    Better is a lesser level, none, or a value a step better.
    """
    first = alarm.first_answer
    if first is None:
        return alarm
    better = depth is None or (first.depth is not None and depth < first.depth)
    if not better and first.value is not None and alarm.value is not None:
        level = rule.a_step_worse(alarm.value.value) if isinstance(rule, LimitRule) else None
        better = level is not None and level.limit.violated_by(first.value)
    return replace(alarm, first_answer=None, answers=0) if better else alarm


def expired(alarm: AlarmState, at: Instant) -> bool:
    """Whether its answer is over at this instant."""
    return alarm.expires_at is not None and alarm.expires_at <= at


def end_of(alarm: AlarmState) -> Trigger:
    """What the end of its answer is: of an acceptance, or of an acknowledgement."""
    return Trigger.REMIND if alarm.telling.accepted_by is None else Trigger.LAPSE


def stands(alarm: AlarmState, at: Instant) -> bool:
    """Whether somebody has answered, and still sees to it."""
    return alarm.phase is AlarmPhase.ANSWERED and not expired(alarm, at)


def unanswered(alarm: AlarmState) -> AlarmState:
    """Without its answer."""
    return replace(
        alarm,
        answered_by=None,
        expires_at=None,
        covers=None,
        step=LevelState(),
        telling=replace(alarm.telling, accepted_by=None),
    )


def returned(alarm: AlarmState, rearm: Span, at: Instant, *, anew: bool) -> AlarmState:
    """One more return within the rest, or the first after it; none where it begins `anew`."""
    if anew:
        return replace(alarm, returns=0, ended_at=None)
    soon = alarm.ended_at is not None and at - alarm.ended_at <= rearm
    return replace(alarm, returns=alarm.returns + 1 if soon else 1, ended_at=None)
