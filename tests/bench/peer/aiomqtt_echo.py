"""The mini-specification in plain Python on aiomqtt, the client library that monitord uses: the bare echo."""

import asyncio
import json
import socket
import sys

import aiomqtt

NODELAY = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)


async def main(port: int) -> None:
    low: dict[str, float] = {}
    held: set[str] = set()
    async with aiomqtt.Client("127.0.0.1", port, socket_options=NODELAY) as client:
        await client.subscribe("suite/+/oximeter")
        print("ready", flush=True)
        async for message in client.messages:
            said = json.loads(message.payload)
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
                await client.publish(f"alerts/{bed}", json.dumps(line))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
