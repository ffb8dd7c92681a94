"""The gateway's twin: its messages, what a bad network does to them, and a real Mosquitto between."""

import asyncio
import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from devices.drivers import MQTT as DRIVER
from devices.twin.mqtt_twin import TWIN, Gateway, MqttTwinOptions
from monitord.errors import DeviceError
from monitord.model import Cause, Quality, Signal
from tests.devices.twinkit import Ward, bedside, body, fault, ticks, ward
from tests.mqtt_peer import MqttPeer
from tests.peers import LoopClock, Mosquitto, until

STEADY = [{"spo2": "97x3600", "pulse_rate": "74x3600"}]


def published(seconds: float, **tracks: Any) -> list[tuple[float, dict[str, Any], bool]]:
    gateway = Gateway(body(**{"series": STEADY} | tracks), MqttTwinOptions())
    return [
        (t, json.loads(message.payload), message.retain)
        for t in ticks(seconds)
        for message in gateway.publish(t)
    ]


def numbers(seconds: float, *kinds: str) -> list[int]:
    faults = [fault(kind, "2s", "3s") for kind in kinds]
    return [document["seq"] for _, document, _ in published(seconds, faults=faults)]


def test_a_message_has_the_default_schema() -> None:
    [(_, first, retained), *_] = published(1)
    assert first.pop("pi") > 0
    assert first == {
        "t": "2026-01-05T10:00:00.000000Z",
        "seq": 1,
        "spo2": 97,
        "pulse_rate": 74,
        "quality": "good",
    }
    assert not retained


def test_a_removed_finger_is_told_by_quality_and_then_by_null() -> None:
    messages = [m for _, m, _ in published(20, faults=[fault("probe_off", "2s", "30s")])]
    assert (messages[3]["spo2"], messages[3]["quality"]) == (97, "probe_off")
    assert (messages[15]["spo2"], messages[15]["quality"]) == (None, "probe_off")


def test_signals_can_be_chosen() -> None:
    gateway = Gateway(body(), MqttTwinOptions(signals=(Signal.RESP_RATE,)))
    document = json.loads(gateway.publish(0)[0].payload)
    assert document.keys() == {"t", "seq", "resp_rate", "quality"}
    assert 12 <= document["resp_rate"] <= 16


def test_duplicates_disorder_and_delay() -> None:
    assert numbers(7) == [1, 2, 3, 4, 5, 6, 7]
    assert numbers(7, "duplicate") == [1, 2, 3, 3, 4, 4, 5, 5, 6, 7]
    assert numbers(8, "out_of_order") == [1, 2, 4, 3, 6, 5, 7, 8]
    assert numbers(7, "late") == [1, 2, 6, 7]
    assert numbers(20, "late") == [1, 2, *range(6, 18), 3, 18, 4, 19, 5, 20]
    assert numbers(7, "silence") == [1, 2, 6, 7]


def test_a_clock_jump_shows_in_the_messages_own_time() -> None:
    jump = [fault("clock_jump", "2s", "1s", by="-1h")]
    times = [m["t"] for _, m, _ in published(4, faults=jump)]
    assert times[1] == "2026-01-05T10:00:01.000000Z"
    assert times[3] == "2026-01-05T09:00:03.000000Z"


def test_retained_messages_are_marked() -> None:
    retained = [r for _, _, r in published(7, faults=[fault("retained", "2s", "3s")])]
    assert retained == [False, False, True, True, True, False, False]


def test_noise_is_no_message_and_the_same_each_run() -> None:
    def bytes_of() -> list[bytes]:
        gateway = Gateway(body(faults=[fault("noise", "0s", "9s")]), MqttTwinOptions())
        return [message.payload for t in ticks(3) for message in gateway.publish(t)]

    assert bytes_of() == bytes_of()
    with pytest.raises(ValueError, match=r"decode|Expecting"):
        json.loads(bytes_of()[0])


async def test_a_wrong_address_or_option_is_a_clear_error() -> None:
    for address, options in (
        ("mqtt://localhost", {}),
        ("tcp://localhost/x", {}),
        ("mqtt://localhost/x", {"signals": ["colour"]}),
    ):
        scene = bedside(devices={"device": {"driver": "mqtt", **options}})
        with pytest.raises(DeviceError, match=r"TOPIC|colour"):
            await TWIN.run(address, "device", scene, LoopClock(), asyncio.Queue())


def link_lost(scene: Ward) -> bool:
    links = [each for each in scene.faults if each.cause is Cause.LINK]
    return bool(links) and links[-1].present


@pytest.mark.peer("mosquitto")
async def test_the_driver_hears_the_twin_through_a_real_broker(mosquitto: Mosquitto) -> None:
    settings = {
        "broker": mosquitto.url,
        "topic": "suite/1/oximeter",
        "availability": {"topic": "suite/1/status"},
    }
    async with ward(
        TWIN,
        DRIVER,
        f"{mosquitto.url}/suite/1/oximeter",
        settings=settings,
        devices={"device": {"driver": "mqtt", "availability": "suite/1/status"}},
        series=STEADY,
        speed=20,
    ) as scene:
        await until(lambda: len(scene.samples(Signal.SPO2)) > 3)
        assert {sample.value for sample in scene.samples(Signal.SPO2)} == {97}
        await scene.commands.put("probe_off 20s")
        await until(lambda: scene.samples(Signal.SPO2)[-1].quality is Quality.PROBE_OFF)
        await scene.commands.put("unplug 10s")
        await until(lambda: link_lost(scene))
        await until(lambda: not link_lost(scene))


@pytest.mark.peer("mosquitto")
async def test_orders_are_also_taken_from_a_topic(mosquitto: Mosquitto) -> None:
    async with ward(
        TWIN,
        DRIVER,
        f"{mosquitto.url}/suite/1/oximeter",
        settings={"broker": mosquitto.url, "topic": "suite/1/oximeter"},
        devices={"device": {"driver": "mqtt", "orders": "suite/1/orders"}},
        series=STEADY,
        speed=20,
    ) as scene:
        await until(lambda: scene.samples(Signal.SPO2))
        async with MqttPeer(mosquitto.host, mosquitto.port) as nurse:
            await nurse.publish("suite/1/orders", b"spo2 84 60s")
            await until(lambda: [s for s in scene.samples(Signal.SPO2) if s.value == 84])


@pytest.mark.peer("mosquitto")
async def test_twin_and_driver_outlive_the_broker(mosquitto: Mosquitto) -> None:
    settings = {"broker": mosquitto.url, "topic": "suite/1/oximeter"}
    address = f"{mosquitto.url}/suite/1/oximeter"
    async with ward(TWIN, DRIVER, address, settings=settings, series=STEADY, speed=20) as scene:
        await until(lambda: scene.samples(Signal.SPO2))
        mosquitto.stop()
        await until(lambda: link_lost(scene))
        count = len(scene.samples(Signal.SPO2))
        mosquitto.start()
        await until(lambda: len(scene.samples(Signal.SPO2)) > count)


@pytest.mark.peer("mosquitto")
async def test_a_broker_that_is_away_is_said_once_each_time(mosquitto: Mosquitto) -> None:
    settings = {"broker": mosquitto.url, "topic": "suite/1/oximeter"}
    address = f"{mosquitto.url}/suite/1/oximeter"
    mosquitto.stop()
    with capture_logs() as logs:

        def told() -> list[str]:
            return [each["event"] for each in logs if each["event"].startswith("twin_broker")]

        async with ward(TWIN, DRIVER, address, settings=settings, series=STEADY, speed=20) as scene:
            await until(told)
            mosquitto.start()
            await until(lambda: scene.samples(Signal.SPO2))
            mosquitto.stop()
            await until(lambda: len(told()) == 3)
            mosquitto.start()
            await until(lambda: len(told()) == 4)
        assert told() == ["twin_broker_away", "twin_broker_back"] * 2
