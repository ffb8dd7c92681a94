"""A random walk of faults through a whole hospital; at its end the hospital's state is the fold of all journals.

`./dev hospital --faults 200 --seed 1`.
"""

import asyncio
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from nats.js import JetStreamContext

from monitord.hospital.bed_fold import beyond_last_tier
from monitord.hospital.cluster_setup import ClusterPlan
from monitord.hospital.sent_row import ALARM, SentRow
from monitord.model import SECOND, AlarmEvent, AlarmLine
from monitord.store.journal.journal import Journal
from tests.hospital.hospital_scene import SUITES, HospitalScene, hospital_scene
from tests.hospital.stream_reader import Beds, at_hospital, beds_of, kept, sent_by, stored

PLAN = ClusterPlan(
    partitions=8, replicas=3, retention=7 * 24 * 3600 * SECOND, lease_s=3, disk_mb=100
)
WELL, ILL = 97, 80
CATCH_UP_S = 120


class FaultWalk:
    """Plays faults, each for some seconds, and lets patients become ill and well meanwhile."""

    def __init__(self, scene: HospitalScene, random: Random, say: Callable[[str], None]) -> None:
        self._scene = scene
        self._random = random
        self._say = say
        self._faults = (
            self._kill_worker,
            self._freeze_worker,
            self._kill_node,
            self._kill_daemon,
            self._cut_network,
            self._kill_overview,
        )

    def step(self) -> None:
        """One fault, and what the patients do meanwhile."""
        for ward in self._scene.wards.values():
            for oximeter in ward.oximeters.values():
                oximeter.spo2 = self._random.choice((WELL, ILL))
        self._random.choice(self._faults)()

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
        node = self._random.choice(self._scene.servers.nodes)
        self._say(f"kill -9 node {node.node.name}")
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
        name = self._random.choice(SUITES)
        self._say(f"cut the network of {name}")
        for way in self._scene.ways[name]:
            way.cut()
        self._hold(6.0)
        for way in self._scene.ways[name]:
            way.mend()


class WalkResultError(AssertionError):
    """The hospital's state is not the fold of all journals."""


async def check(scene: HospitalScene, say: Callable[[str], None]) -> None:
    """Waits until everything that the journals held at first is at the hospital; then compares."""
    reached = {}
    for name, ward in scene.wards.items():
        with Journal.open(ward.folder / "journal.db", read_only=True) as journal:
            reached[name] = journal.last_seq
    urls = scene.servers.urls
    async with at_hospital(urls, scene.folder, PLAN) as (_, context):
        give_up = time.monotonic() + CATCH_UP_S
        while not await _has_all(context, scene, reached):
            if time.monotonic() > give_up:
                raise WalkResultError("the hospital has not caught up")
            await asyncio.sleep(0.5)
        rows = await stored(context)
        beds = await kept(context)
    lines = 0
    for name, ward in scene.wards.items():
        here = sent_by(ward.folder / "journal.db", name, scene.folder / "nowhere", SECOND)
        for bed in {row.bed for row in here}:
            mine = [row for row in here if row.bed == bed]
            _compare_rows(name, bed, mine, [r for r in rows if (r.suite, r.bed) == (name, bed)])
            found = beds.get((name, bed))
            if found is None:
                raise WalkResultError(f"{name} {bed}: the workers know nothing of it")
            until = [
                row
                for row in mine
                if (row.effect <= found.effect if row.effect else row.seq <= found.seq)
            ]
            if beds_of(until)[name, bed] != found:
                raise WalkResultError(f"{name} {bed}: the fold is another one than the journal's")
            lines += sum(row.type == ALARM for row in until)
    say(await _second_line(scene, beds))
    say(
        f"{len(rows)} rows in the stream, {len({row.id for row in rows})} different, {lines} alarm lines: "
        f"the hospital's state is the fold of all journals"
    )


async def _second_line(scene: HospitalScene, beds: Beds) -> str:
    """Every alarm that nobody answers was told by the hospital, and none twice as new."""
    due = {
        f"unanswered:{suite}/{bed or 'suite'}/{alarm.line.id}"
        for (suite, bed), fold in beds.items()
        for alarm in fold.alarms.values()
        if beyond_last_tier(alarm)
    }
    give_up = time.monotonic() + CATCH_UP_S
    while True:
        starts = _started(scene.folder / "hospital.db")
        if due <= set(starts):
            break
        if time.monotonic() > give_up:
            raise WalkResultError(f"not told by the second line: {sorted(due - set(starts))}")
        await asyncio.sleep(0.5)
    twice = [name for name, count in starts.items() if count > 1]
    if twice:
        raise WalkResultError(f"told twice as new: {twice}")
    return f"the second line told {len(starts)} alarms that nobody answered, each once as new"


def _started(record: Path) -> Counter[str]:
    """How often each alarm of the second line about a bed began."""
    with Journal.open(record, read_only=True) as journal:
        lines = [row.effect for row in journal.effects(bed=None, type="alarm")]
    return Counter(
        line.alarm
        for line in lines
        if isinstance(line, AlarmLine)
        and line.event is AlarmEvent.START
        and line.alarm.startswith("unanswered:")
    )


async def _has_all(
    context: JetStreamContext, scene: HospitalScene, reached: dict[str, int]
) -> bool:
    beds = await kept(context)
    for name, ward in scene.wards.items():
        here = sent_by(ward.folder / "journal.db", name, scene.folder / "nowhere", SECOND)
        for row in here:
            found = beds.get((name, row.bed))
            known = 0 if found is None else (found.effect if row.effect else found.seq)
            if row.seq <= reached[name] and known < (row.effect or row.seq):
                return False
    return True


def _compare_rows(suite: str, bed: str | None, sent: list[SentRow], found: list[SentRow]) -> None:
    """In the stream stands, without what came again, the beginning of what the journal sends, in its order."""
    first = list(dict.fromkeys(row.id for row in found))
    if first != [row.id for row in sent][: len(first)]:
        raise WalkResultError(f"{suite} {bed}: the stream's order is not the journal's")
    known = {row.id: row for row in sent}
    if any(known[row.id] != row for row in found):
        raise WalkResultError(f"{suite} {bed}: a row of the stream is not the journal's")


def walk(folder: Path, faults: int, seed: int, say: Callable[[str], None]) -> None:
    """Raises WalkResultError where something was lost, out of order or folded otherwise."""
    with hospital_scene(folder, repeat="10s") as scene:
        begun = time.monotonic()
        going = FaultWalk(
            scene, Random(seed), lambda what: say(f"{time.monotonic() - begun:6.1f} s  {what}")
        )
        for _ in range(faults):
            going.step()
        asyncio.run(check(scene, say))


def run(faults: int, seed: int) -> None:
    """In a folder of its own; ends with 1 where the result is wrong."""
    with TemporaryDirectory(prefix="monitord-hospital-") as folder:
        try:
            walk(Path(folder), faults, seed, print)
        except WalkResultError as error:
            sys.exit(f"faults {faults}, seed {seed}: {error}")
