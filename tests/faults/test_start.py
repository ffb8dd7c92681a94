"""The daemon is started in a state in which something it wants is not there: it watches, and says so."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.daemon.test_configuration import spoil
from tests.faults.table import row
from tests.ward import BRIEF, Ward, ward

MUST = "it watches within seconds, and a high alarm says what is not there"


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """One state: made before the start, after a first run that left a session open."""

    how: str
    alarm: str
    make: Callable[[Ward], None] = lambda _: None
    command: tuple[str, ...] = ()
    environment: Callable[[Path], dict[str, str]] = lambda _: {}
    extra: dict[str, Any] = field(default_factory=dict)
    needs: str = ""


def rewritten(change: Callable[[dict[str, Any]], None]) -> Callable[[Ward], None]:
    def make(suite: Ward) -> None:
        document = suite.document()
        change(document)
        suite.write(document)

    return make


def expired(suite: Ward) -> None:
    """A certificate whose day is over."""
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    files = ["-keyout", "s.key", "-out", "s.pem", "-subj", "/CN=station"]
    subprocess.run(
        ["faketime", "-f", "-30d", *command, *files],
        cwd=suite.folder,
        check=True,
        capture_output=True,
    )
    rewritten(lambda d: d["station"].update(tls={"certificate": "s.pem", "key": "s.key"}))(suite)


def hanging_open(folder: Path) -> dict[str, str]:
    shim, source = folder / "hang.so", Path(__file__).with_name("hanging_open.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", shim, source, "-ldl"], check=True)
    return {"LD_PRELOAD": str(shim), "HANGING_OPEN": str(folder / "bed2")}


def empty_file(suite: Ward) -> None:
    suite.file.write_text("")


def database_in_a_broken_file(suite: Ward) -> None:
    suite.file.write_text(f"database: {suite.folder / 'state' / 'journal.db'}\nbeds: {{1: [\n")


def told_by_a_broker_that_is_away(document: dict[str, Any]) -> None:
    document["destinations"]["away"] = {"notifier": "mqtt", "broker": "mqtt://127.0.0.1:9"}
    for priority in ("high", "medium"):
        # Without a route nothing is sent there, and nothing fails.
        document["routes"][priority]["tiers"][0]["to"] = list(document["destinations"])


READ_ONLY = 'mount --bind {0} {0} && mount -o remount,ro,bind {0} && exec "$@"'

STATES = {
    "port taken": Surroundings(how="another program listens there", alarm="destination:station"),
    "certificate missing": Surroundings(
        how="tls names files that are not there",
        alarm="destination:station",
        make=rewritten(lambda d: d["station"].update(tls={"certificate": "a", "key": "b"})),
    ),
    "certificate expired": Surroundings(
        how="its day is over since 29 days",
        alarm="destination:station certificate",
        make=expired,
        needs="faketime",
    ),
    "suite file empty": Surroundings(
        how="0 bytes",
        alarm="config:suite.yaml",
        make=empty_file,
    ),
    "suite file broken": Surroundings(
        how="a driver that does not exist, a route to nobody",
        alarm="config:suite.yaml",
        make=rewritten(spoil),
    ),
    "database in a broken file": Surroundings(
        how="cut off behind its `database`",
        alarm="config:suite.yaml",
        make=database_in_a_broken_file,
    ),
    "read-only file system": Surroundings(
        how="the journal's folder, by mount",
        alarm="journal:record",
        command=("unshare", "--mount", "sh", "-c", READ_ONLY, "sh"),
        needs="unshare",
    ),
    "40 descriptors": Surroundings(
        how="prlimit --nofile=40", alarm="", command=("prlimit", "--nofile=40:40"), needs="prlimit"
    ),
    "a device that hangs in open": Surroundings(
        how="LD_PRELOAD: open() of bed 2's line never returns",
        alarm="link:oximeter",
        environment=hanging_open,
        needs="cc",
    ),
    "no broker": Surroundings(
        how="a destination whose broker is not there",
        alarm="destination:away",
        make=rewritten(told_by_a_broker_that_is_away),
    ),
}


@contextmanager
def taken(port: int, *, wanted: bool) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        if wanted:
            listener = stack.enter_context(socket.socket())
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))
            listener.listen()
        yield


@pytest.mark.parametrize("name", list(STATES))
def test_started_in_any_state(tmp_path: Path, name: str) -> None:
    state = STATES[name]
    if state.needs and shutil.which(state.needs) is None:
        pytest.skip(f"not on this machine: {state.needs}")
    if state.needs == "unshare" and os.geteuid() != 0:
        pytest.skip("only root may mount")
    folder = tmp_path / "state"
    folder.mkdir()
    with ward(tmp_path, beds=2, watch=BRIEF, database=str(folder / "journal.db")) as suite:
        suite.start()
        suite.admit("2")
        suite.kill()
        state.make(suite)
        suite.command = tuple(part.format(folder) for part in state.command)
        suite.environment = state.environment(tmp_path)
        begun, said = time.monotonic(), ""
        with taken(suite.port, wanted=name == "port taken"):
            suite.start(wait=False)
            suite.oximeters["1"].spo2 = 70
            suite.until(lambda: suite.pager.lines("spo2_low"), what="no alarm")
            late = suite.pager.lines("spo2_low")[0].at - begun
            if state.alarm:
                suite.until(lambda: suite.pager.lines(state.alarm), what=f"no {state.alarm}")
                told = suite.pager.lines(state.alarm)[0].at - begun
                said = f"told {told:.1f} s after the start"
        assert suite.process
        assert suite.process.poll() is None
        suite.kill()
        row(
            suite,
            f"start: {name}",
            how=state.how,
            must=MUST,
            late=[late],
            also=said,
            journal=tmp_path / "emergency.db" if name == "read-only file system" else None,
        )
