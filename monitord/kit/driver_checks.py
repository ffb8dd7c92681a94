"""What every driver must keep: what it says of itself, and how it behaves on a real line.

The line is a pseudo-terminal with the example's bytes on it; time passes SPEED times as fast. A machine that
stands still for a moment is a silence by such a clock: what is broken there is tried again as time really passes.
"""

import asyncio
import contextlib
import functools
import json
import os
import tempfile
import tty
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from monitord.driver import Driver
from monitord.errors import DeviceError
from monitord.kit.example import Example, Said
from monitord.kit.kit_check import Broken, LeftOut, expect
from monitord.kit.kit_clock import KitClock, comes_true
from monitord.model import HOUR, MILLISECOND, SECOND, SIGNALS, Frame, Instant, Signal, Span

SPEED: Final = 20.0
EVIDENCE: Final = frozenset({"real capture", "published example", "unverified"})
LATEST_LOSS: Final[Span] = 60 * SECOND
"""A silent line is lost by then: link loss is a high alarm at 60 s (IEC 60601-1-8 practice)."""

PATIENCE_S: Final = 3.0
"""Real seconds for what must come: a hundred times what it takes on a quiet machine."""

NO_PORT: Final = "/dev/does-not-exist"


Timed = Callable[[Driver, Example, float], Awaitable[None]]
"""A check of a driver on a line on which time passes so many times as fast."""


def and_in_real_time(check: Timed) -> Callable[[Driver, Example], Awaitable[None]]:
    """Broken only where it is so in real time too."""

    @functools.wraps(check)
    async def tried(driver: Driver, example: Example) -> None:
        try:
            await check(driver, example, SPEED)
        except Broken:
            await check(driver, example, 1.0)

    return tried


def check_it_says_what_it_is(driver: Driver) -> None:
    expect(driver.title.strip(), "no title: name family and models")
    expect(
        driver.evidence in EVIDENCE, f"evidence {driver.evidence!r} is none of {sorted(EVIDENCE)}"
    )


def check_unknown_settings_are_refused(driver: Driver) -> None:
    try:
        driver.config.model_validate({"no_such_setting": 1})
    except ValidationError as error:
        unknown = [e for e in error.errors() if e["type"] == "extra_forbidden"]
        expect(unknown, 'a misspelt setting is taken: write extra="forbid"')
    else:
        expect(condition=False, otherwise='a misspelt setting is taken: write extra="forbid"')
    expect(driver.config.model_config.get("frozen"), "settings can be changed: write frozen=True")


def check_signals_and_delay_are_sound(driver: Driver, example: Example) -> None:
    config = settings(driver, example, NO_PORT)
    signals = driver.signals(config)
    expect(all(isinstance(signal, Signal) for signal in signals), "a signal that the model lacks")
    manual = sorted(signal for signal in signals if SIGNALS[signal].manual)
    expect(not manual, f"{manual} are observed by staff, not measured")
    missing = sorted(set(example.values) - signals)
    expect(not missing, f"it reads {missing}, but does not say that it supplies them")
    delay = driver.delay(config)
    expect(0 <= delay <= HOUR, f"a delay of {delay} µs")


async def check_a_missing_port_is_a_device_error(driver: Driver, example: Example) -> None:
    connection = driver.open("device", settings(driver, example, NO_PORT))
    with contextlib.suppress(DeviceError):
        async with asyncio.timeout(PATIENCE_S):
            await connection.run(lambda _item, _at: None, KitClock())
        expect(condition=False, otherwise="a port that is not there is no error")


@and_in_real_time
async def check_readings_come_through_a_line(
    driver: Driver, example: Example, speed: float
) -> None:
    if not example.unasked:
        raise LeftOut("the device speaks only when asked: its twin shows that")
    async with _Bench.at(driver, example, speed=speed) as bench:
        expect(driver.simulated(bench.config), "on a pseudo-terminal it is not marked simulated")
        await bench.until(lambda: len(bench.frames) >= 2, "no two readings")


@and_in_real_time
async def check_garbage_on_a_line_is_survived(
    driver: Driver, example: Example, speed: float
) -> None:
    if not example.unasked:
        raise LeftOut("the device speaks only when asked: its twin shows that")
    async with _Bench.at(driver, example, speed=speed, speaks=False) as bench:
        await bench.write(b"\x00\xffA\x81" * 5_000)
        bench.speaks = True
        await bench.until(lambda: bench.frames, "no reading after 20 kB of garbage")


@and_in_real_time
async def check_silence_is_noticed_in_time(driver: Driver, example: Example, speed: float) -> None:
    limit: Span | None = getattr(getattr(driver, "family", driver), "silence", LATEST_LOSS)
    if limit is None:
        raise LeftOut("the device speaks only after a measurement: silence says nothing")
    expect(limit <= LATEST_LOSS, f"silence is noticed after {limit // SECOND} s only")
    async with _Bench.at(driver, example, speed=speed) as bench:
        await bench.pause(limit // 4)
        expect(not bench.ended, f"the line is lost while the device speaks: {bench.ended}")
        bench.speaks = False
        quiet_since = bench.clock.now()
        # Late is no fault of a driver while the machine is busy; never is.
        wait_s = limit / SECOND / speed + PATIENCE_S
        await bench.until(lambda: bench.ended, "silence is never noticed", wait_s)
        early = bench.clock.now() - quiet_since < limit // 2
        expect(not early, "the line is lost long before its silence is over")


async def check_an_unplugged_line_is_a_device_error(driver: Driver, example: Example) -> None:
    async with _Bench.at(driver, example) as bench:
        await bench.pause(200 * MILLISECOND)
        bench.unplug()
        await bench.until(lambda: bench.ended, "an unplugged line is never noticed")
        expect(isinstance(bench.ended, DeviceError), f"it ends with {bench.ended!r}")


async def check_cancelling_frees_the_line(driver: Driver, example: Example) -> None:
    async with _Bench.at(driver, example) as bench:
        await bench.pause(SECOND)
        await bench.cancel()
        again = asyncio.create_task(bench.connection().run(bench.take, bench.clock))
        await asyncio.sleep(0.05)
        failed = again.done() and not again.cancelled() and again.exception()
        again.cancel()
        await asyncio.wait({again}, timeout=PATIENCE_S)
        expect(again.done(), "a second connection can't be cancelled")
        expect(not failed, f"a second connection does not get the line: {failed!r}")


def settings(driver: Driver, example: Example, port: str) -> Any:
    """The example's settings at a port; LeftOut for a driver that has none."""
    if "port" not in driver.config.model_fields:
        raise LeftOut("its settings have no `port`: the kit plays on serial lines")
    # As a suite file is read: strictly, from what JSON can hold.
    text = json.dumps({"port": port, **example.settings})
    return driver.config.model_validate_json(text, strict=True)


class _Bench:
    """A pseudo-terminal that speaks the example's stream over and over, and a connection to it."""

    def __init__(
        self, driver: Driver, example: Example, path: Path, *, speed: float, speaks: bool
    ) -> None:
        self.clock = KitClock(speed)
        self.frames: list[Frame] = []
        self.speaks = speaks
        self.config = settings(driver, example, str(path))
        self._driver = driver
        self._stream = example.stream
        master, slave = os.openpty()
        tty.setraw(slave)
        path.symlink_to(os.ttyname(slave))
        os.close(slave)
        os.set_blocking(master, False)
        self._master: int | None = master
        self._run: asyncio.Task[None] | None = None

    @classmethod
    @contextlib.asynccontextmanager
    async def at(
        cls, driver: Driver, example: Example, *, speed: float = SPEED, speaks: bool = True
    ) -> AsyncIterator["_Bench"]:
        """Connected; gone again with the block."""
        with tempfile.TemporaryDirectory(prefix="monitord-kit-") as folder:
            bench = cls(driver, example, Path(folder) / "device", speed=speed, speaks=speaks)
            bench._run = asyncio.create_task(bench.connection().run(bench.take, bench.clock))
            voice = asyncio.create_task(bench.speak())
            try:
                await asyncio.sleep(0.02)
                yield bench
            finally:
                voice.cancel()
                await bench.cancel()
                bench.unplug()

    def connection(self) -> Any:
        return self._driver.open("device", self.config)

    @property
    def ended(self) -> BaseException | None:
        """How the connection ended; None while it lasts."""
        run = self._run
        return run.exception() if run is not None and run.done() and not run.cancelled() else None

    def take(self, item: Said, at: Instant) -> None:  # noqa: ARG002 - as Emit has it
        if isinstance(item, Frame):
            self.frames.append(item)

    async def speak(self) -> None:
        while True:
            if self.speaks:
                await self.write(self._stream)
            # In engine time a few times a second, as a bedside device.
            await asyncio.sleep(0.02)

    async def write(self, data: bytes) -> None:
        """All of it, as the reader takes it; nothing to a line that is gone."""
        while data and self._master is not None:
            try:
                data = data[os.write(self._master, data[:1024]) :]
            except BlockingIOError:
                await asyncio.sleep(0.001)
            except OSError:
                return
            await asyncio.sleep(0)

    async def pause(self, span: Span) -> None:
        await self.clock.sleep(span / SECOND)

    async def until(
        self, condition: Callable[[], object], otherwise: str, patience_s: float = PATIENCE_S
    ) -> None:
        came = await comes_true(condition, patience_s)
        ended = "" if self.ended is None else f"; it ended with {self.ended!r}"
        expect(came, otherwise + ended)

    async def cancel(self) -> None:
        if self._run is not None and not self._run.done():
            self._run.cancel()
            await asyncio.wait({self._run}, timeout=PATIENCE_S)
            expect(self._run.done(), "the connection can't be cancelled")

    def unplug(self) -> None:
        if self._master is not None:
            os.close(self._master)
            self._master = None


DRIVER_CHECKS: Final[tuple[Callable[[Driver], None], ...]] = (
    check_it_says_what_it_is,
    check_unknown_settings_are_refused,
)

LINE_CHECKS: Final[tuple[Callable[[Driver, Example], Awaitable[None]], ...]] = (
    check_a_missing_port_is_a_device_error,
    check_readings_come_through_a_line,
    check_garbage_on_a_line_is_survived,
    check_silence_is_noticed_in_time,
    check_an_unplugged_line_is_a_device_error,
    check_cancelling_frees_the_line,
)
