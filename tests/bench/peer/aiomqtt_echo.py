"""The mini-specification in plain Python on aiomqtt, the client library that monitord uses: the bare echo.

With a file as its second argument each line is first committed to that database, on the disk.
"""

import asyncio
import json
import socket
import sqlite3
import sys

import aiomqtt

NODELAY = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)


def database(path: str) -> sqlite3.Connection:
    opened = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    opened.execute("PRAGMA journal_mode = WAL")
    opened.execute("PRAGMA synchronous = FULL")
    opened.execute("CREATE TABLE lines (text TEXT)")
    return opened


async def main(port: int, path: str | None) -> None:
    record = path and database(path)
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
                line = json.dumps({"alarm": alarm, "event": event, "value": spo2})
                if record:
                    statement = "INSERT INTO lines VALUES (?)"
                    await asyncio.to_thread(record.execute, statement, (line,))
                await client.publish(f"alerts/{bed}", line)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None))
