"""A whole hospital on one machine: a cluster of three nodes, suites with twins, workers, the overview; all real processes.

Each suite and each program of the hospital reaches the cluster through a way of its own, which can be cut. One suite's and one
worker's wall clock can be stepped, and one node's disk filled, where the machine lets us.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.forked import Forked
from tests.hospital.nats_servers import HOST, NatsServers
from tests.hospital.network_way import NetworkWay
from tests.hospital.small_disk import SmallDisk
from tests.hospital.stepped_clock import SteppedClock
from tests.peers import free_port
from tests.ward import BRIEF, MAIN, ROOT, Ward

SUITES = ("icu", "north", "south")
WORKERS = ("worker1", "worker2")
STEPPED = ("south", "worker2")
"""Whose wall clocks can be stepped."""
SMALL_DISK = "store3"
"""The node's folder that is a disk of its own."""


@dataclass(slots=True)
class Program:
    """One of the hospital's own processes."""

    folder: Path
    name: str
    arguments: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | Forked | None" = None

    def start(self) -> None:
        own = {"PYTHONPATH": str(ROOT), "STATE_DIRECTORY": str(self.folder)}
        environment = os.environ | own | self.environment
        output = self.folder / f"{self.name}.log"
        # A library that the loader must put first needs a process that is loaded, not forked.
        if "LD_PRELOAD" not in self.environment:
            self.process = Forked(MAIN, *self.arguments, env=environment, stdout=output)
            return
        with output.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", MAIN, *self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
            )

    @property
    def pid(self) -> int:
        return 0 if self.process is None else self.process.pid

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


class HospitalScene:
    """Started by `hospital_scene`."""

    def __init__(
        self, folder: Path, servers: NatsServers, disk: SmallDisk | None, beds: int, repeat: str
    ) -> None:
        self.folder = folder
        self.servers = servers
        self.disk = disk if disk is not None and disk.mounted else None
        self.ways: dict[str, list[NetworkWay]] = {}
        self.clocks: dict[str, SteppedClock] = {}
        self.wards: dict[str, Ward] = {}
        self.port = free_port()
        for name in STEPPED:
            clock = SteppedClock(folder / f"{name}.clock")
            if clock.there:
                self.clocks[name] = clock
        for name in SUITES:
            self.wards[name] = self._ward(name, beds, repeat)
        self.workers = [
            self._program(name, ("hospital", "worker", "--name", name)) for name in WORKERS
        ]
        self.overview = self._program("overview", ("hospital", "run"))

    def _urls(self, name: str) -> list[str]:
        ways = self.ways[name] = [NetworkWay(node.port) for node in self.servers.nodes]
        return [f"nats://{HOST}:{way.port}" for way in ways]

    def _environment(self, name: str) -> dict[str, str]:
        return self.clocks[name].environment if name in self.clocks else {}

    def _ward(self, name: str, beds: int, repeat: str) -> Ward:
        place = self.folder / name
        place.mkdir()
        link = {
            "servers": self._urls(name),
            "nkey_file": str(self.folder / f"{name}.nk"),
            "numerics": "1s",
            "answers": ["acknowledge", "accept"],
        }
        told = {"tiers": [{"to": ["pager", "desk"]}], "repeat": repeat}
        extra = {"suite": name, "hospital": link, "routes": {"high": told, "medium": told}}
        return Ward(place, beds=beds, watch=BRIEF, extra=extra, environment=self._environment(name))

    def _program(self, name: str, command: tuple[str, ...]) -> Program:
        """With a file of its own, which differs in the way to the cluster."""
        file = self.folder / f"{name}.yaml"
        file.write_text(json.dumps(self._document(self._urls(name))))
        arguments = (*command, "-c", str(file))
        return Program(self.folder, name, arguments, self._environment(name))

    def _document(self, urls: list[str]) -> dict[str, Any]:
        told = {"tiers": [{"to": ["desk"]}], "repeat": "60s"}
        return {
            "hospital": "clinic",
            "cluster": {"servers": urls, "nkey_file": "hospital.nk"},
            "units": {
                "medicine": {"suites": ["icu", "north"]},
                "surgery": {"suites": ["south"]},
            },
            "replicas": min(3, len(self.servers.nodes)),
            "disk_mb": 100,
            "silent_after": "30s",
            "database": "hospital.db",
            "destinations": {"desk": {"notifier": "terminal"}},
            "routes": {"high": told, "medium": told},
            "station": {"port": self.port, "open": True},
        }

    def start(self) -> None:
        for worker in self.workers:
            worker.start()
        for ward in self.wards.values():
            ward.start(wait=False)
        self.overview.start()
        for ward in self.wards.values():
            ward.until(ward.ready)

    def close(self) -> None:
        for program in (*self.workers, self.overview):
            with contextlib.suppress(ProcessLookupError):
                if program.process is not None:
                    program.signal(signal.SIGCONT)
            program.kill()
        for ward in self.wards.values():
            if ward.process is not None and ward.process.poll() is None:
                ward.signal(signal.SIGCONT)
            ward.close()


@contextmanager
def hospital_scene(
    folder: Path, *, nodes: int = 3, beds: int = 2, repeat: str = "60s"
) -> Iterator[HospitalScene]:
    """Everything runs within the block, and nothing afterwards.

    A suite tells of an alarm again every `repeat`: then the second line hears of it.
    """
    with ExitStack() as stack:
        disk = SmallDisk(folder / SMALL_DISK) if nodes > 1 else None
        if disk is not None:
            stack.callback(disk.close)
        servers = stack.enter_context(NatsServers(folder, SUITES, size=nodes))
        scene = HospitalScene(folder, servers, disk, beds, repeat)
        stack.callback(scene.close)
        scene.start()
        yield scene
