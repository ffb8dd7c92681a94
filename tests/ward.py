"""A whole suite for tests: `monitord run` as its own process, oximeters on real lines, a pager that listens.

The process is the real one with a real suite file; only the patients are made up. What it told arrives at the
`Pager`, stamped; what it logged is in `log`.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from devices.oximeters.nonin_pleth import PACKET, encode_packet
from devices.oximeters.nonin_slow import encode_df8
from devices.readings import Oximetry
from monitord.notify.channels.terminal import OUTPUT, SEEN
from tests.forked import Forked
from tests.pager import Pager
from tests.peers import GENEROUS_S, PseudoTerminal, free_port, wait_until, whole_lines
from tests.suites import suite_document, write_suite

TOO_OFTEN = 429
ROOT = Path(__file__).parents[1]
MAIN = "from monitord.cli import main; main()"

BRIEF = """\
name: brief
version: 1
title: A bed without a session, watched by a test
sources: [a test]
phases: []
fresh: {spo2: 10s, pulse_rate: 10s}
alarms: {latching: [], rearm: 0s} # each fall is an alarm of its own
rules:
  spo2_low:
    kind: limit
    signal: spo2
    hysteresis: 2.0
    clear_delay: 1s
    levels:
      - {priority: high, limit: "<85", source: a test}
  spo2_held:
    kind: limit
    signal: spo2
    clear_delay: 1s
    levels:
      - {priority: medium, limit: "<92", delay: 5s, source: a test}
"""
"""For beds without a session: at once below 85, after 5 s below 92, over after 1 s."""


def caller() -> httpx2.Client:
    """One for all requests: each new one reads the machine's certificates, which takes longer than a request.

    Each request has a connection of its own, so that one to a daemon that was killed is not used again.
    """
    return httpx2.Client(
        timeout=GENEROUS_S, limits=httpx2.Limits(max_keepalive_connections=0), verify=False
    )


class Oximeter:
    """Speaks Nonin format 8 (or 2), `rate` frames a second, on a pseudo-terminal, from its own thread."""

    def __init__(self, path: Path, *, rate: float = 3.0, voice: str = "df8") -> None:
        self.line = PseudoTerminal(path)
        self.spo2 = 97
        self.noise = b""
        """Sent before each frame."""
        self.sent = 0
        self._voice = voice
        self._pause = 1 / rate
        self._plugged = True
        self._end = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._speak, daemon=True, name=f"oximeter {path}")
        self._thread.start()

    def _speak(self) -> None:
        while not self._end.wait(self._pause):
            with self._lock:
                if not self._plugged:
                    continue
                try:
                    self.line.read()
                    self.line.write(self.noise + self._frame())
                    self.sent += 1
                except OSError:
                    # Nobody reads: the line is full, as a real one would overrun.
                    continue

    def _frame(self) -> bytes:
        shown = Oximetry(spo2=self.spo2, pulse_rate=72)
        if self._voice == "df8":
            return encode_df8(shown)
        return encode_packet(shown, [128] * PACKET, form=2, timer=self.sent & 0x3FFF)

    def unplug(self) -> None:
        with self._lock:
            self._plugged = False
            self.line.unplug()

    def plug(self) -> None:
        with self._lock:
            self.line.plug()
            self._plugged = True

    def close(self) -> None:
        self._end.set()
        self._thread.join()
        self.line.unplug()


@dataclass(slots=True)
class Ward:
    """One suite in a folder; `start` and `kill` as often as wanted."""

    folder: Path
    beds: int = 1
    database: str = ""
    watch: str = ""
    """The text of a protocol for beds without a session; the bundled one if empty."""
    main: str = MAIN
    extra: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()
    """Put before the daemon's own command line."""
    rate: float = 3.0
    pager: Pager = field(default_factory=Pager)
    oximeters: dict[str, Oximeter] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | Forked | None" = None
    port: int = field(default_factory=free_port)
    _http: httpx2.Client = field(default_factory=caller)
    _signalled: bool = False
    """Whether the process that runs was sent a signal: then its end is no surprise."""

    def __post_init__(self) -> None:
        for bed in self.names:
            self.oximeters[bed] = Oximeter(self.folder / f"bed{bed}", rate=self.rate)
        if self.watch:
            (self.folder / "watch.yaml").write_text(self.watch)
        self.write(self.document())

    @property
    def names(self) -> list[str]:
        return [str(number) for number in range(1, self.beds + 1)]

    @property
    def file(self) -> Path:
        return self.folder / "suite.yaml"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def document(self) -> dict[str, Any]:
        """The suite file. The pager is told first of everything from low on."""
        simulated = {"driver": "nonin", "format": "df8", "simulated": True}
        return suite_document(
            self.folder,
            beds={
                bed: {"devices": {"oximeter": simulated | {"port": str(self.folder / f"bed{bed}")}}}
                for bed in self.names
            },
            destinations={
                "pager": {"notifier": "webhook", "url": self.pager.url},
                "desk": {"notifier": "terminal"},
            },
            protocols=["ketamine_iv_0_5_40"],
            watch="./watch.yaml" if self.watch else "bed_without_session",
            repeat="2min",
            port=self.port,
            more={"database": self.database or "journal.db"} | self.extra,
        )

    def write(self, document: Mapping[str, Any]) -> None:
        write_suite(self.folder, document)

    # The process.

    def start(self, *, wait: bool = True) -> None:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "RUNTIME_DIRECTORY": str(self.folder),
            "STATE_DIRECTORY": str(self.folder),
            # Whoever started it reads its file.
            OUTPUT: SEEN,
            **self.environment,
        }
        arguments = ("run", "-c", str(self.file))
        self._signalled = False
        # A library that the loader must put first needs a process that is loaded, not forked.
        if self.command or "LD_PRELOAD" in self.environment:
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    [*self.command, sys.executable, "-c", self.main, *arguments],
                    stdout=log,
                    stderr=log,
                    env=environment,
                    process_group=0,
                )
        else:
            self.process = Forked(self.main, *arguments, env=environment, stdout=self.log)
        if wait:
            self.until(self.ready)

    def ready(self) -> bool:
        assert self.process
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        try:
            return self.get("/api/beds").status_code == 200
        except httpx2.HTTPError:
            return False

    def get(self, path: str) -> httpx2.Response:
        """What the station answers; one that says "too often" is asked again, as late as it says."""
        while True:
            answer = self._http.get(f"http://127.0.0.1:{self.port}{path}")
            if answer.status_code != TOO_OFTEN:
                return answer
            time.sleep(float(answer.headers["Retry-After"]))

    def act(self, bed: str, **action: Any) -> httpx2.Response:
        return self.post(f"/api/beds/{bed}/actions", **action)

    def post(self, path: str, **body: Any) -> httpx2.Response:
        url = f"http://127.0.0.1:{self.port}{path}"
        return self._http.post(url, json={"by": "nurse 1", **body})

    def admit(self, bed: str) -> str:
        """Opens a session; its id."""
        answer = self.act(bed, type="admit", pseudonym=f"P-{bed}", protocol="ketamine_iv_0_5_40")
        assert answer.status_code == 200, answer.text

        def session() -> Any:
            beds = {each["bed"]: each for each in self.get("/api/beds").json()["beds"]}
            return beds[bed]["session"]

        self.until(session, what=f"no session at bed {bed}")
        return str(session()["id"])

    def signal(self, number: int) -> None:
        assert self.process
        self._signalled = True
        self.process.send_signal(number)

    def kill(self) -> None:
        """With what `command` started it through, and that has it as a child."""
        assert self.process
        self._signalled = True
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        self.signal(signal.SIGTERM)
        assert self.process
        return self.process.wait(GENEROUS_S)

    def logged(self) -> list[dict[str, Any]]:
        """The log's JSON lines."""
        return [json.loads(line) for line in whole_lines(self.log) if line.startswith("{")]

    def until(
        self, condition: Callable[[], object], seconds: float = GENEROUS_S, what: str = ""
    ) -> None:
        def explain() -> str:
            return f"{what}: {self.log.read_text()[-3000:]}"

        def looked() -> object:
            found = condition()
            # A daemon that ended by itself does nothing more: nobody waits for that until the time is up.
            if not found and self._ended() and not (found := condition()):
                pytest.fail(f"the daemon ended, {explain()}")
            return found

        wait_until(looked, seconds, explain)

    def _ended(self) -> bool:
        return self.process is not None and not self._signalled and self.process.poll() is not None

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()
        for oximeter in self.oximeters.values():
            oximeter.close()
        self.pager.close()
        self._http.close()


@contextmanager
def ward(folder: Path, **settings: Any) -> Iterator[Ward]:
    """A ward that is gone afterwards."""
    found = Ward(folder, **settings)
    try:
        yield found
    finally:
        found.close()
