"""The daemon: reads the journal, starts devices, outbox and station, and hands things on.

Data flows one way: devices and staff -> sequencer -> engine -> journal -> outbox and station.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import structlog

from monitord import __version__
from monitord.config.suite import Suite
from monitord.daemon.alive import Alive
from monitord.daemon.answers import AnswerDesk
from monitord.daemon.clock import LiveClock
from monitord.daemon.deliveries import Deliveries
from monitord.daemon.devices import Devices
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
from monitord.daemon.systemd import Systemd
from monitord.daemon.tending import tend
from monitord.daemon.watch import SET_BACK, watch
from monitord.engine.engine import Engine
from monitord.engine.state import State
from monitord.errors import ConfigError
from monitord.model import (
    EPOCH,
    SECOND,
    AlarmLine,
    Answered,
    BaselineTaken,
    Cause,
    Effect,
    Fault,
    Finding,
    Frame,
    Instant,
    Notify,
    RequestReading,
    StaffAction,
    Started,
    Wave,
    Withdraw,
)
from monitord.notify.outbox import Outbox
from monitord.notify.worker import Outcome
from monitord.station.history import add_history
from monitord.station.host import Changed, Subscriber, Told, WaveBlock
from monitord.station.report import add_reports
from monitord.store.history import history
from monitord.store.journal import Entry, Journal
from monitord.store.restore import restore

_log = structlog.get_logger()

_OF_ONE_RUN = {
    *(Cause.JOURNAL, Cause.CLOCK, SET_BACK, Cause.QUARANTINE),
    *(Cause.OVERLOAD, Cause.GATEWAY),
}
# The other faults belong to something that speaks again by itself, and is then known to work.


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
                self._devices.connect(group)
        finally:
            self._systemd.tell("STOPPING=1")
            self._sequencer.stop()
            await asyncio.wait({sequencing})
            self._deliveries.mark()

    # Start.

    def _restore(self) -> None:
        """Engines as the journal left them; each is told of the restart, then of its settings."""
        down_since = self._journal.last_instant()
        unsure = [
            bed for bed in (None, *self._suite.beds) if not self._restore_bed(bed, down_since)
        ]
        self._greet(None, down_since)
        # Before the beds: one that is quarantined as it starts must not be taken for an old one.
        for fault in (*self._over(), *self._first_faults, *map(_not_followed, unsure)):
            self.report(fault)
        if self._clock.set_back:
            detail = (
                f"the machine's clock is {self._clock.set_back / SECOND:.0f} s before the record"
            )
            self.report(Fault(cause=SET_BACK, subject="clock", present=True, detail=detail))
        for bed in self._suite.beds:
            self._greet(bed, down_since)
        self._outbox.restore(d.notify for d in self._journal.outbox.waiting())

    def _greet(self, bed: str | None, down_since: Instant | None) -> None:
        self._sequencer.offer(bed, Started(version=__version__, down_since=down_since))
        self._sequencer.offer(bed, self._suite.configured(bed))

    def _restore_bed(self, bed: str | None, down_since: Instant | None) -> bool:
        """False where the record could not be followed event by event."""
        restored = restore(self._journal, bed, down_since or EPOCH)
        self._sequencer.engines[bed] = restored.engine
        if effects := restored.unrecorded:
            entry = Entry(bed=bed, event=None, effects=effects, first_n=restored.first_n)
            self._sequencer.decided.append(entry)
        return not restored.skipped

    def _over(self) -> Iterator[Fault]:
        """What the last run said of itself, and a new start ends or says anew."""
        for state in self.suite_state().faults:
            cause, subject = state.fault.cause, state.fault.subject
            gone = cause is Cause.DESTINATION and subject not in self._suite.destinations
            if cause in _OF_ONE_RUN or gone:
                yield Fault(cause=cause, subject=subject, present=False)

    def _serving(self, port: int) -> None:
        self._systemd.tell("READY=1")
        self._around.ready(port)

    # New settings.

    async def reload(self, suite: Suite) -> None:
        """Makes another suite current; open sessions keep their protocol and routes (invariant 5).

        ConfigError where that needs a restart: then nothing has changed.
        """
        occupied = frozenset(bed for bed, state in self.beds().items() if state.session)
        if refused := refusals(self._suite, suite, occupied):
            raise ConfigError(refused)
        old, self._suite = self._suite, suite
        self._changed = changes(old, suite)
        self._systemd.reloading()
        for bed in old.beds.keys() - suite.beds.keys():
            self._sequencer.engines.pop(bed, None)
        for bed in suite.beds.keys() - old.beds.keys():
            self._restore_bed(bed, self._journal.last_instant())
        self._outbox.rebind(
            {
                name: destination.notifier.open(name, destination.config)
                for name, destination in suite.destinations.items()
                if old.destinations.get(name) != destination
            },
            gone=old.destinations.keys() - suite.destinations.keys(),
        )
        known: dict[str | None, str] = {bed: old.document(bed) for bed in (None, *old.beds)}
        for each in (None, *suite.beds):
            if known.get(each) != suite.document(each):
                self._sequencer.offer(each, suite.configured(each))
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

    def _let_go(self, effect: Effect, released: Released) -> None:
        match effect:
            case AlarmLine():
                _log.info(
                    "alarm",
                    bed=effect.bed,
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
        return self._sequencer.engines.get(None, Engine(None)).state

    async def act(self, bed: str | None, action: StaffAction) -> Answered:
        """Journals and steps a staff action, then gives the engine's answer."""
        return await self._sequencer.act(bed, action, source="station")

    async def try_out(self) -> Sequence[Finding]:
        """Tries what patients will depend on, now."""
        return await self._opening.check()

    async def alarm_lines(self, after: int) -> Sequence[Told]:
        """The alarm lines told after journal sequence `after`, the newest thousand."""
        return await asyncio.to_thread(lines_after, self._journal, after)

    async def readings_of(self, bed: str, session: str) -> Sequence[tuple[Instant, Frame]]:
        """What was recorded of a session."""
        return await asyncio.to_thread(frames_of, self._journal, bed, session)

    def subscribe(self, tell: Subscriber) -> Callable[[], None]:
        """Calls `tell` with each update from now on; the answer ends it."""
        self._subscribers.append(tell)
        return lambda: self._subscribers.remove(tell)

    # Housekeeping.

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


def _not_followed(bed: str | None) -> Fault:
    detail = "this version cannot follow all of the record: check stage, limits and alarms"
    return Fault(cause=Cause.QUARANTINE, subject=bed or "suite", present=True, detail=detail)


async def _as_long_as(task: "asyncio.Task[None]") -> None:
    """Ends the group with it, but the group's end does not end it."""
    await asyncio.shield(task)
