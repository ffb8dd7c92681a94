"""Who may import whom, and which code is pure: read from the imports, so that review needn't.

The tables are the rules. Each rule is tried twice: on the tree, and on a planted source that breaks it.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent

# Imports go down only. Parts of one rank don't import each other.
RANKS: Final[tuple[frozenset[str], ...]] = (
    frozenset({"model", "errors"}),
    frozenset({"engine"}),
    frozenset({"store"}),
    frozenset({"broker", "driver"}),
    frozenset({"notify"}),
    frozenset({"plugins"}),
    frozenset({"kit", "config"}),
    frozenset({"station", "record", "replay"}),
    frozenset({"daemon"}),
    frozenset({"commands"}),
    frozenset({"cli", "__main__"}),
)
RANK_OF: Final = {part: rank for rank, parts in enumerate(RANKS) for part in parts}

# What a driver, codec or twin may know of the daemon.
OPEN_TO_DEVICES: Final = frozenset({"model", "errors", "broker", "driver", "kit"})

# In these nothing reads a clock, draws a number, logs, or does I/O.
PURE: Final = ("monitord/model/", "monitord/engine/", "devices/")
NOT_PURE: Final = ("devices/port.py", "devices/stream.py", "devices/mqtt.py", "devices/twin/")
IMPURE_MODULES: Final = frozenset(
    {
        "aiomqtt",
        "asyncio",
        "concurrent",
        "http",
        "httpx2",
        "importlib",
        "io",
        "logging",
        "multiprocessing",
        "os",
        "paho",
        "pathlib",
        "queue",
        "random",
        "secrets",
        "select",
        "selectors",
        "serial",
        "shutil",
        "signal",
        "socket",
        "sqlalchemy",
        "sqlite3",
        "structlog",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "urllib",
        "uuid",
    }
)
IMPURE_CALLS: Final = frozenset({"open", "print", "input", "__import__", "exec", "eval"})

# The only readers of a clock: the daemon gives time to everybody else; the others show elapsed time to a person.
CLOCK_READERS: Final = (
    "monitord/daemon/clock.py",
    "monitord/daemon/",
    "monitord/commands/",
    "monitord/cli.py",
    "monitord/replay/progress.py",
)

MAX_LINES: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A module: its path from the root, with `/`, and its text."""

    path: str
    text: str

    @property
    def part(self) -> str:
        """`engine` of `monitord/engine/alarm.py`, `cli` of `monitord/cli.py`."""
        return self.path.split("/")[1].removesuffix(".py")


def imports(source: Source) -> Iterator[str]:
    """Full dotted names, those inside functions too; `from a import b` gives `a.b`."""
    for node in ast.walk(ast.parse(source.text, source.path)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            # A relative import is refused by ruff (TID252); here it counts as its package's own.
            yield from (f"{node.module or '.'}.{name.name}" for name in node.names)


def calls(source: Source) -> Iterator[tuple[str, str]]:
    """(`datetime`, `now`) of `datetime.now()` and of `dt.datetime.now()`; (``, `open`) of `open()`."""
    for node in ast.walk(ast.parse(source.text, source.path)):
        match node:
            case ast.Call(func=ast.Name(id=name)):
                yield "", name
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)):
                yield owner, name
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr=owner), attr=name)):
                yield owner, name


def root_of(name: str) -> str:
    return name.split(".", maxsplit=1)[0]


def wall_clock_calls(source: Source) -> list[str]:
    found = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
    return [f"{owner}.{name}()" for owner, name in calls(source) if (owner, name) in found]


def rank_faults(source: Source) -> list[str]:
    """Imports that go up or sideways, from daemon to devices, from product to tests."""
    faults = []
    for name in imports(source):
        match name.split("."):
            case ["tests", *_]:
                faults.append(f"{source.path}: product code imports {name}")
            case ["devices", *_] if source.path.startswith("monitord/"):
                faults.append(
                    f"{source.path}: monitord imports {name}; plug-ins come by entry points"
                )
            case ["monitord", target, *_] if target in RANK_OF:
                if source.path.startswith("devices/"):
                    allowed = target in OPEN_TO_DEVICES
                else:
                    rank = RANK_OF.get(source.part, -1)
                    allowed = target == source.part or RANK_OF[target] < rank
                if not allowed:
                    faults.append(f"{source.path}: may not import {name}")
            case _:
                pass
    return faults


def purity_faults(source: Source) -> list[str]:
    if not source.path.startswith(PURE) or source.path.startswith(NOT_PURE):
        return []
    faults = [name for name in imports(source) if root_of(name) in IMPURE_MODULES]
    faults += wall_clock_calls(source)
    faults += [f"{name}()" for owner, name in calls(source) if not owner and name in IMPURE_CALLS]
    return [f"{source.path}: pure code uses {fault}" for fault in faults]


def clock_faults(source: Source) -> list[str]:
    if source.path.startswith(CLOCK_READERS):
        return []
    faults = [name for name in imports(source) if root_of(name) == "time"]
    return [f"{source.path}: reads a clock: {fault}" for fault in faults + wall_clock_calls(source)]


def size_faults(source: Source) -> list[str]:
    lines = source.text.count("\n")
    return (
        [f"{source.path}: {lines} lines; over {MAX_LINES} is two files"]
        if lines > MAX_LINES
        else []
    )


def product() -> list[Source]:
    paths = [path for top in ("monitord", "devices") for path in sorted((ROOT / top).rglob("*.py"))]
    return [
        Source(path=path.relative_to(ROOT).as_posix(), text=path.read_text(encoding="utf-8"))
        for path in paths
        if "node_modules" not in path.parts
    ]


@pytest.mark.parametrize("check", [rank_faults, purity_faults, clock_faults, size_faults])
def test_the_tree_keeps_the_rule(check: Callable[[Source], list[str]]) -> None:
    sources = product()
    assert sources, "no sources found: the check would pass on anything"
    assert [fault for source in sources for fault in check(source)] == []


def test_every_part_of_monitord_has_a_rank() -> None:
    parts = {source.part for source in product() if source.path.startswith("monitord/")}
    assert parts - set(RANK_OF) == {"__init__"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("monitord/model/event.py", "import monitord.engine"),
        ("monitord/engine/engine.py", "from monitord.store.journal import Journal"),
        ("monitord/engine/engine.py", "def f():\n    from monitord import daemon"),
        ("monitord/notify/webhook.py", "from monitord.config import Suite"),
        ("monitord/daemon/clock.py", "import devices.nonin"),
        ("monitord/daemon/clock.py", "from devices import nonin"),
        ("monitord/daemon/clock.py", "from tests.builders import sample"),
        ("monitord/__init__.py", "from monitord.model import Sample"),
        ("devices/nonin.py", "from monitord.engine import Engine"),
        ("devices/twin/nonin.py", "from monitord import config"),
    ],
)
def test_an_import_up_or_sideways_is_found(path: str, text: str) -> None:
    assert len(rank_faults(Source(path=path, text=text))) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "monitord/engine/alarm.py",
            "from monitord.model import Event\nfrom monitord.engine.rules import limit",
        ),
        (
            "monitord/daemon/clock.py",
            "from monitord import __version__\nfrom monitord.store import Journal",
        ),
        ("devices/twin/nonin.py", "from devices import nonin\nfrom monitord.driver import Driver"),
    ],
)
def test_an_import_down_is_allowed(path: str, text: str) -> None:
    assert rank_faults(Source(path=path, text=text)) == []


@pytest.mark.parametrize(
    "path", ["monitord/engine/alarm.py", "monitord/model/sample.py", "devices/nonin.py"]
)
@pytest.mark.parametrize(
    "text",
    [
        "import asyncio",
        "from time import monotonic",
        "import os.path",
        "def f():\n    import structlog",
        "from datetime import datetime\nat = datetime.now()",
        "import datetime as dt\nat = dt.datetime.now(dt.UTC)",
        "open('file')",
    ],
)
def test_impure_code_in_the_pure_set_is_found(path: str, text: str) -> None:
    assert len(purity_faults(Source(path=path, text=text))) == 1


def test_engine_time_and_io_outside_the_pure_set_are_allowed() -> None:
    assert (
        purity_faults(Source(path="monitord/engine/engine.py", text="at = max(at, engine.now())"))
        == []
    )
    assert purity_faults(Source(path="devices/port.py", text="import asyncio, os")) == []


@pytest.mark.parametrize(
    "text", ["import time", "from time import time_ns", "x = datetime.now(tz=UTC)"]
)
def test_a_second_clock_is_found(text: str) -> None:
    assert len(clock_faults(Source(path="monitord/store/journal.py", text=text))) == 1
    assert clock_faults(Source(path="monitord/daemon/clock.py", text=text)) == []


def test_a_file_that_is_too_long_is_found() -> None:
    assert size_faults(Source(path="monitord/cli.py", text="\n" * MAX_LINES)) == []
    assert len(size_faults(Source(path="monitord/cli.py", text="\n" * (MAX_LINES + 1)))) == 1
