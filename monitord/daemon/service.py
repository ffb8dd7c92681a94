"""`monitord run`: from a suite file to a running daemon, or every reason why not."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from monitord import __version__
from monitord.config.approval import require_approved
from monitord.config.suite import Suite
from monitord.config.suite_file import default_database, read_suite
from monitord.config.yaml_file import read_file
from monitord.daemon import last_good
from monitord.daemon.clock import LiveClock
from monitord.daemon.daemon import Daemon, Surroundings
from monitord.errors import ConfigError, StoreError
from monitord.model import Cause, Fault
from monitord.plugins import Plugins, load_plugins
from monitord.store.journal import Journal

_log = structlog.get_logger()

DISCLAIMER = (
    "supplementary information system, not a medical device; delivery is not guaranteed: "
    "keep the approved monitor's own alarms on and staff present"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What the daemon starts with; `faults` say what is wrong with it."""

    suite: Suite
    faults: tuple[Fault, ...] = ()


def choose_suite(path: Path, plugins: Plugins) -> Start:
    """The suite of the file; with a session open, the last good one where the file is bad.

    ConfigError lists every fault of the file otherwise.
    """
    try:
        suite = read_suite(path, plugins)
        require_approved(suite.every_protocol, suite.approvals)
    except ConfigError as error:
        suite = _with_open_session(path, plugins, error)
        detail = "; ".join(error.faults)
        _log.error("config_refused", faults=error.faults)
        fault = Fault(cause=Cause.CONFIG, subject=path.name, present=True, detail=detail[:200])
        return Start(suite=suite, faults=(fault,))
    good = Fault(cause=Cause.CONFIG, subject=path.name, present=False)
    last_good.keep(path, suite)
    return Start(suite=suite, faults=(good,))


def _with_open_session(path: Path, plugins: Plugins, error: ConfigError) -> Suite:
    for database in _databases(path):
        kept = last_good.folder(database)
        if kept is None or not (kept / last_good.SUITE).exists():
            continue
        try:
            with Journal.open(database, read_only=True) as journal:
                if any(session.open for session in journal.sessions()):
                    return last_good.recall(kept, plugins)
        except (StoreError, ConfigError) as also:
            _log.error("last_good_unusable", detail=str(also))
    raise error


def _databases(path: Path) -> Iterator[str]:
    """Where the journal may be, by a file that cannot be trusted as a whole."""
    try:
        written = read_file(path).value.get("database")
    except (ConfigError, AttributeError):
        written = None
    if isinstance(written, str):
        yield written if "://" in written else str(path.parent / Path(written).expanduser())
    yield str(default_database())


async def run(path: Path) -> None:
    """Runs the service until SIGINT or SIGTERM.

    ConfigError, StoreError and StationError say why it cannot start.
    """
    _log.info("starting", version=__version__, notice=DISCLAIMER)
    start = choose_suite(path, load_plugins())
    with Journal.open(start.suite.database) as journal:
        clock = LiveClock(not_before=journal.last_instant())
        around = Surroundings(ready=lambda port: _log.info("ready", port=port))
        daemon = Daemon(start.suite, journal, clock, around, start.faults)
        await until_told(daemon)
    _log.info("stopped")


async def until_told(daemon: Daemon, seconds: float | None = None) -> None:
    """Runs the daemon until SIGINT, SIGTERM or the end of `seconds`."""
    stop = asyncio.Event()
    with _signals(stop):
        running = asyncio.create_task(daemon.run(), name="daemon")
        told = asyncio.create_task(stop.wait(), name="stop")
        try:
            await asyncio.wait(
                {running, told}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            told.cancel()
            ended = running.done()
            running.cancel()
            try:
                await running
            except asyncio.CancelledError:
                if ended:
                    raise
            except ExceptionGroup as group:
                raise _deepest(group) from group


def _deepest(group: ExceptionGroup[Exception]) -> Exception:
    """The one error that ended everything, where it was one."""
    error: Exception = group
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


@contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def serve_suite(path: Path) -> None:
    """`run` in a loop of its own."""
    asyncio.run(run(path))
