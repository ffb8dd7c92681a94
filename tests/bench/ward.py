"""monitord as it is measured: the real service, its own process, a durable journal, an MQTT oximeter a bed."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests import suites
from tests.bench.machine import OURS, start, stop, wait_for
from tests.peers import free_port
from tests.suites import suite_document

MAIN = "from monitord.cli import main; main()"
KETAMINE = "ketamine_iv_0_5_40"

MINI = """\
name: mini
version: 1
title: The mini-specification that all systems ran
sources: [a benchmark]
phases: []
fresh: {spo2: 10s, pulse_rate: 10s}
alarms: {latching: []}
rules:
  spo2_low:
    kind: limit
    signal: spo2
    hysteresis: 2.0
    levels: [{priority: high, limit: "<90", source: a benchmark}]
  spo2_low_10s:
    kind: limit
    signal: spo2
    hysteresis: 2.0
    levels: [{priority: medium, limit: "<90", delay: 10s, source: a benchmark}]
"""


def mqtt(broker: int, topic: str) -> dict[str, Any]:
    return {
        "driver": "mqtt",
        "broker": f"mqtt://127.0.0.1:{broker}",
        "topic": topic,
        "qos": 0,
        "signals": ["spo2", "pulse_rate"],
    }


def write_suite(folder: Path, beds: dict[str, dict[str, Any]], broker: int | None) -> Path:
    """A suite on beds without a session, watched by the mini-specification; alarms go to MQTT."""
    (folder / "mini.yaml").write_text(MINI)
    alerts = {"notifier": "terminal"}
    if broker is not None:
        url = f"mqtt://127.0.0.1:{broker}"
        alerts = {"notifier": "mqtt", "broker": url, "topic": "alerts/{bed}"}
    document = suite_document(
        folder,
        beds={bed: {"devices": devices} for bed, devices in beds.items()},
        destinations={"alerts": alerts},
        protocols=[KETAMINE],
        watch="./mini.yaml",
        repeat="10min",
        port=free_port(),
        more={"suite": "bench"},
    )
    return suites.write_suite(folder, document)


class Service:
    """`monitord run` on one core."""

    def __init__(self, suite: Path, process: "subprocess.Popen[bytes]") -> None:
        self.suite = suite
        self.process = process
        document = json.loads(suite.read_text())
        self.url = f"http://127.0.0.1:{document['station']['port']}"
        self.journal = suite.parent / document["database"]
        self.beds = list(document["beds"])

    def ready(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError((self.suite.parent / "log").read_text()[-3000:])
        try:
            return httpx2.get(f"{self.url}/api/beds", timeout=5).status_code == 200
        except httpx2.HTTPError:
            return False

    def linked(self) -> bool:
        """Whether every device speaks to its broker or line."""
        log = (self.suite.parent / "log").read_text()
        return log.count('"device_link_up"') >= len(self.beds)

    def recorded(self) -> int:
        """How many events are on the disk."""
        with closing(sqlite3.connect(f"file:{self.journal}?mode=ro", uri=True)) as journal:
            return int(journal.execute("select max(seq) from events").fetchone()[0] or 0)

    def act(self, bed: str, **action: Any) -> None:
        url = f"{self.url}/api/beds/{bed}/actions"
        answer = httpx2.post(url, json={"by": "nurse"} | action, timeout=30)
        if answer.status_code != 200:
            raise RuntimeError(answer.text)

    def infuse(self) -> None:
        """Opens a session on every bed and starts its infusion: the whole protocol watches."""

        def begin(bed: str) -> None:
            self.act(bed, type="admit", pseudonym=bed, protocol=KETAMINE)
            self.act(bed, type="start_baseline")
            self.act(bed, type="start_infusion", override="a benchmark")

        with ThreadPoolExecutor(4) as staff:
            list(staff.map(begin, self.beds))


def command(suite: Path, *, before: str = "") -> tuple[str, ...]:
    """`monitord run`, after a line of Python that changes what is measured."""
    return (sys.executable, "-c", f"{before}\n{MAIN}", "run", "-c", str(suite))


def fast(speed: float) -> str:
    """For `before`: engine time runs `speed` times as fast as real time."""
    clock = "import monitord.daemon.sequencing.clock as clock"
    return f"{clock}; clock.LiveClock.__init__.__kwdefaults__['speed'] = {speed}"


UNSAFE = (
    "import monitord.store.database.database as d; "
    "d._PRAGMAS = tuple(p.replace('FULL', 'OFF') for p in d._PRAGMAS); "
    "d._wait_for_disk = lambda *_, **__: None"
)
"""For `before`: a commit does not wait for the disk."""


@contextmanager
def service(
    suite: Path, *, core: int = OURS, before: str = "", patience_s: float = 60
) -> Iterator[Service]:
    process = start(command(suite, before=before), core=core, log=suite.parent / "log")
    try:
        found = Service(suite, process)
        wait_for(found.ready, patience_s, "monitord did not start")
        wait_for(found.linked, patience_s, "a device has no link")
        yield found
    finally:
        stop(process)
