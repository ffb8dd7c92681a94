"""What the client library does to a cancellation keeps no program of the hospital running."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from monitord.config.suite.hospital_link import ClusterAccess
from monitord.hospital import hospital_worker, overview
from monitord.hospital.cluster_connection import ClusterLost
from monitord.hospital.hospital_worker import HospitalWorker
from monitord.hospital.overview import Overview
from monitord.hospital.partition_fold import PartitionFold
from monitord.model import SECOND
from tests.hospital.stream_reader import PLAN

pytestmark = pytest.mark.looptime

ACCESS = ClusterAccess(servers=("nats://127.0.0.1:1",))


class Forgetful:
    """Each call waits half a second; the first cancellation is forgotten, as by `asyncio.wait_for` on Python 3.11."""

    def __init__(self) -> None:
        self._forgot = False

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*_: object, **_more: object) -> list[Any]:
            try:
                await asyncio.sleep(0.5)
            except asyncio.CancelledError:
                if self._forgot:
                    raise
                self._forgot = True
            return []

        return call


async def ends(run: Awaitable[None]) -> None:
    """Whatever it was doing, it ends when it is cancelled."""
    task = asyncio.ensure_future(run)
    await asyncio.sleep(10.3)
    task.cancel()
    await asyncio.wait({task}, timeout=60)
    ended = task.done()
    while not task.done():
        # All that still runs, or the loop of the test would not end either.
        for each in asyncio.all_tasks() - {asyncio.current_task()}:
            each.cancel()
        await asyncio.sleep(0.7)
    assert ended
    with pytest.raises(asyncio.CancelledError):
        task.result()


def connects(monkeypatch: pytest.MonkeyPatch, module: Any, *, closes: bool) -> None:
    """A cluster of which every answer forgets; or one that is lost at once, and forgets while it is closed."""

    @asynccontextmanager
    async def connected(*_: object) -> AsyncIterator[tuple[Forgetful, ClusterLost]]:
        lost = ClusterLost()
        if closes:
            await lost.closed()
        try:
            yield Forgetful(), lost
        finally:
            if closes:
                await Forgetful().close()

    async def make_ready(*_: object) -> Any:
        async def key_value(_name: str) -> Forgetful:
            return Forgetful()

        return SimpleNamespace(key_value=key_value)

    monkeypatch.setattr(module, "connected", connected)
    monkeypatch.setattr(module, "make_ready", make_ready)


@pytest.mark.parametrize("closes", [False, True])
async def test_a_worker_ends(monkeypatch: pytest.MonkeyPatch, closes: bool) -> None:
    connects(monkeypatch, hospital_worker, closes=closes)
    await ends(HospitalWorker(ACCESS, PLAN, "one", Random(1)).run())


async def test_an_overview_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    connects(monkeypatch, overview, closes=True)
    for task in "_follow_suites", "_follow_beds":
        monkeypatch.setattr(Overview, task, Forgetful().wait)
    await ends(Overview(ACCESS, PLAN, {}, 10 * SECOND).run())


async def test_the_overviews_look_at_the_workers_ends() -> None:
    async def key_value(_name: str) -> Forgetful:
        return Forgetful()

    context: Any = SimpleNamespace(key_value=key_value)
    await ends(Overview(ACCESS, PLAN, {}, 10 * SECOND)._watch_workers(context))


async def test_a_partitions_fold_ends() -> None:
    context: Any = SimpleNamespace(pull_subscribe=None)

    async def pull_subscribe(*_: object, **_more: object) -> Forgetful:
        return Forgetful()

    context.pull_subscribe = pull_subscribe
    beds: Any = Forgetful()
    fold = PartitionFold(context, 1, beds, beds)

    async def load() -> None:
        pass

    fold._load = load  # type: ignore[method-assign]
    await ends(fold.run())
