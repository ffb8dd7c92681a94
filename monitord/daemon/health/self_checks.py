"""What the daemon checks once a second: the wall clock, shed readings, the independent watcher.

Each gives a fault that begins and ends once.
"""

import asyncio
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from monitord.daemon.sequencing.clock import LiveClock, boot_time
from monitord.daemon.sequencing.sequencer import Sequencer
from monitord.model import SECOND, Cause, Fault, Instant, Span

CLOCK_APART: Span = 2 * SECOND
# Design invariant 2: a wall clock further from engine time is a technical alarm.
WATCHER_LOST: Span = 30 * SECOND
# It shows itself once a second, but for the ten that a burst may take.
WATCHER = "watcher"
SHED_QUIET: Span = 10 * SECOND
# So long nothing was shed before the alarm about it ends.

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
            yield None, Fault(cause=Cause.CLOCK_SET_BACK, subject="clock", present=False)
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


class WatcherWatch:
    """Whether the independent watcher lives and can sound, by the file in which it says so."""

    def __init__(self, file: Path | None, elapsed: Callable[[], int] = boot_time) -> None:
        self._file = file
        self._elapsed = elapsed
        self._started = elapsed()
        self._told: str | None = None

    def look(self, now: Instant) -> Found:  # noqa: ARG002 - the watcher counts from the machine's start
        """DESTINATION begins and ends with what is wrong; a watcher that starts beside us is given time."""
        found = self.trouble()
        starting = self._elapsed() - self._started < WATCHER_LOST
        if self._file is None or found == self._told or (found is not None and starting):
            return
        self._told = found
        yield None, _fault(Cause.DESTINATION, WATCHER, found)

    def trouble(self) -> str | None:
        """What is wrong with it; None while nothing is, or where none is expected."""
        return None if self._file is None else watcher_trouble(self._file, self._elapsed())


def watcher_file() -> Path | None:
    """Where the unit says that the watcher's state is; None where no watcher is expected."""
    given = os.environ.get("MONITORD_WATCHER", "")
    return Path(given) if given else None


def watcher_trouble(file: Path, now_us: int) -> str | None:
    """What is wrong with the watcher as of `now_us` since the machine's start."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        age, no_sound = now_us - int(said["beat"]), said["no_sound"]
    except (OSError, ValueError, KeyError, TypeError):
        return "the independent watcher does not run"
    if not 0 <= age < WATCHER_LOST:
        return "the independent watcher does not run any more"
    return f"the independent watcher has no sound: {no_sound}" if no_sound else None


async def run_self_checks(sequencer: Sequencer, clock: LiveClock) -> None:
    """Looks once a second, until cancelled."""
    watcher = WatcherWatch(watcher_file())
    watches = (ClockWatch(clock), ShedWatch(lambda: sequencer.shed), watcher)
    while True:
        await asyncio.sleep(1)
        for each in watches:
            for bed, fault in each.look(clock.now()):
                sequencer.offer(bed, fault)


def _fault(cause: Cause, subject: str, detail: str | None) -> Fault:
    """Present with a detail, over with None."""
    return Fault(cause=cause, subject=subject, present=detail is not None, detail=detail or "")
