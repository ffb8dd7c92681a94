"""Any bytes on a port, any payload on a topic, any body on a route: counted, refused, survived."""

import asyncio
import json
import os
import random
from typing import Any

import httpx2
import pytest

from devices.oximeters.nonin_slow import encode_df8
from devices.readings import Oximetry
from tests.daemon.livekit import Finger, Paper, live, mqtt_oximeter, running
from tests.mqtt_peer import MqttPeer
from tests.peers import GENEROUS_S, Mosquitto, PseudoTerminal, until

ROUTES = (
    "/api/beds/1/actions",
    "/api/beds/nobody/actions",
    "/api/alarms/x/spo2_low/1/acknowledge",
    "/api/alarms/%00/acknowledge",
)
VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 1e308, 2**70, "", "x" * 100_000, "\ud800", "\x00", [], {}, [[[]]]),
    *(
        "admit",
        "observe",
        "call_help",
        {"spo2": 1e400},
        "2026-13-45T99:99:99Z",
        "9999-12-31T23:59:59Z",
    ),
)


@pytest.mark.peer("mosquitto")
async def test_two_thousand_random_payloads_leave_the_readings_coming(
    paper: Paper, mosquitto: Mosquitto
) -> None:
    dice = random.Random(9)
    paper.beds = {"1": mqtt_oximeter(mosquitto.url, "clinic/chair1")}

    def payload() -> bytes:
        match dice.randrange(4):
            case 0:
                return dice.randbytes(dice.randrange(64))
            case 1:
                return json.dumps({"spo2": dice.choice(VALUES)}).encode(errors="replace")
            case 2:
                return b'{"spo2": ' + dice.randbytes(4) + b"}"
            case _:
                return b"[" * dice.randrange(5000)

    def spo2() -> float | None:
        readings = ward.daemon.host.beds()["1"].readings
        return next((r.value for r in readings if r.signal == "spo2"), None)

    async with live(paper) as ward, MqttPeer(mosquitto.host, mosquitto.port) as client:
        await client.publish("clinic/chair1", b'{"spo2": 97, "pulse_rate": 70}', qos=1)
        for number in range(2_000):
            await client.publish("clinic/chair1", payload(), qos=int(number % 100 == 0))

        async def again() -> None:
            while spo2() != 93:
                await client.publish("clinic/chair1", b'{"spo2": 93, "pulse_rate": 70}', qos=1)
                await asyncio.sleep(0.1)

        async with asyncio.timeout(GENEROUS_S):
            await again()
        assert not ward.task.done()
        # It is said that something is wrong with what this device sends.
        await ward.until("device:oximeter", "start")


async def test_a_hundred_thousand_bytes_of_noise_on_a_line_leaves_the_readings_coming(
    paper: Paper, line1: PseudoTerminal
) -> None:
    noise = random.Random(9).randbytes(100_000)
    async with live(paper) as ward:
        await until(lambda: _heard(line1, ward))
        for start in range(0, len(noise), 4000):
            while True:
                try:
                    line1.write(noise[start : start + 4000])
                    break
                except BlockingIOError:
                    await asyncio.sleep(0.001)
        finger = Finger(line1, 93)
        async with running(finger.run()):
            await until(
                lambda: (
                    {r.value for r in ward.daemon.host.beds()["1"].readings if r.signal == "spo2"}
                    == {93}
                ),
            )
        assert not ward.task.done()


def _heard(line: PseudoTerminal, ward: Any) -> bool:
    line.write(encode_df8(Oximetry(spo2=97, pulse_rate=70)))
    return bool(ward.daemon.host.beds()["1"].readings)


async def test_any_body_on_any_route_is_refused_and_never_a_crash(
    paper: Paper, line1: PseudoTerminal
) -> None:
    dice = random.Random(9)
    kinds = ["admit", "observe", "void", "acknowledge", "start_infusion", "pause_audio"]
    finger = Finger(line1)
    async with (
        running(finger.run()),
        live(paper) as ward,
        httpx2.AsyncClient(base_url=ward.desk.url, timeout=GENEROUS_S) as client,
    ):
        seen: set[int] = set()
        for _ in range(150):
            body: Any = {
                dice.choice(["by", "type", "values", "alarm", "happened_at"]): dice.choice(VALUES)
            }
            if dice.random() < 0.6:
                body |= {"type": dice.choice(kinds), "by": dice.choice(["nurse", "\ud800", "\x00"])}
            data = json.dumps(body).encode()
            if dice.random() < 0.3:
                data = data[: dice.randrange(len(data))] + os.urandom(8)
            answer = await client.post(
                dice.choice(ROUTES), content=data, headers={"Content-Type": "application/json"}
            )
            seen.add(answer.status_code)
            assert answer.status_code < 500, (body, answer.text)
        for path in "/api/events?after=-1", "/api/beds/x/trend", "/nothing", "/api/alarms/%2e%2e/":
            assert 400 <= (await client.get(path)).status_code < 500
        assert {400, 422} <= seen
        finger.spo2 = 80
        await ward.until("spo2_low", "start")
