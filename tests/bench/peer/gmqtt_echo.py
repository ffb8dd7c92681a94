"""The mini-specification on gmqtt, the fastest asyncio client."""

import asyncio
import json
import sys
from typing import Any

import gmqtt  # type: ignore[import-not-found]  # its environment is thrown away

low: dict[str, float] = {}
held: set[str] = set()


async def main(port: int) -> None:
    client = gmqtt.Client("bench-gmqtt")

    def take(client: Any, topic: str, payload: bytes, qos: int, properties: Any) -> None:
        said = json.loads(payload)
        bed, spo2, t = said["bed"], said["spo2"], said["t"]
        edges = []
        if spo2 < 90:
            if bed not in low:
                low[bed] = t
                edges.append(("spo2_low", "start"))
            elif t - low[bed] >= 10 and bed not in held:
                held.add(bed)
                edges.append(("spo2_low_10s", "start"))
        elif spo2 >= 92 and low.pop(bed, None) is not None:
            edges.append(("spo2_low", "clear"))
            if bed in held:
                held.discard(bed)
                edges.append(("spo2_low_10s", "clear"))
        for alarm, event in edges:
            line = {"alarm": alarm, "event": event, "value": spo2}
            client.publish(f"alerts/{bed}", json.dumps(line))

    client.on_message = take
    await client.connect("127.0.0.1", port, version=4)
    client.subscribe("suite/+/oximeter")
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
