"""What a device driver is, and `supervise()`: the one place that retries.

A driver is a plug-in of the entry-point group `monitord.devices`: an object with the fields of
`Driver`. `open` gives a `Connection`, good for one connection; reconnecting makes a new one.
"""

import asyncio
from asyncio import Future
from collections.abc import Callable, Coroutine, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Protocol

import structlog
from pydantic import BaseModel

from monitord.errors import DeviceError
from monitord.model import SECOND, Cause, Fault, Frame, Instant, Signal, Span, Wave
from monitord.model.timeline import BedTimeline

Emit = Callable[[Frame | Fault | Wave, Instant], None]
"""Takes what a device said, with the time at which its bytes arrived; never blocks."""


class Tap(Protocol):
    """Takes the bytes of a line for a recording; returns at once and never raises."""

    def __call__(self, data: bytes, at: Instant, *, sent: bool = False) -> None:
        """`data` arrived at `at`, or was `sent` by the host then."""
        ...


TAP: ContextVar[Tap | None] = ContextVar("tap", default=None)
"""Set where a device is started: a driver that moves bytes gives them to the one of its context."""


RECORDED: ContextVar[Callable[[], Future[bool]] | None] = ContextVar("recorded", default=None)
"""Set where a device is started: asked after `emit`, it gives what comes true once all that was emitted is in the
record, and False where it left unrecorded. For drivers that answer their sender: who keeps a copy may drop it then."""


class Clock(Protocol):
    """The daemon's one clock, lent to drivers, notifiers and twins."""

    def now(self) -> Instant:
        """Engine time: UTC read once at start, elapsed time since."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Waits `seconds` of engine time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCall:
    """A device that calls itself out on the network: where it is to be asked, and what it says of itself.

    A driver that can hear calls has `async def calls(seconds) -> list[DeviceCall]` (`monitord devices --scan`).
    `host` is empty where it does not say; who sent the packet then is it.
    """

    host: str
    port: int
    words: str = ""
    over: str = "udp"
    """How it is asked: `udp` or `tcp`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderKnock:
    """A device that connects to us and was refused: what it says of itself, its values, and what a suite file would say.

    A driver that listens has `async def knocks(listen, seconds) -> list[SenderKnock]`
    (`monitord devices --scan --listen HOST:PORT`).
    """

    host: str
    words: str = ""
    readings: Mapping[Signal, float] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)


class Connection(Protocol):
    """One connection to one device."""

    async def run(self, emit: Emit, clock: Clock) -> None:
        """Reads until cancelled; raises DeviceError when the link is lost."""
        ...

    def request(self, signal: Signal, at: Instant) -> None:
        """Asks for a reading (a cuff measurement, say); drivers that cannot, do nothing."""
        ...


class Driver(Protocol):
    """A device family: what its settings are, what it measures, how it is opened."""

    name: str
    """The word in the suite file."""
    title: str
    """Family and models, for `monitord devices`."""
    evidence: str
    """`real capture`, `published example` or `unverified`: what its decoder was proven on."""
    config: type[BaseModel]
    """Settings in the suite file, beside `driver` and `accept_unverified`."""

    def signals(self, config: Any) -> frozenset[Signal]:
        """What a device with these settings supplies."""
        ...

    def delay(self, config: Any) -> int:
        """The device's own averaging plus transport, as a Span: part of an alarm's whole delay."""
        ...

    def simulated(self, config: Any) -> bool:
        """Whether this can only be a twin: a pseudo-terminal, or an embedded broker."""
        ...

    def open(self, name: str, config: Any) -> Connection:
        """A connection, not yet made, for the device called `name` in the suite file."""
        ...


@dataclass(slots=True, kw_only=True)
class Bedside:
    """What the twins at one bed share: its timeline, the instant of the timeline's zero, the arm."""

    timeline: BedTimeline
    start: Instant
    cuff_inflated: bool = False
    """Told by the cuff's twin: an oximeter on the same arm loses its pulse meanwhile."""


class Twin(Protocol):
    """A simulated device: a plug-in of the entry-point group `monitord.twins`."""

    name: str
    """The word of the driver that reads it."""
    title: str

    async def run(
        self,
        address: str,
        device: str,
        bedside: Bedside,
        clock: Clock,
        commands: asyncio.Queue[str],
    ) -> None:
        """Plays the `device` of the bedside at an address until cancelled.

        The address is a path (a pseudo-terminal is linked there), tcp://HOST:PORT or udp://HOST:PORT (it listens
        there) or mqtt://HOST:PORT/TOPIC. `commands` are live orders, such as `probe_off 20s`.
        """
        ...


FIRST_PAUSE: Span = SECOND // 2
"""Ceiling of the first pause after a loss; it doubles with every attempt that fails."""

LONGEST_PAUSE: Span = 10 * SECOND
"""Ceiling of all pauses: a plugged-in oximeter is read again within the time in which a nurse
turns from the plug to the screen, and a dead broker is asked six times a minute at least."""

HEALTHY: Span = 10 * SECOND
"""A connection that gave data for so long was a good one: the next loss starts a new series.
As long as the longest pause, so that a link that flaps is never tried more often than a dead one."""

_DETAIL_LIMIT = 200
_log = structlog.get_logger()


def raise_if_cancelled() -> None:
    """Raises CancelledError where the running task was cancelled and goes on regardless.

    A plug-in that is cancelled may end by an error of its own instead, or not at all. Every loop
    around such code calls this once a round; otherwise whoever cancelled it waits for ever.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def run_isolated(way: Coroutine[Any, Any, None], name: str) -> None:
    """Runs a plug-in's code as a task of its own, which ends with ours.

    What it does to its task's cancellation stays with that task: a TaskGroup whose child fails leaves it
    marked as cancelled (Python 3.11), and then `raise_if_cancelled` would end the loop around it for good.
    """
    await asyncio.create_task(way, name=name)


class Supervision:
    """Keeps one device connected, whatever its driver does; ends only when it is cancelled.

    A connection that raises, returns or crashes is followed by a fresh one after a pause with full
    jitter. A loss is one `Fault(LINK, present=True)` and its end, at the next data, is another with
    `present=False`; one of these also follows a start, so that a loss from before it ends. A
    connection may report its own link (a gateway's last will) by the same fault: repeats are dropped.
    """

    def __init__(
        self,
        driver: Driver,
        name: str,
        config: Any,
        *,
        emit: Emit,
        clock: Clock,
        random: Random,
        called: str = "",
    ) -> None:
        self.name = name
        self._called = called or name
        self._mine = frozenset({"", self.name, self._called})
        """What a fault of this device itself may call it."""
        self.simulated = False
        """Whether what is emitted comes from a twin; asked anew when a connection gives data."""
        self._driver = driver
        self._config = config
        self._emit = emit
        self._clock = clock
        self._random = random
        self._connection: Connection | None = None
        self._up: bool | None = None
        self._data_since: Instant | None = None
        self._rejected_before = 0
        self._shed_before = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def up(self) -> bool | None:
        """Whether the link is there; None while nothing is known of it."""
        return self._up if self._link_known else None

    @property
    def _link_known(self) -> bool:
        """Whether the connection can tell; one that has no doubts need not say so."""
        return bool(getattr(self._connection, "link_known", True))

    @property
    def rejected(self) -> int:
        """Bytes that belonged to no valid frame, on all connections; 0 where a driver does not count."""
        return self._rejected_before + int(getattr(self._connection, "rejected", 0))

    @property
    def shed(self) -> int:
        """What came and was not decoded because too much came, on all connections; in the driver's own unit."""
        return self._shed_before + int(getattr(self._connection, "shed", 0))

    def start(self, group: asyncio.TaskGroup) -> None:
        """Runs it as a task of the group."""
        self._task = group.create_task(self.run(), name=f"device {self.name}")

    async def cancel(self) -> None:
        """Ends it for good; nothing more is emitted once this returns."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def current(self) -> Connection | None:
        """The connection that is being run, to send requests to; None between two."""
        return self._connection

    async def run(self) -> None:
        """Connects, again and again, until cancelled."""
        failures = 0
        while True:
            await self._run_once()
            raise_if_cancelled()
            healthy = (
                self._data_since is not None and self._clock.now() - self._data_since >= HEALTHY
            )
            failures = 0 if healthy else min(failures + 1, 16)
            ceiling = min(LONGEST_PAUSE, FIRST_PAUSE << failures)
            await self._clock.sleep(self._random.uniform(0, ceiling) / SECOND)

    async def _run_once(self) -> None:
        self._data_since = None
        try:
            if self._up is None:
                self.simulated = self._driver.simulated(self._config)
            self._connection = self._driver.open(self._called, self._config)
            way = self._connection.run(self._receive, self._clock)
            await run_isolated(way, f"connection {self.name}")
            self._lost("the connection ended")
        except DeviceError as error:
            self._lost(str(error))
        except asyncio.CancelledError:
            # A library inside the driver may cancel itself; only the owner's cancel ends us.
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            self._lost("the driver was cancelled from inside")
        except Exception as error:  # noqa: BLE001  # the one catch-all around a plug-in
            self._lost(f"the driver crashed: {error!r}", crash=error)
        finally:
            self._rejected_before, self._shed_before = self.rejected, self.shed
            self._connection = None

    def _receive(self, item: Frame | Fault | Wave, at: Instant) -> None:
        match item:
            case Fault(cause=Cause.LINK) if item.subject in self._mine:
                if item.present:
                    self._lost(item.detail)
                else:
                    self._back(at)
            case Fault():
                subject = self.name if item.subject in self._mine else item.subject
                self._emit(replace(item, subject=subject), at)
            case Frame() | Wave():
                if self._link_known:
                    self._back(at)
                self._emit(item, at)

    def _lost(self, detail: str, *, crash: Exception | None = None) -> None:
        if self._up is False:
            return
        self._up = False
        detail = detail[:_DETAIL_LIMIT]
        if crash:
            _log.error("device_driver_crashed", device=self.name, exc_info=crash)
        else:
            _log.warning("device_link_lost", device=self.name, detail=detail)
        fault = Fault(cause=Cause.LINK, subject=self.name, present=True, detail=detail)
        self._emit(fault, self._clock.now())

    def _back(self, at: Instant) -> None:
        if self._data_since is None:
            self._data_since = at
            self.simulated = self._driver.simulated(self._config)
        if self._up:
            return
        self._up = True
        _log.info("device_link_up", device=self.name, simulated=self.simulated)
        self._emit(Fault(cause=Cause.LINK, subject=self.name, present=False), at)


def supervise(
    group: asyncio.TaskGroup,
    driver: Driver,
    name: str,
    config: Any,
    *,
    emit: Emit,
    clock: Clock,
    random: Random,
    called: str = "",
) -> Supervision:
    """Starts keeping the device called `name` connected, as a task of the caller's group.

    `random` draws the pauses: seeded in tests, seeded by the system in the daemon, so that twenty
    drivers that lost one broker do not come back to it in step. `called` is the name that its driver
    opens it by, where another device's place has another.
    """
    supervision = Supervision(
        driver, name, config, emit=emit, clock=clock, random=random, called=called
    )
    supervision.start(group)
    return supervision
