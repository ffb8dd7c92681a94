"""A whole hospital on one machine: a cluster of three nodes, suites with twins, workers, the overview; all real processes.

Each suite reaches the cluster through a way of its own, which can be cut.
"""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.hospital.nats_servers import HOST, NatsServers
from tests.peers import free_port
from tests.ward import BRIEF, MAIN, ROOT, Ward

SUITES = ("icu", "north", "south")
CHUNK = 65536


class NetworkWay:
    """A TCP relay to one server: `cut` ends what goes through it and lets nobody in, until `mend`."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._whole = threading.Event()
        self._whole.set()
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        self._whole.clear()
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._whole.set()

    def _serve(self) -> None:
        while True:
            inside, _ = self._listener.accept()
            if not self._whole.is_set():
                inside.close()
                continue
            threading.Thread(target=self._relay, args=(inside,), daemon=True).start()

    def _relay(self, inside: socket.socket) -> None:
        with inside, contextlib.suppress(OSError):
            outside = socket.create_connection((HOST, self._to), 5)
            with outside:
                self._open |= {inside, outside}
                other = {inside: outside, outside: inside}
                while True:
                    for each in select.select(list(other), [], [])[0]:
                        data = each.recv(CHUNK)
                        if not data:
                            return
                        other[each].sendall(data)
        self._open.discard(inside)


@dataclass(slots=True)
class Program:
    """One of the hospital's own processes."""

    folder: Path
    name: str
    arguments: tuple[str, ...]
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        environment = os.environ | {"PYTHONPATH": str(ROOT), "STATE_DIRECTORY": str(self.folder)}
        with (self.folder / f"{self.name}.log").open("ab") as log:
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

    def __init__(self, folder: Path, servers: NatsServers, beds: int, repeat: str) -> None:
        self.folder = folder
        self.servers = servers
        self.ways: dict[str, list[NetworkWay]] = {}
        self.wards: dict[str, Ward] = {}
        self.port = free_port()
        for name in SUITES:
            place = folder / name
            place.mkdir()
            ways = self.ways[name] = [NetworkWay(node.port) for node in servers.nodes]
            link = {
                "servers": [f"nats://{HOST}:{way.port}" for way in ways],
                "nkey_file": str(folder / f"{name}.nk"),
                "numerics": "1s",
                "answers": ["acknowledge", "accept"],
            }
            told = {"tiers": [{"to": ["pager", "desk"]}], "repeat": repeat}
            extra = {"suite": name, "hospital": link, "routes": {"high": told, "medium": told}}
            self.wards[name] = Ward(place, beds=beds, watch=BRIEF, extra=extra)
        self.file = folder / "hospital.yaml"
        self.file.write_text(json.dumps(self._document()))
        worker = ("hospital", "worker", "-c", str(self.file), "--name")
        self.workers = [Program(folder, name, (*worker, name)) for name in ("worker1", "worker2")]
        self.overview = Program(folder, "overview", ("hospital", "run", "-c", str(self.file)))

    def _document(self) -> dict[str, Any]:
        told = {"tiers": [{"to": ["desk"]}], "repeat": "60s"}
        return {
            "hospital": "clinic",
            "cluster": {"servers": self.servers.urls, "nkey_file": "hospital.nk"},
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
        servers = stack.enter_context(NatsServers(folder, SUITES, size=nodes))
        scene = HospitalScene(folder, servers, beds, repeat)
        stack.callback(scene.close)
        scene.start()
        yield scene
