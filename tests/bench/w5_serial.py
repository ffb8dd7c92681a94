"""W5: last byte of a frame on a pseudo-terminal -> alarm effect, released after its durable commit.

The daemon runs in this process, so that writing and hearing share a clock. Beside: the bare port,
the same bytes through a pseudo-terminal to a reader of the event loop.
"""

import asyncio
import contextlib
import os
import tempfile
import time
from pathlib import Path

from devices.nonin_slow import encode_df8
from devices.readings import Oximetry
from monitord.config.suite_file import read_suite
from monitord.daemon.clock import LiveClock
from monitord.daemon.daemon import Daemon, Surroundings
from monitord.daemon.logs import configure
from monitord.model import AlarmEvent, AlarmLine
from monitord.plugins import load_plugins
from monitord.store.journal import Journal
from tests.bench import peers
from tests.bench.figures import Result, percentile
from tests.bench.ward import write_suite
from tests.peers import PseudoTerminal, until

# Near enough to each other to be believed at once.
WELL = encode_df8(Oximetry(spo2=93, pulse_rate=70))
ILL = encode_df8(Oximetry(spo2=86, pulse_rate=70))
PAUSE_S = 0.05


def run(*, quick: bool) -> Result:
    result = Result(workload="W5", title="serial latency, last byte to alarm effect")
    for _ in range(1 if quick else 3):
        asyncio.run(_bare(result, 100 if quick else 300))
        # As the service: JSON to a pipe, not colours to a terminal.
        with Path(os.devnull).open("w") as nowhere:
            configure(nowhere)
            with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
                asyncio.run(_ours(result, 50 if quick else 300))
    ours, bare = (result.of(s, "1 bed", "ms p99") for s in ("monitord", "bare port"))
    result.goal("p99, ms", ours, at_most=3)
    result.ratio("p99: monitord / bare port", ours, bare)
    return result


def _add(result: Result, system: str, seconds: list[float]) -> None:
    times = [1000 * each for each in seconds]
    result.add(system, "1 bed", "ms p50", percentile(times, 0.5))
    result.add(system, "1 bed", "ms p99", percentile(times, 0.99))
    result.add(system, "1 bed", "ms worst", max(times))


async def _bare(result: Result, count: int) -> None:
    times: list[float] = []
    with tempfile.TemporaryDirectory(dir=peers.workshop()) as name:
        line = PseudoTerminal(Path(name) / "line")
        device = os.open(line.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        loop = asyncio.get_running_loop()
        heard = asyncio.Event()

        def read() -> None:
            os.read(device, 4096)
            times.append(time.perf_counter() - sent)
            heard.set()

        loop.add_reader(device, read)
        for _ in range(count):
            heard.clear()
            sent = time.perf_counter()
            line.write(ILL)
            await heard.wait()
            await asyncio.sleep(PAUSE_S / 10)
        loop.remove_reader(device)
        os.close(device)
        line.unplug()
    _add(result, "bare port", times)


async def _ours(result: Result, count: int) -> None:
    told: list[tuple[str, float]] = []

    def heard(line: AlarmLine, durable: bool) -> None:
        if line.alarm == "spo2_low" and durable:
            told.append((line.event, time.perf_counter()))

    with tempfile.TemporaryDirectory(dir=peers.workshop()) as name:
        folder = Path(name)
        line = PseudoTerminal(folder / "line")
        device = {"driver": "nonin", "port": str(line.path), "format": "df8"}
        suite = read_suite(write_suite(folder, {"1": {"oximeter": device}}, None), load_plugins())
        with Journal.open(suite.database) as journal:
            serving = asyncio.Event()
            around = Surroundings(heard=heard, ready=lambda _port: serving.set())
            daemon = Daemon(suite, journal, LiveClock(), around)
            task = asyncio.create_task(daemon.run(), name="daemon")
            try:
                await asyncio.wait_for(serving.wait(), 30)
                times = await _alarms(line, told, count)
            finally:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        line.unplug()
    _add(result, "monitord", times)


async def _alarms(line: PseudoTerminal, told: list[tuple[str, float]], count: int) -> list[float]:
    """One alarm after the other; a pause in between, so that each meets a quiet line."""
    for _ in range(20):
        line.write(WELL)
        await asyncio.sleep(PAUSE_S)
    times = []
    for _ in range(count):
        told.clear()
        sent = time.perf_counter()
        line.write(ILL)
        await until(lambda: told, 5)
        event, at = told[0]
        assert event == AlarmEvent.START
        times.append(at - sent)
        await asyncio.sleep(PAUSE_S)
        line.write(WELL)
        await until(lambda: len(told) > 1, 5)
        await asyncio.sleep(PAUSE_S)
    return times
