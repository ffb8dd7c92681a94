"""`monitord run`: from a suite file to a running daemon, or every reason why not."""

import asyncio
import re
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
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

_DATABASE = re.compile(
    r"""^["']?database["']?\s*:\s*(?:["'](?P<quoted>[^"'\n]+)["']|(?P<plain>[^\s#"',]+))""",
    re.MULTILINE,
)

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
        suite = _approved(path, plugins)
    except ConfigError as error:
        suite = _with_open_session(path, plugins, error)
        _log.error("config_refused", faults=error.faults)
        return Start(suite=suite, faults=(_config_fault(path, error),))
    good = Fault(cause=Cause.CONFIG, subject=path.name, present=False)
    return Start(suite=suite, faults=(good,))


def _with_open_session(path: Path, plugins: Plugins, error: ConfigError) -> Suite:
    for database in databases(path):
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


def databases(path: Path) -> Iterator[str]:
    """Where the journal may be, by a file that cannot be trusted as a whole."""
    try:
        written = read_file(path).value.get("database")
    except (ConfigError, AttributeError):
        written = _database_line(path)
    if isinstance(written, str):
        yield written if "://" in written else str(path.parent / Path(written).expanduser())
    yield str(default_database())


def _database_line(path: Path) -> str | None:
    """What the file says of its database, where the rest of it cannot be read."""
    try:
        found = _DATABASE.search(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None
    return found and (found["quoted"] or found["plain"])


async def run(path: Path) -> None:
    """Runs the service until SIGINT or SIGTERM.

    ConfigError, StoreError and StationError say why it cannot start.
    """
    _log.info("starting", version=__version__, notice=DISCLAIMER)
    plugins = load_plugins()
    start = choose_suite(path, plugins)
    with Journal.open(start.suite.database) as journal:
        # Only who holds the journal may say what its last good settings are.
        if not any(fault.present for fault in start.faults):
            last_good.keep(path, start.suite)
        clock = LiveClock(not_before=journal.last_instant())
        around = Surroundings(ready=lambda port: _log.info("ready", port=port))
        daemon = Daemon(start.suite, journal, clock, around, start.faults)
        await until_told(daemon, reload=partial(_reload, daemon, path, plugins))
    _log.info("stopped")


async def _reload(daemon: Daemon, path: Path, plugins: Plugins) -> None:
    """Takes the suite file anew. One that cannot be used is a fault, and the old one goes on."""
    try:
        suite = await asyncio.to_thread(_approved, path, plugins)
        await daemon.reload(suite)
        await asyncio.to_thread(last_good.keep, path, suite)
    except ConfigError as error:
        _log.error("config_refused", faults=error.faults)
        daemon.report(_config_fault(path, error))
    except Exception as error:  # noqa: BLE001 - a reload must not end the watch over patients
        _log.error("reload_failed", exc_info=error)
        daemon.report(_config_fault(path, ConfigError([f"{type(error).__name__}: {error}"])))
    else:
        daemon.report(Fault(cause=Cause.CONFIG, subject=path.name, present=False))


def _approved(path: Path, plugins: Plugins) -> Suite:
    suite = read_suite(path, plugins)
    require_approved(suite.every_protocol, suite.approvals)
    return suite


def _config_fault(path: Path, error: ConfigError) -> Fault:
    detail = "; ".join(error.faults)[:200]
    return Fault(cause=Cause.CONFIG, subject=path.name, present=True, detail=detail)


async def until_told(
    daemon: Daemon,
    seconds: float | None = None,
    reload: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Runs the daemon until SIGINT, SIGTERM or the end of `seconds`; SIGHUP calls `reload`."""
    stop = asyncio.Event()
    with _signals(stop), _hangups(reload):
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
                raise deepest(group) from group


def deepest(group: ExceptionGroup[Exception]) -> Exception:
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


@contextmanager
def _hangups(reload: Callable[[], Awaitable[None]] | None) -> Iterator[None]:
    """While the block runs each SIGHUP reloads, one after the other."""
    if reload is None:
        yield
        return
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()

    async def serve_hangups() -> None:
        while True:
            await asked.wait()
            asked.clear()
            await reload()

    serving = asyncio.create_task(serve_hangups(), name="reloads")
    loop.add_signal_handler(signal.SIGHUP, asked.set)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
        serving.cancel()


def serve_suite(path: Path) -> None:
    """`run` in a loop of its own."""
    asyncio.run(run(path))
