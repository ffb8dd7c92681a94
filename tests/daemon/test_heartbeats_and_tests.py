"""Signs of life, scheduled tests, and a destination that fails: an alarm by another route."""

import asyncio
import json
import re
import socket
from pathlib import Path
from typing import Any

import pytest
import structlog

from monitord.commands.verify_command import verified
from monitord.daemon.health import heartbeats_and_tests
from monitord.daemon.health.heartbeats_and_tests import TEST
from monitord.daemon.sequencing.clock import LiveClock, wall_time
from monitord.model import Instant, from_iso
from tests.daemon.livekit import Finger, Paper, live, nonin, running
from tests.mqtt_peer import MqttPeer
from tests.pager import Pager
from tests.peers import GENEROUS_S, Mosquitto, PseudoTerminal, until, whole_lines


def desk(folder: Path) -> dict[str, Any]:
    """A local destination that writes what it is told."""
    out = folder / "desk.jsonl"
    return {"notifier": "command", "run": ["/bin/sh", "-c", 'cat >> "$0"', str(out)]}


def told(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(row) for row in whole_lines(folder / "desk.jsonl")]


def clock_at(time_of_day: str) -> LiveClock:
    """Runs as any other, but began on a certain day at this time: some seconds before what is due, for a slow start."""
    shift = from_iso(f"2026-01-05T{time_of_day}+00:00") - wall_time()
    return LiveClock(wall=lambda: Instant(wall_time() + shift))


async def test_every_destination_is_sent_a_test_at_its_time(
    tmp_path: Path, line1: PseudoTerminal, pager: Pager
) -> None:
    paper = Paper(
        folder=tmp_path,
        beds={"1": nonin(line1)},
        destinations={
            "pager": {"notifier": "webhook", "url": pager.url},
            "desk": desk(tmp_path),
        },
        more={"zone": "Europe/Berlin", "tests": {"at": ["07:00"]}},
    )
    async with live(paper, clock=lambda _: clock_at("05:59:54")):
        await until(lambda: [c for c in pager.calls if c.line["alarm"] == TEST])
        await until(lambda: [line for line in told(tmp_path) if line["alarm"] == TEST])
    (call,) = [call for call in pager.calls if call.line["alarm"] == TEST]
    assert call.line["text"] == "TEST of pager: alerts arrive here, nothing to do"
    assert (call.line["priority"], call.line["at"][:17]) == ("low", "2026-01-05T06:00:")


async def test_a_destination_that_fails_its_test_is_an_alarm_elsewhere_until_it_works(
    tmp_path: Path, line1: PseudoTerminal, pager: Pager
) -> None:
    pager.status = 503
    paper = Paper(
        folder=tmp_path,
        beds={"1": nonin(line1)},
        destinations={
            "pager": {"notifier": "webhook", "url": pager.url},
            "desk": desk(tmp_path),
        },
        more={"tests": {"at": ["07:00"], "to": ["pager"]}},
    )
    async with live(paper, clock=lambda _: clock_at("06:59:54")) as ward:
        await ward.until("destination:pager", "start", bed=None)
        await until(lambda: [x for x in told(tmp_path) if x["alarm"] == "destination:pager"])
        pager.status = 200
        await ward.until("destination:pager", "clear", bed=None)
    first = next(x for x in told(tmp_path) if x["alarm"] == "destination:pager")
    assert (first["priority"], first["kind"]) == ("high", "technical")
    assert "HTTP 503" in first["text"]


@pytest.mark.peer("mosquitto")
async def test_the_heartbeat_goes_to_an_outside_monitor_and_stays_on_the_broker(
    tmp_path: Path, line1: PseudoTerminal, mosquitto: Mosquitto
) -> None:
    beats: list[str] = []

    async def monitor(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        beats.append((await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[0])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(monitor, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/ping/ward"
    broker = {"notifier": "mqtt", "broker": mosquitto.url}
    paper = Paper(
        folder=tmp_path,
        beds={"1": nonin(line1)},
        destinations={"ward": broker, "outside": {"notifier": "heartbeat", "url": url}},
        more={
            "heartbeat": {"every": "5s", "to": ["ward", "outside"]},
            "routes": {w: {"tiers": [{"to": ["ward"]}]} for w in ("high", "medium")},
        },
    )
    async with live(paper):
        await until(lambda: beats)
        async with asyncio.timeout(GENEROUS_S):
            first = await _status(mosquitto)
            # Until the next one is there, so that none is under way at the end.
            while (second := await _status(mosquitto))["at"] == first["at"]:  # noqa: ASYNC110 - a real broker tells nobody
                await asyncio.sleep(0.1)
    assert (first["state"], second["every_s"], len(beats)) == ("alive", 5, 2)
    assert beats[0] == "GET /ping/ward HTTP/1.1"
    assert re.fullmatch(r"\d+:[0-9a-f]{64}", second["audit_head"])
    assert (await _status(mosquitto))["state"] == "stopped"
    server.close()


async def _status(broker: Mosquitto) -> dict[str, Any]:
    async with MqttPeer(broker.host, broker.port) as client:
        await client.subscribe("monitord/ward/status", qos=1)
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            found: dict[str, Any] = json.loads(message.payload)
            return found
    raise AssertionError("no status")


async def test_an_alarm_reaches_the_desk_although_the_pager_is_dead(
    tmp_path: Path, line1: PseudoTerminal
) -> None:
    paper = Paper(
        folder=tmp_path,
        beds={"1": nonin(line1)},
        destinations={
            "pager": {"notifier": "webhook", "url": "http://127.0.0.1:9/"},
            "desk": desk(tmp_path),
        },
    )
    finger = Finger(line1)
    async with live(paper) as ward, running(finger.run()):
        await ward.desk.infuse("1")
        finger.spo2 = 80
        start = await ward.until("spo2_low", "start")
        await until(lambda: [x for x in told(tmp_path) if x["id"] == start["id"]])
        await ward.until("destination:pager", "start", bed=None)
        await until(lambda: [x for x in told(tmp_path) if x["alarm"] == "destination:pager"])


async def test_the_audit_head_goes_to_the_log_and_to_every_syslog_and_verifies(
    tmp_path: Path, line1: PseudoTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeats_and_tests, "FIRST_HEAD_S", 0.5)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as log:
        log.bind(("127.0.0.1", 0))
        log.setblocking(False)
        address = f"udp://127.0.0.1:{log.getsockname()[1]}"
        paper = Paper(
            folder=tmp_path,
            beds={"1": nonin(line1)},
            destinations={
                "desk": desk(tmp_path),
                "log": {"notifier": "syslog", "address": address},
            },
        )
        with structlog.testing.capture_logs() as logged:
            async with live(paper) as ward, asyncio.timeout(GENEROUS_S):
                await until(lambda: ward.journal.last_seq > 0)
                while b"audit_head" not in (
                    text := await asyncio.get_running_loop().sock_recv(log, 4096)
                ):
                    pass
        (head,) = [line["head"] for line in logged if line["event"] == "audit_head"]
    assert f'audit_head="{head}"' in text.decode()
    assert verified(str(paper.journal), head).faults == ()
