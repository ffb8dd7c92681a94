"""W5: last byte of a frame on a pseudo-terminal -> alarm effect, released after its durable commit.

The daemon runs in this process, so that writing and hearing share a clock. Beside, in the same
rounds: the bare port, the same bytes through a pseudo-terminal to a reader of the event loop; and
the same with a row committed to the disk by a thread before it counts.
"""

import asyncio
import contextlib
import os
import sqlite3
import tempfile
import time
from pathlib import Path

from devices.oximeters.nonin_slow import encode_df8
from devices.readings import Oximetry
from monitord.config.suite.suite_file import read_suite
from monitord.daemon.daemon import Daemon, Environment
from monitord.daemon.sequencing.clock import LiveClock
from monitord.model import AlarmEvent, AlarmLine
from monitord.plugins import load_plugins
from monitord.store.journal.journal import Journal
from tests.bench import peers
from tests.bench.figures import Result, percentile
from tests.bench.peer.aiomqtt_echo import database
from tests.bench.ward import write_suite
from tests.peers import PseudoTerminal, until

# Near enough to each other to be believed at once.
WELL = encode_df8(Oximetry(spo2=93, pulse_rate=70))
ILL = encode_df8(Oximetry(spo2=86, pulse_rate=70))
PAUSE_S = 0.05
ROW = "x" * 600
"""About an alarm's line."""
US, BARE, DISK = "monitord", "bare port", "bare port, each frame on the disk first (limit)"


def run(*, quick: bool) -> Result:
    result = Result(workload="W5", title="serial latency, last byte to alarm effect")
    rounds, count = (1, 50) if quick else (6, 150)
    for _ in range(rounds):
        asyncio.run(_bare(result, BARE, count))
        with tempfile.TemporaryDirectory(dir=peers.workshop()) as name:
            record = database(str(Path(name) / "lines.db"))
            asyncio.run(_bare(result, DISK, count, record))
            record.close()
        with (
            Path(os.devnull).open("w") as nowhere,
            contextlib.redirect_stdout(nowhere),
            contextlib.redirect_stderr(nowhere),
        ):
            asyncio.run(_ours(result, count))
    for share, most in (("p50", None), ("p99", 3.0)):
        ours, bare, disk = (result.of(s, "1 bed", f"ms {share}") for s in (US, BARE, DISK))
        result.goal(f"{share}, ms", ours, **({} if most is None else {"at_most": most}))
        result.ratio(f"{share}: {US} / {BARE}", ours, bare)
        result.ratio(f"{share}: {US} / {DISK}", ours, disk)
    return result


def _add(result: Result, system: str, seconds: list[float]) -> None:
    times = [1000 * each for each in seconds]
    result.add(system, "1 bed", "ms p50", percentile(times, 0.5))
    result.add(system, "1 bed", "ms p99", percentile(times, 0.99))
    result.add(system, "1 bed", "ms worst", max(times))


async def _bare(
    result: Result, system: str, count: int, record: sqlite3.Connection | None = None
) -> None:
    times: list[float] = []
    with tempfile.TemporaryDirectory(dir=peers.workshop()) as name:
        line = PseudoTerminal(Path(name) / "line")
        device = os.open(line.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        loop = asyncio.get_running_loop()
        heard = asyncio.Event()

        def read() -> None:
            os.read(device, 4096)
            heard.set()

        loop.add_reader(device, read)
        for _ in range(count):
            heard.clear()
            sent = time.perf_counter()
            line.write(ILL)
            await heard.wait()
            if record is not None:
                statement = "INSERT INTO lines VALUES (?)"
                await asyncio.to_thread(record.execute, statement, (ROW,))
            times.append(time.perf_counter() - sent)
            await asyncio.sleep(PAUSE_S)
        loop.remove_reader(device)
        os.close(device)
        line.unplug()
    _add(result, system, times)


async def _ours(result: Result, count: int) -> None:
    told: list[tuple[str, float]] = []
    early = 0

    def heard(line: AlarmLine, durable: bool) -> None:
        nonlocal early
        if line.alarm == "spo2_low":
            told.append((line.event, time.perf_counter()))
            early += not durable

    with tempfile.TemporaryDirectory(dir=peers.workshop()) as name:
        folder = Path(name)
        line = PseudoTerminal(folder / "line")
        device = {"driver": "nonin", "port": str(line.path), "format": "df8"}
        suite = read_suite(write_suite(folder, {"1": {"oximeter": device}}, None), load_plugins())
        with Journal.open(suite.database) as journal:
            serving = asyncio.Event()
            around = Environment(heard=heard, ready=lambda _port: serving.set())
            daemon = Daemon(suite, journal, LiveClock(), around)
            task = asyncio.create_task(daemon.run(), name="daemon")
            try:
                async with asyncio.timeout(30):
                    await serving.wait()
                times = await _alarms(line, told, count)
            finally:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        line.unplug()
    _add(result, US, times)
    if early:
        result.skipped.append(f"nothing, but {early} alarms left before a disk that took over 1 s")


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
