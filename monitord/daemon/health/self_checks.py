"""What the daemon checks of itself, most of it once a second: the wall clock, shed readings, the independent watcher.

Each gives a fault that begins and ends once.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from monitord.config.checks.route_table import IN_LOG, log_destinations, route_faults
from monitord.config.suite.suite import Suite
from monitord.daemon.current_suite import CurrentSuite
from monitord.daemon.lines.device_lines import Devices
from monitord.daemon.sequencing.clock import LiveClock, boot_time
from monitord.daemon.sequencing.sequencer import Sequencer
from monitord.model import SECOND, Cause, Fault, Instant, Span
from monitord.notify.channels.terminal import goes_into_log

CLOCK_APART: Span = 2 * SECOND
# Design invariant 2: a wall clock further from engine time is a technical alarm.
WATCHER_LOST: Span = 30 * SECOND
# It shows itself once a second, but for the ten that a burst may take.
WATCHER = "watcher"
ROUTES = "routes"
SHED_QUIET: Span = 10 * SECOND
# So long nothing was shed before the alarm about it ends.

Found = Iterator[tuple[str | None, Fault]]
"""Whose fault, the suite's for None."""


def clock_set_back(clock: LiveClock) -> Iterator[Fault]:
    """CLOCK_SET_BACK of a start with a wall clock before the record's end."""
    if clock.set_back:
        detail = f"the machine's clock is {clock.set_back / SECOND:.0f} s before the record"
        yield _fault(Cause.CLOCK_SET_BACK, "clock", detail)


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


Where = tuple[str | None, str]
"""A bed, and one of its devices or `READINGS`."""
READINGS = "readings"


class ShedWatch:
    """Whether something is shed because more comes than can be looked at."""

    def __init__(self, shed: Callable[[], Mapping[Where, int]]) -> None:
        self._shed = shed
        self._seen: Mapping[Where, int] = {}
        self._quiet_at: dict[Where, Instant] = {}

    def look(self, now: Instant) -> Found:
        """One OVERLOAD a bed and device, from the first that was shed until ten seconds after the last."""
        before, self._seen = self._seen, dict(self._shed())
        for where, count in self._seen.items():
            bed, subject = where
            if count > before.get(where, 0):
                if where not in self._quiet_at:
                    whose = "" if subject == READINGS else f"{subject}, "
                    yield bed, _fault(Cause.OVERLOAD, subject, f"{whose}{count} not looked at")
                self._quiet_at[where] = Instant(now + SHED_QUIET)
        for (bed, subject), until in list(self._quiet_at.items()):
            if now >= until:
                del self._quiet_at[bed, subject]
                yield bed, _fault(Cause.OVERLOAD, subject, None)


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


class RouteEndWatch:
    """Whether somebody perceives the end of each route: a terminal that is the system log reaches nobody."""

    def __init__(self, current: CurrentSuite, *, into_log: bool) -> None:
        self._current = current
        self._into_log = into_log
        self._seen: Suite | None = None
        self._told: str | None = None

    def look(self, now: Instant) -> Found:  # noqa: ARG002 - only the suite file changes it
        """DESTINATION while a route ends in the log alone; looked at anew where the suite changed."""
        suite = self._current.suite
        if suite is self._seen:
            return
        self._seen = suite
        logs = log_destinations(suite, into_log=self._into_log)
        unheard = (set(route_faults(suite, logs)) - set(route_faults(suite))) if logs else set()
        found = f"{', '.join(sorted(logs))} {IN_LOG}" if unheard else None
        if found != self._told:
            self._told = found
            yield None, _fault(Cause.DESTINATION, ROUTES, found)


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


async def run_self_checks(
    sequencer: Sequencer, devices: Devices, clock: LiveClock, current: CurrentSuite
) -> None:
    """Looks once a second, until cancelled."""

    def shed() -> dict[Where, int]:
        found: dict[Where, int] = {(bed, READINGS): n for bed, n in sequencer.inbox.shed.items()}
        return found | devices.shed

    ends = RouteEndWatch(current, into_log=goes_into_log(sys.stderr))
    watches = (ClockWatch(clock), ShedWatch(shed), WatcherWatch(watcher_file()), ends)
    while True:
        await asyncio.sleep(1)
        for each in watches:
            for bed, fault in each.look(clock.now()):
                sequencer.offer(bed, fault)


def _fault(cause: Cause, subject: str, detail: str | None) -> Fault:
    """Present with a detail, over with None."""
    return Fault(cause=cause, subject=subject, present=detail is not None, detail=detail or "")
