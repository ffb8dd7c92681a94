"""Makes the hospital's streams and buckets on its cluster, or brings them to what is asked for.

The server keys what suites write: to each suite and bed a partition, so that one worker folds all of a bed in order.
"""

from dataclasses import dataclass

from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import (
    DiscardPolicy,
    KeyValueConfig,
    StorageType,
    StreamConfig,
    SubjectTransform,
)
from nats.js.errors import APIError, BucketNotFoundError, NotFoundError

from monitord.errors import DeviceError
from monitord.hospital import subjects
from monitord.model import MINUTE, SECOND, Span

NEEDED = (2, 11)
"""Older servers take the transform without a word and store every message unkeyed."""
DEDUPED_S = 120.0
"""In which a message that is sent again is recognised by the server; after that the fold does."""
NOW_KEPT: Span = 10 * MINUTE
"""How long the last tile of a silent suite stays to be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPlan:
    """What is asked of the cluster; `disk_mb` bounds the stream of journals on each node."""

    partitions: int
    replicas: int
    retention: Span
    lease_s: float
    disk_mb: int


async def make_ready(client: Client, plan: ClusterPlan) -> JetStreamContext:
    """The cluster with everything in place; DeviceError where it is too old, or was made otherwise."""
    runs = client.connected_server_version
    if (runs.major, runs.minor) < NEEDED:
        found = f"{runs.major}.{runs.minor}"
        raise DeviceError(f"the cluster runs NATS {found}: 2.11 or newer is needed")
    context = client.jetstream(timeout=10)
    source, keyed = subjects.partitioned(plan.partitions)
    await _stream(
        context,
        StreamConfig(
            name=subjects.RECORD,
            subjects=[source],
            subject_transform=SubjectTransform(src=source, dest=keyed),
            storage=StorageType.FILE,
            num_replicas=plan.replicas,
            max_age=plan.retention / SECOND,
            max_bytes=plan.disk_mb * 1_000_000,
            discard=DiscardPolicy.OLD,
            duplicate_window=DEDUPED_S,
        ),
    )
    await _stream(
        context,
        StreamConfig(
            name=subjects.NOW,
            subjects=[subjects.EVERY_NOW],
            storage=StorageType.MEMORY,
            num_replicas=plan.replicas,
            max_msgs_per_subject=1,
            max_age=NOW_KEPT / SECOND,
            duplicate_window=1.0,
        ),
    )
    await _bucket(context, KeyValueConfig(bucket=subjects.LEASES, ttl=plan.lease_s), plan.replicas)
    await _bucket(context, KeyValueConfig(bucket=subjects.BEDS), plan.replicas)
    await _bucket(context, KeyValueConfig(bucket=subjects.FOLDED), plan.replicas)
    return context


async def _stream(context: JetStreamContext, wanted: StreamConfig) -> None:
    try:
        known = (await context.stream_info(wanted.name or "")).config
    except NotFoundError:
        await context.add_stream(wanted)
        return
    if known.subject_transform != wanted.subject_transform:
        raise DeviceError(
            f"the stream {wanted.name} is keyed otherwise: the number of partitions stays as it was made"
        )
    changed = (known.max_age, known.max_bytes, known.num_replicas) != (
        wanted.max_age,
        wanted.max_bytes,
        wanted.num_replicas,
    )
    if changed:
        try:
            await context.update_stream(wanted)
        except APIError as error:
            raise DeviceError(f"the stream {wanted.name}: {error.description}") from error


async def _bucket(context: JetStreamContext, wanted: KeyValueConfig, replicas: int) -> None:
    wanted.history, wanted.replicas, wanted.storage = 1, replicas, StorageType.FILE
    try:
        await context.key_value(wanted.bucket)
    except BucketNotFoundError:
        await context.create_key_value(config=wanted)
