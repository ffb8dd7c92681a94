"""What every test run shares: real peers are used where they are, and named where they are missing.

`@pytest.mark.peer("mosquitto")` and `@pytest.mark.browser` say what a test speaks to. A peer that is not on this
machine leaves its tests out, and header and summary say so; with MONITORD_REQUIRE_PEERS set it is an error instead.

`--fast` keeps to `tests/fast.py`. Where tests run on several processes, each failure is printed as it happens, and an
interrupted run names the tests that it interrupted.
"""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest
import structlog

from monitord.notify.channels.terminal import OUTPUT, SEEN
from tests import effort, fast, made_once, rewritten_once
from tests.effort import Effort

BROWSER = "chromium"
HEADLESS = "chromium-headless-shell"
"""Used in place of the browser where it is installed; nothing needs it."""

pytest_plugins = ["tests.peers", "tests.program", "tests.public_recordings"]


def find_program(name: str) -> str | None:
    """The program's path, also from the folders where Debian keeps daemons, or beside the interpreter."""
    postgres = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    beside = str(Path(sys.executable).parent)
    folders = [os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", beside]
    folders += map(str, postgres)
    return shutil.which(name, path=os.pathsep.join(folders))


def needed_programs(item: pytest.Item) -> list[str]:
    needed = [str(mark.args[0]) for mark in item.iter_markers("peer")]
    return needed + [BROWSER for _ in item.iter_markers("browser")]


LONG_PROOF_S: Final = 7200
"""Only catches a hang: a long proof takes minutes on an idle machine, and far longer beside other work."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("monitord")
    group.addoption(
        "--fast",
        action="store_true",
        help="only the pure rooms, the codecs and the configuration, with few examples each",
    )
    group.addoption(
        "--thorough",
        action="store_true",
        help="ten times the examples of each property, and every long proof whole",
    )


def pytest_configure(config: pytest.Config) -> None:
    # Tests read the files into which daemons write: a terminal there is seen.
    os.environ[OUTPUT] = SEEN
    made_once.begin(stations=not config.option.fast)
    # Before Python 3.14 asking for a loop makes one. pytest-asyncio asks, and leaves that one open at the end, which
    # is an error here. With None set, asking raises, which it expects.
    asyncio.set_event_loop(None)
    # structlog's own choice at a terminal draws every local value of a traceback, for seconds on a busy machine.
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])
    if config.option.fast:
        effort.choose(Effort.FAST)
    else:
        effort.choose(Effort.THOROUGH if config.option.thorough else Effort.SUITE)
    if hasattr(config, "workerinput"):
        return
    # A shell that starts a command in the background lets it ignore the interrupt; Python then does not handle it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if config.getoption("numprocesses", None):
        config.pluginmanager.register(Progress(config), "monitord-progress")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two processes more than there are cores: many tests wait for a process, a time-out or a browser."""
    cores = len(os.sched_getaffinity(0))
    return cores if config.option.fast else cores + 2


class Progress:
    """For a run on several processes: failures at once, and what ran when it was interrupted."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._running: dict[str, None] = {}

    def _write(self, title: str, lines: str) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        assert terminal
        terminal.ensure_newline()
        terminal.write_sep("_", title, red=True)
        terminal.write_line(lines)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._running[nodeid] = None

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._running.pop(nodeid, None)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._write(f"FAILED {report.nodeid} ({report.when})", report.longreprtext)

    def pytest_keyboard_interrupt(self) -> None:
        self._write("interrupted; these tests were running", "\n".join(self._running))


def pytest_report_header() -> list[str]:
    missing = [name for name in ("mosquitto", "postgres", BROWSER) if not find_program(name)]
    return [f"left out, not on this machine: {', '.join(missing)}"] if missing else []


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    rewritten_once.rewrite_share(session.config)
    with made_once.collecting():
        return (yield)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    # None leaves the question to the others: False would overrule norecursedirs.
    return True if config.option.fast and not fast.may_hold(collection_path) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.option.thorough:
        for item in items:
            # Behind what a test says of itself.
            item.add_marker(pytest.mark.timeout(LONG_PROOF_S))
    if config.option.fast:
        slow = [item for item in items if not fast.takes(item)]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if fast.takes(item)]
    for item in items:
        missing = [name for name in needed_programs(item) if not find_program(name)]
        if missing and os.environ.get("MONITORD_REQUIRE_PEERS"):
            raise pytest.UsageError(f"{item.nodeid} needs {', '.join(missing)}")
        if missing:
            item.add_marker(pytest.mark.skip(reason=f"not on this machine: {', '.join(missing)}"))
