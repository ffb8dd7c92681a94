"""W2: samples a second on one core before lag grows, the engine alone, and where a sample's time goes.

A sample is one MQTT message with SpO2 and pulse rate. Broker and load have the other core. The
rate climbs by 15 % until it lags; the last rate before counts. A peer lags when the alarms that
end a flood come late, monitord when samples are not on the disk in time. monitord runs its whole
path on 50 beds with open infusions: decode, validate, stamp, journal on the disk, the whole
ketamine protocol, page. Peers run two rules and keep nothing.
"""

import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from tests.bench import peers
from tests.bench.figures import Result
from tests.bench.load import Load
from tests.bench.machine import OURS, THEIRS, cpu_seconds, pin
from tests.bench.stages import engine_alone, stages
from tests.bench.w1_alert_latency import ECHO, RED, US, broker
from tests.bench.ward import mqtt, service, write_suite

BEDS = [str(number) for number in range(1, 51)]
LAG_S = 0.5
"""What is not done so long after the flood says that it was too much."""
FIRST = {US: 4000.0}
OTHERS_FIRST = 20_000.0
SLOWEST = 500.0
"""Where the first rate is too much it is halved, not below this."""
STEP = 1.15


def run(*, quick: bool) -> Result:
    result = Result(workload="W2", title="capacity on one core")
    rounds, seconds = (1, 1.5) if quick else (3, 2.0)
    with tempfile.TemporaryDirectory(dir=peers.workshop()) as name, broker(Path(name)) as port:
        pin(THEIRS)
        for _ in range(rounds):
            with tempfile.TemporaryDirectory(dir=peers.workshop()) as ward:
                _ours(result, port, Path(ward), seconds)
            for system, peer in peers.ECHOES.items():
                try:
                    _peer(result, system, peer(port, OURS), port, seconds)
                except peers.MissingError as why:
                    if (word := f"{system} ({why})") not in result.skipped:
                        result.skipped.append(word)
    pin(OURS)
    for _ in range(rounds):
        for name, micros in engine_alone():
            result.add("engine alone", name, "us/sample", micros)
        for stage, micros in stages():
            result.add("full path", stage, "us/sample", micros)
    _judge(result)
    return result


def _ours(result: Result, port: int, folder: Path, seconds: float) -> None:
    oximeters = {bed: {"oximeter": mqtt(port, f"suite/{bed}/oximeter")} for bed in BEDS}
    with service(write_suite(folder, oximeters, port)) as found:
        found.infuse()
        _climb(result, US, port, found.process.pid, seconds, found.recorded)


def _peer(
    result: Result, system: str, peer: AbstractContextManager[int], port: int, seconds: float
) -> None:
    with peer as pid:
        _climb(result, system, port, pid, seconds)


def _climb(
    result: Result,
    system: str,
    port: int,
    pid: int,
    seconds: float,
    recorded: Callable[[], int] | None = None,
) -> None:
    load = Load(port, BEDS)
    rate, reached, cost, note = FIRST.get(system, OTHERS_FIRST), 0.0, 0.0, ""
    try:
        while True:
            before = cpu_seconds(pid)
            taken = None if recorded is None else partial(_reached, recorded, recorded())
            try:
                kept_up = load.flood(rate, seconds, patience=LAG_S, taken=taken)
            except OverflowError:
                note = "bound by broker or load"
                break
            if not kept_up and not reached and rate > SLOWEST:
                rate /= 2
                _settle(recorded)
                continue
            if not kept_up:
                break
            reached, cost = rate, (cpu_seconds(pid) - before) / (rate * seconds)
            rate *= STEP
    finally:
        load.close()
    result.add(system, "through the broker", "samples/s", reached, note=note)
    result.add(system, "through the broker", "us CPU/sample", 1e6 * cost)


def _settle(recorded: Callable[[], int] | None) -> None:
    """Waits until what was too much is done, half a minute at most."""
    before = -1
    for _ in range(60):
        if recorded is None or (now := recorded()) == before:
            return
        before = now
        time.sleep(LAG_S)


def _reached(recorded: Callable[[], int], before: int, count: int) -> bool:
    return recorded() - before >= count


def _judge(result: Result) -> None:
    ours = result.of(US, "through the broker", "samples/s")
    result.goal("samples a second on the full path", ours, at_least=10_000)
    for peer in (ECHO, RED):
        theirs = result.of(peer, "through the broker", "samples/s")
        result.ratio(f"samples/s: {US} / {peer}", ours, theirs)
    alone = result.of("engine alone", "2 signals, no alarm", "us/sample")
    result.goal("engine alone, microseconds a sample", alone, at_most=25)
    result.goal("engine alone, half of that", alone, at_most=12.5)
