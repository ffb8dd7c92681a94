"""`monitord run`: from a suite file to a running daemon, or every reason why not."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from monitord import __version__
from monitord.config.database_place import (
    copy_folders,
    databases,
    kept_folder,
    place_of,
    runtime_folder,
)
from monitord.config.protocol.approval import require_approved
from monitord.config.suite.suite import Suite
from monitord.config.suite.suite_file import read_suite
from monitord.daemon.daemon import Daemon, Environment
from monitord.daemon.health import start_pause
from monitord.daemon.health.liveness import heartbeat_file, write_refusal
from monitord.daemon.sequencing.clock import LiveClock
from monitord.daemon.suite import last_good
from monitord.daemon.suite.journal_opening import open_record
from monitord.errors import ConfigError, MonitordError, StoreError, deepest
from monitord.model import Cause, Fault
from monitord.plugins import Plugins, load_plugins
from monitord.store.journal.journal import Journal
from monitord.store.recovery_copy import newest_copy

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
        suite = _approved(path, plugins)
    except ConfigError as error:
        suite = _with_open_session(path, plugins, error)
        _log.error("config_refused", faults=error.faults)
        return Start(suite=suite, faults=(_config_fault(path, error),))
    good = Fault(cause=Cause.CONFIG, subject=path.name, present=False)
    return Start(suite=suite, faults=(good,))


def _with_open_session(path: Path, plugins: Plugins, error: ConfigError) -> Suite:
    known = last_good.last_database(path)
    # Each once; what the file says of itself goes first.
    for database in dict.fromkeys([*databases(path), *([known] if known else [])]):
        kept = kept_folder(database)
        if not (kept / last_good.SUITE).exists() or not _session_open(database):
            continue
        try:
            return last_good.recall(kept, plugins)
        except ConfigError as also:
            _log.error("last_good_unusable", detail=str(also))
    raise error


def _session_open(database: str) -> bool:
    """By the journal, and by its copy where the journal does not say so."""
    try:
        with Journal.open(database, read_only=True) as journal:
            if any(session.open for session in journal.sessions()):
                return True
    except StoreError as error:
        _log.error("record_not_opened", detail=str(error))
    copy = newest_copy(copy_folders(database), place_of(database))
    if copy is None or not copy.open_sessions:
        return False
    try:
        with Journal.open(database, read_only=True) as journal:
            return journal.is_behind(copy)
    except StoreError:
        return True


async def run(path: Path) -> None:
    """Runs the service until SIGINT or SIGTERM.

    ConfigError, StoreError and StationError say why it cannot start.
    """
    _log.info("starting", version=__version__, notice=DISCLAIMER)
    plugins = load_plugins()
    start = choose_suite(path, plugins)
    opened = open_record(start.suite.database)
    with opened.journal as journal:
        # Only who holds the journal may say what its last good settings are.
        if not any(fault.present for fault in start.faults):
            last_good.keep(path, start.suite)
        clock = LiveClock(not_before=journal.last_instant())
        around = Environment(ready=lambda port: _log.info("ready", port=port))
        daemon = Daemon(start.suite, journal, clock, around, (*start.faults, *opened.faults))
        start_pause.started(runtime_folder())
        await run_until_signal(daemon.run(), reload=partial(_reload, daemon, path, plugins))
    _log.info("stopped")


async def _reload(daemon: Daemon, path: Path, plugins: Plugins) -> None:
    """Takes the suite file anew. One that cannot be used is a fault, and the old one goes on."""
    try:
        suite = await asyncio.to_thread(_approved, path, plugins)
        await daemon.reload(suite)
        await asyncio.to_thread(last_good.keep, path, suite)
    except ConfigError as error:
        _log.error("config_refused", faults=error.faults)
        daemon.host.report(_config_fault(path, error))
    except Exception as error:  # noqa: BLE001 - a reload must not end the watch over patients
        _log.error("reload_failed", exc_info=error)
        daemon.host.report(_config_fault(path, ConfigError([f"{type(error).__name__}: {error}"])))
    else:
        daemon.host.report(Fault(cause=Cause.CONFIG, subject=path.name, present=False))


def _approved(path: Path, plugins: Plugins) -> Suite:
    suite = read_suite(path, plugins)
    require_approved(suite.every_protocol, suite.approvals)
    return suite


def _config_fault(path: Path, error: ConfigError) -> Fault:
    detail = "; ".join(error.faults)[:200]
    return Fault(cause=Cause.CONFIG, subject=path.name, present=True, detail=detail)


async def run_until_signal(
    work: Coroutine[Any, Any, None],
    seconds: float | None = None,
    reload: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Runs a daemon, or a worker, until SIGINT, SIGTERM or the end of `seconds`; SIGHUP calls `reload`."""
    stop = asyncio.Event()
    with _signals(stop), _hangups(reload):
        running = asyncio.create_task(work, name="daemon")
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
    """`run` in a loop of its own. The watcher is told of a suite file that cannot be used; a start that fails
    otherwise ends after a pause.
    """
    try:
        asyncio.run(run(path))
    except ConfigError as error:
        with suppress(OSError):
            write_refusal(heartbeat_file(), error.faults[0][:200] if error.faults else "")
        raise
    except (MonitordError, OSError) as error:
        pause = start_pause.pause_after(runtime_folder())
        _log.error("start_failed", detail=str(error), next_try_in_s=pause)
        start_pause.wait(pause)
        raise
