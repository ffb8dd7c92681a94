"""The same design without monitord, to measure beside it: partitions leased, beds kept with the stream's number, alarms published.

`python -m tests.hospital.bare_program publish NAME BEDS SEED URLS` and `... work NAME SEED URLS`.
"""

import asyncio
import contextlib
import json
import sys
import time
from typing import Any

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    KeyValueConfig,
    StreamConfig,
    SubjectTransform,
)
from nats.js.errors import APIError, BucketNotFoundError, KeyNotFoundError, NotFoundError
from nats.js.kv import KeyValue

PARTITIONS = 8
LEASE_S = 3.0
CYCLE_S = 60
LOW_S = 15
OUT = "bare.alarm"


async def ready(client: Client) -> tuple[JetStreamContext, KeyValue, KeyValue]:
    context = client.jetstream(timeout=10)
    keyed = f"bare.part.{{{{partition({PARTITIONS},1)}}}}.{{{{wildcard(1)}}}}"
    try:
        await context.stream_info("BARE")
    except NotFoundError:
        await context.add_stream(
            StreamConfig(
                name="BARE",
                subjects=["bare.in.*"],
                subject_transform=SubjectTransform(src="bare.in.*", dest=keyed),
                num_replicas=3,
                duplicate_window=120.0,
            )
        )
        await context.add_stream(
            StreamConfig(name="BAREOUT", subjects=[f"{OUT}.*"], num_replicas=3)
        )
    buckets = []
    for name, ttl in (("BARE_LEASES", LEASE_S), ("BARE_BEDS", None)):
        try:
            buckets.append(await context.key_value(name))
        except BucketNotFoundError:
            made = KeyValueConfig(bucket=name, ttl=ttl, replicas=3, history=1)
            buckets.append(await context.create_key_value(config=made))
    return context, buckets[0], buckets[1]


async def connect(seed: str, urls: str) -> Client:
    client = Client()
    await client.connect(
        servers=urls.split(","), nkeys_seed=seed, max_reconnect_attempts=-1, reconnect_time_wait=1
    )
    return client


async def publish(name: str, beds: int, seed: str, urls: str) -> None:
    context, *_ = await ready(await connect(seed, urls))

    async def bed(number: int) -> None:
        loop = asyncio.get_running_loop()
        due, n, called = loop.time() + number / beds, int(time.time()) * 10, f"{name}-{number}"
        while True:
            await asyncio.sleep(max(0.0, due - loop.time()))
            low = (int(due) + number * 7) % CYCLE_S < LOW_S
            row = {"n": n, "low": low, "made": due}
            while True:
                try:
                    headers = {"Nats-Msg-Id": f"{called}/{n}"}
                    await context.publish(
                        f"bare.in.{called}", json.dumps(row).encode(), timeout=5, headers=headers
                    )
                    break
                except (NatsError, TimeoutError):
                    await asyncio.sleep(0.5)
            n += 1
            due += 1

    async with asyncio.TaskGroup() as group:
        for number in range(beds):
            group.create_task(bed(number))


class Worker:
    def __init__(self, name: str, parts: tuple[JetStreamContext, KeyValue, KeyValue]) -> None:
        self._name = name.encode()
        self._context, self._leases, self._beds = parts
        self._owned: dict[int, tuple[int, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        while True:
            with contextlib.suppress(NatsError, TimeoutError, APIError):
                await self._leases.put(f"w.{self._name.decode()}", b"")
                for partition, (revision, task) in list(self._owned.items()):
                    try:
                        if task.done():
                            raise KeyNotFoundError
                        again = await self._leases.update(
                            f"p.{partition}", self._name, last=revision
                        )
                        self._owned[partition] = again, task
                    except APIError:
                        task.cancel()
                        del self._owned[partition]
                keys = set(await self._leases.keys())
                share = -(-PARTITIONS // max(1, sum(key.startswith("w.") for key in keys)))
                for partition in range(PARTITIONS):
                    if len(self._owned) < share and f"p.{partition}" not in keys:
                        revision = await self._leases.create(f"p.{partition}", self._name)
                        self._owned[partition] = (
                            revision,
                            asyncio.create_task(self._fold(partition)),
                        )
            await asyncio.sleep(LEASE_S / 3)

    async def _fold(self, partition: int) -> None:
        kept: dict[str, Any] = {"seq": 0, "low": {}}
        revision: int | None = None
        with contextlib.suppress(KeyNotFoundError):
            entry = await self._beds.get(f"p.{partition}")
            kept, revision = json.loads(entry.value or b"{}"), entry.revision
        subscription = await self._context.pull_subscribe(
            f"bare.part.{partition}.>",
            stream="BARE",
            config=ConsumerConfig(
                ack_policy=AckPolicy.NONE,
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=kept["seq"] + 1,
                inactive_threshold=30.0,
                mem_storage=True,
                num_replicas=1,
            ),
        )
        while True:
            try:
                messages = await subscription.fetch(256, timeout=1)
            except TimeoutError:
                continue
            for message in messages:
                kept["seq"] = message.metadata.sequence.stream
                row, bed = json.loads(message.data), message.subject.rsplit(".", 1)[1]
                if row["low"] and not kept["low"].get(bed):
                    headers = {"Nats-Msg-Id": f"{bed}/{row['n']}"}
                    await self._context.publish(f"{OUT}.{bed}", message.data, headers=headers)
                kept["low"][bed] = row["low"]
            text = json.dumps(kept).encode()
            if revision is None:
                revision = await self._beds.create(f"p.{partition}", text)
            else:
                revision = await self._beds.update(f"p.{partition}", text, last=revision)


async def work(name: str, seed: str, urls: str) -> None:
    await Worker(name, await ready(await connect(seed, urls))).run()


if __name__ == "__main__":
    if sys.argv[1] == "publish":
        asyncio.run(publish(sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5]))
    else:
        asyncio.run(work(*sys.argv[2:]))
