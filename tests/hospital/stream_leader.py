"""Which node leads a stream, on a cluster of three nodes amid faults."""

import asyncio
import time
from pathlib import Path
from typing import Final

from monitord.hospital import subjects
from monitord.hospital.cluster_setup import ClusterPlan
from monitord.model import SECOND
from tests.hospital.nats_servers import NatsNode, NatsServers
from tests.hospital.stream_reader import at_hospital

THREE_NODES: Final = ClusterPlan(
    partitions=8, replicas=3, retention=7 * 24 * 3600 * SECOND, lease_s=3, disk_mb=100
)
LEADER_S = 30


def leader(servers: NatsServers, folder: Path, stream: str = subjects.RECORD) -> NatsNode:
    """The node that leads it; while there is none, after its election."""

    async def asked() -> str:
        async with at_hospital(servers.urls, folder, THREE_NODES) as (_, context):
            cluster = (await context.stream_info(stream)).cluster
            return "" if cluster is None else cluster.leader or ""

    give_up = time.monotonic() + LEADER_S
    while True:
        try:
            name = asyncio.run(asked())
        except Exception:  # noqa: BLE001 - a cluster amid faults refuses in many ways
            name = ""
        for node in servers.nodes:
            if node.node.name == name:
                return node
        if time.monotonic() > give_up:
            return servers.nodes[0]
        time.sleep(0.2)
