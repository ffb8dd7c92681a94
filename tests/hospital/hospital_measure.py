"""How fast the hospital hears, at what cost, and how soon again after a fault: `./dev hospital --measure`, beside a bare program.

Both programs have the same cluster, beds, rate, alarms and faults, one after the other in one run. Of a killed worker or leader
recovery is the longest time from an alarm's begin to the hearing of it; of a killed suite until its first alarm is heard;
of a cut network from its end until every alarm that began during the cut is heard.
"""

import asyncio
import math
import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.hospital.measured_sides import SUITES, Bare, Monitord, Side
from tests.hospital.nats_servers import NatsServers
from tests.hospital.stream_leader import leader

RESTART_S = 3.0
STARTS_S = 300.0
AT_MOST = 1.5
WORKER, LEADER, SUITE, CUT = (
    "kill -9 of a worker",
    "kill -9 of the stream's leader",
    "kill -9 of a suite",
    "network cut",
)
TICKS = os.sysconf("SC_CLK_TCK")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """How long everything takes, in s."""

    settle: float
    steady: float
    window: float
    cut: float


WHOLE = Lengths(settle=15, steady=60, window=60, cut=60)
SHORT = Lengths(settle=1, steady=8, window=20, cut=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was measured of one program; times in s, `cpu` in cores."""

    rows_s: float
    uplink: list[float]
    alarm: list[float]
    after_ack: list[float]
    recovery: dict[str, float]
    cpu: dict[str, float]
    rss_mb: dict[str, float]


def share(values: Sequence[float], percent: float) -> float:
    """In ms."""
    ordered = sorted(values)
    if not ordered:
        return math.nan
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] * 1000


async def measured(side: Side, lengths: Lengths, say: Say, *, faults: bool) -> Found:
    """Steady first, then each fault with a window of its own."""
    spans: dict[str, tuple[float, float]] = {}
    try:
        async with side.hearing():
            side.start()
            async with asyncio.timeout(STARTS_S):
                while not side.begun():  # noqa: ASYNC110 - other processes have no event here
                    await asyncio.sleep(0.2)
            await asyncio.sleep(lengths.settle)
            used, begun = _seconds_used(side), time.monotonic()
            await asyncio.sleep(lengths.steady)
            ended = time.monotonic()
            cpu = {
                name: (seconds - used[name]) / (ended - begun)
                for name, seconds in _seconds_used(side).items()
            }
            rss = {name: sum(map(_rss_mb, pids)) for name, pids in side.pids().items()}
            say(f"{side.name}: steady for {lengths.steady:.0f} s, load {os.getloadavg()[0]:.0f}")
            for what in (WORKER, LEADER, SUITE, CUT) if faults else ():
                spans[what] = await _fault(side, what, lengths)
                await asyncio.sleep(lengths.window)
                say(f"{side.name}: {what}, load {os.getloadavg()[0]:.0f}")
            await asyncio.sleep(5)
    finally:
        side.close()
    side.gather()
    alarms = side.alarms
    return Found(
        rows_s=sum(begun <= at < ended for at, _ in alarms.uplink) / (ended - begun),
        uplink=[took for at, took in alarms.uplink if begun <= at < ended],
        alarm=alarms.late(begun, ended),
        after_ack=[
            alarms.heard[name] - at
            for name, at in alarms.acked.items()
            if name in alarms.heard and begun <= at < ended
        ],
        recovery={
            what: _recovered(side, what, span, lengths.window) for what, span in spans.items()
        },
        cpu=cpu,
        rss_mb=rss,
    )


def _recovered(side: Side, what: str, span: tuple[float, float], window: float) -> float:
    begun, ended = span
    if what == SUITE:
        return min(side.alarms.of(SUITES[0], ended, ended + window), default=math.inf) - begun
    if what == CUT:
        return max(side.alarms.of(SUITES[0], begun, ended), default=math.nan) - ended
    return max(side.alarms.late(begun - 1, begun + window / 2), default=math.nan)


async def _fault(side: Side, what: str, lengths: Lengths) -> tuple[float, float]:
    """When it began and ended."""
    begun = time.monotonic()
    if what == WORKER:
        side.workers[0].kill()
        await asyncio.sleep(RESTART_S)
        side.workers[0].start()
    elif what == LEADER:
        node = await asyncio.to_thread(leader, side.servers, side.folder, side.stream)
        begun = time.monotonic()
        node.kill()
        await asyncio.sleep(RESTART_S)
        await asyncio.to_thread(node.start)
    elif what == SUITE:
        side.publishers[SUITES[0]].kill()
        side.publishers[SUITES[0]].start()
    else:
        for way in side.ways[SUITES[0]]:
            way.block()
        await asyncio.sleep(lengths.cut)
        for way in side.ways[SUITES[0]]:
            way.mend()
    return begun, time.monotonic()


def _seconds_used(side: Side) -> dict[str, float]:
    return {name: sum(map(_cpu_s, pids)) for name, pids in side.pids().items()}


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _rss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def measure(beds: int, lengths: Lengths, say: Say, *, faults: bool = True) -> tuple[Found, Found]:
    """Of monitord, and of the bare program."""
    found = []
    with TemporaryDirectory(prefix="monitord-measure-") as folder:
        for kind in (Monitord, Bare):
            place = Path(folder) / kind.stream
            place.mkdir()
            with NatsServers(place, SUITES, size=3) as servers:
                # Once the stream has a leader the cluster stands.
                leader(servers, place)
                side = kind(place, servers, beds)
                found.append(asyncio.run(measured(side, lengths, say, faults=faults)))
    return found[0], found[1]


def table(beds: int, ours: Found, bare: Found) -> str:
    """As docs/hospital.md has it."""
    lines = [
        (
            f"{beds} beds, one row a second each ({ours.rows_s:.0f} rows/s taken by the cluster); {os.cpu_count()} cores of "
            f"{platform.machine()}, load {os.getloadavg()[0]:.0f} (other programs run beside it)."
        ),
        "",
        "| | monitord | bare program | ratio |",
        "| --- | --- | --- | --- |",
        f"| journal commit to uplink's acknowledgement, p50 / p99 | {_pair(ours.uplink)} | | |",
        f"| acknowledgement to hospital alarm, p50 / p99 | {_pair(ours.after_ack)} | | |",
        f"| alarm's begin to hospital alarm, p50 / p99 | {_pair(ours.alarm)} | {_pair(bare.alarm)} | |",
    ]
    for what, took in ours.recovery.items():
        ratio = took / bare.recovery[what]
        lines.append(
            f"| {what}: heard again | {took:.1f} s | {bare.recovery[what]:.1f} s | {ratio:.2f} |"
        )
    for name, cores in ours.cpu.items():
        a, b = cores / beds * 1e6, bare.cpu[name] / beds * 1e6
        m, n = ours.rss_mb[name], bare.rss_mb[name]
        lines.append(
            f"| {name}: CPU a bed, memory in all | {a:.0f} µs/s, {m:.0f} MB | {b:.0f} µs/s, {n:.0f} MB | |"
        )
    return "\n".join(lines)


def _pair(values: Sequence[float]) -> str:
    return f"{share(values, 50):.0f} / {share(values, 99):.0f} ms"
