"""ALARM PAUSED for what the equipment says: somebody is at the chair and moves the probe. Pure.

Seen and not heard, for a fixed time; the patient's own alarms and faults of the suite never pause.
"""

from typing import Final

from monitord.engine.bed.patient import Patient
from monitord.engine.rules import Rule
from monitord.model import SECOND, Instant, Sentence, Span, say

ALARM_PAUSED: Final = "alarm_paused"
"""What stands in `inhibited_by`, and the name of the timer that ends it."""

LASTS: Final[Span] = 120 * SECOND
"""At most, and for technical alarms alone (reference clinical section 7; IEC 60601-1-8 names it)."""


def refusal(patient: Patient) -> Sentence | None:
    """Why the equipment cannot pause now; None when it can."""
    if not patient.settings.bed:
        return say("no.pause_suite")
    until = patient.paused_until
    if until is None or seen_since(patient, Instant(until - LASTS)):
        return None
    return say("no.pause_again")


def seen_since(patient: Patient, at: Instant) -> bool:
    """Whether a good reading was seen since then of every expected signal that was ever heard."""
    known = (patient.readings.get(signal) for signal in patient.protocol.continuous)
    heard = [each.good_at for each in known if each is not None and each.good_at is not None]
    return not patient.protocol.continuous or (bool(heard) and min(heard) >= at)


def pauses(rule: Rule, until: Instant | None, at: Instant) -> bool:
    """Whether this rule's alarm is paused at this instant, in a pause that ends at `until`."""
    if until is None or at >= until:
        return False
    return rule.may_be_paused()
