"""The MQTT driver against a real Mosquitto, and against amqtt for a broker that only knows 3.1.1."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import aiomqtt
import pytest
import structlog
from pydantic import ValidationError

from devices.drivers import MQTT
from devices.mqtt.mqtt_config import DELAY, MqttConfig
from devices.mqtt.mqtt_driver import MqttConnection
from devices.mqtt.mqtt_payload import decode
from monitord.driver import Supervision, supervise
from monitord.model import SECOND, Cause, Fault, Frame, Instant, Sample, Signal, Wave
from monitord.source_rate_limit import READINGS_BURST, READINGS_PER_S
from tests.mqtt_peer import MqttPeer
from tests.peers import LoopClock, Mosquitto, free_port, until

UP = Fault(cause=Cause.LINK, subject="ox1", present=False)
TOPIC = "suite/1/oximeter"


class Heard:
    """What a supervised MQTT device said."""

    def __init__(self) -> None:
        self.items: list[Frame | Fault | Wave] = []
        self.supervision: Supervision | None = None
        self.clock = LoopClock()

    def __call__(self, item: Frame | Fault | Wave, at: Instant) -> None:
        self.items.append(item)

    @property
    def spo2(self) -> list[float | None]:
        return [
            sample.value
            for item in self.items
            if isinstance(item, Frame)
            for sample in item.samples
            if sample.signal is Signal.SPO2
        ]

    def faults(self, cause: Cause) -> list[bool]:
        return [
            item.present for item in self.items if isinstance(item, Fault) and item.cause is cause
        ]

    @property
    def connection(self) -> MqttConnection:
        assert self.supervision is not None
        current = self.supervision.current()
        assert isinstance(current, MqttConnection)
        return current


@asynccontextmanager
async def supervised(url: str, **settings: Any) -> AsyncIterator[Heard]:
    heard = Heard()
    config = MqttConfig.model_validate({"broker": url, "topic": TOPIC, **settings})
    async with asyncio.TaskGroup() as group:
        heard.supervision = supervise(
            group, MQTT, "ox1", config, emit=heard, clock=heard.clock, random=Random(1)
        )
        try:
            yield heard
        finally:
            for task in asyncio.all_tasks():
                if task.get_name() == "device ox1":
                    task.cancel()


async def publish(
    broker: Mosquitto, payload: Any, *, topic: str = TOPIC, retain: bool = False
) -> None:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    async with MqttPeer(broker.host, broker.port) as client:
        await client.publish(topic, raw, qos=1, retain=retain)


async def up(heard: Heard) -> None:
    await until(lambda: UP in heard.items)


@pytest.mark.peer("mosquitto")
@pytest.mark.parametrize("protocol", ["auto", "5", "3.1.1"])
async def test_a_message_becomes_a_frame(mosquitto: Mosquitto, protocol: str) -> None:
    async with supervised(mosquitto.url, protocol=protocol) as heard:
        await up(heard)
        await publish(mosquitto, {"seq": 1, "spo2": 97, "pulse_rate": 71})
        await until(lambda: heard.spo2)
    assert heard.items == [
        UP,
        Frame(
            samples=(
                Sample(signal=Signal.SPO2, value=97.0),
                Sample(signal=Signal.PULSE_RATE, value=71.0),
            )
        ),
        Fault(cause=Cause.DEVICE, subject="ox1", present=False),
    ]


@pytest.mark.peer("mosquitto")
async def test_a_broker_stopped_and_started_again_needs_no_restart(mosquitto: Mosquitto) -> None:
    async with supervised(mosquitto.url) as heard:
        await up(heard)
        mosquitto.stop()
        await until(lambda: heard.faults(Cause.LINK) == [False, True])
        mosquitto.start()
        await until(lambda: heard.faults(Cause.LINK) == [False, True, False])
        await publish(mosquitto, {"spo2": 95})
        await until(lambda: heard.spo2 == [95.0])


@pytest.mark.peer("mosquitto")
async def test_a_broker_that_freezes_is_lost_after_two_keepalives(
    mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devices.mqtt.mqtt_driver.KEEPALIVE_S", 1)
    monkeypatch.setattr("devices.mqtt.mqtt_driver.ANSWER_LIMIT_S", 0.2)
    async with supervised(mosquitto.url) as heard:
        await up(heard)
        mosquitto.freeze()
        await until(lambda: heard.faults(Cause.LINK) == [False, True])
        mosquitto.thaw()
        await until(lambda: heard.faults(Cause.LINK)[-1] is False)


@pytest.mark.peer("mosquitto")
async def test_a_broker_missing_at_start_is_a_fault_and_is_retried(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path)
    async with supervised(broker.url) as heard:
        await until(lambda: heard.faults(Cause.LINK) == [True])
        broker.start()
        try:
            await until(lambda: heard.faults(Cause.LINK) == [True, False])
        finally:
            broker.stop()


@pytest.mark.peer("mosquitto")
async def test_a_retained_message_is_never_taken_as_fresh(mosquitto: Mosquitto) -> None:
    await publish(mosquitto, {"spo2": 80}, retain=True)
    async with supervised(mosquitto.url) as heard:
        await up(heard)
        await until(lambda: heard.connection.counts["retained"] == 1)
        await publish(mosquitto, {"spo2": 97})
        await until(lambda: heard.spo2)
    assert heard.spo2 == [97.0]


@pytest.mark.peer("mosquitto")
async def test_bad_payloads_are_counted_and_a_fault_after_three_until_a_good_one(
    mosquitto: Mosquitto,
) -> None:
    with structlog.testing.capture_logs() as log:
        async with supervised(mosquitto.url) as heard:
            await up(heard)
            for payload in (b"test", b"\xff\x00", b'{"x": 1}', b"x" * 20_000, b"{"):
                await publish(mosquitto, payload)
            await until(lambda: heard.connection.counts["bad"] == 5)
            assert heard.faults(Cause.DEVICE)[-1:] == [True]
            await publish(mosquitto, {"spo2": 97})
            await until(lambda: heard.faults(Cause.DEVICE)[-1:] == [False])
    assert heard.spo2 == [97.0]
    assert heard.faults(Cause.DEVICE).count(True) == 1
    assert [line["event"] for line in log].count("message_refused") == 1


@pytest.mark.peer("mosquitto")
async def test_of_a_flood_few_messages_are_decoded_the_newest_is_and_other_topics_are_read(
    mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []

    def counted(payload: bytes, *rest: Any) -> Any:
        seen.append(payload)
        return decode(payload, *rest)

    monkeypatch.setattr("devices.mqtt.mqtt_driver.decode", counted)
    readings = [
        {"signal": "spo2", "topic": TOPIC, "path": "spo2"},
        {"signal": "nibp_sys", "topic": "suite/1/cuff", "path": "sys"},
    ]
    flood, at_once, sent = 20 * round(READINGS_BURST), round(READINGS_BURST), 0
    async with supervised(mosquitto.url, topic=None, readings=readings) as heard:
        await up(heard)
        began = heard.clock.now()
        assert heard.supervision is not None
        async with MqttPeer(mosquitto.host, mosquitto.port) as client:
            # On a busy machine so many are no flood yet.
            while sent < flood or not heard.supervision.shed:
                payloads = [json.dumps({"spo2": 98 - n % 2}).encode() for n in range(at_once)]
                await asyncio.gather(*(client.publish(TOPIC, payload) for payload in payloads))
                sent += at_once
                if sent == flood // 2:
                    await client.publish("suite/1/cuff", b'{"sys": 120}', qos=1)
            await client.publish(TOPIC, b'{"spo2": 70}', qos=1)
        await until(lambda: 70 in heard.spo2)
        seconds = (heard.clock.now() - began) / SECOND
        assert b'{"sys": 120}' in seen
        assert len(seen) <= READINGS_BURST + READINGS_PER_S * seconds + 1
        # A broker may drop messages of a flood itself.
        assert 0 < heard.supervision.shed <= sent + 2 - len(seen)


@pytest.mark.peer("mosquitto")
async def test_bad_payloads_among_good_ones_are_one_fault(mosquitto: Mosquitto) -> None:
    async with supervised(mosquitto.url) as heard:
        await up(heard)
        async with MqttPeer(mosquitto.host, mosquitto.port) as client:
            for _ in range(40):
                for payload in (b"{", b"[", b"x", b'{"spo2": 97}'):
                    await client.publish(TOPIC, payload, qos=1)
        await until(lambda: len(heard.spo2) == 40)
        assert heard.faults(Cause.DEVICE) == [True]
        await until(lambda: heard.faults(Cause.DEVICE) == [True, False])


@pytest.mark.peer("mosquitto")
async def test_a_single_bad_payload_is_no_fault(mosquitto: Mosquitto) -> None:
    async with supervised(mosquitto.url) as heard:
        await up(heard)
        for payload in (b"test", {"spo2": 97}, b"test", {"spo2": 96}):
            await publish(mosquitto, payload)
        await until(lambda: heard.spo2 == [97.0, 96.0])
        assert heard.connection.counts["bad"] == 2
    assert True not in heard.faults(Cause.DEVICE)


@pytest.mark.peer("mosquitto")
async def test_an_enormous_message_does_not_end_the_connection(mosquitto: Mosquitto) -> None:
    async with supervised(mosquitto.url) as heard:
        await up(heard)
        await publish(mosquitto, b"1" * 5_000_000)
        await publish(mosquitto, {"spo2": 97})
        await until(lambda: heard.spo2 == [97.0])
    assert heard.faults(Cause.LINK) == [False]


@pytest.mark.peer("mosquitto")
async def test_doubled_and_overtaken_messages_are_dropped_and_counted(mosquitto: Mosquitto) -> None:
    async with supervised(mosquitto.url) as heard:
        await up(heard)
        async with MqttPeer(mosquitto.host, mosquitto.port) as client:
            for sequence, value in ((10, 97), (10, 97), (12, 95), (11, 96), (13, 94)):
                payload = json.dumps({"seq": sequence, "spo2": value})
                await client.publish(TOPIC, payload, qos=1)
        await until(lambda: heard.spo2[-1:] == [94.0])
        assert heard.spo2 == [97.0, 95.0, 94.0]
        assert heard.connection.counts == {"doubled": 1, "out of order": 1}
        assert heard.connection.rejected == 2


@pytest.mark.peer("mosquitto")
async def test_bare_numbers_on_topics_of_their_own(mosquitto: Mosquitto) -> None:
    readings = [
        {"signal": "spo2", "topic": "{place}/sensor/{device}_spo2/state"},
        {"signal": "pulse_rate", "topic": "{place}/sensor/{device}_pulse/state", "unit": "bpm"},
    ]
    settings = {"topic": None, "readings": readings, "values": {"place": "chair-1"}}
    async with supervised(mosquitto.url, **settings) as heard:
        await up(heard)
        await publish(mosquitto, b"97.0", topic="chair-1/sensor/ox1_spo2/state")
        await publish(mosquitto, b"71", topic="chair-1/sensor/ox1_pulse/state")
        await until(lambda: sum(isinstance(item, Frame) for item in heard.items) == 2)
    assert heard.spo2 == [97.0]
    assert heard.items[-1] == Frame(samples=(Sample(signal=Signal.PULSE_RATE, value=71.0),))


@pytest.mark.peer("mosquitto")
async def test_a_gateways_last_will_is_a_link_fault_until_it_is_online(
    mosquitto: Mosquitto,
) -> None:
    gateway = {"topic": "suite/1/status"}
    async with supervised(mosquitto.url, availability=gateway) as heard:
        will = aiomqtt.Will("suite/1/status", b"offline", qos=1, retain=True)
        async with MqttPeer(mosquitto.host, mosquitto.port, will=will) as client:
            # The gateway may be online before we are: its state is retained, and that one counts.
            await client.publish("suite/1/status", b"online", qos=1, retain=True)
            await until(lambda: heard.faults(Cause.LINK) == [False])
            await client.publish(TOPIC, b'{"spo2": 97}', qos=1)
            await until(lambda: heard.spo2 == [97.0])
            client._client._sock_close()  # dies without a goodbye
            await until(lambda: heard.faults(Cause.LINK) == [False, True])
            client._disconnected.cancel()
    detail = [item.detail for item in heard.items if isinstance(item, Fault) and item.present]
    assert detail == ["the gateway is offline"]


@pytest.mark.peer("mosquitto")
async def test_another_device_under_the_topic_is_an_identity_fault_and_not_read(
    mosquitto: Mosquitto,
) -> None:
    settings = {"paths": {"identity": "id"}, "identity": "A1"}
    async with supervised(mosquitto.url, **settings) as heard:
        await up(heard)
        for device, value in (("A1", 97), ("B2", 80), ("A1", 96)):
            await publish(mosquitto, {"id": device, "spo2": value})
        await until(lambda: heard.spo2 == [97.0, 96.0])
    assert heard.faults(Cause.IDENTITY) == [False, True, False]


@pytest.mark.peer("mosquitto")
async def test_user_and_password_come_from_file_or_environment_and_are_never_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret-word\n")
    users = tmp_path / "users"
    run("mosquitto_passwd", "-b", "-c", str(users), "bed1", "s3cret-word", folder=tmp_path)
    broker = Mosquitto(tmp_path, "allow_anonymous false", f"password_file {users}")
    broker.start()
    monkeypatch.setenv("OXIMETER_PASSWORD", "s3cret-word")
    try:
        with structlog.testing.capture_logs() as log:
            for where in ({"password_file": str(secret)}, {"password_env": "OXIMETER_PASSWORD"}):
                async with supervised(broker.url, user="bed1", **where) as heard:
                    await up(heard)
            secret.write_text("s3cret-wrong")
            async with supervised(broker.url, user="bed1", password_file=str(secret)) as heard:
                await until(lambda: heard.faults(Cause.LINK) == [True])
            assert "uthor" in repr(heard.items)
    finally:
        broker.stop()
    assert "s3cret" not in repr(log) + repr(heard.items)


def run(*command: str, folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def certificates(folder: Path) -> None:
    """An authority, a server for 127.0.0.1 and a client, each with its key, valid for a day."""

    def openssl(*arguments: str) -> None:
        run("openssl", *arguments, folder=folder)

    new = ("req", "-newkey", "rsa:2048", "-nodes", "-days", "1")
    openssl(*new, "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=suite")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1")
    for name in ("server", "client"):
        openssl(*new, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        signing = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names")
        openssl("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", "-days", "1", *signing)


@pytest.mark.peer("mosquitto")
@pytest.mark.peer("openssl")
# paho forgets the socket of a handshake that failed; the interpreter closes it, and says so.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
async def test_tls_with_certificates_on_both_sides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A broker drops a client without certificate in silence: only the time-out tells.
    monkeypatch.setattr("devices.mqtt.mqtt_driver.ANSWER_LIMIT_S", 1.0)
    certificates(tmp_path)
    files = {name: str(tmp_path / f"{name}.pem") for name in ("ca", "server", "client")}
    broker = Mosquitto(
        tmp_path,
        f"cafile {files['ca']}",
        f"certfile {files['server']}",
        f"keyfile {tmp_path / 'server.key'}",
        "require_certificate true",
    )
    broker.start()
    url = broker.url.replace("mqtt://", "mqtts://")
    tls = {"ca": files["ca"], "certificate": files["client"], "key": str(tmp_path / "client.key")}
    try:
        async with supervised(url, tls=tls) as heard:
            await up(heard)
        for wrong in ({"ca": files["ca"]}, {"ca": files["client"]}, {"ca": "/no/such/file"}, None):
            async with supervised(url, tls=wrong) as heard:
                await until(partial(lambda heard: heard.faults(Cause.LINK) == [True], heard))
    finally:
        broker.stop()


@asynccontextmanager
async def amqtt_broker(plugins: dict[str, Any] | None = None) -> AsyncIterator[str]:
    """A broker that knows only MQTT 3.1.1, in this process; its address."""
    module = pytest.importorskip("amqtt.broker")
    address = f"127.0.0.1:{free_port()}"
    anybody: dict[str, Any] = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {}}
    broker = module.Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": address}},
            "plugins": {**anybody, **(plugins or {})},
        }
    )
    await broker.start()
    try:
        yield f"mqtt://{address}"
    finally:
        await broker.shutdown()


async def test_a_broker_that_knows_only_3_1_1_is_spoken_to_in_it() -> None:
    async with amqtt_broker() as url:
        async with supervised(url, client_id="oximeter-of-bed-1") as heard:
            await up(heard)
        async with supervised(url) as heard:
            await up(heard)
            async with MqttPeer("127.0.0.1", config(broker=url).port) as client:
                await client.publish(TOPIC, b'{"spo2": 97}', qos=1)
            await until(lambda: heard.spo2 == [97.0])
        async with supervised(url, protocol="5") as heard:
            await until(lambda: heard.faults(Cause.LINK) == [True])
            assert "132" in repr(heard.items)


@pytest.mark.filterwarnings("ignore:The 'acl' option:DeprecationWarning")
async def test_a_topic_that_we_may_not_read_is_a_link_fault() -> None:
    acl = {"acl": {"anonymous": ["open/#"]}}
    plugins = {"amqtt.plugins.topic_checking.TopicAccessControlListPlugin": acl}
    async with amqtt_broker(plugins) as url, supervised(url) as heard:
        await until(lambda: heard.faults(Cause.LINK) == [True])
    assert f"may not read {TOPIC}" in repr(heard.items)


async def test_a_peer_that_accepts_and_then_says_nothing_is_a_link_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("devices.mqtt.mqtt_driver.ANSWER_LIMIT_S", 0.2)
    done = asyncio.Event()
    handlers: list[asyncio.Task[None]] = []

    async def mute(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.transport.abort()

    server = await asyncio.start_server(
        lambda reader, writer: handlers.append(asyncio.create_task(mute(reader, writer))),
        "127.0.0.1",
        0,
    )
    port = server.sockets[0].getsockname()[1]
    async with server:
        async with supervised(f"mqtt://127.0.0.1:{port}") as heard:
            await until(lambda: heard.faults(Cause.LINK) == [True])
        done.set()
        await asyncio.gather(*handlers)
    assert "timed out" in repr(heard.items)


def config(**settings: Any) -> MqttConfig:
    return MqttConfig.model_validate({"broker": "mqtt://localhost", "topic": TOPIC, **settings})


def test_signals_and_delay_follow_from_the_settings() -> None:
    assert MQTT.signals(config()) == {
        Signal.SPO2,
        Signal.PULSE_RATE,
        Signal.PERFUSION_INDEX,
    }
    assert MQTT.signals(config(signals=["nibp_sys", "nibp_dia"])) == {
        Signal.NIBP_SYS,
        Signal.NIBP_DIA,
    }
    assert MQTT.signals(config(readings=[{"signal": "spo2"}])) == {Signal.SPO2}
    assert MQTT.delay(config()) == DELAY
    assert MQTT.delay(config(delay="4s")) == 4 * SECOND


def test_only_the_suite_file_can_say_that_a_broker_is_a_twins() -> None:
    assert not MQTT.simulated(config())
    assert MQTT.simulated(config(simulated=True))


def test_the_brokers_port_is_the_registered_one_unless_written() -> None:
    assert (config().host, config().port) == ("localhost", 1883)
    assert config(broker="mqtts://broker.example").port == 8883
    assert config(broker="mqtts://[::1]:1884").port == 1884
    assert config(broker="mqtts://[::1]:1884").host == "::1"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"broker": "tcp://localhost"}, "mqtt://HOST"),
        ({"broker": "mqtt://"}, "mqtt://HOST"),
        ({"broker": "mqtt://host:0"}, "mqtt://HOST"),
        ({"broker": "mqtt://host:99999"}, "mqtt://HOST"),
        ({"broker": "mqtt://host/path"}, "mqtt://HOST"),
        ({"topic": None}, "not every reading has one"),
        ({"topic": "a/#/b"}, "stands alone"),
        ({"topic": "a/b#"}, "stands alone"),
        ({"topic": "a/b+"}, "stands alone"),
        ({"topic": ""}, "is no topic"),
        ({"topic": "suite/{bed}/ox"}, "not in values"),
        ({"topic": "suite/{bed}/ox", "values": {"bed": "#"}}, "can't be"),
        ({"topic": "suite/{}/ox"}, "not in values"),
        ({"password_file": "a"}, "user"),
        ({"user": "a", "password_file": "a", "password_env": "A"}, "write one of them"),
        ({"password": "x"}, "Extra inputs"),
        ({"tls": {"ca": "a"}}, "mqtts://"),
        ({"identity": "a"}, "paths.identity"),
        ({"signals": ["spo3"]}, "spo2"),
        ({"delay": 8}, "not a duration"),
        ({"qos": 2}, "0 or 1"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        config(**settings)


def test_a_password_in_the_address_is_refused_without_repeating_it() -> None:
    with pytest.raises(ValidationError) as caught:
        config(broker="mqtt://bed1:s3cret@host")
    assert "password_file" in str(caught.value.errors(include_input=False))
    assert all("s3cret" not in error["msg"] for error in caught.value.errors())
