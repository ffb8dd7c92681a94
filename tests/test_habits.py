"""The tests' own habits: a busy machine is no failure, and a test process starts one browser.

How fast something is, is measured in `tests/bench`, `tests/faults` and `tests/soak`, which no run starts by itself.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers import GENEROUS_S, free_port

TESTS = Path(__file__).parent
MEASURED = {"bench", "faults", "fuzz", "soak"}
FILES = [
    path for path in sorted(TESTS.rglob("*.py")) if path.relative_to(TESTS).parts[0] not in MEASURED
]

CLOCKS = {"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time"}
CLOCKS_OF = {("time", "time"), ("time", "time_ns"), ("loop", "time"), ("datetime", "now")}
WAITS = {"until", "wait_until", "wait_for", "timeout", "take"}
EXPECTS = re.compile(r"(not_)?to_(have|be|contain)")


def named(call: ast.Call) -> tuple[str, str]:
    """(`time`, `monotonic`) of `time.monotonic()`; of `asyncio.get_running_loop().time()`, (`loop`, `time`)."""
    function = call.func
    if not isinstance(function, ast.Attribute):
        return "", function.id if isinstance(function, ast.Name) else ""
    owner = function.value
    if isinstance(owner, ast.Call):
        return ("loop" if named(owner)[1].endswith("loop") else ""), function.attr
    return owner.id if isinstance(owner, ast.Name) else "", function.attr


def reads_clock(node: ast.AST) -> bool:
    calls = [named(each) for each in ast.walk(node) if isinstance(each, ast.Call)]
    return any(name in CLOCKS or (owner, name) in CLOCKS_OF for owner, name in calls)


def clock_asserts(function: ast.AST) -> Iterator[ast.AST]:
    """Asserts, in the function, that something took long or did not: they look at a clock, or at what one said."""
    times = {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and reads_clock(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            names = {each.id for each in ast.walk(node.test) if isinstance(each, ast.Name)}
            if names & times or reads_clock(node.test):
                yield node


def short_waits(tree: ast.AST) -> Iterator[ast.AST]:
    """Waits for something to come that end before a busy machine had its time."""
    for call in ast.walk(tree):
        if isinstance(call, ast.arguments):
            yield from _short_defaults(call)
        if not isinstance(call, ast.Call):
            continue
        name = named(call)[1]
        unit = 1000 if EXPECTS.match(name) else 1
        if name not in WAITS and unit == 1:
            continue
        given = [k.value for k in call.keywords if k.arg in {"timeout", "seconds", "within"}]
        if unit == 1:
            given += call.args if name == "timeout" else call.args[1:]
        ends = [each.value for each in given if isinstance(each, ast.Constant)]
        if any(isinstance(end, int | float) and end < GENEROUS_S * unit for end in ends):
            yield call


def _short_defaults(arguments: ast.arguments) -> Iterator[ast.AST]:
    """For how short a time a function waits where its caller names none."""
    every = [*arguments.posonlyargs, *arguments.args]
    with_default = every[len(every) - len(arguments.defaults) :]
    pairs = [
        *zip(with_default, arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for argument, default in pairs:
        end = default.value if isinstance(default, ast.Constant) else None
        short = isinstance(end, int | float) and end < GENEROUS_S
        if argument.arg in {"timeout", "within"} and short and default is not None:
            yield default


def habits_broken(text: str) -> list[int]:
    """The lines of a test file that depend on how fast the machine is."""
    if "pytest.mark.looptime" in text:
        return []  # its loop's time is virtual
    tree = ast.parse(text)
    clocks = re.search(r"\b(monotonic|perf_counter|process_time|time|now)(_ns)?\(", text)
    functions = [
        node
        for node in (ast.walk(tree) if clocks else ())
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    found = [node for function in functions for node in clock_asserts(function)]
    return sorted({node.lineno for node in [*found, *short_waits(tree)]})  # type: ignore[attr-defined]


def test_no_test_asserts_how_long_something_takes() -> None:
    broken = {
        f"{path.relative_to(TESTS)}:{line}"
        for path in FILES
        for line in habits_broken(path.read_text())
    }
    assert broken == set()


@pytest.mark.parametrize(
    "body",
    [
        "assert time.monotonic() - began < 2.5",
        "took = time.perf_counter() - began\n    assert took < 1",
        "began = loop.time()\n    assert 9 < began",
        "assert asyncio.get_running_loop().time() < 5",
        "assert time.time() < 5, 'too slow'",
        "await until(lambda: told, 5)",
        "await until(lambda: told, timeout=2.0)",
        "async with asyncio.timeout(3):\n        pass",
        "await asyncio.wait_for(told, 5)",
        "await expect(row).to_have_text('x', timeout=1000)",
        "await ward.until('spo2_low', 'start', within=3)",
        "async def hears(condition: Condition, timeout: float = 15) -> None: ...",
    ],
)
def test_a_planted_assertion_on_the_clock_is_found(body: str) -> None:
    assert habits_broken(f"async def test_it() -> None:\n    {body}\n")


@pytest.mark.parametrize(
    "body",
    [
        "assert from_iso(line['at']) - from_iso(line['since']) == 2",
        "await until(lambda: told)",
        "async with asyncio.timeout(GENEROUS_S):\n        pass",
        "await expect(row).to_have_text('x')",
    ],
)
def test_what_waits_for_a_condition_is_no_assertion_on_the_clock(body: str) -> None:
    assert habits_broken(f"async def test_it() -> None:\n    {body}\n") == []


def test_a_browser_is_started_at_one_place() -> None:
    starts = [path for path in FILES if "chromium.launch" in path.read_text()]
    assert [str(path.relative_to(TESTS)) for path in starts if path != Path(__file__)] == [
        "station/page/conftest.py"
    ]


def test_who_else_is_at_a_broker_ends_when_it_is_cancelled() -> None:
    """aiomqtt's own client may forget a cancellation, and then a test that waits for its end stands still."""
    own = [path for path in FILES if re.search(r"\baiomqtt\.Client\b", path.read_text())]
    assert [str(path.relative_to(TESTS)) for path in own if path != Path(__file__)] == [
        "mqtt_peer.py"
    ]


def test_no_port_of_a_test_is_one_that_a_connection_may_get() -> None:
    """One that a test's server shall have would be another's before, or its client's own."""
    given = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    assert all(free_port() < int(given[0]) for _ in range(100))
