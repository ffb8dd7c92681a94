"""`supervise()`: a lost link, a crash, a driver that ends: told once, retried, told once when it is back."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from random import Random
from typing import Any

import pytest
import structlog
from pydantic import BaseModel

from monitord.driver import (
    HEALTHY,
    LONGEST_PAUSE,
    Clock,
    Connection,
    Driver,
    Emit,
    Supervision,
    supervise,
)
from monitord.errors import DeviceError
from monitord.model import (
    SECOND,
    Cause,
    Fault,
    Frame,
    Instant,
    Sample,
    Signal,
    Wave,
)
from tests.peers import LoopClock

pytestmark = pytest.mark.looptime

FRAME = Frame(samples=(Sample(signal=Signal.SPO2, value=97.0),))
LOST = Fault(cause=Cause.LINK, subject="oximeter", present=True, detail="unplugged")
BACK = Fault(cause=Cause.LINK, subject="oximeter", present=False)
ENDLESS = 1e6

Run = Callable[[Emit, Clock], Awaitable[None]]


class Scripted:
    """A driver whose nth connection does the nth thing; the last is repeated."""

    name = "scripted"
    title = "for tests"
    evidence = "unverified"
    config = BaseModel

    def __init__(self, *runs: Run) -> None:
        self.runs = runs
        self.opened: list[float] = []
        self.requests: list[Signal] = []
        self.twin = False

    def signals(self, config: Any) -> frozenset[Signal]:
        return frozenset({Signal.SPO2})

    def delay(self, config: Any) -> int:
        return 0

    def simulated(self, config: Any) -> bool:
        return self.twin

    def open(self, name: str, config: Any) -> Connection:
        run = self.runs[min(len(self.opened), len(self.runs) - 1)]
        self.opened.append(asyncio.get_running_loop().time())
        return ScriptedConnection(self, run)


class ScriptedConnection:
    def __init__(self, driver: Scripted, run: Run) -> None:
        self._driver = driver
        self._run = run

    async def run(self, emit: Emit, clock: Clock) -> None:
        await self._run(emit, clock)

    def request(self, signal: Signal, at: Instant) -> None:
        self._driver.requests.append(signal)


async def unplugged(emit: Emit, clock: Clock) -> None:
    raise DeviceError("unplugged")


async def unplugged_in_a_group(emit: Emit, clock: Clock) -> None:
    """As a driver with a reader and a time-keeper ends; on Python 3.11 its task stays marked as cancelled."""
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(clock.sleep(ENDLESS))
            group.create_task(unplugged(emit, clock))
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None


async def stream(emit: Emit, clock: Clock) -> None:
    while True:
        emit(FRAME, clock.now())
        await clock.sleep(1)


async def quiet(emit: Emit, clock: Clock) -> None:
    await clock.sleep(ENDLESS)


def gives(*items: Frame | Fault | Wave, then: Run = unplugged, after: float = 0) -> Run:
    async def run(emit: Emit, clock: Clock) -> None:
        for item in items:
            emit(item, clock.now())
        await clock.sleep(after)
        await then(emit, clock)

    return run


async def supervised(driver: Driver, seconds: float) -> list[Frame | Fault | Wave]:
    """What came out of the device in so many seconds."""
    said: list[Frame | Fault | Wave] = []
    async with asyncio.TaskGroup() as group:
        start(group, driver, lambda item, _: said.append(item))
        await asyncio.sleep(seconds)
        stop()
    return said


def start(group: asyncio.TaskGroup, driver: Driver, emit: Emit) -> Supervision:
    return supervise(
        group, driver, "oximeter", None, emit=emit, clock=LoopClock(), random=Random(1)
    )


def stop() -> None:
    for task in asyncio.all_tasks():
        if task.get_name() == "device oximeter":
            task.cancel()


@pytest.fixture(autouse=True)
def log() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as lines:
        yield lines


def events(log: list[Any]) -> list[tuple[str, str]]:
    return [(line["event"], line["log_level"]) for line in log]


async def test_a_loss_is_told_once_and_its_end_once_before_the_first_data(log: list[Any]) -> None:
    driver = Scripted(
        gives(FRAME, after=30), unplugged, unplugged, unplugged, gives(FRAME, then=quiet)
    )

    said = await supervised(driver, 120)

    assert said == [BACK, FRAME, LOST, BACK, FRAME]
    assert events(log) == [
        ("device_link_up", "info"),
        ("device_link_lost", "warning"),
        ("device_link_up", "info"),
    ]


async def test_a_port_missing_at_start_is_a_link_fault_and_is_retried() -> None:
    said = await supervised(Scripted(unplugged, unplugged, gives(FRAME, then=quiet)), 60)

    assert said == [LOST, BACK, FRAME]


async def test_a_crashing_driver_is_a_link_fault_is_logged_as_error_and_runs_again(
    log: list[Any],
) -> None:
    async def crash(emit: Emit, clock: Clock) -> None:
        raise ZeroDivisionError("planted")

    said = await supervised(Scripted(crash, crash, gives(FRAME, then=quiet)), 60)

    assert [type(item) for item in said] == [Fault, Fault, Frame]
    assert "ZeroDivisionError('planted')" in said[0].detail  # type: ignore[union-attr]
    assert events(log)[0] == ("device_driver_crashed", "error")
    assert len(log) == 2


async def test_a_driver_that_cannot_even_open_is_retried() -> None:
    class Broken(Scripted):
        def open(self, name: str, config: Any) -> Connection:
            if len(self.opened) == 2:
                return super().open(name, config)
            self.opened.append(0)
            raise RuntimeError("planted")

    said = await supervised(Broken(gives(FRAME, then=quiet)), 60)

    assert [type(item) for item in said] == [Fault, Fault, Frame]


async def test_a_driver_that_cancels_itself_or_just_returns_is_retried() -> None:
    async def cancels(emit: Emit, clock: Clock) -> None:
        raise asyncio.CancelledError

    async def returns(emit: Emit, clock: Clock) -> None:
        return

    driver = Scripted(cancels, returns, gives(FRAME, then=quiet))

    assert (await supervised(driver, 60))[1:] == [BACK, FRAME]


async def test_a_driver_that_answers_a_cancellation_with_an_error_of_its_own_is_ended() -> None:
    async def clings(emit: Emit, clock: Clock) -> None:
        try:
            await clock.sleep(ENDLESS)
        except asyncio.CancelledError:
            raise DeviceError("the broker did not say goodbye") from None

    driver = Scripted(clings)
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        supervision = start(group, driver, lambda _item, _at: None)
        await asyncio.sleep(1)
        await supervision.cancel()

    assert len(driver.opened) == 1


async def test_cancelling_ends_it_without_a_fault() -> None:
    assert await supervised(Scripted(stream), 2.5) == [BACK, FRAME, FRAME, FRAME]


async def test_pauses_grow_up_to_the_longest_and_never_beyond() -> None:
    driver = Scripted(unplugged)

    await supervised(driver, 3600)

    pauses = [late - early for early, late in zip(driver.opened, driver.opened[1:], strict=False)]
    assert max(pauses) <= LONGEST_PAUSE / SECOND
    assert sum(pauses[:3]) < 7
    # Full jitter draws evenly below the ceiling: half of it on average.
    assert 4 < sum(pauses[10:]) / len(pauses[10:]) < 6


async def test_pauses_start_anew_after_a_healthy_period_and_only_then() -> None:
    healthy = HEALTHY / SECOND
    flapping = Scripted(gives(FRAME, after=healthy - 1))
    steady = Scripted(gives(FRAME, after=healthy + 1))

    await supervised(flapping, 3600)
    await supervised(steady, 3600)

    def longest_gap(driver: Scripted, lived: float) -> float:
        pairs = zip(driver.opened, driver.opened[1:], strict=False)
        return max(late - early - lived for early, late in pairs)

    assert longest_gap(flapping, healthy - 1) > 5
    assert longest_gap(steady, healthy + 1) <= 1


async def test_a_connection_may_report_its_own_link_and_repeats_are_dropped() -> None:
    offline = Fault(cause=Cause.LINK, subject="", present=True, detail="gateway offline")
    online = Fault(cause=Cause.LINK, subject="", present=False)
    driver = Scripted(gives(online, FRAME, offline, offline, online, online, then=quiet))

    said = await supervised(driver, 5)

    assert said == [
        BACK,
        FRAME,
        Fault(cause=Cause.LINK, subject="oximeter", present=True, detail="gateway offline"),
        BACK,
    ]


async def test_other_faults_pass_under_the_devices_name_and_do_not_end_a_loss() -> None:
    battery = Fault(cause=Cause.BATTERY, subject="", present=True)

    said = await supervised(Scripted(unplugged, gives(battery, then=quiet)), 30)

    assert said == [LOST, Fault(cause=Cause.BATTERY, subject="oximeter", present=True)]


async def test_a_wave_is_data() -> None:
    wave = Wave(name="pleth", rate_hz=75.0, values=(1, 2))

    assert await supervised(Scripted(unplugged, gives(wave, then=quiet)), 30) == [LOST, BACK, wave]


async def test_a_connection_whose_group_of_tasks_failed_is_made_again() -> None:
    driver = Scripted(unplugged_in_a_group, unplugged_in_a_group, gives(FRAME, then=quiet))
    assert await supervised(driver, 60) == [LOST, BACK, FRAME]


async def test_requests_reach_the_connection_while_there_is_one() -> None:
    driver = Scripted(gives(FRAME, after=5, then=unplugged), gives(FRAME, then=quiet))
    async with asyncio.TaskGroup() as group:
        supervision = start(group, driver, lambda _item, _at: None)
        assert supervision.current() is None
        await asyncio.sleep(1)
        first = supervision.current()
        assert first is not None
        first.request(Signal.NIBP_SYS, LoopClock().now())
        await asyncio.sleep(30)
        assert supervision.current() not in {None, first}
        stop()
    assert driver.requests == [Signal.NIBP_SYS]


async def test_a_twin_that_is_missing_at_start_is_lost_as_a_twin() -> None:
    driver = Scripted(unplugged)
    driver.twin = True
    marks: list[bool] = []
    async with asyncio.TaskGroup() as group:
        supervision = start(group, driver, lambda _item, _at: marks.append(supervision.simulated))
        await asyncio.sleep(2)
        stop()
    assert marks == [True]


async def test_the_simulated_mark_is_known_before_the_first_data_of_each_connection() -> None:
    driver = Scripted(gives(FRAME, after=5, then=unplugged), gives(FRAME, then=quiet))
    marks: list[bool] = []
    async with asyncio.TaskGroup() as group:
        supervision = start(
            group,
            driver,
            lambda item, _: marks.append(supervision.simulated) if item == FRAME else None,
        )
        await asyncio.sleep(2)
        driver.twin = True
        await asyncio.sleep(30)
        stop()
    assert marks == [False, True]
