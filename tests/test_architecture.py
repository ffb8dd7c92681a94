"""Who may import whom, and which code is pure: read from the imports, so that review needn't.

The tables are the rules. Each rule is tried twice: on the tree, and on a planted source that breaks it.
"""

from collections.abc import Callable, Sequence
from typing import Final

import pytest

from tests.rooms import (
    circles,
    classes_twice,
    docstring_faults,
    names_twice,
    order_faults,
    rooms_without_docstring,
)
from tests.sources import Source, calls, imports, product

# Imports go down only. Parts of one rank don't import each other.
RANKS: Final[tuple[frozenset[str], ...]] = (
    frozenset({"field_faults", "printed_table", "terminal_bar"}),
    frozenset({"model", "errors", "tls_failure", "certificate_file_changes"}),
    frozenset({"engine"}),
    frozenset({"store", "counted_warning", "named_peers", "source_rate_limit", "certificates"}),
    frozenset({"broker", "driver", "connection_limits", "timed_http"}),
    frozenset({"notify"}),
    frozenset({"plugins"}),
    frozenset({"kit", "config"}),
    frozenset({"station", "record", "replay"}),
    frozenset({"hospital"}),
    frozenset({"daemon"}),
    frozenset({"commands", "api"}),
    frozenset({"cli"}),
    frozenset({"__main__"}),
)
RANK_OF: Final = {part: rank for rank, parts in enumerate(RANKS) for part in parts}

# What a driver, codec or twin may know of the daemon.
OPEN_TO_DEVICES: Final = frozenset(
    {"model", "errors", "broker", "source_rate_limit", "driver", "kit", "tls_failure"}
    # Of a driver that listens.
    | {"connection_limits", "counted_warning", "named_peers", "certificate_file_changes"}
)

# In these nothing reads a clock, draws a number, logs, or does I/O.
PURE: Final = ("monitord/model/", "monitord/engine/", "devices/")
NOT_PURE: Final = (
    "devices/port.py",
    "devices/port_opening.py",
    "devices/datagram_port.py",
    "devices/stream.py",
    "devices/hl7/hl7_conversation.py",
    "devices/hl7/hl7_driver.py",
    "devices/hl7/hl7_knocks.py",
    "devices/hl7/hl7_listener.py",
    "devices/hl7/hl7_tls.py",
    "devices/mqtt/mqtt_driver.py",
    "devices/mqtt/mqtt_login.py",
    "devices/twin/",
)
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
# It writes an `__init__` from the names of fields, as `dataclass` does, when a class is made.
WRITES_CODE: Final = "monitord/model/frozen.py"

# The only readers of a clock: the daemon gives time to everybody else; the others show elapsed time to a person.
CLOCK_READERS: Final = (
    "monitord/daemon/sequencing/clock.py",
    "monitord/daemon/",
    "monitord/commands/",
    "monitord/cli.py",
    "monitord/replay/run/progress.py",
)

MAX_LINES: Final = 400


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
    impure = IMPURE_CALLS - {"exec"} if source.path == WRITES_CODE else IMPURE_CALLS
    faults += [f"{name}()" for owner, name in calls(source) if not owner and name in impure]
    return [f"{source.path}: pure code uses {fault}" for fault in faults]


def vector_faults(source: Source) -> list[str]:
    """The bedside steps through single readings; whole signals are `replay`'s."""
    if not source.path.startswith(("monitord/model/", "monitord/engine/")):
        return []
    faults = [name for name in imports(source) if root_of(name) == "numpy"]
    return [f"{source.path}: the engine does not know {fault}" for fault in faults]


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


@pytest.mark.parametrize(
    "check",
    [
        rank_faults,
        order_faults,
        docstring_faults,
        purity_faults,
        vector_faults,
        clock_faults,
        size_faults,
    ],
)
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
        ("monitord/engine/engine.py", "from monitord.store.journal.journal import Journal"),
        ("monitord/engine/engine.py", "def f():\n    from monitord import daemon"),
        ("monitord/notify/channels/webhook.py", "from monitord.config import Suite"),
        ("monitord/daemon/sequencing/clock.py", "import devices.oximeters.nonin"),
        ("monitord/daemon/sequencing/clock.py", "from devices import nonin"),
        ("monitord/daemon/sequencing/clock.py", "from tests.builders import sample"),
        ("monitord/__init__.py", "from monitord.model import Sample"),
        ("devices/oximeters/nonin.py", "from monitord.engine import Engine"),
        ("devices/twin/nonin_twin.py", "from monitord import config"),
    ],
)
def test_an_import_up_or_sideways_is_found(path: str, text: str) -> None:
    assert len(rank_faults(Source(path=path, text=text))) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "monitord/engine/alarms/alarm.py",
            "from monitord.model import Event\nfrom monitord.engine.rules import limit",
        ),
        (
            "monitord/daemon/sequencing/clock.py",
            "from monitord import __version__\nfrom monitord.store import Journal",
        ),
        (
            "devices/twin/nonin_twin.py",
            "from devices import nonin\nfrom monitord.driver import Driver",
        ),
    ],
)
def test_an_import_down_is_allowed(path: str, text: str) -> None:
    assert rank_faults(Source(path=path, text=text)) == []


@pytest.mark.parametrize(
    "path",
    ["monitord/engine/alarms/alarm.py", "monitord/model/sample.py", "devices/oximeters/nonin.py"],
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


def test_numpy_in_the_engine_is_found() -> None:
    text = "def f():\n    import numpy as np"
    assert len(vector_faults(Source(path="monitord/engine/rules/limit.py", text=text))) == 1
    assert vector_faults(Source(path="monitord/replay/vector/limit.py", text=text)) == []


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
    assert len(clock_faults(Source(path="monitord/store/journal/journal.py", text=text))) == 1
    assert clock_faults(Source(path="monitord/daemon/sequencing/clock.py", text=text)) == []


def test_a_file_that_is_too_long_is_found() -> None:
    assert size_faults(Source(path="monitord/cli.py", text="\n" * MAX_LINES)) == []
    assert len(size_faults(Source(path="monitord/cli.py", text="\n" * (MAX_LINES + 1)))) == 1


@pytest.mark.parametrize("check", [names_twice, classes_twice, rooms_without_docstring, circles])
def test_the_tree_as_a_whole_keeps_the_rule(check: Callable[[Sequence[Source]], list[str]]) -> None:
    assert check(product()) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("monitord/engine/readings/recent.py", "from monitord.engine.rules.limit import LimitRule"),
        ("monitord/engine/rules/limit.py", "from monitord.engine.protocol import protocol"),
        ("monitord/engine/timers.py", "from monitord.engine.state import State"),
        ("monitord/engine/session/cuff.py", "from monitord.engine.bed.memory import Memory"),
        ("monitord/engine/alarms/alarm.py", "from monitord.engine.rule_evaluator import Evaluator"),
        ("monitord/engine/explain.py", "def f():\n    from monitord.engine.engine import Engine"),
        ("monitord/config/files/reader.py", "from monitord.config.suite.suite import Suite"),
        ("monitord/config/checks/protocol_lint.py", "from monitord.config import Suite"),
        ("monitord/store/database/schema.py", "from monitord.store.journal.codec import body_json"),
        (
            "monitord/notify/delivery_queue.py",
            "from monitord.notify.channels.webhook import Webhook",
        ),
        ("monitord/station/access/roles.py", "from monitord.station.routes.requests import Body"),
        ("monitord/record/record.py", "import monitord.record.fhir"),
        (
            "monitord/replay/recordings/formats.py",
            "from monitord.replay.run.replay_run import replay",
        ),
        ("monitord/daemon/sequencing/clock.py", "from monitord.daemon.health.health import Health"),
        ("devices/wire.py", "from devices.oximeters.nonin import FAMILY"),
        ("devices/oximeters/nonin.py", "from devices.twin.body import Body"),
        ("monitord/engine/cellar.py", ""),
    ],
)
def test_an_import_up_or_sideways_between_rooms_is_found(path: str, text: str) -> None:
    assert len(order_faults(Source(path=path, text=text))) == 1


def test_a_room_that_does_not_say_what_comes_in_and_goes_out_is_found() -> None:
    path = "monitord/engine/rules/__init__.py"
    good = '"""Rules.\n\nInput: views. Output: findings.\n"""'
    assert docstring_faults(Source(path=path, text=good)) == []
    assert docstring_faults(Source(path=path, text="")) != []
    assert docstring_faults(Source(path=path, text='"""Rules."""')) != []
    lone = Source(path="monitord/attic/box.py", text="")
    assert rooms_without_docstring([lone]) == ["monitord/attic"]


def test_a_file_name_that_occurs_twice_is_found() -> None:
    def files(*paths: str) -> list[Source]:
        return [Source(path=path, text="") for path in paths]

    assert names_twice(files("monitord/record/chart.py", "monitord/replay/html/chart.py")) != []
    assert names_twice(files("monitord/a/a.py", "devices/a.py")) == []
    rule, block = "monitord/engine/rules/limit.py", "monitord/replay/vector/limit.py"
    assert names_twice(files(rule, block)) == []
    assert names_twice(files(rule, block, "monitord/engine/bed/limit.py")) != []


def test_a_class_name_with_two_meanings_is_found() -> None:
    one = Source(path="monitord/a.py", text="class Report: ...")
    other = Source(path="devices/b.py", text="class Report: ...")
    own = Source(path="devices/c.py", text="class _Report: ...")
    assert classes_twice([one, other]) == ["Report: monitord/a.py, devices/b.py"]
    assert classes_twice([one, own]) == []


def test_a_circle_is_found_also_where_one_import_is_lazy() -> None:
    there = Source(path="monitord/a.py", text="from monitord.b import c")
    back = Source(path="monitord/b.py", text="def f():\n    from monitord import a")
    above = Source(path="monitord/d.py", text="import monitord.a")
    assert circles([there, back, above]) == ["monitord.a", "monitord.b"]
    assert circles([there, above]) == []
