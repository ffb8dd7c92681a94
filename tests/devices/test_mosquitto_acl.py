"""The shipped broker settings on a real Mosquitto: each gateway writes its own bed, and only with a certificate."""

import asyncio
import ssl
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from monitord.commands.broker_folder import NamedGateways, make
from tests.mqtt_peer import MqttPeer
from tests.peers import GENEROUS_S, Mosquitto

SHIPPED = Path(__file__).parents[2] / "config" / "mosquitto"


def certificates(folder: Path, *names: str) -> None:
    """As `monitord broker-certs` makes them; the server's for 127.0.0.1."""
    made = make(
        folder,
        suite_file=None,
        names=["127.0.0.1"],
        gateways=NamedGateways.read([each for each in names if each.startswith("bed")]),
        days=1,
        renew=False,
    )
    assert list(made)


def shipped_broker(folder: Path, acl: Path = SHIPPED / "acl") -> Mosquitto:
    """The shipped file with this folder's paths; the listener is the test's own port."""
    text = (SHIPPED / "mosquitto.conf").read_text(encoding="utf-8")
    text = text.replace("/etc/mosquitto/acl", str(acl))
    text = text.replace("/etc/mosquitto/certs", str(folder))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    ours = ("listener", "log_dest", "persistence", "set_tcp_nodelay")
    return Mosquitto(folder, *(line for line in lines if not line.startswith(ours)))


def client(broker: Mosquitto, folder: Path, name: str | None, **more: Any) -> MqttPeer:
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    if name is not None:
        context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return MqttPeer(broker.host, broker.port, tls_context=context, **more)


@asynccontextmanager
async def hearing(broker: Mosquitto, folder: Path, name: str, topic: str) -> Any:
    heard: list[str] = []
    async with client(broker, folder, name) as ear:
        await ear.subscribe(topic, qos=1)

        async def listen() -> None:
            async for message in ear.messages:
                heard.append(str(message.topic))  # noqa: PERF401 - seen while it goes on

        task = asyncio.create_task(listen())
        yield heard
        task.cancel()
        await asyncio.wait({task})


async def say(broker: Mosquitto, folder: Path, name: str, *topics: str) -> None:
    """Each at QoS 1: when it returns, the broker has passed each on, or refused it."""
    async with client(broker, folder, name) as mouth:
        for topic in topics:
            await mouth.publish(topic, b'{"spo2": 97}', qos=1)


@pytest.mark.peer("mosquitto")
@pytest.mark.peer("openssl")
async def test_a_gateway_writes_its_own_bed_and_the_desk_no_bed_at_all(tmp_path: Path) -> None:
    certificates(tmp_path, "bed1", "bed2")
    broker = shipped_broker(tmp_path)
    broker.start()
    try:
        async with (
            hearing(broker, tmp_path, "monitord", "#") as at_monitord,
            hearing(broker, tmp_path, "desk", "#") as at_desk,
            hearing(broker, tmp_path, "bed2", "#") as at_bed2,
        ):
            await say(broker, tmp_path, "bed1", "beds/bed2/oximeter", "monitord/suite/alarms/1")
            await say(broker, tmp_path, "desk", "beds/bed1/oximeter", "monitord/suite/alarms/1")
            await say(broker, tmp_path, "bed1", "beds/bed1/oximeter")
            await say(broker, tmp_path, "desk", "monitord/suite/answers")
            await say(broker, tmp_path, "monitord", "monitord/suite/alarms/1", "beds/bed2/orders")
            async with asyncio.timeout(GENEROUS_S):
                while len(at_monitord) < 3 or not at_desk:  # noqa: ASYNC110 - a real broker between
                    await asyncio.sleep(0.01)
        assert at_monitord == [
            "beds/bed1/oximeter",
            "monitord/suite/answers",
            "monitord/suite/alarms/1",
        ]
        assert set(at_desk) == {"monitord/suite/answers", "monitord/suite/alarms/1"}
        assert at_bed2 == []
    finally:
        broker.stop()


@pytest.mark.peer("mosquitto")
@pytest.mark.peer("openssl")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
async def test_nobody_speaks_without_a_certificate(tmp_path: Path) -> None:
    certificates(tmp_path, "bed1")
    broker = shipped_broker(tmp_path)
    broker.start()
    try:
        await say(broker, tmp_path, "bed1", "beds/bed1/oximeter")
        with pytest.raises(aiomqtt.MqttError):
            async with client(broker, tmp_path, None, timeout=1):
                pass
        with pytest.raises(aiomqtt.MqttError):
            async with MqttPeer(broker.host, broker.port, timeout=1):
                pass
    finally:
        broker.stop()
