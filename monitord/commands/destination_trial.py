"""One test message to one destination, by the same worker that a running service has for it."""

import asyncio
from contextlib import suppress
from pathlib import Path
from random import Random

from monitord.commands.service_output import service_logs
from monitord.config import read_suite
from monitord.config.checks.route_table import IN_LOG, log_destinations
from monitord.config.files.reader import nearest
from monitord.config.suite.suite import Destination
from monitord.daemon.health.heartbeats_and_tests import test_of
from monitord.daemon.sequencing.clock import LiveClock, wall_time
from monitord.errors import ConfigError, NotifyError
from monitord.model import Attempt
from monitord.notify.delivery_queue import ATTEMPT_S, Worker
from monitord.plugins import load_plugins


def sent(suite_file: Path, name: str) -> str:
    """`taken after 0.3 s`; NotifyError where it was not, ConfigError where there is no such destination."""
    suite = read_suite(suite_file, load_plugins())
    destination = suite.destinations.get(name)
    if destination is None:
        raise ConfigError(
            [f"{suite_file}: no destination {name!r}{nearest(name, suite.destinations)}"]
        )
    if not destination.tells:
        raise ConfigError(
            [f"{suite_file}: {name} carries no alarms, only signs of life or numbers"]
        )
    if name in log_destinations(suite, into_log=service_logs(suite_file)):
        raise NotifyError(f"{name}: {IN_LOG}: of the service, whatever this terminal shows")
    if str(getattr(destination.config, "port", "")).startswith("/"):
        raise NotifyError(
            f"{name}: a serial line, which a running service may hold: try it by the check before opening, on the page"
        )
    return delivered(suite.name, destination)


def delivered(suite: str, destination: Destination) -> str:
    """The same for a destination that stands in no file yet."""
    return asyncio.run(_deliver(suite, destination))


async def _deliver(suite: str, destination: Destination) -> str:
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[Attempt] = loop.create_future()

    def settled(attempt: Attempt) -> None:
        if not outcome.done():
            outcome.set_result(attempt)

    worker = Worker(
        destination.name,
        # Under another name: a broker lets the later one of two clients of one name put the other out.
        destination.notifier.open(f"{destination.name}-trial", destination.config),
        clock=LiveClock(),
        random=Random(),
        report=lambda _fault: None,
        settle=settled,
    )
    began = loop.time()
    worker.put(test_of(suite, destination.name, wall_time()), durable=True)
    running = asyncio.create_task(worker.run())
    try:
        async with asyncio.timeout(ATTEMPT_S + 1):
            error = (await outcome).error
    except TimeoutError:
        error = f"no answer within {ATTEMPT_S:g} s"
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    if error is not None:
        raise NotifyError(f"{destination.name}: not taken: {error}")
    return f"taken after {loop.time() - began:.1f} s"
