"""The systems beside which monitord is measured, installed where nothing of them stays.

Each is told the same mini-specification: `suite/<bed>/oximeter` in, `alerts/<bed>` out.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache, wraps
from pathlib import Path

from tests.bench.machine import start, stop, wait_for
from tests.peers import free_port

HERE = Path(__file__).parent / "peer"

RULE = """\
const bed = msg.payload.bed, spo2 = msg.payload.spo2, t = msg.payload.t;
const low = context.get("low") || {}, held = context.get("held") || {}, out = [];
const say = (alarm, event) => out.push({topic: "alerts/" + bed, payload: {alarm, event, value: spo2}});
if (spo2 < 90) {
  if (!(bed in low)) { low[bed] = t; say("spo2_low", "start"); }
  else if (t - low[bed] >= 10 && !held[bed]) { held[bed] = true; say("spo2_low_10s", "start"); }
} else if (spo2 >= 92 && bed in low) {
  say("spo2_low", "clear");
  if (held[bed]) say("spo2_low_10s", "clear");
  delete low[bed]; delete held[bed];
}
context.set("low", low); context.set("held", held);
return [out];
"""


class MissingError(Exception):
    """This peer cannot be had here, and why."""


@cache
def workshop() -> Path:
    """A folder for all of them, gone at the end of the run."""
    folder = tempfile.TemporaryDirectory(prefix="monitord-bench-")
    _KEPT.append(folder)
    return Path(folder.name)


_KEPT: list["tempfile.TemporaryDirectory[str]"] = []


def output(what: str, *command: str, cwd: Path | None = None, seconds: int = 300) -> str:
    """What a command prints; MissingError where it fails, or takes longer than that."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=cwd, timeout=seconds, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MissingError(f"{what}: {error}") from error
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())
        raise MissingError(f"{what}: {said[-200:]}")
    return done.stdout


def _once(get: Callable[..., str]) -> Callable[..., str]:
    """Had or missing once: nobody waits again and again for what does not answer."""

    @cache
    def tried(*words: str) -> str | MissingError:
        try:
            return get(*words)
        except MissingError as why:
            return why

    @wraps(get)
    def had(*words: str) -> str:
        found = tried(*words)
        if isinstance(found, MissingError):
            raise MissingError(str(found))
        return found

    return had


@_once
def python_with(*packages: str) -> str:
    """The interpreter of a throw-away environment that has these packages."""
    home = workshop() / "-".join(package.partition("=")[0] for package in packages)
    output("venv", sys.executable, "-m", "venv", str(home))
    python = str(home / "bin" / "python")
    output(" ".join(packages), python, "-m", "pip", "install", "--quiet", *packages)
    return python


@_once
def compiled(name: str, *flags: str) -> str:
    """A program from one C source of `peer/`."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise MissingError("no C compiler")
    out = workshop() / name
    output(name, compiler, "-O2", *flags, "-o", str(out), str(HERE / f"{name}.c"))
    return str(out)


@_once
def node_red() -> str:
    """Node-RED's program; installing it takes about a minute."""
    if shutil.which("npm") is None:
        raise MissingError("no npm")
    home = workshop() / "node-red"
    home.mkdir()
    output("node-red", "npm", "install", "--no-audit", "--no-fund", "node-red@4", cwd=home)
    return str(home / "node_modules" / "node-red" / "red.js")


def _flow(broker: int) -> str:
    at = {"broker": "127.0.0.1", "port": str(broker), "protocolVersion": "4", "keepalive": "60"}
    topic = {"topic": "suite/+/oximeter", "qos": "0", "datatype": "json", "broker": "b"}
    nodes: list[dict[str, object]] = [
        {"id": "tab", "type": "tab", "label": "bench"},
        {"id": "b", "type": "mqtt-broker", "clientid": "nr", "cleansession": True, **at},
        {"id": "in", "type": "mqtt in", "z": "tab", **topic, "wires": [["f"]]},
        {"id": "f", "type": "function", "z": "tab", "func": RULE, "outputs": 1, "wires": [["out"]]},
        {"id": "out", "type": "mqtt out", "z": "tab", "qos": "0", "broker": "b", "wires": []},
    ]
    return json.dumps(nodes)


@contextmanager
def _running(command: list[str], core: int, ready: Callable[[str], bool]) -> Iterator[int]:
    log = Path(tempfile.mkdtemp(dir=workshop())) / "log"
    process = start(command, core=core, log=log)
    try:
        try:
            wait_for(lambda: ready(log.read_text()) or process.poll() is not None, 60, command[0])
        except TimeoutError as error:
            raise MissingError(f"{Path(command[0]).name} is not ready after a minute") from error
        if process.poll() is not None:
            raise MissingError(f"{Path(command[0]).name} ended: {log.read_text()[-200:]}")
        yield process.pid
    finally:
        stop(process)


def _said_ready(log: str) -> bool:
    return "ready" in log


@contextmanager
def c_echo(broker: int, core: int) -> Iterator[int]:
    with _running([compiled("echo"), str(broker)], core, _said_ready) as pid:
        yield pid


@contextmanager
def aiomqtt_echo(broker: int, core: int) -> Iterator[int]:
    command = [sys.executable, str(HERE / "aiomqtt_echo.py"), str(broker)]
    with _running(command, core, _said_ready) as pid:
        yield pid


@contextmanager
def durable_echo(broker: int, core: int) -> Iterator[int]:
    path = Path(tempfile.mkdtemp(dir=workshop())) / "lines.db"
    command = [sys.executable, str(HERE / "aiomqtt_echo.py"), str(broker), str(path)]
    with _running(command, core, _said_ready) as pid:
        yield pid


@contextmanager
def gmqtt_echo(broker: int, core: int) -> Iterator[int]:
    command = [python_with("gmqtt"), str(HERE / "gmqtt_echo.py"), str(broker)]
    with _running(command, core, _said_ready) as pid:
        yield pid


@contextmanager
def node_red_flow(broker: int, core: int) -> Iterator[int]:
    program = node_red()
    home = Path(tempfile.mkdtemp(dir=workshop()))
    (home / "flow.json").write_text(_flow(broker))
    command = ["node", program, "-u", str(home), "-p", str(free_port()), "flow.json"]
    with _running(command, core, lambda log: "Connected to broker" in log) as pid:
        yield pid


ECHOES: dict[str, Callable[[int, int], AbstractContextManager[int]]] = {
    "C, own packets (limit)": c_echo,
    "gmqtt": gmqtt_echo,
    "aiomqtt (bare echo)": aiomqtt_echo,
    "aiomqtt, each alarm on the disk first (limit)": durable_echo,
    "Node-RED": node_red_flow,
}
"""By name, a context that runs it on a core beside a broker and gives its process id."""

NOT_INSTALLED = "Home Assistant: its installation takes minutes; see the reference figures"
