"""`./dev hospital`: a whole hospital on this machine to look at, and to kill parts of."""

import argparse
import asyncio
import random
import signal
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.hospital import bedside_latency, cost_on_paper, fault_walk, hospital_measure
from tests.hospital.hospital_scene import HospitalScene, hospital_scene

EVERY_S = 20.0
WELL, ILL = 97, 80


def told(scene: HospitalScene) -> str:
    """What to look at, and what to kill."""
    nodes = "  ".join(f"{node.node.name} {node.pid}" for node in scene.servers.nodes)
    workers = "  ".join(f"{each.name} {each.pid}" for each in (*scene.workers, scene.overview))
    suites = "\n".join(
        f"    {name:6} http://127.0.0.1:{ward.port}/  pid {ward.process.pid if ward.process else 0}"
        for name, ward in scene.wards.items()
    )
    return f"""
A simulated hospital: three suites of two beds, two workers, three nodes of NATS. Ctrl-C ends it.

Look at  http://127.0.0.1:{scene.port}/hospital   every suite and bed, what waits for an answer first
{suites}

The first chair of icu has an SpO2 of {ILL} and nobody answers: after a minute its suite tells it again, and the second line tells
it here. Every {EVERY_S:.0f} s another patient's SpO2 falls: a high alarm within some seconds, at its suite and on the overview.

Kill (kill -9 PID; nothing is lost, and nothing is told twice as new):
    {workers}
        a worker: the other one has its beds within 3 s
    {nodes}
        a node of three: some seconds without news, then all of it; the suites alarm as before
    a suite's daemon (above): after 30 s the overview says that it gives no sign of life

Logs and files: {scene.folder}
"""


def play(scene: HospitalScene) -> None:
    """Until interrupted: one patient stays ill, so that the second line hears of it; of the others one at a time."""
    patients = [each for ward in scene.wards.values() for each in ward.oximeters.values()]
    lasting, *others = patients
    lasting.spo2 = ILL
    choose = random.Random(1)
    while True:
        for each in others:
            each.spo2 = WELL
        choose.choice(others).spo2 = ILL
        time.sleep(EVERY_S)


async def on_paper() -> None:
    """The overview reads the loop's time."""
    cost_on_paper.run()


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev hospital", description=__doc__)
    parser.add_argument(
        "--faults", type=int, help="a random walk of so many faults instead, then a check"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the walk")
    parser.add_argument(
        "--measure",
        type=int,
        nargs="+",
        metavar="BEDS",
        help="measure delays, recovery and cost with so many beds, beside a bare program",
    )
    parser.add_argument("--short", action="store_true", help="the measurement in small")
    parser.add_argument(
        "--bedside", type=int, metavar="N", help="N alarms at a bed with the cluster up, away, slow"
    )
    parser.add_argument(
        "--paper", action="store_true", help="processor time of each part, and what breaks first"
    )
    given = parser.parse_args()
    # A shell that starts it in the background lets it ignore the interrupt; all its processes end with it, however.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    if given.faults is not None:
        fault_walk.run(given.faults, given.seed)
        return
    if given.measure is not None:
        for beds in given.measure:
            lengths = hospital_measure.SHORT if given.short else hospital_measure.WHOLE
            ours, bare = hospital_measure.measure(beds, lengths, print)
            print(f"\n{hospital_measure.table(beds, ours, bare)}\n", flush=True)
        return
    if given.paper:
        asyncio.run(on_paper())
        return
    if given.bedside is not None:
        bedside_latency.run(given.bedside)
        return
    with TemporaryDirectory(prefix="monitord-hospital-") as folder:
        try:
            with hospital_scene(Path(folder)) as scene:
                print(told(scene))
                play(scene)
        except KeyboardInterrupt:
            print("ended")


if __name__ == "__main__":
    main()
