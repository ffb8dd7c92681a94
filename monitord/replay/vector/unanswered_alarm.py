"""An alarm that nobody answers, as in a recording: what `engine/alarms/alarm_triggers.py` and the table make of it.
Pure.
"""

from typing import Final, NamedTuple

from monitord.engine.alarm_state import Depth
from monitord.engine.alarms.alarm_triggers import FADES
from monitord.engine.protocol.protocol import AlarmTimes
from monitord.model import AlarmEvent, Kind, Priority, Reason, Span

STEPS: Final = (
    (AlarmEvent.START, Reason.FIRST),
    (AlarmEvent.ESCALATE, Reason.RECURRED),
    (AlarmEvent.ESCALATE, Reason.WORSE),
    (AlarmEvent.DEESCALATE, Reason.LESS),
    (AlarmEvent.LATCH, Reason.LATCHED),
    (AlarmEvent.CLEAR, Reason.CLEARED),
    (AlarmEvent.NEAR_MISS, Reason.BEFORE_DELAY),
    (AlarmEvent.ESCALATE, Reason.CONFIRMED),
    (AlarmEvent.REMINDER, Reason.UNINHIBITED),
)
START, RECURRED, WORSE, LESS, LATCHED, CLEARED, MISSED, CONFIRMED, UNINHIBITED = range(len(STEPS))


class LatchPolicy(NamedTuple):
    """How a rule's alarms live: which priorities wait for an answer, whether near misses are told, how
    soon one that comes back is the same.
    """

    latching: tuple[Priority, ...]
    near_misses: bool
    rearm: Span


def latch_policy_of(kind: Kind, times: AlarmTimes) -> LatchPolicy:
    """Technical alarms neither latch nor have near misses."""
    physiological = kind is Kind.PHYSIOLOGICAL
    return LatchPolicy(times.latching if physiological else (), physiological, times.rearm)


class UnansweredAlarm:
    """One rule's alarms in a recording, one after the other."""

    def __init__(self, way: LatchPolicy) -> None:
        self._way = way
        self._peak: Depth | None = None
        self._now: Depth | None = None
        self._latched = self._unconfirmed = False
        self._ended: int | None = None
        self._less_since: int | None = None
        self.count = 0
        self.told = Priority.LOW

    @property
    def stands(self) -> int:
        """The priority of the alarm that stands; 0 where none does."""
        return 0 if self._peak is None else self._peak.priority

    @property
    def _latches(self) -> bool:
        latching = self._peak is not None and self._peak.priority in self._way.latching
        return latching and not self._unconfirmed

    @property
    def due(self) -> int | None:
        """When what is less is believed."""
        return None if self._less_since is None else self._less_since + FADES

    def believed(self) -> Depth:
        """It is: the present level is what the alarm is from now on."""
        self._peak, self._less_since = self._now, None
        return self._now or Depth(Priority.LOW)

    def look(self, depth: Depth | None, at: int, *, unconfirmed: bool = False) -> int | None:
        """The step that the deepest level that holds makes; `unconfirmed` is a first word."""
        before, self._now = self._now, depth
        peak = self._peak
        if peak is None:
            if depth is None:
                return None
            back = self._ended is not None and at - self._ended <= self._way.rearm
            self.count += 0 if back else 1
            self._rises(depth, unconfirmed=unconfirmed)
            return RECURRED if back else START
        if depth is None:
            return self._gone(peak, at)
        if self._latched:
            self._latched = False
            if depth > peak:
                self._rises(depth, unconfirmed=unconfirmed)
            self.told = max(peak, depth).priority
            return RECURRED
        if depth > peak:
            self._rises(depth, unconfirmed=unconfirmed)
            return WORSE
        self.told = peak.priority
        if depth == peak:
            bore_out = self._unconfirmed and not unconfirmed
            self._less_since = None
            self._unconfirmed &= not bore_out
            return CONFIRMED if bore_out else None
        if self._unconfirmed:
            # The first word was refuted.
            self._rises(depth, unconfirmed=unconfirmed)
            return LESS
        return self._less(depth, before, at)

    def _rises(self, depth: Depth, *, unconfirmed: bool) -> None:
        self._peak, self.told = depth, depth.priority
        self._less_since, self._unconfirmed = None, unconfirmed

    def _gone(self, peak: Depth, at: int) -> int | None:
        if self._latched:
            return None
        self._less_since = None
        self.told = peak.priority
        if self._latches:
            self._latched = True
            return LATCHED
        self._peak, self._ended = None, at
        return CLEARED

    def _less(self, depth: Depth, before: Depth | None, at: int) -> int | None:
        if self._latches:
            lower = before is not None and depth.priority < before.priority
            return LESS if lower else None
        if self._less_since is None:
            self._less_since = at
        if at >= self._less_since + FADES:
            self.told = self.believed().priority
            return LESS
        return None
