"""The daemon: reads the journal, starts devices, outbox and station, and hands things on.

Data flows one way: devices and staff -> sequencer -> engine -> journal -> outbox and station.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import structlog

from monitord.config.suite import Suite
from monitord.daemon.alive import Alive
from monitord.daemon.answers import AnswerDesk
from monitord.daemon.clock import LiveClock
from monitord.daemon.deliveries import Deliveries
from monitord.daemon.devices import Devices
from monitord.daemon.engines import Engines
from monitord.daemon.health import Health, add_health
from monitord.daemon.logs import SESSION_OF
from monitord.daemon.metrics import Metrics
from monitord.daemon.opening import Opening
from monitord.daemon.page import OPEN, Page, access_of
from monitord.daemon.past import frames_of, lines_after
from monitord.daemon.proof import Proof
from monitord.daemon.released import Released
from monitord.daemon.reload import changes, refusals
from monitord.daemon.reports import reports
from monitord.daemon.sequencer import Sequencer
from monitord.daemon.states import States
from monitord.daemon.steady import prepare, steady
from monitord.daemon.swap import Swaps
from monitord.daemon.systemd import Systemd
from monitord.daemon.tending import tend
from monitord.daemon.watch import SET_BACK, watch
from monitord.engine.state import State
from monitord.errors import ConfigError
from monitord.model import (
    SECOND,
    AlarmLine,
    Answered,
    BaselineTaken,
    Effect,
    Fault,
    Finding,
    Frame,
    Instant,
    Notify,
    RequestReading,
    StaffAction,
    SwapDevice,
    Wave,
    Withdraw,
)
from monitord.notify.outbox import Outbox
from monitord.notify.worker import Outcome
from monitord.station.history import add_history
from monitord.station.host import AtBed, Changed, Subscriber, Told, WaveBlock
from monitord.station.report import add_reports
from monitord.store.history import history
from monitord.store.journal import Journal

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What differs between the service, the demo and a test."""

    notice: str = ""
    heard: Callable[[AlarmLine, bool], None] | None = None
    ready: Callable[[int], None] = lambda _port: None
    random: Random = field(default_factory=Random)


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
        self._devices = Devices(suite, self._heard, self.report, clock, surroundings.random)
        self._systemd = Systemd()
        self._sequencer = Sequencer(journal, {}, clock, self._release)
        self._engines = Engines(journal, self._sequencer)
        self._swaps = Swaps(
            suite,
            swapped=lambda: self.suite_state().swapped,
            occupied=self._occupied,
            act=lambda bed, swap: self._sequencer.act(bed, swap, source="station"),
            bind=self._bind,
        )
        self._deliveries = Deliveries(journal, self._sequencer)
        self._alive = Alive(self._sequencer, self._systemd, self._open_sessions)
        self._outbox = Outbox(
            {
                name: destination.notifier.open(name, destination.config)
                for name, destination in suite.destinations.items()
            },
            clock=clock,
            random=surroundings.random,
            report=self.report,
            settle=self._settle,
            suite=suite.name,
            desk=AnswerDesk(lambda: self._suite, self._sequencer).take,
        )
        self._proof = Proof(lambda: self._suite, self._outbox, clock, self._alive)
        self._opening = Opening(
            suite=lambda: self._suite,
            devices=self._devices,
            outbox=self._outbox,
            clock=clock,
            journal=journal.database.path,
            recorded=lambda: not self._sequencer.behind,
        )
        self._changed: list[str] = []
        """What the last reload changed."""
        self._health = Health(
            sequencer=self._sequencer,
            outbox=self._outbox,
            devices=self._devices,
            clock=clock,
            alive=self._alive,
            open_sessions=self._open_sessions,
            settings=lambda: self._changed,
        )
        self._metrics = Metrics(self._health.gauges)
        self._page = Page(
            self,
            suite.station,
            access_of(suite.station, journal, self.now),
            finish=lambda app: add_history(
                add_reports(add_health(app, self._health, self._metrics), reports(journal)),
                lambda pseudonym: asyncio.to_thread(history, journal, pseudonym),
            ),
            serving=self._serving,
            degraded=lambda: self._systemd.tell("READY=1"),
        )

    async def run(self) -> None:
        """Until cancelled. Devices, station and outbox end first, then the record is completed."""
        SESSION_OF.set(self._session)
        self._restore()
        prepare()
        sequencing = asyncio.create_task(self._sequencer.run(), name="sequencer")
        self.started.set()
        try:
            async with asyncio.TaskGroup() as group:
                start = group.create_task
                start(_as_long_as(sequencing), name="sequencer lives")
                start(self._outbox.run(), name="outbox")
                start(self._deliveries.run(), name="outbox rows")
                start(tend(self._journal), name="journal")
                start(watch(self._sequencer, self._clock), name="watch")
                start(self._alive.run(), name="signs of life")
                start(steady(), name="steady memory")
                start(self._proof.run(), name="proof")
                start(self._page.run(), name="station")
                self._devices.connect(group, self._suite)
        finally:
            self._systemd.tell("STOPPING=1")
            self._sequencer.stop()
            await asyncio.wait({sequencing})
            self._deliveries.mark()

    # Start.

    def _restore(self) -> None:
        """Engines as the journal left them; each is told of the restart, then of its settings."""
        down_since = self._journal.last_instant()
        every = (None, *self._suite.beds)
        unsure = [fault for bed in every for fault in self._engines.restore(bed, down_since)]
        self._suite = self._swaps.suite()
        self._engines.greet(self._suite, None, down_since)
        # Before the beds: one that is quarantined as it starts must not be taken for an old one.
        for fault in (*self._engines.over(self._suite), *self._first_faults, *unsure):
            self.report(fault)
        if self._clock.set_back:
            detail = (
                f"the machine's clock is {self._clock.set_back / SECOND:.0f} s before the record"
            )
            self.report(Fault(cause=SET_BACK, subject="clock", present=True, detail=detail))
        for bed in self._suite.beds:
            self._engines.greet(self._suite, bed, down_since)
        self._outbox.restore(d.notify for d in self._journal.outbox.waiting())

    def _serving(self, port: int) -> None:
        self._systemd.tell("READY=1")
        self._around.ready(port)

    # New settings.

    async def reload(self, suite: Suite) -> None:
        """Makes another suite current; open sessions keep their protocol and routes (invariant 5).

        ConfigError where that needs a restart: then nothing has changed.
        """
        async with self._swaps.turn:
            if refused := refusals(self._suite, suite, self._occupied()):
                raise ConfigError(refused)
            self._swaps.file = suite
            await self._bind(self._swaps.suite())

    async def _bind(self, suite: Suite) -> None:
        """Makes it current: engines, destinations and devices follow."""
        old, self._suite = self._suite, suite
        self._changed = changes(old, suite)
        self._systemd.reloading()
        self._engines.follow(old, suite)
        self._outbox.rebind(
            {
                name: destination.notifier.open(name, destination.config)
                for name, destination in suite.destinations.items()
                if old.destinations.get(name) != destination
            },
            gone=old.destinations.keys() - suite.destinations.keys(),
        )
        await self._devices.rebind(suite)
        self._systemd.tell("READY=1")
        for text in self._changed:
            _log.info("settings_changed", what=text)
        _log.info("reloaded", changes=len(self._changed))

    def report(self, fault: Fault) -> None:
        """A fault of the suite's own equipment, its settings among it."""
        self._sequencer.offer(None, fault)

    # What comes in.

    def _heard(self, bed: str, device: str, item: Frame | Fault | Wave, at: Instant) -> None:
        if isinstance(item, Wave):
            self._publish(WaveBlock(bed=bed, wave=item))
            return
        if isinstance(item, Frame):
            self._metrics.arrived(bed, device, item)
        simulated = self._devices.simulated(bed, device)
        self._sequencer.offer(bed, item, at=at, source=device, simulated=simulated)

    # What goes out.

    def _release(self, released: Released) -> None:
        self._metrics.released(released.effects, released.arrived_at, self._clock.now())
        for effect in released.effects:
            try:
                self._let_go(effect, released)
            except Exception as error:  # noqa: BLE001 - one bed's fault is one bed's (invariant 16)
                _log.error("effect_failed", bed=released.bed, type=effect.type, exc_info=error)
        self._publish(Changed(seq=released.seq, bed=released.bed))
        # People are told first: a line of the log takes as long as all of that.
        for effect in released.effects:
            if isinstance(effect, AlarmLine):
                _log_alarm(effect, durable=released.durable)

    def _let_go(self, effect: Effect, released: Released) -> None:
        match effect:
            case AlarmLine():
                self._publish(Told(seq=released.seq, line=effect, durable=released.durable))
                if self._around.heard is not None:
                    self._around.heard(effect, released.durable)
            case Notify():
                self._outbox.put(effect, durable=released.durable)
            case Withdraw():
                self._outbox.withdraw(effect.alarm)
            case RequestReading():
                self._devices.request(effect)
            case Answered() | BaselineTaken():
                pass

    def _publish(self, update: Changed | Told | WaveBlock) -> None:
        for tell in tuple(self._subscribers):
            try:
                tell(update)
            except Exception as error:  # noqa: BLE001 - a page's fault is no alarm's
                _log.error("subscriber_failed", exc_info=error)

    # The station's host.

    @property
    def suite(self) -> str:
        """The suite's name."""
        return self._suite.name

    @property
    def notice(self) -> str:
        """What every page must say."""
        return self._around.notice or (OPEN if self._suite.station.open else "")

    def now(self) -> Instant:
        """Engine time."""
        return self._clock.now()

    def seq(self) -> int:
        """The last journal sequence whose effects were released."""
        return self._sequencer.seq

    def places(self) -> Sequence[str]:
        """Every bed of the suite file, monitored or not."""
        return tuple(self._suite.beds)

    def beds(self) -> Mapping[str, State]:
        """The state of every bed that is monitored, in the suite file's order."""
        return States(self._suite, self._sequencer)

    def label(self, bed: str) -> str:
        """What staff call the bed."""
        return self._suite.beds[bed].label

    def suite_state(self) -> State:
        """The state of the suite's own engine."""
        return self._engines.suite_state

    def devices_at(self, bed: str) -> Sequence[AtBed]:
        """The devices of a bed, and what each may be swapped with."""
        return self._swaps.at_bed(self._suite, bed)

    async def act(self, bed: str | None, action: StaffAction) -> Answered:
        """Journals and steps a staff action, then gives the engine's answer."""
        if isinstance(action, SwapDevice):
            return await self._swaps.take(action)
        return await self._sequencer.act(bed, action, source="station")

    async def try_out(self) -> Sequence[Finding]:
        """Tries what patients will depend on, now."""
        return await self._opening.check()

    async def alarm_lines(self, after: int) -> Sequence[Told]:
        """The alarm lines told after journal sequence `after`, the newest thousand."""
        return await asyncio.to_thread(lines_after, self._journal, after)

    async def readings_of(self, session: str) -> Sequence[tuple[Instant, Frame]]:
        """What was recorded of a session."""
        return await asyncio.to_thread(frames_of, self._journal, session)

    def subscribe(self, tell: Subscriber) -> Callable[[], None]:
        """Calls `tell` with each update from now on; the answer ends it."""
        self._subscribers.append(tell)
        return lambda: self._subscribers.remove(tell)

    # Housekeeping.

    def _occupied(self) -> frozenset[str]:
        return frozenset(bed for bed, state in self.beds().items() if state.session)

    def _open_sessions(self) -> int:
        engines = self._sequencer.engines.values()
        return sum(engine.state.session is not None for engine in engines)

    def _session(self, bed: str) -> str | None:
        engine = self._sequencer.engines.get(bed)
        session = engine.state.session if engine is not None else None
        return None if session is None else session.id

    def _settle(self, outcome: Outcome) -> None:
        self._metrics.settled(outcome)
        self._deliveries.settle(outcome)
        self._opening.settled(outcome)


def _log_alarm(line: AlarmLine, *, durable: bool) -> None:
    _log.info(
        "alarm",
        bed=line.bed,
        id=line.id,
        what=line.event.value,
        priority=line.priority.word,
        reason=line.reason.value,
        durable=durable,
    )


async def _as_long_as(task: "asyncio.Task[None]") -> None:
    """Ends the group with it, but the group's end does not end it."""
    await asyncio.shield(task)
