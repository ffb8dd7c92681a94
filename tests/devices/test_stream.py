"""Any wire on any port: data, silence, garbage, requests and deadlines, on real pseudo-terminals."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from random import Random
from typing import Any

import pytest
import structlog
from pydantic import ValidationError

from devices.drivers import NONIN
from devices.family import Family, Line
from devices.oximeters.nonin_slow import encode_line
from devices.port import READ_SIZE
from devices.readings import Oximetry
from devices.stream import BURST_GAP, LEAST_BYTES_PER_S, STALL_S, StreamConnection, StreamDriver
from devices.wire import Said
from monitord.driver import Driver, Supervision, supervise
from monitord.model import (
    SECOND,
    Cause,
    Fault,
    Frame,
    Instant,
    Quality,
    Sample,
    Signal,
    Span,
    Wave,
)
from tests.devices.twinkit import FastClock
from tests.peers import START, LoopClock, PseudoTerminal, until

LINE = encode_line(Oximetry(spo2=97, pulse_rate=71))
FRAME = Frame(
    samples=(
        Sample(signal=Signal.SPO2, value=97.0),
        Sample(signal=Signal.PULSE_RATE, value=71.0),
    )
)
UP = Fault(cause=Cause.LINK, subject="bed1", present=False)


class CountingClock(FastClock):
    """A fast clock that says how late its loop was."""

    def __init__(self, speed: float = 60) -> None:
        super().__init__(speed)
        self.late: Span = 0
        """By how much each second that was counted was too long, together."""

    async def count_lateness(self) -> None:
        """By this clock the machine's delays count `speed`-fold: what a bound must allow for."""
        while True:
            before = self.now()
            await self.sleep(1)
            self.late += self.now() - before - SECOND


class Heard:
    """What a supervised device said, with the time of arrival."""

    def __init__(self, clock: LoopClock) -> None:
        self.clock = clock
        self.said: list[tuple[Frame | Fault | Wave, Instant]] = []
        self.supervision: Supervision | None = None

    def __call__(self, item: Frame | Fault | Wave, at: Instant) -> None:
        self.said.append((item, at))

    @property
    def items(self) -> list[Frame | Fault | Wave]:
        return [item for item, _ in self.said]

    @property
    def spo2(self) -> list[float | None]:
        return [item.samples[0].value for item in self.items if isinstance(item, Frame)]

    @property
    def lost(self) -> list[str]:
        return [
            item.detail
            for item in self.items
            if isinstance(item, Fault) and item.cause is Cause.LINK and item.present
        ]

    @property
    def connection(self) -> StreamConnection:
        assert self.supervision is not None
        current = self.supervision.current()
        assert isinstance(current, StreamConnection)
        return current


@asynccontextmanager
async def supervised(
    driver: Driver, clock: LoopClock | None = None, **settings: Any
) -> AsyncIterator[Heard]:
    heard = Heard(clock or LoopClock())
    async with asyncio.TaskGroup() as group:
        heard.supervision = supervise(
            group,
            driver,
            "bed1",
            driver.config.model_validate(settings),
            emit=heard,
            clock=heard.clock,
            random=Random(1),
        )
        try:
            yield heard
        finally:
            for task in asyncio.all_tasks():
                if task.get_name() == "device bed1":
                    task.cancel()


async def speaks(pty: PseudoTerminal, heard: Heard, frames: int = 1) -> None:
    """Sends the reading, again and again, until so many were heard in all; opening drops what waited."""

    def told() -> bool:
        if heard.items.count(FRAME) < frames:
            pty.write(LINE)
        return heard.items.count(FRAME) >= frames

    await until(told)


async def test_a_frame_on_the_line_comes_out_stamped_when_its_bytes_arrived(
    pty: PseudoTerminal,
) -> None:
    async with supervised(NONIN, port=str(pty.path), format="ascii") as heard:
        await speaks(pty, heard)
        count = len(heard.said)
        pty.write(LINE[:5])
        await asyncio.sleep(0.05)
        middle = LoopClock().now()
        pty.write(LINE[5:])
        await until(lambda: len(heard.said) > count)
        after = LoopClock().now()
    assert heard.items[:2] == [UP, FRAME]
    item, at = heard.said[count]
    assert item == FRAME
    assert middle <= at <= after


async def test_unplug_and_replug_need_no_restart(pty: PseudoTerminal) -> None:
    async with supervised(
        NONIN, FastClock(), port=str(pty.path), format="ascii", silence="2h"
    ) as heard:
        for count in (1, 2, 3):
            await speaks(pty, heard, heard.items.count(FRAME) + 1)
            pty.unplug()
            await until(partial(lambda count: len(heard.lost) == count, count))
            pty.plug()
    links = [item for item in heard.items if isinstance(item, Fault)]
    assert [fault.present for fault in links] == [False, True] * 3
    assert "gone" in heard.lost[0]


async def test_a_port_missing_at_start_is_a_fault_once_and_read_when_it_appears(
    pty: PseudoTerminal,
) -> None:
    pty.unplug()
    async with supervised(
        NONIN, FastClock(), port=str(pty.path), format="ascii", silence="2h"
    ) as heard:
        await until(lambda: heard.lost)
        pty.plug()
        await speaks(pty, heard)
        # The link was not there when the daemon asked first: the mark is asked for again.
        assert heard.supervision is not None
        assert heard.supervision.simulated
    assert heard.lost == [f"cannot open {pty.path}: No such file or directory"]


async def test_a_line_without_a_byte_is_lost_after_the_familys_silence(pty: PseudoTerminal) -> None:
    clock = CountingClock(speed=5)
    async with (
        supervised(NONIN, clock, port=str(pty.path), format="ascii") as heard,
        asyncio.TaskGroup() as group,
    ):
        await speaks(pty, heard)
        watching = group.create_task(clock.count_lateness())
        await until(lambda: heard.lost)
        watching.cancel()
    (_, frame_at), (_, lost_at) = heard.said[-2:]
    assert heard.lost == [f"{pty.path}: silent for 5s"]
    assert NONIN.family.silence == 5 * SECOND
    # It is looked at once a second at least, by a loop that may be late itself.
    assert 5 * SECOND <= lost_at - frame_at < 10 * SECOND + clock.late


@pytest.mark.parametrize("nonsense", [b"\x07\x9c", b"hello\r\n", b"SPO2 = 97\r\n", b"\xff\x00"])
async def test_a_line_of_nothing_but_nonsense_is_lost_after_the_familys_silence(
    pty: PseudoTerminal, nonsense: bytes
) -> None:
    async with supervised(NONIN, FastClock(), port=str(pty.path), format="ascii") as heard:

        def told() -> list[str]:
            pty.write(nonsense)
            return [lost for lost in heard.lost if lost.endswith(" bytes not understood")]

        # A machine that stands still hears nothing at all for 5 s of this clock: that is told as silence alone.
        await until(told)
    assert all(lost.startswith(f"{pty.path}: silent for 5s") for lost in heard.lost)


async def test_the_suite_file_may_set_the_silence(pty: PseudoTerminal) -> None:
    async with supervised(
        NONIN, FastClock(), port=str(pty.path), format="ascii", silence="20s"
    ) as heard:
        began = heard.clock.now()
        await until(lambda: heard.lost)
    assert heard.lost == [f"{pty.path}: silent for 20s"]
    assert heard.said[0][1] - began >= 20 * SECOND


async def test_a_flood_of_garbage_is_counted_logged_once_and_survived(pty: PseudoTerminal) -> None:
    noise = Random(7).randbytes(200_000).replace(b"\x80", b"\x00")
    with structlog.testing.capture_logs() as log:
        async with supervised(NONIN, port=str(pty.path), format="ascii") as heard:
            for start in range(0, len(noise), 2000):
                await pty.send(noise[start : start + 2000])
                await asyncio.sleep(0)
            await pty.send(b"\r\nSPO2=097 HR=071\r\n")
            await until(lambda: any(isinstance(item, Frame) for item in heard.items))
            assert heard.connection.rejected > 150_000
    assert not heard.lost
    assert [line["event"] for line in log].count("bytes_rejected") == 1


async def test_more_bytes_than_a_line_can_carry_are_not_decoded_and_the_newest_are_read(
    pty: PseudoTerminal,
) -> None:
    flood = 1_000_000
    print_of_97 = b"SPO2=097 HR=071\r\n"
    async with supervised(NONIN, port=str(pty.path), format="ascii") as heard:
        await until(lambda: heard.supervision and heard.supervision.current())
        began = heard.clock.now()
        await pty.send(print_of_97 * (flood // len(print_of_97)))
        await pty.send(b"SPO2=070 HR=071\r\n")
        await until(lambda: 70.0 in heard.spo2)
        seconds = (heard.clock.now() - began) / SECOND
        assert heard.supervision is not None
        looked_at = flood - heard.supervision.shed
        assert looked_at <= LEAST_BYTES_PER_S * (STALL_S + seconds) + READ_SIZE
        # Two readings were never joined to one: a line cut at its beginning has no number.
        assert set(heard.spo2) <= {97.0, 70.0, None}
    assert not heard.lost


async def test_a_flood_of_nonsense_is_no_sign_of_life(pty: PseudoTerminal) -> None:
    async with supervised(NONIN, FastClock(), port=str(pty.path), format="ascii") as heard:
        while not heard.lost:
            # As much in a second of its clock as ten such lines bring.
            for _ in range(60):
                with contextlib.suppress(BlockingIOError):
                    pty.write(b"\x07\x9c" * 2000)
                await asyncio.sleep(0)
            await heard.clock.sleep(1)
    assert heard.lost[0].startswith(f"{pty.path}: silent for 5s, ")


async def test_a_second_burst_of_rejected_bytes_is_logged_again(pty: PseudoTerminal) -> None:
    clock = FastClock(speed=600)
    with structlog.testing.capture_logs() as log:
        async with supervised(
            NONIN, clock, port=str(pty.path), format="ascii", silence="24h"
        ) as heard:
            await speaks(pty, heard)
            for count in (1, 2):
                pty.write(b"\x01\x02\r\n")
                await until(partial(lambda count: heard.connection.rejected == 2 * count, count))
                await clock.sleep(1.5 * BURST_GAP / SECOND)
    assert [line["event"] for line in log].count("bytes_rejected") == 2


class CuffWire:
    """Answers `!` after being asked with `?`; gives up after 20 s; says hello first."""

    PATIENCE: Span = 20 * SECOND

    def __init__(self) -> None:
        self.rejected = 0
        self._out = b"hello"
        self._gives_up_at: Instant | None = None

    @property
    def deadline(self) -> Instant | None:
        return Instant(0) if self._out else self._gives_up_at

    def receive(self, data: bytes, at: Instant) -> list[Said]:
        if b"!" in data:
            self._gives_up_at = None
            return [Frame(samples=(Sample(signal=Signal.NIBP_SYS, value=120.0),))]
        if self._gives_up_at is not None and at >= self._gives_up_at:
            self._gives_up_at = None
            sample = Sample(signal=Signal.NIBP_SYS, value=None, quality=Quality.CUFF_ERROR)
            return [Frame(samples=(sample,))]
        return []

    def send_due(self, at: Instant) -> bytes:
        out, self._out = self._out, b""
        if out == b"?":
            self._gives_up_at = Instant(at + self.PATIENCE)
        return out

    def request(self, signal: Signal, at: Instant) -> None:
        self._out = b"?"


CUFF = StreamDriver(
    Family(
        name="cuff",
        title="for tests",
        evidence="unverified",
        line=Line(),
        signals=frozenset({Signal.NIBP_SYS}),
        delay=0,
        silence=None,
        make=lambda _: CuffWire(),
    )
)


async def test_a_device_that_may_be_quiet_is_up_as_soon_as_its_port_is_open(
    pty: PseudoTerminal,
) -> None:
    clock = FastClock(speed=600)
    async with supervised(CUFF, clock, port=str(pty.path)) as heard:
        await until(lambda: heard.items)
        await clock.sleep(300)
    assert heard.items == [UP]


async def test_a_request_goes_out_at_once_and_its_answer_comes_in(pty: PseudoTerminal) -> None:
    async with supervised(CUFF, port=str(pty.path)) as heard:
        assert await pty.sent(5) == b"hello"
        heard.connection.request(Signal.NIBP_SYS, LoopClock().now())
        assert await pty.sent(1) == b"?"
        pty.write(b"!")
        await until(lambda: len(heard.items) == 2)
    assert heard.items[1] == Frame(samples=(Sample(signal=Signal.NIBP_SYS, value=120.0),))


async def test_a_wire_that_gives_up_is_heard_at_its_deadline(pty: PseudoTerminal) -> None:
    clock = FastClock()
    async with supervised(CUFF, clock, port=str(pty.path)) as heard:
        await until(lambda: heard.items)
        asked_at = clock.now()
        heard.connection.request(Signal.NIBP_SYS, asked_at)
        await until(lambda: len(heard.items) == 2)
    (item, at) = heard.said[1]
    assert isinstance(item, Frame)
    assert item.samples[0].quality is Quality.CUFF_ERROR
    assert CuffWire.PATIENCE <= at - asked_at < CuffWire.PATIENCE + 60 * SECOND


async def test_a_request_without_a_line_is_no_error() -> None:
    StreamConnection(CUFF.family, "bed1", CUFF.config(port="/dev/none")).request(
        Signal.NIBP_SYS, START
    )


async def test_a_wire_that_raises_is_a_crash_that_is_retried(pty: PseudoTerminal) -> None:
    class Broken(CuffWire):
        def receive(self, data: bytes, at: Instant) -> list[Said]:
            if data == b"die":
                raise ZeroDivisionError("planted")
            return super().receive(data, at)

    family = Family(
        **{
            name: getattr(CUFF.family, name)
            for name in Family.__dataclass_fields__
            if name != "make"
        },
        make=lambda _: Broken(),
    )
    async with supervised(StreamDriver(family), FastClock(), port=str(pty.path)) as heard:
        await until(lambda: heard.items)
        pty.write(b"die")
        await until(lambda: heard.lost)
        await until(lambda: heard.items[-1] == UP)
    assert "planted" in heard.lost[0]


def test_a_pseudo_terminal_is_simulated_unless_the_suite_file_says_otherwise(
    pty: PseudoTerminal,
) -> None:
    def mark(**settings: Any) -> bool:
        return NONIN.simulated(NONIN.config.model_validate(settings))

    assert mark(port=str(pty.path))
    assert not mark(port=str(pty.path), simulated=False)
    assert not mark(port="/dev/ttyUSB0")
    assert mark(port="/dev/ttyUSB0", simulated=True)


def test_line_settings_are_the_familys_where_the_suite_file_has_none() -> None:
    settings: Any = NONIN.config.model_validate(
        {"port": "/dev/ttyUSB0", "baud": 19200, "parity": "E", "format": "df7"}
    )
    assert settings.line(Line(baud=9600, stopbits=2)) == Line(baud=19200, parity="E", stopbits=2)
    assert settings.format == "df7"


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"port": "loop://"},
        {"port": "/dev/ttyUSB0", "baud": 0},
        {"port": "/dev/ttyUSB0", "baud": "9600"},
        {"port": "/dev/ttyUSB0", "parity": "odd"},
        {"port": "/dev/ttyUSB0", "silence": 5},
        {"port": "/dev/ttyUSB0", "silence": "1ms"},
        {"port": "/dev/ttyUSB0", "format": "df9"},
        {"port": "/dev/ttyUSB0", "spead": 9600},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        NONIN.config.model_validate(settings)
