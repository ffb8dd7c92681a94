"""A random walk of faults through a whole hospital; at its end the hospital's state is the fold of all journals.

`./dev hospital --faults 200 --seed 1`.
"""

import asyncio
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import mkdtemp

from tests.hospital.hospital_check import Checked, LostOrDoubledError, check
from tests.hospital.hospital_scene import SUITES, HospitalScene, hospital_scene
from tests.hospital.nats_servers import NatsNode
from tests.hospital.stream_leader import THREE_NODES, leader

WELL, ILL = 97, 80
CUT_S = 60.0
"""The long cut; the short ones are some seconds."""
HOUR_S = 3600
Fault = Callable[[], None]


class FaultWalk:
    """Plays faults, each for some seconds, and lets patients become ill and well meanwhile.

    Each kind is played before one comes again. `cut_s` is how long the first long cut of the network lasts.
    """

    def __init__(
        self, scene: HospitalScene, random: Random, say: Callable[[str], None], cut_s: float
    ) -> None:
        self._scene = scene
        self._random = random
        self._say = say
        self._cut_s = cut_s
        self._deck: list[Fault] = []
        self.faults: list[Fault] = [
            self._kill_worker,
            self._freeze_worker,
            self._kill_node,
            self._kill_leader,
            self._kill_daemon,
            self._cut_network,
            self._pull_cable,
            self._kill_overview,
        ]
        if scene.disk is not None:
            self.faults.append(self._fill_disk)
        if scene.clocks:
            self.faults += [self._step_clock] * len(scene.clocks)

    def step(self) -> None:
        """One fault, and what the patients do meanwhile."""
        for ward in self._scene.wards.values():
            for oximeter in ward.oximeters.values():
                oximeter.spo2 = self._random.choice((WELL, ILL))
        if not self._deck:
            self._deck = self._random.sample(self.faults, len(self.faults))
        self._deck.pop()()

    def _hold(self, longest: float = 4.0) -> None:
        time.sleep(self._random.uniform(0.5, longest))

    def _kill_worker(self) -> None:
        worker = self._random.choice(self._scene.workers)
        self._say(f"kill -9 {worker.name}")
        worker.kill()
        self._hold()
        worker.start()

    def _freeze_worker(self) -> None:
        worker = self._random.choice(self._scene.workers)
        self._say(f"freeze {worker.name}, past its leases")
        worker.signal(signal.SIGSTOP)
        self._hold(6.0)
        worker.signal(signal.SIGCONT)

    def _kill_node(self) -> None:
        self._kill(self._random.choice(self._scene.servers.nodes), "node")

    def _kill_leader(self) -> None:
        self._kill(leader(self._scene.servers, self._scene.folder), "the stream's leader")

    def _kill(self, node: NatsNode, what: str) -> None:
        self._say(f"kill -9 {what} {node.node.name}")
        node.kill()
        self._hold()
        node.start()

    def _kill_daemon(self) -> None:
        name = self._random.choice(SUITES)
        self._say(f"kill -9 daemon of {name}")
        ward = self._scene.wards[name]
        ward.kill()
        self._hold(2.0)
        ward.start()

    def _kill_overview(self) -> None:
        self._say("kill -9 the overview, with the second line")
        self._scene.overview.kill()
        self._hold(2.0)
        self._scene.overview.start()

    def _cut_network(self) -> None:
        name = self._random.choice(sorted(self._scene.ways))
        self._say(f"cut the network of {name}")
        for way in self._scene.ways[name]:
            way.cut()
        self._hold(6.0)
        for way in self._scene.ways[name]:
            way.mend()

    def _pull_cable(self) -> None:
        """Of a suite and a worker at once, and neither side is told."""
        names = self._random.choice(SUITES), self._random.choice(self._scene.workers).name
        seconds, self._cut_s = self._cut_s, min(self._cut_s, 8.0)
        self._say(f"pull the cable of {' and '.join(names)} for {seconds:.0f} s")
        ways = [way for name in names for way in self._scene.ways[name]]
        for way in ways:
            way.block()
        time.sleep(seconds)
        for way in ways:
            way.mend()

    def _fill_disk(self) -> None:
        """The node gives up its streams; freed and started again it takes them from the others."""
        disk, node = self._scene.disk, self._scene.servers.nodes[-1]
        assert disk is not None
        self._say(f"fill the disk of node {node.node.name}")
        disk.fill()
        self._hold(6.0)
        disk.free()
        node.kill()
        node.start()

    def _step_clock(self) -> None:
        name = self._random.choice(sorted(self._scene.clocks))
        by = self._random.choice((-HOUR_S, HOUR_S, 25 * HOUR_S))
        self._say(f"step the clock of {name} by {by / HOUR_S:+.0f} h, and back")
        clock = self._scene.clocks[name]
        clock.step(by)
        self._hold(5.0)
        clock.step(0)


def checked(scene: HospitalScene) -> Checked:
    """Raises LostOrDoubledError where something was lost, out of order or folded otherwise."""
    journals = {name: ward.folder / "journal.db" for name, ward in scene.wards.items()}
    return asyncio.run(check(scene.servers.urls, scene.folder, THREE_NODES, journals))


def walk(
    folder: Path, faults: int, seed: int, say: Callable[[str], None], cut_s: float = CUT_S
) -> None:
    """Checks at the end, and in between whenever every kind of fault was played once more."""
    with hospital_scene(folder, repeat="10s") as scene:
        begun = time.monotonic()
        going = FaultWalk(
            scene,
            Random(seed),
            lambda what: say(f"{time.monotonic() - begun:6.1f} s  {what}"),
            cut_s,
        )
        for number in range(1, faults + 1):
            going.step()
            if number % len(going.faults) == 0 or number == faults:
                say(f"{number} faults of {len(going.faults)} kinds: {checked(scene)}")


def run(faults: int, seed: int) -> None:
    """In a folder of its own; where the result is wrong it ends with 1 and says where journals and logs are kept."""
    folder = Path(mkdtemp(prefix="monitord-hospital-"))
    try:
        walk(folder, faults, seed, lambda what: print(what, flush=True))
    except LostOrDoubledError as error:
        sys.exit(f"faults {faults}, seed {seed}: {error}; journals and logs: {folder}")
    shutil.rmtree(folder, ignore_errors=True)
