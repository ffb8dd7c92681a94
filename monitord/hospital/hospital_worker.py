"""A worker of the hospital: it owns its share of the partitions and folds each of them.

Any number of workers may run, on any machine; one that dies loses its leases, and the others go on from what it kept.
"""

import asyncio
from random import Random

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError

from monitord.config.suite.hospital_link import ClusterAccess
from monitord.driver import raise_if_cancelled, run_isolated
from monitord.errors import DeviceError
from monitord.hospital import subjects
from monitord.hospital.cluster_connection import connected
from monitord.hospital.cluster_setup import ClusterPlan, make_ready
from monitord.hospital.partition_fold import PartitionFold
from monitord.hospital.partition_lease import PartitionLeases

_log = structlog.get_logger()

AGAIN_S = 1.0


class HospitalWorker:
    """One, under a name of its own."""

    def __init__(self, link: ClusterAccess, plan: ClusterPlan, name: str, random: Random) -> None:
        self._link = link
        self._plan = plan
        self._name = name
        self._random = random
        self._folding: dict[int, asyncio.Task[None]] = {}

    @property
    def owned(self) -> list[int]:
        """The partitions that it folds now."""
        return sorted(self._folding)

    async def run(self) -> None:
        """Until cancelled, through every loss of the cluster."""
        while True:
            await run_isolated(self._work_once(), f"worker {self._name}")
            raise_if_cancelled()
            await asyncio.sleep(AGAIN_S * self._random.uniform(0.5, 1.5))

    async def _work_once(self) -> None:
        """Until the cluster is lost."""
        try:
            async with (
                connected(self._link, f"worker {self._name}") as (client, lost),
                asyncio.TaskGroup() as group,
            ):
                group.create_task(lost.wait())
                group.create_task(self._work(client))
        except* (DeviceError, NatsError, APIError, TimeoutError) as several:
            _log.warning("worker_lost_cluster", error=str(several.exceptions[0]))
        finally:
            await self._stop(list(self._folding))

    async def _work(self, client: Client) -> None:
        context = await make_ready(client, self._plan)
        leases = PartitionLeases(
            await context.key_value(subjects.LEASES),
            self._name,
            self._plan.partitions,
            self._plan.lease_s,
        )
        while True:
            try:
                await leases.round()
            except (NatsError, TimeoutError) as error:
                _log.warning("worker_round_failed", error=repr(error))
            raise_if_cancelled()
            leases.drop_late()
            await self._stop([each for each in self._folding if each not in leases.owned])
            for partition, task in list(self._folding.items()):
                if task.done():
                    await self._stop([partition])
                    await leases.release(partition)
            for partition in leases.surplus():
                await self._stop([partition])
                await leases.release(partition)
            for partition in leases.owned:
                if partition not in self._folding:
                    self._folding[partition] = asyncio.create_task(
                        self._fold(context, partition), name=f"partition {partition}"
                    )
            await asyncio.sleep(leases.pause_s)

    async def _fold(self, context: JetStreamContext, partition: int) -> None:
        beds = await context.key_value(subjects.BEDS)
        folded = await context.key_value(subjects.FOLDED)
        await PartitionFold(context, partition, beds, folded).run()

    async def _stop(self, partitions: list[int]) -> None:
        tasks = [self._folding.pop(each) for each in partitions if each in self._folding]
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                _log.warning("partition_stopped", error=repr(result))
