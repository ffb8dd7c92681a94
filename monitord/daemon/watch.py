"""What the daemon watches of itself once a second, as faults that begin and end once."""

import asyncio
from collections.abc import Callable, Iterator, Mapping

from monitord.daemon.clock import LiveClock
from monitord.daemon.sequencer import Sequencer
from monitord.model import SECOND, Cause, Fault, Instant, Span

CLOCK_APART: Span = 2 * SECOND
# Design invariant 2: a wall clock further from engine time is a technical alarm.
SHED_QUIET: Span = 10 * SECOND
# So long nothing was shed before the alarm about it ends.
SET_BACK = Cause.CLOCK_SET_BACK

Found = Iterator[tuple[str | None, Fault]]
"""Whose fault, the suite's for None."""


class ClockWatch:
    """Whether the wall clock agrees with elapsed time."""

    def __init__(self, clock: LiveClock) -> None:
        self._clock = clock
        self._apart = False
        self._set_back = bool(clock.set_back)

    def look(self, now: Instant) -> Found:  # noqa: ARG002 - the wall clock is what is looked at
        """CLOCK begins and ends with the difference; CLOCK_SET_BACK, told at start, only ends."""
        offset = self._clock.offset()
        apart = abs(offset) > CLOCK_APART
        if self._set_back and not apart:
            self._set_back = False
            yield None, Fault(cause=SET_BACK, subject="clock", present=False)
        if apart is not self._apart:
            self._apart = apart
            detail = f"the machine's clock is {offset / SECOND:+.0f} s from elapsed time"
            yield None, _fault(Cause.CLOCK, "clock", detail if apart else None)


class ShedWatch:
    """Whether readings are shed because more come than can be looked at."""

    def __init__(self, shed: Callable[[], Mapping[str | None, int]]) -> None:
        self._shed = shed
        self._seen: dict[str | None, int] = {}
        self._quiet_at: dict[str | None, Instant] = {}

    def look(self, now: Instant) -> Found:
        """One OVERLOAD a bed, from its first shed reading until ten seconds after the last."""
        for bed, count in self._shed().items():
            if count > self._seen.get(bed, 0):
                self._seen[bed] = count
                if bed not in self._quiet_at:
                    yield bed, _fault(Cause.OVERLOAD, "readings", f"{count} not looked at")
                self._quiet_at[bed] = Instant(now + SHED_QUIET)
            elif bed in self._quiet_at and now >= self._quiet_at[bed]:
                del self._quiet_at[bed]
                yield bed, _fault(Cause.OVERLOAD, "readings", None)


async def watch(sequencer: Sequencer, clock: LiveClock) -> None:
    """Looks once a second, until cancelled."""
    watches = (ClockWatch(clock), ShedWatch(lambda: sequencer.shed))
    while True:
        await asyncio.sleep(1)
        for each in watches:
            for bed, fault in each.look(clock.now()):
                sequencer.offer(bed, fault)


def _fault(cause: Cause, subject: str, detail: str | None) -> Fault:
    """Present with a detail, over with None."""
    return Fault(cause=cause, subject=subject, present=detail is not None, detail=detail or "")
