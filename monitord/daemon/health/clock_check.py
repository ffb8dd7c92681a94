"""Whether the wall clock agrees with elapsed time, and whether it was set back before the start."""

from collections.abc import Iterator

from monitord.daemon.health.self_fault import SelfFaults, self_fault
from monitord.daemon.sequencing.clock import LiveClock
from monitord.model import SECOND, Cause, Fault, Instant, Span

CLOCK_APART: Span = 2 * SECOND
# Design invariant 2: a wall clock further from engine time is a technical alarm.


def clock_set_back(clock: LiveClock) -> Iterator[Fault]:
    """CLOCK_SET_BACK of a start with a wall clock before the record's end."""
    if clock.set_back:
        detail = f"the machine's clock is {clock.set_back / SECOND:.0f} s before the record"
        yield self_fault(Cause.CLOCK_SET_BACK, "clock", detail)


class ClockWatch:
    """Whether the wall clock agrees with elapsed time."""

    def __init__(self, clock: LiveClock) -> None:
        self._clock = clock
        self._apart = False
        self._set_back = bool(clock.set_back)

    def look(self, now: Instant) -> SelfFaults:  # noqa: ARG002 - the wall clock is what is looked at
        """CLOCK begins and ends with the difference; CLOCK_SET_BACK, told at start, only ends."""
        offset = self._clock.offset()
        apart = abs(offset) > CLOCK_APART
        if self._set_back and not apart:
            self._set_back = False
            yield None, self_fault(Cause.CLOCK_SET_BACK, "clock", None)
        if apart is not self._apart:
            self._apart = apart
            detail = f"the machine's clock is {offset / SECOND:+.0f} s from elapsed time"
            yield None, self_fault(Cause.CLOCK, "clock", detail if apart else None)
