"""Many jobs on many cores or machines, one answer each, in any order; a dead worker costs its own job.

Bounded: no more jobs wait in a pool than keep it busy, so memory does not grow with their number.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from itertools import islice
from multiprocessing import get_context
from typing import Any, Final, Protocol, TypeVar

from monitord.errors import MonitordError

J = TypeVar("J")
R = TypeVar("R")

_AHEAD: Final = 3
"""Jobs a worker: one in work, others so that it never waits."""
CONNECT_S: Final = 10
"""So long a scheduler may take to answer."""
_TRIES: Final = 2
"""A job during which a worker died is tried again, alone in a fresh pool: it may not have been its fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """A job's result, or why there is none."""

    job: Any
    result: Any = None
    failed: str | None = None


class Pool(Protocol):
    """Where jobs run."""

    def run(self, work: Callable[[J], R], jobs: Iterable[J]) -> Iterator[JobResult]:
        """Every job's answer, as they come."""
        ...


class Here:
    """In this process, one after the other."""

    def run(self, work: Callable[[J], R], jobs: Iterable[J]) -> Iterator[JobResult]:
        for job in jobs:
            yield _answer(job, partial(work, job))


class Cores:
    """Worker processes of this machine."""

    def __init__(self, workers: int) -> None:
        self._workers = workers

    def run(self, work: Callable[[J], R], jobs: Iterable[J]) -> Iterator[JobResult]:
        left = deque[J]()
        coming = iter(jobs)
        orphans: list[J] = []
        while left or (left := deque(islice(coming, 1))):
            yield from self._until_one_dies(work, left, coming, orphans)
        for job in orphans:
            yield self._alone(work, job)

    def _until_one_dies(
        self, work: Callable[[J], R], left: deque[J], coming: Iterator[J], orphans: list[J]
    ) -> Iterator[JobResult]:
        """Answers until nothing is left, or a worker died: what it may have died of joins `orphans`."""
        with ProcessPoolExecutor(self._workers, mp_context=get_context("spawn")) as pool:
            running: dict[Future[R], J] = {}
            while True:
                left.extend(islice(coming, self._workers * _AHEAD - len(running) - len(left)))
                try:
                    while left:
                        future = pool.submit(work, left[0])
                        running[future] = left.popleft()
                except BrokenProcessPool:
                    orphans += running.values()
                    return
                if not running:
                    return
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    if isinstance(future.exception(), BrokenProcessPool):
                        orphans += running.values()
                        return
                    yield _answer(running.pop(future), future.result)

    def _alone(self, work: Callable[[J], R], job: J) -> JobResult:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            try:
                return _answer(job, pool.submit(work, job).result)
            except BrokenProcessPool:
                return JobResult(job=job, failed=f"its worker died {_TRIES} times")


class Machines:
    """Workers of a Dask cluster, by its scheduler's address; they read the recordings themselves."""

    def __init__(self, scheduler: str) -> None:
        self._scheduler = scheduler

    def run(self, work: Callable[[J], R], jobs: Iterable[J]) -> Iterator[JobResult]:
        try:
            from distributed import Client, as_completed
        except ImportError as error:
            raise MonitordError(
                "--scheduler needs Dask: pip install 'monitord[backtest]'"
            ) from error
        try:
            connect: Any = Client
            client = connect(self._scheduler, timeout=f"{CONNECT_S}s")
        except OSError as error:
            raise MonitordError(f"no Dask scheduler at {self._scheduler}: {error}") from error
        left = iter(jobs)
        with client:
            ahead = max(1, len(client.scheduler_info()["workers"])) * _AHEAD
            running = {client.submit(work, job, pure=False): job for job in islice(left, ahead)}
            in_order_of_end: Any = as_completed
            found = in_order_of_end(list(running))
            for future in found:
                job = running.pop(future)
                yield _answer(job, future.result)
                for following in islice(left, 1):
                    future = client.submit(work, following, pure=False)  # noqa: PLW2901 - the next one
                    running[future] = following
                    found.add(future)


def _answer(job: Any, result: Callable[[], Any]) -> JobResult:
    try:
        return JobResult(job=job, result=result())
    except BrokenProcessPool:
        raise
    except Exception as error:  # noqa: BLE001 - a recording's fault is that recording's
        text = (
            str(error) if isinstance(error, MonitordError) else f"{type(error).__name__}: {error}"
        )
        return JobResult(job=job, failed=text)
