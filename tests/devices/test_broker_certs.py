"""`monitord broker-certs` on a real Mosquitto: what it makes lets each say its own, and nothing else; nobody is put out."""

import asyncio
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from monitord.commands.broker_acl import topics_of
from monitord.commands.broker_folder import NamedGateways
from monitord.config import read_suite
from monitord.errors import ConfigError
from monitord.notify.channels.mqtt_alarms import NOTIFIER, MqttAlarmsConfig
from monitord.plugins import load_plugins
from tests.builders_notify import notify
from tests.devices.test_mosquitto_acl import SHIPPED, certificates, hearing, say, shipped_broker
from tests.peers import GENEROUS_S, Mosquitto, mosquitto, until
from tests.program import Command, monitord
from tests.release.guides import ROOT
from tests.ward import MAIN

__all__ = ["monitord", "mosquitto"]

pytestmark = pytest.mark.peer("openssl")
EXAMPLE = ROOT / "config" / "suite.yaml"


def made(monitord: Command, folder: Path, *options: str) -> str:
    said = monitord("broker-certs", folder, "--server", "127.0.0.1", *options)
    assert said.code == 0, said.err
    return said.out


@pytest.mark.peer("mosquitto")
@pytest.mark.parametrize("whose", ["shipped", "made for the suite"])
async def test_the_example_suites_topics_are_allowed_and_everybody_elses_refused(
    whose: str, tmp_path: Path, monitord: Command
) -> None:
    made(monitord, tmp_path, "-c", str(EXAMPLE), "--gateway", "bed9")
    suite = read_suite(EXAMPLE, load_plugins())
    topics = topics_of(suite, {})
    assert dict(topics.of_gateway) == {"bed2": ["beds/bed2/oximeter"]}
    broker = shipped_broker(tmp_path, (SHIPPED if whose == "shipped" else tmp_path) / "acl")
    broker.start()
    alarms, answers = "monitord/example/alarms/2", "monitord/example/answers"
    try:
        async with (
            hearing(broker, tmp_path, "monitord", "#") as at_monitord,
            hearing(broker, tmp_path, "desk", "#") as at_desk,
            hearing(broker, tmp_path, "bed9", "#") as at_bed9,
        ):
            # Refused: another's bed, an alarm by a gateway, a bed or an alarm by the desk.
            await say(broker, tmp_path, "bed9", *topics.of_gateway["bed2"], alarms, answers)
            await say(broker, tmp_path, "bed2", "beds/bed9/oximeter", alarms, answers)
            await say(broker, tmp_path, "desk", *topics.of_gateway["bed2"], alarms)
            assert (at_monitord, at_desk, at_bed9) == ([], [], [])
            # Allowed.
            await say(broker, tmp_path, "bed2", *topics.of_gateway["bed2"])
            await say(broker, tmp_path, "monitord", alarms, "monitord/example/status")
            await say(broker, tmp_path, "desk", answers)
            async with asyncio.timeout(GENEROUS_S):
                await until(lambda: answers in at_monitord and answers in at_desk)
        assert at_monitord == ["beds/bed2/oximeter", alarms, "monitord/example/status", answers]
        assert at_desk == [alarms, "monitord/example/status", answers]
        assert at_bed9 == []
    finally:
        broker.stop()


def test_keys_are_their_owners_a_second_run_changes_nothing_and_renewal_keeps_the_keys(
    tmp_path: Path, monitord: Command
) -> None:
    def files() -> dict[str, bytes]:
        return {each.name: each.read_bytes() for each in sorted(tmp_path.iterdir())}

    made(monitord, tmp_path, "-c", str(EXAMPLE))
    first = files()
    assert {"ca", "server", "monitord", "desk", "bed2"} == {
        name.removesuffix(".key") for name in first if name.endswith(".key")
    }
    for each in tmp_path.glob("*.key"):
        assert each.stat().st_mode & 0o777 == 0o600
    made(monitord, tmp_path, "-c", str(EXAMPLE))
    assert files() == first
    made(monitord, tmp_path, "-c", str(EXAMPLE), "--server", "broker.clinic.example")
    changed = {name for name, data in files().items() if data != first[name]}
    assert changed == {"server.pem"}
    before = files()
    said = made(monitord, tmp_path, "-c", str(EXAMPLE), "--renew")
    changed = {name for name, data in files().items() if data != before[name]}
    assert changed == {"ca.pem", "server.pem", "monitord.pem", "desk.pem", "bed2.pem"}
    assert "server.pem: the broker, as 127.0.0.1" in said


def test_a_gateway_of_several_beds_writes_those_and_a_wrong_name_is_a_sentence(
    tmp_path: Path, monitord: Command
) -> None:
    suite = tmp_path / "suite.yaml"
    text = EXAMPLE.read_text().replace("beds/bed2/{device}", "zigbee2mqtt/chair2")
    suite.write_text(text)
    made(monitord, tmp_path / "out", "-c", str(suite), "--gateway", "house=2")
    acl = (tmp_path / "out" / "acl").read_text()
    assert "user house\ntopic write zigbee2mqtt/chair2\n" in acl
    assert re.search(r"user monitord\ntopic read zigbee2mqtt/chair2\n", acl)
    with pytest.raises(ConfigError, match="no bed '7'"):
        topics_of(read_suite(suite, load_plugins()), {"house": ["7"]})
    for wrong in ("ca", "a b", "../x"):
        with pytest.raises(ConfigError, match="a name has letters"):
            NamedGateways.read([wrong])
    said = monitord("broker-certs", tmp_path / "no", "--server", "a,DNS:b")
    assert (said.code, said.err) == (2, "--server a,DNS:b: it is no name or address of a host\n")


@pytest.mark.peer("mosquitto")
async def test_a_simulated_gateway_speaks_tls_with_its_certificate(tmp_path: Path) -> None:
    certificates(tmp_path, "bed1")
    broker = shipped_broker(tmp_path)
    broker.start()
    address = f"mqtts://127.0.0.1:{broker.port}/beds/bed1/oximeter?client={tmp_path}"

    def simulated(client: str) -> Any:
        command = (sys.executable, "-c", MAIN, "simulate", "mqtt", "--port", f"{address}/{client}")
        environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
        return asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, env=environment
        )

    twin = await simulated("bed1")
    try:
        async with hearing(broker, tmp_path, "monitord", "#") as heard:
            await until(lambda: heard)
        assert set(heard) == {"beds/bed1/oximeter"}
        without = await simulated("no")
        _, said = await without.communicate()
        assert (without.returncode, said.decode()) == (
            1,
            f"mqtt: {tmp_path}/no: No such file or directory\n",
        )
    finally:
        twin.terminate()
        await twin.communicate()
        broker.stop()


@pytest.mark.peer("mosquitto")
async def test_a_copy_of_the_suite_on_the_same_machine_never_puts_the_live_one_out(
    mosquitto: Mosquitto,
) -> None:
    config = MqttAlarmsConfig(broker=mosquitto.url)
    live, copy = (NOTIFIER.open_for("ward", config, where) for where in ("/a/j.db", "/b/j.db"))
    again = NOTIFIER.open_for("ward", config, "/a/j.db")

    keys = map(str, count())

    def connection(channel: Any) -> Any:
        return channel._client

    try:
        await live.send(notify(next(keys)), durable=True)
        first = connection(live)
        await copy.send(notify(next(keys)), durable=True)
        await live.send(notify(next(keys)), durable=True)
        assert connection(live) is first
        # What is left of a connection before a restart is put out by the next.
        await again.send(notify(next(keys)), durable=True)
        await until(first._disconnected.done)
    finally:
        for each in (live, copy, again):
            await each.close()


def test_a_client_id_tells_suites_journals_roles_and_long_names_apart() -> None:
    config = MqttAlarmsConfig()
    ids = {
        NOTIFIER.open_for("d" * 64 + end, config, journal)._identifier(suite, role)
        for end in ("1", "2")
        for journal in ("/a/j.db", "/b/j.db")
        for suite in ("s" * 64 + "1", "s" * 64 + "2")
        for role in ("alarms", "answers")
    }
    assert len(ids) == 16
    assert all(len(each) <= 60 for each in ids)
