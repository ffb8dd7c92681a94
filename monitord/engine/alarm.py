"""What an alarm does: one table. Pure.

The alarm's priority is the worst level that holds (`levels.py`).
"""

from dataclasses import dataclass
from enum import Enum, auto

from monitord.engine.state import AlarmPhase
from monitord.model import AlarmEvent, Reason


class Stimulus(Enum):
    """What moves an alarm."""

    RAISED = auto()
    WORSE = auto()
    LESS = auto()
    GONE = auto()
    GONE_LATCHING = auto()
    ACKNOWLEDGE = auto()
    EXPIRE = auto()
    PHASE_OVER = auto()
    OVER = auto()
    CORRECTED = auto()


@dataclass(frozen=True, slots=True)
class Move:
    """Where an alarm goes, what is told and why."""

    phase: AlarmPhase
    event: AlarmEvent
    reason: Reason


_INACTIVE, _ACTIVE = AlarmPhase.INACTIVE, AlarmPhase.ACTIVE
_ACKNOWLEDGED, _LATCHED = AlarmPhase.ACKNOWLEDGED, AlarmPhase.LATCHED

TABLE: dict[tuple[AlarmPhase, Stimulus], Move] = {
    (_INACTIVE, Stimulus.RAISED): Move(_ACTIVE, AlarmEvent.START, Reason.FIRST),
    (_ACTIVE, Stimulus.WORSE): Move(_ACTIVE, AlarmEvent.ESCALATE, Reason.WORSE),
    (_ACTIVE, Stimulus.LESS): Move(_ACTIVE, AlarmEvent.DEESCALATE, Reason.LESS),
    (_ACTIVE, Stimulus.GONE): Move(_INACTIVE, AlarmEvent.CLEAR, Reason.CLEARED),
    (_ACTIVE, Stimulus.GONE_LATCHING): Move(_LATCHED, AlarmEvent.LATCH, Reason.LATCHED),
    (_ACTIVE, Stimulus.ACKNOWLEDGE): Move(
        _ACKNOWLEDGED, AlarmEvent.ACKNOWLEDGE, Reason.ACKNOWLEDGED
    ),
    # Again, by somebody who goes on watching: it runs anew.
    (_ACKNOWLEDGED, Stimulus.ACKNOWLEDGE): Move(
        _ACKNOWLEDGED, AlarmEvent.ACKNOWLEDGE, Reason.ACKNOWLEDGED
    ),
    # Acknowledged is not cleared (invariant 6): worse breaks through, time brings it back.
    (_ACKNOWLEDGED, Stimulus.WORSE): Move(_ACTIVE, AlarmEvent.ESCALATE, Reason.BREAKTHROUGH),
    (_ACKNOWLEDGED, Stimulus.LESS): Move(_ACKNOWLEDGED, AlarmEvent.DEESCALATE, Reason.LESS),
    (_ACKNOWLEDGED, Stimulus.EXPIRE): Move(_ACTIVE, AlarmEvent.REMINDER, Reason.REMINDER),
    # A person has seen it, so nothing is left to latch for.
    (_ACKNOWLEDGED, Stimulus.GONE): Move(_INACTIVE, AlarmEvent.CLEAR, Reason.CLEARED),
    (_ACKNOWLEDGED, Stimulus.GONE_LATCHING): Move(_INACTIVE, AlarmEvent.CLEAR, Reason.CLEARED),
    (_LATCHED, Stimulus.RAISED): Move(_ACTIVE, AlarmEvent.ESCALATE, Reason.RECURRED),
    (_LATCHED, Stimulus.ACKNOWLEDGE): Move(_INACTIVE, AlarmEvent.ACKNOWLEDGE, Reason.ACKNOWLEDGED),
    # The rule says nothing in this phase; a latched alarm waits for its answer all the same.
    (_ACTIVE, Stimulus.PHASE_OVER): Move(_INACTIVE, AlarmEvent.END, Reason.PHASE_ENDED),
    (_ACKNOWLEDGED, Stimulus.PHASE_OVER): Move(_INACTIVE, AlarmEvent.END, Reason.PHASE_ENDED),
    (_ACTIVE, Stimulus.OVER): Move(_INACTIVE, AlarmEvent.END, Reason.SESSION_ENDED),
    (_ACKNOWLEDGED, Stimulus.OVER): Move(_INACTIVE, AlarmEvent.END, Reason.SESSION_ENDED),
    (_LATCHED, Stimulus.OVER): Move(_INACTIVE, AlarmEvent.END, Reason.SESSION_ENDED),
    # The session goes on under a protocol that has no such rule.
    (_ACTIVE, Stimulus.CORRECTED): Move(_INACTIVE, AlarmEvent.END, Reason.PROTOCOL_CORRECTED),
    (_ACKNOWLEDGED, Stimulus.CORRECTED): Move(_INACTIVE, AlarmEvent.END, Reason.PROTOCOL_CORRECTED),
    (_LATCHED, Stimulus.CORRECTED): Move(_INACTIVE, AlarmEvent.END, Reason.PROTOCOL_CORRECTED),
}
