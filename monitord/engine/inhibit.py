"""Technical causes form a chain, gateway > link > device > signal: the deepest is told. Pure (invariant 10)."""

from collections.abc import Mapping

from monitord.engine import pause
from monitord.engine.levels import Worst
from monitord.engine.patient import Patient
from monitord.engine.rules import Rule
from monitord.engine.rules.burden import BurdenRule
from monitord.engine.rules.limit import LimitRule
from monitord.engine.rules.overdue import OverdueRule
from monitord.engine.rules.stale import StaleRule
from monitord.engine.rules.technical import LEVELS, TechnicalRule
from monitord.engine.rules.trend import TrendRule
from monitord.engine.state import AlarmPhase, TrackState
from monitord.model import SIGNALS, Cause, Instant, Priority, Signal

_CHAIN = (Cause.LINK, Cause.DEVICE)
"""Deepest first."""


def deeper_cause(
    rule: Rule, patient: Patient, at: Instant, priority: Priority | None
) -> str | None:
    """The key of what explains this rule's condition and is told instead.

    Never one that could not become as urgent as the condition it explains: what is told must not
    be less than what is hidden. That the patient is away, or that technical alarms pause, is a
    decision of staff, and bounded.
    """
    away = patient.away
    if away is not None and at < away.until and isinstance(rule, StaleRule | OverdueRule):
        return "away"
    if pause.pauses(rule, patient.paused_until, at):
        return pause.ALARM_PAUSED
    if not patient.fault_states:
        return None
    match rule:
        case StaleRule():
            return _of_signals({rule.signal}, patient, priority)
        case OverdueRule():
            item = patient.protocol.schedule.get(rule.item)
            signals = set(item.signals) if item else set()
            if any(SIGNALS[signal].manual for signal in signals):
                return None
            return _of_signals(signals, patient, priority)
        case TechnicalRule(cause=Cause.LINK):
            return _of_devices({rule.subject}, patient, (Cause.GATEWAY,), priority)
        case TechnicalRule(
            cause=Cause.DEVICE | Cause.BATTERY | Cause.IDENTITY | Cause.DEVICE_ALARM
        ):
            return _of_devices({rule.subject}, patient, (Cause.LINK,), priority)
        case _:
            return None


def same_said(
    rule: Rule, worst: Worst | None, rules: Mapping[str, Rule], tracks: Mapping[str, TrackState]
) -> str | None:
    """The key of a limit's alarm that says the same of the same signal, and is as urgent.

    One desaturation is one alarm, however many rules see it.
    """
    if worst is None or not isinstance(rule, BurdenRule | TrendRule):
        return None
    for key, track in tracks.items():
        other = rules.get(key)
        if isinstance(other, LimitRule) and other.signal is rule.signal and track.alarm:
            present = track.alarm.phase is not AlarmPhase.LATCHED
            if present and track.alarm.priority >= worst.priority and not track.alarm.inhibited_by:
                return key
    return None


def _of_signals(signals: set[Signal], patient: Patient, priority: Priority | None) -> str | None:
    devices = {
        name
        for name, source in patient.settings.sources.items()
        if signals.intersection(source.signals)
    }
    return _of_devices(devices, patient, _CHAIN, priority)


def _of_devices(
    devices: set[str], patient: Patient, causes: tuple[Cause, ...], priority: Priority | None
) -> str | None:
    """Only when every device that could speak is lost."""
    for cause in causes:
        urgent = max(level.priority for level in LEVELS[cause])
        if priority is not None and priority > urgent:
            continue
        if devices and all(patient.fault(cause, name) for name in devices):
            return f"{cause}:{min(devices)}"
    return None
