"""The bedside's alarm latency with the hospital's cluster up, away and slow, in one run: `./dev hospital --bedside N`."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.table import desaturate, linked
from tests.hospital.nats_servers import HOST, NatsServers
from tests.hospital.network_way import NetworkWay
from tests.hospital.stream_leader import leader
from tests.ward import BRIEF, ward

SLOW_S = 0.5


def latencies(folder: Path, count: int) -> dict[str, list[float]]:
    """From a finger's fall to the pager, in s, `count` times each; the states take turns, so that each has the same machine."""
    with ExitStack() as stack:
        servers = stack.enter_context(NatsServers(folder, ["suite"], size=3))
        leader(servers, folder)
        ways = [NetworkWay(node.port) for node in servers.nodes]
        link = {
            "servers": [f"nats://{HOST}:{way.port}" for way in ways],
            "nkey_file": str(folder / "suite.nk"),
            "numerics": "1s",
        }
        place = folder / "ward"
        place.mkdir()
        suite = stack.enter_context(
            ward(place, watch=BRIEF, extra={"suite": "suite", "hospital": link})
        )
        suite.start()
        suite.until(lambda: linked(suite, "1"))

        def up() -> None:
            for way in ways:
                way.mend()

        def away() -> None:
            for way in ways:
                way.cut()

        def slow() -> None:
            for way in ways:
                way.mend()
                way.slow(SLOW_S)

        states: dict[str, Callable[[], None]] = {"up": up, "away": away, "slow": slow}
        found: dict[str, list[float]] = {name: [] for name in states}
        for _ in range(count):
            for name, change in states.items():
                change()
                found[name].append(desaturate(suite, "1"))
        return found


def table(found: dict[str, list[float]]) -> str:
    """As docs/hospital.md has it."""
    lines = ["| cluster | p50 | longest |", "| --- | --- | --- |"]
    for name, values in found.items():
        ordered = sorted(values)
        middle, last = ordered[len(ordered) // 2] * 1000, ordered[-1] * 1000
        lines.append(f"| {name} | {middle:.0f} ms | {last:.0f} ms |")
    return "\n".join(lines)


def run(count: int) -> None:
    with TemporaryDirectory(prefix="monitord-bedside-") as folder:
        print(table(latencies(Path(folder), count)))
