"""The two programs that are measured beside each other: monitord's uplink and workers, and a bare program of the same design."""

import contextlib
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nats.aio.msg import Msg

from monitord.hospital import subjects
from tests.hospital.bare_program import OUT
from tests.hospital.hospital_kit import hospital_file
from tests.hospital.hospital_scene import Program
from tests.hospital.nats_servers import HOST, NatsServers
from tests.hospital.network_way import NetworkWay
from tests.hospital.stream_leader import THREE_NODES
from tests.hospital.stream_reader import at_hospital
from tests.ward import ROOT

SUITES = tuple(f"s{number}" for number in range(4))
WORKERS = ("worker1", "worker2")


@dataclass(slots=True)
class Alarms:
    """When each alarm line began, and when the hospital heard of it, by bed and number; in s of elapsed time."""

    begun: dict[tuple[str, int], float] = field(default_factory=dict)
    acked: dict[tuple[str, int], float] = field(default_factory=dict)
    heard: dict[tuple[str, int], float] = field(default_factory=dict)
    uplink: list[tuple[float, float]] = field(default_factory=list)
    """Of every row: when it was committed, and how long until the cluster had it."""

    def late(self, since: float, until: float) -> list[float]:
        """From begin to hearing, of those that began in this time; infinite where it was not heard."""
        return [
            self.heard.get(name, math.inf) - at
            for name, at in self.begun.items()
            if since <= at < until
        ]

    def of(self, suite: str, since: float, until: float) -> list[float]:
        """When those of a suite were heard that began in this time."""
        return [
            self.heard.get(name, math.inf)
            for name, at in self.begun.items()
            if since <= at < until and name[0].startswith(f"{suite}-")
        ]


class Side:
    """One program's processes: publishers behind ways that can be cut, and two workers."""

    name = ""
    stream = ""

    def __init__(self, folder: Path, servers: NatsServers, beds: int) -> None:
        self.folder, self.servers, self.beds = folder, servers, beds
        self.alarms = Alarms()
        self.ways = {suite: [NetworkWay(node.port) for node in servers.nodes] for suite in SUITES}
        self.publishers = {suite: self.publisher(suite, self.urls(suite)) for suite in SUITES}
        self.workers = [self.worker(name) for name in WORKERS]

    def urls(self, suite: str) -> str:
        return ",".join(f"nats://{HOST}:{way.port}" for way in self.ways[suite])

    def publisher(self, suite: str, urls: str) -> "Process":
        raise NotImplementedError

    def worker(self, name: str) -> "Process | Program":
        raise NotImplementedError

    @asynccontextmanager
    async def hearing(self) -> AsyncIterator[None]:
        """Within the block it is noted which alarms the hospital hears of."""
        yield

    def begun(self) -> bool:
        """Whether every publisher is heard."""
        suites = {bed.rpartition("-")[0] for bed, _ in self.alarms.heard}
        return suites == set(SUITES)

    def gather(self) -> None:
        """What the publishers wrote."""

    def start(self) -> None:
        for process in (*self.publishers.values(), *self.workers):
            process.start()

    def close(self) -> None:
        for process in (*self.publishers.values(), *self.workers):
            process.kill()

    def pids(self) -> dict[str, list[int]]:
        return {
            "suites": [each.pid for each in self.publishers.values()],
            "workers": [each.pid for each in self.workers],
            "nodes": [node.pid for node in self.servers.nodes],
        }


@dataclass(slots=True)
class Process:
    """A module of the measurement; what it prints is kept."""

    output: Path
    arguments: tuple[str, ...]
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        with self.output.open("ab") as out, self.output.with_suffix(".err").open("ab") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                cwd=ROOT,
            )

    @property
    def pid(self) -> int:
        return 0 if self.process is None else self.process.pid

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


class Monitord(Side):
    """The daemon's uplink over a journal that fills, and the hospital's own workers."""

    name = "monitord"
    stream = subjects.RECORD

    def publisher(self, suite: str, urls: str) -> Process:
        beds = str(self.beds // len(SUITES))
        module = "tests.hospital.load_suite"
        arguments = (module, suite, beds, str(self.folder), urls)
        return Process(self.folder / f"{suite}.rows", arguments)

    def worker(self, name: str) -> Program:
        units = {"all": {"suites": list(SUITES)}}
        file = hospital_file(self.folder, self.servers.urls, units=units, partitions=8, replicas=3)
        return Program(self.folder, name, ("hospital", "worker", "--name", name, "-c", str(file)))

    @asynccontextmanager
    async def hearing(self) -> AsyncIterator[None]:
        """As the overview does: each bed that a worker keeps."""
        async with at_hospital(self.servers.urls, self.folder, THREE_NODES) as (client, _):
            reached: dict[str, int] = {}

            async def kept(message: Msg) -> None:
                at, bed = time.monotonic(), json.loads(message.data)["bed"]
                for effect in range(reached.get(bed["bed"], 0) + 1, bed["effect"] + 1):
                    self.alarms.heard.setdefault((bed["bed"], effect), at)
                reached[bed["bed"]] = bed["effect"]

            await client.subscribe(f"$KV.{subjects.BEDS}.>", cb=kept)
            yield

    def gather(self) -> None:
        for process in self.publishers.values():
            for text in process.output.read_text().splitlines():
                with contextlib.suppress(ValueError):
                    row = json.loads(text)
                    self.alarms.uplink.append((row["committed"], row["acked"] - row["committed"]))
                    if row["alarm"]:
                        name = row["bed"], row["effect"]
                        self.alarms.begun[name] = row["committed"]
                        self.alarms.acked[name] = row["acked"]


class Bare(Side):
    """`bare_program`."""

    name = "bare program"
    stream = "BARE"

    def publisher(self, suite: str, urls: str) -> Process:
        beds = str(self.beds // len(SUITES))
        seed = str(self.folder / "hospital.nk")
        arguments = ("tests.hospital.bare_program", "publish", suite, beds, seed, urls)
        return Process(self.folder / f"{suite}.bare", arguments)

    def worker(self, name: str) -> Process:
        seed, urls = str(self.folder / "hospital.nk"), ",".join(self.servers.urls)
        arguments = ("tests.hospital.bare_program", "work", name, seed, urls)
        return Process(self.folder / f"{name}.bare", arguments)

    @asynccontextmanager
    async def hearing(self) -> AsyncIterator[None]:
        async with at_hospital(self.servers.urls, self.folder, THREE_NODES) as (client, _):

            async def heard(message: Msg) -> None:
                at, row = time.monotonic(), json.loads(message.data)
                name = message.subject.rsplit(".", 1)[1], row["n"]
                self.alarms.begun.setdefault(name, row["made"])
                self.alarms.heard.setdefault(name, at)

            await client.subscribe(f"{OUT}.*", cb=heard)
            yield
