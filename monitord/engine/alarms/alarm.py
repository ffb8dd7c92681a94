"""The life of an alarm as one table: phase and trigger give phase, line, who is told, and the clock. Pure.

`alarm_triggers.py` finds the trigger, `router.py` does the telling and keeps the clock.
"""

from dataclasses import dataclass
from enum import Enum, auto

from monitord.model import (
    AlarmEvent,
    AlarmPhase,
    Reason,
)
from monitord.model.frozen import fast_frozen


class Trigger(Enum):
    """What moves an alarm."""

    HOLDS = auto()
    """A level holds, and nothing did before."""
    DEEPER = auto()
    LESS = auto()
    """A lesser level holds, and the peak, or the answer, stands all the same."""
    BETTER = auto()
    """A lesser level has held for as long as it takes to be believed, or the first word was refuted."""
    CONFIRMED = auto()
    """Another reading bore out what was told without it."""
    GONE = auto()
    GONE_LATCHING = auto()
    BACK = auto()
    BACK_LESS = auto()
    """A level below the latched priority holds again."""
    BREAKS = auto()
    """Deeper than what the answer covers, or a step worse."""
    THIRD = auto()
    """The third rise to the answered priority."""
    COVERED = auto()
    """It rises or comes back within what the answer covers."""
    ACKNOWLEDGE = auto()
    ACCEPT = auto()
    REJECT = auto()
    REMIND = auto()
    """An acknowledgement is over."""
    LAPSE = auto()
    """An acceptance is over."""
    PHASE_OVER = auto()
    PHASE_OVER_LATCHING = auto()
    OVER = auto()
    CORRECTED = auto()


class Hearers(Enum):
    """Whom a transition tells."""

    REACHED = auto()
    """All tiers that the clock of telling has reached."""
    REACHED_AND_KNOWING = auto()
    KNOWING = auto()
    """Those who were told before."""
    NEXT = auto()
    """The tier after the one where it stands, at once."""
    STOOD = auto()
    """The tier where it stood, again."""
    SCREEN = auto()
    """Nobody: the line alone."""


class TellingClock(Enum):
    """What becomes of the clock of telling."""

    RUNS = auto()
    """Runs on; begins where it does not run and somebody is told."""
    ANEW = auto()
    OFF = auto()
    FROM_TIER = auto()
    """As though the tier that is told were due now."""


@fast_frozen
@dataclass(frozen=True, slots=True)
class Transition:
    """Where an alarm goes, the line that says so, and who is told."""

    phase: AlarmPhase
    event: AlarmEvent
    reason: Reason
    told: Hearers
    clock: TellingClock = TellingClock.RUNS
    worse: bool = False
    """Goes at once also to those who were told a moment ago."""


_INACTIVE, _ACTIVE, _ANSWERED = AlarmPhase.INACTIVE, AlarmPhase.ACTIVE, AlarmPhase.ANSWERED
_LATCHED, _RESTING = AlarmPhase.LATCHED, AlarmPhase.RESTING
_T, _E, _R = Trigger, AlarmEvent, Reason

_ACKNOWLEDGED = (_E.ACKNOWLEDGE, _R.ACKNOWLEDGED, Hearers.KNOWING, TellingClock.OFF)
_ACCEPTED = (_E.ACCEPT, _R.ACCEPTED, Hearers.KNOWING, TellingClock.OFF)
_RECURRED = (_E.ESCALATE, _R.RECURRED)
_BREAKS = (_E.ESCALATE, _R.BREAKTHROUGH)

TABLE: dict[tuple[AlarmPhase, Trigger], Transition] = {
    (_INACTIVE, _T.HOLDS): Transition(_ACTIVE, _E.START, _R.FIRST, Hearers.REACHED, worse=True),
    (_ACTIVE, _T.DEEPER): Transition(_ACTIVE, _E.ESCALATE, _R.WORSE, Hearers.REACHED, worse=True),
    # What latches keeps its peak until somebody has seen it.
    (_ACTIVE, _T.LESS): Transition(_ACTIVE, _E.DEESCALATE, _R.LESS, Hearers.SCREEN),
    (_ACTIVE, _T.BETTER): Transition(_ACTIVE, _E.DEESCALATE, _R.LESS, Hearers.KNOWING),
    (_ACTIVE, _T.CONFIRMED): Transition(_ACTIVE, _E.ESCALATE, _R.CONFIRMED, Hearers.SCREEN),
    (_ACTIVE, _T.GONE): Transition(_RESTING, _E.CLEAR, _R.CLEARED, Hearers.KNOWING),
    (_ACTIVE, _T.GONE_LATCHING): Transition(_LATCHED, _E.LATCH, _R.LATCHED, Hearers.KNOWING),
    (_ACTIVE, _T.REJECT): Transition(_ACTIVE, _E.REJECT, _R.REJECTED, Hearers.NEXT),
    (_ACTIVE, _T.ACKNOWLEDGE): Transition(_ANSWERED, *_ACKNOWLEDGED),
    (_ACTIVE, _T.ACCEPT): Transition(_ANSWERED, *_ACCEPTED),
    (_LATCHED, _T.REJECT): Transition(_LATCHED, _E.REJECT, _R.REJECTED, Hearers.NEXT),
    # Somebody has seen it and it is over: nothing is left that the answer could cover.
    (_LATCHED, _T.ACKNOWLEDGE): Transition(_RESTING, *_ACKNOWLEDGED),
    (_LATCHED, _T.ACCEPT): Transition(_RESTING, *_ACCEPTED),
    (_LATCHED, _T.BACK): Transition(_ACTIVE, *_RECURRED, Hearers.REACHED),
    (_LATCHED, _T.BACK_LESS): Transition(_ACTIVE, *_RECURRED, Hearers.SCREEN),
    # Answered is not over (invariant 6): what is worse breaks through, and time brings it back.
    (_ANSWERED, _T.BREAKS): Transition(
        _ACTIVE, *_BREAKS, Hearers.REACHED_AND_KNOWING, TellingClock.ANEW, worse=True
    ),
    (_ANSWERED, _T.THIRD): Transition(_ACTIVE, *_RECURRED, Hearers.REACHED, TellingClock.ANEW),
    (_ANSWERED, _T.LESS): Transition(_ANSWERED, _E.DEESCALATE, _R.LESS, Hearers.SCREEN),
    (_ANSWERED, _T.COVERED): Transition(_ANSWERED, _E.ESCALATE, _R.COVERED, Hearers.SCREEN),
    # Again, by somebody who goes on watching: it runs anew.
    (_ANSWERED, _T.ACKNOWLEDGE): Transition(_ANSWERED, *_ACKNOWLEDGED),
    (_ANSWERED, _T.ACCEPT): Transition(_ANSWERED, *_ACCEPTED),
    (_ANSWERED, _T.REJECT): Transition(
        _ACTIVE, _E.REJECT, _R.REJECTED, Hearers.NEXT, TellingClock.FROM_TIER
    ),
    (_ANSWERED, _T.GONE): Transition(_RESTING, _E.CLEAR, _R.CLEARED, Hearers.KNOWING),
    (_ANSWERED, _T.REMIND): Transition(
        _ACTIVE, _E.REMINDER, _R.REMINDER, Hearers.STOOD, TellingClock.FROM_TIER
    ),
    (_ANSWERED, _T.LAPSE): Transition(
        _ACTIVE, _E.EXPIRE, _R.EXPIRED, Hearers.STOOD, TellingClock.FROM_TIER
    ),
    (_RESTING, _T.BACK): Transition(_ACTIVE, *_RECURRED, Hearers.REACHED),
    (_RESTING, _T.COVERED): Transition(_ANSWERED, _E.ESCALATE, _R.COVERED, Hearers.SCREEN),
    (_RESTING, _T.BREAKS): Transition(
        _ACTIVE, *_BREAKS, Hearers.REACHED, TellingClock.ANEW, worse=True
    ),
    (_RESTING, _T.THIRD): Transition(_ACTIVE, *_RECURRED, Hearers.REACHED, TellingClock.ANEW),
    # The rule says nothing in this phase; what is high and nobody answered waits for its answer.
    (_ACTIVE, _T.PHASE_OVER_LATCHING): Transition(_LATCHED, _E.LATCH, _R.LATCHED, Hearers.KNOWING),
} | {
    (phase, trigger): Transition(_INACTIVE, _E.END, reason, Hearers.KNOWING, TellingClock.OFF)
    for phase, trigger, reason in (
        (_ACTIVE, _T.PHASE_OVER, _R.PHASE_ENDED),
        (_ANSWERED, _T.PHASE_OVER, _R.PHASE_ENDED),
        (_ACTIVE, _T.OVER, _R.SESSION_ENDED),
        (_ANSWERED, _T.OVER, _R.SESSION_ENDED),
        (_LATCHED, _T.OVER, _R.SESSION_ENDED),
        # The session goes on under a protocol that has no such rule.
        (_ACTIVE, _T.CORRECTED, _R.PROTOCOL_CORRECTED),
        (_ANSWERED, _T.CORRECTED, _R.PROTOCOL_CORRECTED),
        (_LATCHED, _T.CORRECTED, _R.PROTOCOL_CORRECTED),
    )
}
