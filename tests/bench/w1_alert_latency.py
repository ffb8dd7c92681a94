"""W1: publish of the sample that breaks a limit -> its alarm at a subscriber; 1, 50 and 500 beds at 1 Hz.

monitord runs as it would: a connection a device, durable journal, alarm by its MQTT notifier with
acknowledgement. The peers keep no journal. On a disk that lies a commit waits for nothing: the
difference is what durability costs.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import peers
from tests.bench.figures import Result, percentile
from tests.bench.load import Heard, Load
from tests.bench.machine import OURS, THEIRS, cpu_seconds, memory_mb, pin
from tests.bench.ward import UNSAFE, mqtt, service, write_suite
from tests.peers import Mosquitto

BEDS = (1, 50, 500)
US = "monitord"
LYING = "monitord on a disk that lies"
ECHO, RED = "aiomqtt (bare echo)", "Node-RED"
DURABLE = "aiomqtt, each alarm on the disk first (limit)"


@contextmanager
def broker(folder: Path) -> Iterator[int]:
    """Mosquitto on the core of the load."""
    found = Mosquitto(folder, "max_queued_messages 0")
    found.start()
    pin(THEIRS, found.pid)
    try:
        yield found.port
    finally:
        found.stop()


@contextmanager
def monitord(port: int, beds: list[str], before: str = "") -> Iterator[int]:
    with tempfile.TemporaryDirectory(dir=peers.workshop()) as name:
        folder = Path(name)
        oximeters = {bed: {"oximeter": mqtt(port, f"suite/{bed}/oximeter")} for bed in beds}
        with service(write_suite(folder, oximeters, port), before=before) as found:
            yield found.process.pid


def run(*, quick: bool) -> Result:
    result = Result(workload="W1", title="alert latency, publish to alarm at a subscriber")
    rounds, seconds = (1, 4.0) if quick else (3, 10.0)
    with tempfile.TemporaryDirectory(dir=peers.workshop()) as name, broker(Path(name)) as port:
        pin(THEIRS)
        for _ in range(rounds):
            for count in (1, 50) if quick else BEDS:
                _round(result, port, count, seconds)
    result.skipped.append(peers.NOT_INSTALLED)
    _judge(result)
    return result


def _round(result: Result, port: int, count: int, seconds: float) -> None:
    beds = [str(number) for number in range(1, count + 1)]
    load = f"{count} bed{'s' * (count > 1)}"
    with monitord(port, beds) as pid:
        _measure(result, US, load, port, beds, pid, seconds)
    if count == max(BEDS):
        with monitord(port, beds, UNSAFE) as pid:
            _measure(result, LYING, load, port, beds, pid, seconds)
    for system, peer in peers.ECHOES.items():
        try:
            with peer(port, OURS) as pid:
                _measure(result, system, load, port, beds, pid, seconds)
        except peers.MissingError as why:
            if (word := f"{system} ({why})") not in result.skipped:
                result.skipped.append(word)


def _measure(
    result: Result, system: str, load: str, port: int, beds: list[str], pid: int, seconds: float
) -> None:
    oximeters = Load(port, beds)
    try:
        oximeters.run(2)
        began, before = time.monotonic(), cpu_seconds(pid)
        heard: Heard = oximeters.run(seconds, every=4 if len(beds) == 1 else 10)
        share = (cpu_seconds(pid) - before) / (time.monotonic() - began)
    finally:
        oximeters.close()
    times = [1000 * latency for latency in heard.latencies]
    if heard.missed or not times:
        result.skipped.append(f"{system}, {load}: {heard.missed} alarms missed")
        return
    result.add(system, load, "ms p50", percentile(times, 0.5))
    result.add(system, load, "ms p99", percentile(times, 0.99))
    result.add(system, load, "ms worst", max(times))
    result.add(system, load, "% of a core", 100 * share)
    result.add(system, load, "MB", memory_mb(pid))


def _judge(result: Result) -> None:
    for load in ("1 bed", "50 beds", "500 beds"):
        ours = result.of(US, load, "ms p99")
        lying = result.of(LYING, load, "ms p99")
        result.ratio(f"p99 at {load}: {US} / {LYING}", ours, lying)
        at_most_echo = 3.0 if load == "500 beds" else None
        for peer, at_most in ((ECHO, at_most_echo), (DURABLE, None), (RED, 1.0)):
            theirs = result.of(peer, load, "ms p99")
            result.ratio(f"p99 at {load}: {US} / {peer}", ours, theirs, at_most=at_most)
