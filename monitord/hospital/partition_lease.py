"""Who owns which partition: keys that end by themselves, taken and kept by compare-and-set.

A worker that could not renew in time stops by itself before another may begin; what it writes late is refused by
the revisions of the beds.
"""

import asyncio
from math import ceil

import structlog
from nats.errors import Error as NatsError
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError, NoKeysError
from nats.js.kv import KeyValue

from monitord.hospital.subjects import folded_key, worker_key

_log = structlog.get_logger()

RENEWALS = 3
"""In the time of a lease: two may fail."""
STOPS_AT = 0.8
"""Of the lease's time since the last renewal."""


class PartitionLeases:
    """Those of one worker; `owned` are the partitions by the revision of their key."""

    def __init__(self, bucket: KeyValue, worker: str, partitions: int, lease_s: float) -> None:
        self._bucket = bucket
        self._worker = worker
        self._partitions = partitions
        self._lease_s = lease_s
        self.owned: dict[int, int] = {}
        self._renewed: dict[int, float] = {}
        self._too_many = 0

    @property
    def pause_s(self) -> float:
        """Between two rounds."""
        return self._lease_s / RENEWALS

    async def round(self) -> None:
        """Says that the worker is there, renews what it owns, takes its share of what is free."""
        await self._bucket.put(worker_key(self._worker), b"")
        for partition in list(self.owned):
            await self._renew(partition)
        self.drop_late()
        keys = await self._keys()
        workers = max(1, sum(key.startswith("w.") for key in keys))
        share = ceil(self._partitions / workers)
        for partition in range(self._partitions):
            if len(self.owned) < share and folded_key(partition) not in keys:
                await self._take(partition)
        self._too_many = max(0, len(self.owned) - share)

    def surplus(self) -> list[int]:
        """What should go to a worker that has less."""
        return sorted(self.owned)[: self._too_many]

    def drop_late(self) -> None:
        """What could not be renewed in time is another's, or will be."""
        now = asyncio.get_running_loop().time()
        for partition, at in list(self._renewed.items()):
            if now - at > self._lease_s * STOPS_AT:
                self._forget(partition)

    async def release(self, partition: int) -> None:
        """Another may take it at once; its folding has ended."""
        revision = self.owned.get(partition)
        self._forget(partition)
        if revision is not None:
            await self._bucket.delete(folded_key(partition), last=revision)

    def _forget(self, partition: int) -> None:
        self.owned.pop(partition, None)
        self._renewed.pop(partition, None)

    async def _take(self, partition: int) -> None:
        asked = asyncio.get_running_loop().time()
        try:
            revision = await self._bucket.create(folded_key(partition), self._worker.encode())
        except (KeyWrongLastSequenceError, KeyNotFoundError):
            return
        self.owned[partition], self._renewed[partition] = revision, asked
        _log.info("partition_taken", partition=partition, worker=self._worker)

    async def _renew(self, partition: int) -> None:
        asked = asyncio.get_running_loop().time()
        try:
            self.owned[partition] = await self._bucket.update(
                folded_key(partition), self._worker.encode(), last=self.owned[partition]
            )
            self._renewed[partition] = asked
        except KeyWrongLastSequenceError:
            _log.warning("partition_lost", partition=partition, worker=self._worker)
            self._forget(partition)
        except (NatsError, TimeoutError) as error:
            # Whether it was renewed is not known: the next round, or the time, decides.
            _log.warning("lease_not_renewed", partition=partition, error=repr(error))

    async def _keys(self) -> set[str]:
        try:
            return set(await self._bucket.keys())
        except NoKeysError:
            return set()
