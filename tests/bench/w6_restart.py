"""W6: cold start to the first sample on the disk; restart with an 8-hour journal of 12 beds to full state.

Peers of the same run: the interpreter with nothing in it, and `import monitord.cli`: what no
program of this language can undercut. Restart is timed to the first answer of the page, with
snapshots as a running daemon leaves them, and without any (the fold of the whole session).
"""

import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from devices.oximeters.nonin_slow import encode_df8
from devices.readings import Oximetry
from monitord.config.suite.suite import Suite
from monitord.config.suite.suite_file import read_suite
from monitord.engine.engine import Engine
from monitord.model import (
    SECOND,
    Admit,
    Body,
    Event,
    Instant,
    StartBaseline,
    Started,
    StartInfusion,
)
from monitord.plugins import load_plugins
from monitord.store.engines_from_journal import snapshot_of
from monitord.store.journal.journal import Entry, Journal
from tests.bench import peers
from tests.bench.figures import Result
from tests.bench.machine import OURS, cpu_seconds, start, stop, wait_for
from tests.bench.stages import frame
from tests.bench.ward import KETAMINE, Service, command, write_suite
from tests.peers import PseudoTerminal

BEDS = [str(number) for number in range(1, 13)]
LAST_SNAPSHOT_S = 30
"""A daemon that is killed has a snapshot of each bed that is at most so old."""


def run(*, quick: bool) -> Result:
    result = Result(workload="W6", title="start and restart, seconds")
    seconds = 1800 if quick else 8 * 3600
    rounds = 2 if quick else 3
    with tempfile.TemporaryDirectory(dir=peers.workshop()) as name:
        folder = Path(name)
        suite = _suite(folder)
        events = _fill(suite, seconds)
        load = f"12 beds, {seconds / 3600:g} h"
        for _ in range(rounds):
            for what in ("", "import monitord.cli"):
                began = time.perf_counter()
                subprocess.run([sys.executable, "-c", what], check=True)
                took = time.perf_counter() - began
                result.add(f"python -c {what!r} (limit)", "", "s", took)
            result.add("monitord, first start", "1 bed", "s to first sample", _first_start())
        for _ in range(rounds):
            _restart(result, "monitord, restart", load, folder, note=f"{events} events")
        _forget_snapshots(suite)
        _restart(result, "monitord, restart without snapshots", load, folder)
    result.goal("restart, s", result.of("monitord, restart", load, "s"), at_most=2)
    return result


def _suite(folder: Path) -> Suite:
    beds = {
        bed: {"oximeter": {"driver": "nonin", "port": str(folder / f"no{bed}"), "format": "df8"}}
        for bed in BEDS
    }
    return read_suite(write_suite(folder, beds, None), load_plugins())


def _fill(suite: Suite, seconds: int) -> int:
    """What a daemon would have written, by the same engines; returns how many events."""
    end = Instant(time.time_ns() // 1000 - 5 * SECOND)
    begin = Instant(end - seconds * SECOND)
    engines: dict[str, Engine] = {bed: Engine(bed) for bed in BEDS}
    entries: list[Entry] = []

    def happen(bed: str, at: Instant, body: Body) -> None:
        first = engines[bed].effects_decided + 1
        event = Event(at=at, bed=bed, body=body, source="oximeter")
        effects = tuple(engines[bed].step(event))
        entries.append(Entry(bed=bed, event=event, effects=effects, first_n=first))

    with Journal.open(suite.database) as journal:
        for bed in BEDS:
            happen(bed, begin, Started(version="1", down_since=None))
            happen(bed, begin, suite.configured(bed))
            happen(bed, begin, Admit(id=f"a{bed}", by="n", session=f"s{bed}", protocol=KETAMINE))
            happen(bed, begin, StartBaseline(id=f"b{bed}", by="n"))
            happen(bed, begin, StartInfusion(id=f"c{bed}", by="n", override="a benchmark"))
        for second in range(seconds):
            for bed in BEDS:
                low = second % 600 < 40  # an episode each ten minutes
                said = frame(86 if low else 95 + second % 4, 65 + second % 9)
                happen(bed, Instant(begin + second * SECOND), said)
            if len(entries) > 2000 or second == seconds - LAST_SNAPSHOT_S:
                journal.append(entries)
                entries.clear()
            if second == seconds - LAST_SNAPSHOT_S:
                for bed in BEDS:
                    journal.save_snapshot(snapshot_of(engines[bed], bed, journal.last_seq))
        journal.append(entries)
        return journal.last_seq


def _forget_snapshots(suite: Suite) -> None:
    with closing(sqlite3.connect(suite.database)) as journal:
        journal.execute("delete from snapshots")
        journal.commit()


def _restart(result: Result, system: str, load: str, folder: Path, note: str = "") -> None:
    """Killed each time, so that the journal is as it was but for a handful of events."""
    path = folder / "suite.yaml"
    began = time.perf_counter()
    process = start(command(path), core=OURS, log=folder / "log")
    try:
        wait_for(Service(path, process).ready, 180, "no restart")
        result.add(system, load, "s", time.perf_counter() - began, note=note)
        result.add(system, load, "s of processor", cpu_seconds(process.pid))
    finally:
        process.kill()
        process.wait()


def _first_start() -> float:
    """Until the first sample of a device that speaks all the time is on the disk."""
    with tempfile.TemporaryDirectory(dir=peers.workshop()) as name:
        folder = Path(name)
        line = PseudoTerminal(folder / "line")
        device = {"driver": "nonin", "port": str(line.path), "format": "df8"}
        path = write_suite(folder, {"1": {"oximeter": device}}, None)
        frame_ = encode_df8(Oximetry(spo2=97, pulse_rate=70))
        began = time.perf_counter()
        process = start(command(path), core=OURS, log=folder / "log")
        service = Service(path, process)

        def recorded() -> bool:
            line.write(frame_)
            if not service.journal.exists():
                return False
            with closing(sqlite3.connect(f"file:{service.journal}?mode=ro", uri=True)) as journal:
                try:
                    query = "select 1 from events where type = 'frame' limit 1"
                    return bool(journal.execute(query).fetchone())
                except sqlite3.OperationalError:
                    return False  # not migrated yet

        try:
            wait_for(recorded, 60, "no first sample")
            return time.perf_counter() - began
        finally:
            stop(process)
            line.unplug()
