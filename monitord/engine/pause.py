"""ALARM PAUSED for what the equipment says: somebody is at the chair and moves the probe. Pure.

Seen and not heard, for a fixed time; the patient's own alarms and faults of the suite never pause.
"""

from typing import Final

from monitord.engine.rules import Rule
from monitord.engine.rules.stale import StaleRule
from monitord.engine.rules.technical import TechnicalRule
from monitord.model import OF_DEVICES, SECOND, Instant, Span

ALARM_PAUSED: Final = "alarm_paused"
"""What stands in `inhibited_by`, and the name of the timer that ends it."""

LASTS: Final[Span] = 120 * SECOND
"""At most, and for technical alarms alone (reference clinical section 7; IEC 60601-1-8 names it)."""


def pauses(rule: Rule, until: Instant | None, at: Instant) -> bool:
    """Whether this rule's alarm rests at this instant, in a pause that ends at `until`."""
    if until is None or at >= until:
        return False
    return isinstance(rule, StaleRule) or (
        isinstance(rule, TechnicalRule) and rule.cause in OF_DEVICES
    )
