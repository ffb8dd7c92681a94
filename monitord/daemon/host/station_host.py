"""The daemon as the station sees it: states, devices and records to read, actions to take, updates to follow."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence

import structlog

from monitord.config.suite.suite import Suite
from monitord.daemon.current_suite import CurrentSuite
from monitord.daemon.host.actions_once import STATION, ActionResults
from monitord.daemon.host.suite_opening import Opening
from monitord.daemon.sequencing.clock import LiveClock
from monitord.daemon.sequencing.sequencer import Sequencer
from monitord.daemon.suite.device_swap import Swaps
from monitord.daemon.suite.engines import Engines
from monitord.engine.engine import Engine
from monitord.engine.state import State
from monitord.errors import StoreError
from monitord.model import (
    AlarmLine,
    Answered,
    Fault,
    Finding,
    Frame,
    Instant,
    StaffAction,
    SwapDevice,
)
from monitord.station.host import AtBed, Pending, Subscriber, Told, Update
from monitord.store.journal.journal import Journal

_log = structlog.get_logger()

OPEN = "OPEN: no accounts. Anybody at this machine may act under any name."
# What the page of such a suite says.
LINES_AT_MOST = 1000


class StationHost:
    """The station's `Host`; `publish` tells everybody who subscribed."""

    def __init__(
        self,
        *,
        current: CurrentSuite,
        journal: Journal,
        clock: LiveClock,
        sequencer: Sequencer,
        engines: Engines,
        swaps: Swaps,
        opening: Opening,
        results: ActionResults,
        notice: str,
    ) -> None:
        self._current = current
        self._journal = journal
        self._clock = clock
        self._sequencer = sequencer
        self._engines = engines
        self._swaps = swaps
        self._opening = opening
        self._results = results
        self._notice = notice
        self._subscribers: list[Subscriber] = []

    # What there is to read.

    @property
    def suite(self) -> str:
        """The suite's name."""
        return self._current.suite.name

    @property
    def notice(self) -> str:
        """What every page must say."""
        return self._notice or (OPEN if self._current.suite.station.open else "")

    @property
    def least_volume(self) -> int:
        """Percent below which no page can turn its sounds."""
        return self._current.suite.station.least_volume

    def now(self) -> Instant:
        """Engine time."""
        return self._clock.now()

    def seq(self) -> int:
        """The last journal sequence whose effects were released."""
        return self._sequencer.seq

    def places(self) -> Sequence[str]:
        """Every bed of the suite file, monitored or not."""
        return tuple(self._current.suite.beds)

    def beds(self) -> Mapping[str, State]:
        """The state of every bed that is monitored, in the suite file's order."""
        return BedStates(self._current.suite, self._sequencer.engines)

    def label(self, bed: str) -> str:
        """What staff call the bed."""
        return self._current.suite.beds[bed].label

    def suite_state(self) -> State:
        """The state of the suite's own engine."""
        return self._engines.suite_state

    def devices_at(self, bed: str) -> Sequence[AtBed]:
        """The devices of a bed, and what each may be swapped with."""
        return self._swaps.at_bed(bed)

    async def alarm_lines(self, after: int) -> Sequence[Told]:
        """The alarm lines told after journal sequence `after`, the newest thousand."""
        return await asyncio.to_thread(_lines_after, self._journal, after)

    async def readings_of(self, session: str) -> Sequence[tuple[Instant, Frame]]:
        """What was recorded of a session."""
        return await asyncio.to_thread(_frames_of, self._journal, session)

    # What the station asks for.

    async def act(self, bed: str | None, action: StaffAction) -> Answered:
        """Journals and steps a staff action once, then gives the engine's answer."""

        async def do() -> Answered:
            if isinstance(action, SwapDevice):
                return await self._swaps.take(action)
            return await self._sequencer.act(bed, action, source=STATION)

        language = self._current.suite.language
        return await self._results.once(action.by, bed, action, do, language)

    def became_of(self, by: str, action: str) -> Answered | Pending | None:
        """The answer to this person's action of this id."""
        return self._results.became_of(by, action)

    def report(self, fault: Fault) -> None:
        """A fault of the suite's own equipment, its settings and a station among it."""
        self._sequencer.report(fault)

    async def try_out(self) -> Sequence[Finding]:
        """Tries what patients will depend on, now."""
        return await self._opening.check()

    # What the station is told.

    def subscribe(self, tell: Subscriber) -> Callable[[], None]:
        """Calls `tell` with each update from now on; the answer ends it."""
        self._subscribers.append(tell)
        return lambda: self._subscribers.remove(tell)

    def publish(self, update: Update) -> None:
        """Tells everybody who subscribed."""
        for tell in tuple(self._subscribers):
            try:
                tell(update)
            except Exception as error:  # noqa: BLE001 - a page's fault is no alarm's
                _log.error("subscriber_failed", exc_info=error)


class BedStates(Mapping[str, State]):
    """The beds' states as they are when asked for: building one costs work."""

    def __init__(self, suite: Suite, engines: Mapping[str | None, Engine]) -> None:
        self._beds = suite.beds
        self._engines = engines

    def __getitem__(self, bed: str) -> State:
        return self._engines[bed].state

    def __contains__(self, bed: object) -> bool:
        return bed in self._beds and bed in self._engines

    def __iter__(self) -> Iterator[str]:
        return (bed for bed in self._beds if bed in self._engines)

    def __len__(self) -> int:
        return sum(1 for _ in self)


# Read in a thread, beside the daemon's work; a fault of the journal is a line in the log.


def _lines_after(journal: Journal, after: int) -> list[Told]:
    try:
        rows = journal.newest_lines(after_seq=after, limit=LINES_AT_MOST)
    except StoreError as error:
        # The page goes on with what is told from now on.
        _log.error("lines_not_read", detail=str(error))
        return []
    return [
        Told(seq=row.after_seq, line=row.effect)
        for row in rows
        if isinstance(row.effect, AlarmLine)
    ]


def _frames_of(journal: Journal, session: str) -> list[tuple[Instant, Frame]]:
    """The frames of a session at whatever bed, oldest first."""
    try:
        events = journal.events(session=session, types=("frame",))
        return [(event.at, event.body) for _, event in events if isinstance(event.body, Frame)]
    except StoreError as error:
        _log.error("readings_not_read", session=session, detail=str(error))
        return []
