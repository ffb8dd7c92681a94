"""The daemon: reads the journal, starts devices, outbox and station, and hands things on.

Data flows one way: devices and staff -> sequencer -> engine -> journal -> outbox and station.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random

import structlog

from monitord import __version__
from monitord.config.suite import Suite
from monitord.daemon.clock import LiveClock
from monitord.daemon.sequencer import Released, Sequencer
from monitord.daemon.systemd import Systemd
from monitord.driver import Supervision, supervise
from monitord.engine.engine import Engine
from monitord.engine.state import State
from monitord.errors import StoreError
from monitord.model import (
    EPOCH,
    SECOND,
    AlarmLine,
    Answered,
    Cause,
    Fault,
    Frame,
    Instant,
    Notify,
    RequestReading,
    Span,
    StaffAction,
    Started,
    Wave,
    Withdraw,
)
from monitord.notify.outbox import Outbox, Outcome
from monitord.station.app import create_app
from monitord.station.host import Changed, Subscriber, Told, WaveBlock
from monitord.station.serve import serve
from monitord.store.journal import Entry, Journal
from monitord.store.restore import restore

_log = structlog.get_logger()

CLOCK_APART: Span = 2 * SECOND
# Design invariant 2: a wall clock further from engine time is a technical alarm.
SETTLE_S = 0.25
# Deliveries are marked in groups: a crash in between repeats them under the same key.
LINES_AT_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What differs between the service, the demo and a test."""

    notice: str = ""
    heard: Callable[[AlarmLine, bool], None] | None = None
    ready: Callable[[int], None] = lambda _port: None
    random: Random = field(default_factory=Random)


class States(Mapping[str, State]):
    """The beds' states as they are when asked for: building one costs work."""

    def __init__(self, suite: Suite, sequencer: Sequencer) -> None:
        self._beds = suite.beds
        self._engines = sequencer.engines

    def __getitem__(self, bed: str) -> State:
        return self._engines[bed].state

    def __iter__(self) -> Iterator[str]:
        return (bed for bed in self._beds if bed in self._engines)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Daemon:
    """One suite on one journal; also the station's `Host`."""

    def __init__(
        self,
        suite: Suite,
        journal: Journal,
        clock: LiveClock,
        surroundings: Surroundings,
        faults: Sequence[Fault] = (),
    ) -> None:
        self._suite = suite
        self._journal = journal
        self._clock = clock
        self._around = surroundings
        self._first_faults = faults
        self.started = asyncio.Event()
        """Set once engines are there and take events."""
        self._subscribers: list[Subscriber] = []
        self._supervised: dict[str, dict[str, Supervision]] = {bed: {} for bed in suite.beds}
        self._outcomes: list[Outcome] = []
        self._systemd = Systemd()
        self._sequencer = Sequencer(journal, {}, clock, self._release)
        self._outbox = Outbox(
            {
                name: destination.notifier.open(name, destination.config)
                for name, destination in suite.destinations.items()
            },
            clock=clock,
            random=surroundings.random,
            report=self._report,
            settle=self._outcomes.append,
        )

    async def run(self) -> None:
        """Until cancelled."""
        self._restore()
        self.started.set()
        station = self._suite.station
        try:
            async with asyncio.TaskGroup() as group:
                start = group.create_task
                start(self._sequencer.run(), name="sequencer")
                start(self._outbox.run(), name="outbox")
                start(self._settle_outcomes(), name="outbox rows")
                start(self._watch_clock(), name="clock")
                start(self._watchdog(), name="watchdog")
                start(
                    serve(create_app(self), station.host, station.port, self._serving),
                    name="station",
                )
                self._connect(group)
        finally:
            self._systemd.tell("STOPPING=1")

    # Start.

    def _restore(self) -> None:
        """Engines as the journal left them; each is told of the restart, then of its settings."""
        down_since = self._journal.last_instant()
        queued = [d.notify for d in self._journal.outbox.waiting()]
        self._outbox.restore(queued)
        entries: list[Entry] = []
        for bed in (None, *self._suite.beds):
            restored = restore(self._journal, bed, down_since or EPOCH)
            self._sequencer.engines[bed] = restored.engine
            if restored.unrecorded:
                entries.append(
                    Entry(
                        bed=bed, event=None, effects=restored.unrecorded, first_n=restored.first_n
                    )
                )
        if entries:
            seqs = self._journal.append(entries)
            for entry, seq in zip(entries, seqs, strict=True):
                self._release(Released(seq=seq, bed=entry.bed, effects=entry.effects, durable=True))
        for bed in self._sequencer.engines:
            started = Started(version=__version__, down_since=down_since)
            self._sequencer.offer(bed, started)
            self._sequencer.offer(bed, self._suite.configured(bed))
        for fault in self._first_faults:
            self._sequencer.offer(None, fault)
        if self._clock.set_back:
            detail = (
                f"the machine's clock is {self._clock.set_back / SECOND:.0f} s before the record"
            )
            fault = Fault(cause=Cause.CLOCK_SET_BACK, subject="clock", present=True, detail=detail)
            self._sequencer.offer(None, fault)

    def _serving(self, port: int) -> None:
        self._systemd.tell("READY=1")
        self._around.ready(port)

    def _connect(self, group: asyncio.TaskGroup) -> None:
        for bed in self._suite.beds.values():
            for device in bed.devices.values():
                self._supervised[bed.id][device.name] = supervise(
                    group,
                    device.driver,
                    device.name,
                    device.config,
                    emit=partial(self._heard, bed.id, device.name),
                    clock=self._clock,
                    random=self._around.random,
                )

    # What comes in.

    def _heard(self, bed: str, device: str, item: Frame | Fault | Wave, at: Instant) -> None:
        if isinstance(item, Wave):
            self._publish(WaveBlock(bed=bed, wave=item))
            return
        supervision = self._supervised[bed].get(device)
        simulated = supervision is not None and supervision.simulated
        self._sequencer.offer(bed, item, at=at, source=device, simulated=simulated)

    def _report(self, fault: Fault) -> None:
        """A fault of the suite's own equipment."""
        self._sequencer.offer(None, fault)

    # What goes out.

    def _release(self, released: Released) -> None:
        for effect in released.effects:
            match effect:
                case AlarmLine():
                    _log.info(
                        "alarm",
                        id=effect.id,
                        what=effect.event.value,
                        priority=effect.priority.word,
                        reason=effect.reason.value,
                        durable=released.durable,
                    )
                    self._publish(Told(seq=released.seq, line=effect, durable=released.durable))
                    if self._around.heard is not None:
                        self._around.heard(effect, released.durable)
                case Notify():
                    self._outbox.put(effect, durable=released.durable)
                case Withdraw():
                    self._outbox.withdraw(effect.alarm)
                case RequestReading():
                    self._request(effect)
                case Answered():
                    pass
        self._publish(Changed(seq=released.seq, bed=released.bed))

    def _request(self, request: RequestReading) -> None:
        for name, supervision in self._supervised.get(request.bed, {}).items():
            connection = supervision.current()
            device = self._suite.beds[request.bed].devices[name]
            if connection is not None and request.signal in device.signals:
                connection.request(request.signal, self._clock.now())
                return

    def _publish(self, update: Changed | Told | WaveBlock) -> None:
        for tell in self._subscribers:
            tell(update)

    # The station's host.

    @property
    def suite(self) -> str:
        """The suite's name."""
        return self._suite.name

    @property
    def notice(self) -> str:
        """What every page must say."""
        return self._around.notice

    def now(self) -> Instant:
        """Engine time."""
        return self._clock.now()

    def seq(self) -> int:
        """The last journal sequence whose effects were released."""
        return self._sequencer.seq

    def beds(self) -> Mapping[str, State]:
        """The state of every bed that is monitored, in the suite file's order."""
        return States(self._suite, self._sequencer)

    def label(self, bed: str) -> str:
        """What staff call the bed."""
        return self._suite.beds[bed].label

    def suite_state(self) -> State:
        """The state of the suite's own engine."""
        return self._sequencer.engines.get(None, Engine(None)).state

    async def act(self, bed: str | None, action: StaffAction) -> Answered:
        """Journals and steps a staff action, then gives the engine's answer."""
        return await self._sequencer.act(bed, action, source="station")

    async def alarm_lines(self, after: int) -> Sequence[Told]:
        """The alarm lines told after journal sequence `after`, the newest thousand."""
        return await asyncio.to_thread(self._read_lines, after)

    def _read_lines(self, after: int) -> list[Told]:
        rows = self._journal.newest_lines(after_seq=after, limit=LINES_AT_MOST)
        return [
            Told(seq=row.after_seq, line=row.effect)
            for row in rows
            if isinstance(row.effect, AlarmLine)
        ]

    def subscribe(self, tell: Subscriber) -> Callable[[], None]:
        """Calls `tell` with each update from now on; the answer ends it."""
        self._subscribers.append(tell)
        return lambda: self._subscribers.remove(tell)

    # Housekeeping.

    async def _settle_outcomes(self) -> None:
        while True:
            await asyncio.sleep(SETTLE_S)
            if self._outcomes:
                outcomes, self._outcomes[:] = list(self._outcomes), []
                await asyncio.to_thread(self._mark, outcomes)

    def _mark(self, outcomes: list[Outcome]) -> None:
        try:
            for outcome in outcomes:
                if outcome.error is None:
                    self._journal.outbox.mark_sent(outcome.key, outcome.at)
                else:
                    self._journal.outbox.mark_failed(
                        outcome.key, outcome.at, outcome.error, outcome.next_at
                    )
        except StoreError as error:
            # The rows stay queued: a restart repeats them under the same keys.
            _log.warning("outbox_rows_not_marked", detail=str(error))

    async def _watch_clock(self) -> None:
        apart = False
        while True:
            await asyncio.sleep(1)
            offset = self._clock.offset()
            if (abs(offset) > CLOCK_APART) == apart:
                continue
            apart = not apart
            detail = f"the machine's clock is {offset / SECOND:+.0f} s from elapsed time"
            fault = Fault(
                cause=Cause.CLOCK, subject="clock", present=apart, detail=detail if apart else ""
            )
            self._sequencer.offer(None, fault)

    async def _watchdog(self) -> None:
        """A sign of life only while the sequencer turns: it is what alarms come out of."""
        interval = self._systemd.watchdog_s
        while interval is not None:
            before = self._sequencer.turns
            self._sequencer.turn()
            await asyncio.sleep(interval / 4)
            if self._sequencer.turns != before:
                self._systemd.tell("WATCHDOG=1")
