"""W9: a thousand beds through one HL7 listener, each once a second: processor, memory, and how late the latest bed is.

The whole service: parse, route, stamp, engine, journal on the disk; a message is answered once it is recorded, so that
the answer's time is that of the whole path. Fifty gateways of twenty beds each send from the other core, every bed at
its own place in the second. A bed is late when it is not answered before it sends again.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

from devices.hl7.hl7_encode import MonitorDisplay, encode
from devices.hl7.hl7_framing import MessageCutter
from monitord.model import SECOND, Instant, Signal
from tests.bench import peers
from tests.bench.figures import Result
from tests.bench.machine import THEIRS, cpu_seconds, memory_mb, pin
from tests.bench.ward import service, write_suite
from tests.peers import free_port

GATEWAYS, BEDS_EACH = 50, 20
PERIOD_S = 1.0
VALUES: dict[Signal, float | None] = {
    Signal.SPO2: 97.0,
    Signal.PULSE_RATE: 71.0,
    Signal.PERFUSION_INDEX: 3.2,
    Signal.RESP_RATE: 16.0,
}
CUFF: dict[Signal, float | None] = {
    Signal.NIBP_SYS: 128.0,
    Signal.NIBP_DIA: 79.0,
    Signal.NIBP_MAP: 95.0,
}


def run(*, quick: bool) -> Result:
    beds = GATEWAYS * BEDS_EACH
    result = Result(workload="W9", title=f"HL7: {beds} beds through one listener at 1 Hz")
    seconds = 10.0 if quick else 60.0
    with tempfile.TemporaryDirectory(dir=peers.workshop()) as name:
        port = free_port()
        suite = write_suite(
            Path(name), {str(bed): {"monitor": monitor(port, bed)} for bed in range(beds)}, None
        )
        pin(THEIRS)
        with service(suite, patience_s=300) as found:
            pid = found.process.pid
            load = f"{beds} beds, {seconds:g} s"
            asyncio.run(play(port, 5.0))
            cpu, began = cpu_seconds(pid), time.monotonic()
            late = asyncio.run(play(port, seconds))
            lasted = time.monotonic() - began
            result.add("monitord", load, "% of a core", 100 * (cpu_seconds(pid) - cpu) / lasted)
            result.add("monitord", load, "MB", memory_mb(pid))
            cut = quantiles(late, n=1000)
            result.add("monitord", load, "ms to the answer, p50", 1000 * cut[499])
            result.add("monitord", load, "ms to the answer, p99.9", 1000 * cut[998])
            result.add("monitord", load, "ms to the answer, worst", 1000 * max(late))
            sent = round(seconds) * beds
            result.goal("messages answered, of those sent", [len(late) / sent], at_least=1)
            result.goal("seconds to the answer, worst", [max(late)], at_most=PERIOD_S)
    return result


def monitor(port: int, bed: int) -> dict[str, Any]:
    return {
        "driver": "hl7",
        "listen": f"127.0.0.1:{port}",
        "location": f"GW{bed // BEDS_EACH}^^{bed}",
        "signals": [*VALUES, *CUFF],
    }


async def play(port: int, seconds: float) -> list[float]:
    """Every bed once a second; how long each message waited for its answer, s."""
    late: list[float] = []
    async with asyncio.TaskGroup() as group:
        for gateway in range(GATEWAYS):
            group.create_task(_gateway(port, gateway, seconds, late))
    return late


async def _gateway(port: int, gateway: int, seconds: float, late: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    loop, began = asyncio.get_running_loop(), asyncio.get_running_loop().time()
    waiting: list[float] = []
    answered, sent = 0, round(seconds) * BEDS_EACH
    cutter = MessageCutter()

    async def hear() -> None:
        nonlocal answered
        while answered < sent:
            data = await reader.read(65536)
            if not data:
                raise ConnectionResetError
            for _ in cutter.cut(data):
                late.append(loop.time() - waiting[answered])
                answered += 1

    hearing = asyncio.create_task(hear())
    for number in range(sent):
        # Gateways and their beds are spread over the second.
        due = (number + gateway / GATEWAYS) * PERIOD_S / BEDS_EACH
        await asyncio.sleep(max(0.0, began + due - loop.time()))
        now = Instant(time.time_ns() // 1000)
        bed = gateway * BEDS_EACH + number % BEDS_EACH
        shown = MonitorDisplay(
            at=now,
            values=VALUES | {Signal.SPO2: 95.0 + number // BEDS_EACH % 4},
            cuff=CUFF,
            cuff_at=Instant(now - now % (600 * SECOND)),
        )
        location = f"GW{gateway}^^{bed}"
        data = encode(shown, "pcd01", control=f"{gateway}.{number}", location=location)
        waiting.append(loop.time())
        writer.write(data)
    try:
        async with asyncio.timeout(60):
            await hearing
    finally:
        writer.transport.abort()
