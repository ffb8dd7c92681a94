"""A broken oximeter is swapped for a spare, or for that of an empty chair: the readings follow."""

import asyncio
import json

import pytest

from monitord.config.suite.suite_file import read_suite
from monitord.daemon.sequencing.clock import LiveClock
from monitord.model import Instant, Signal, SwapDevice
from monitord.plugins import load_plugins
from tests.daemon.livekit import (
    Finger,
    Live,
    Paper,
    forget_snapshots,
    live,
    mqtt_oximeter,
    nonin,
    running,
)
from tests.mqtt_peer import MqttPeer
from tests.peers import Mosquitto, PseudoTerminal, until


def fast(newest: Instant | None) -> LiveClock:
    """Link alarms come after 10 s."""
    return LiveClock(speed=5, not_before=newest)


@pytest.fixture
def ready(paper: Paper, line9: PseudoTerminal) -> Paper:
    """One bed with a Nonin, and a second Nonin that lies ready."""
    paper.more = {"spares": {"pocket": nonin(line9)["oximeter"]}}
    return paper


async def swap(
    ward: Live, bed: str, with_bed: str | None, with_device: str = "oximeter"
) -> str | None:
    action = SwapDevice(
        id=f"swap {ward.daemon.host.now()}",
        by="nurse",
        bed=bed,
        device="oximeter",
        with_bed=with_bed,
        with_device=with_device,
        reason="broken",
    )
    return (await ward.daemon.host.act(None, action)).refused


def spo2(ward: Live, bed: str = "1") -> float | None:
    readings = ward.daemon.host.beds()[bed].readings
    return next((each.value for each in readings if each.signal is Signal.SPO2), None)


async def reads(ward: Live, value: float, bed: str = "1") -> None:
    await until(lambda: spo2(ward, bed) == value)


async def test_a_spares_readings_reach_the_bed_in_the_middle_of_a_session(
    ready: Paper, line1: PseudoTerminal, line9: PseudoTerminal
) -> None:
    broken, spare = Finger(line1), Finger(line9, 95)
    async with live(ready, clock=fast) as ward, running(broken.run(), spare.run()):
        await ward.desk.infuse("1")
        await reads(ward, 97)
        broken.spo2 = None
        await ward.until("link:oximeter", "start")
        assert await swap(ward, "1", None, "pocket") is None
        await ward.until("link:oximeter", "clear")
        await reads(ward, 95)
        (session,) = (each for each in ward.journal.sessions() if each.open)
        assert ward.daemon.host.beds()["1"].session is not None
        assert session.bed == "1"
        entry = (await ward.desk.tile("1"))["session"]["steps"][0]
        assert (entry["by"], entry["text"]) == ("nurse", "spare pocket as oximeter")
        # The alarm is about the role, whatever device has it.
        spare.spo2 = 80
        assert (await ward.until("spo2_low", "start"))["session"] == session.session


async def test_after_a_restart_the_spare_still_serves(
    ready: Paper, line1: PseudoTerminal, line9: PseudoTerminal
) -> None:
    at_home, spare = Finger(line1, 97), Finger(line9, 95)
    async with running(at_home.run(), spare.run()):
        async with live(ready) as ward:
            await reads(ward, 97)
            assert await swap(ward, "1", None, "pocket") is None
            await reads(ward, 95)
        async with live(ready) as ward:
            await until(lambda: spo2(ward) is not None)
            at_home.spo2, spare.spo2 = 91, 92
            await reads(ward, 92)
            (here,) = ward.daemon.host.devices_at("1")
            assert (here.of, here.partners[0].of) == ("spare pocket", "oximeter of Chair 1")


async def test_without_a_snapshot_the_swap_holds_all_the_same(
    ready: Paper, line1: PseudoTerminal, line9: PseudoTerminal
) -> None:
    at_home, spare = Finger(line1, 97), Finger(line9, 95)
    async with running(at_home.run(), spare.run()):
        async with live(ready) as ward:
            assert await swap(ward, "1", None, "pocket") is None
            await reads(ward, 95)
        async with live(ready) as ward:
            await reads(ward, 95)
        forget_snapshots(ready)
        async with live(ready) as ward:
            await reads(ward, 95)


async def test_two_chairs_change_their_oximeters_and_back(
    ready: Paper, line1: PseudoTerminal, line2: PseudoTerminal
) -> None:
    ready.beds["2"] = nonin(line2)
    first, second = Finger(line1, 97), Finger(line2, 93)
    async with live(ready) as ward, running(first.run(), second.run()):
        await reads(ward, 97)
        assert await swap(ward, "1", "2") is None
        await reads(ward, 93, "1")
        await reads(ward, 97, "2")
        assert await swap(ward, "2", "1") is None
        await reads(ward, 97, "1")
        await reads(ward, 93, "2")
        assert ward.daemon.host.suite_state().swapped == ()


async def test_a_device_of_a_chair_with_a_patient_is_not_taken(
    ready: Paper, line1: PseudoTerminal, line2: PseudoTerminal
) -> None:
    ready.beds["2"] = nonin(line2)
    async with live(ready) as ward, running(Finger(line1).run()):
        await ward.desk.do("2", type="admit", protocol="brief")
        assert await swap(ward, "1", "2") == "A session is open on Chair 2"
        (here,) = ward.daemon.host.devices_at("1")
        assert [each.device for each in here.partners] == ["pocket"]
        assert ward.daemon.host.suite_state().swapped == ()
        # The chair with the patient may get another.
        assert await swap(ward, "2", "1") is None


async def test_a_reload_keeps_the_swap_until_the_file_says_something_else_of_it(
    ready: Paper, line1: PseudoTerminal, line9: PseudoTerminal
) -> None:
    at_home, spare = Finger(line1, 97), Finger(line9, 95)
    async with live(ready) as ward, running(at_home.run(), spare.run()):
        assert await swap(ward, "1", None, "pocket") is None
        await reads(ward, 95)
        ready.repeat = "90s"
        await ward.daemon.reload(read_suite(ready.write(), load_plugins()))
        spare.spo2 = 94
        await reads(ward, 94)
        # Somebody wrote the swap into the file: it is not done again on top.
        here, pocket = ready.beds["1"]["oximeter"], ready.more["spares"]["pocket"]
        ready.beds["1"]["oximeter"], ready.more["spares"]["pocket"] = pocket, here
        await ward.daemon.reload(read_suite(ready.write(), load_plugins()))
        spare.spo2 = 93
        await reads(ward, 93)
        await until(lambda: ward.daemon.host.suite_state().swapped == ())


async def publish(broker: Mosquitto, said: dict[str, int]) -> None:
    """Two oximeters behind a gateway, five readings a second."""
    async with MqttPeer(broker.host, broker.port) as client:
        while True:
            for topic, value in said.items():
                await client.publish(topic, json.dumps({"spo2": value, "pulse_rate": 70}))
            await asyncio.sleep(0.2)


@pytest.mark.peer("mosquitto")
async def test_a_swapped_device_is_heard_under_the_topic_of_its_own_name(
    paper: Paper, mosquitto: Mosquitto
) -> None:
    by_name = mqtt_oximeter(mosquitto.url, "clinic/{device}")
    paper.beds["1"] = by_name
    paper.more = {"spares": {"pocket": by_name["oximeter"]}}
    said = {"clinic/oximeter": 97, "clinic/pocket": 95}
    async with live(paper) as ward, running(publish(mosquitto, said)):
        await reads(ward, 97)
        assert await swap(ward, "1", None, "pocket") is None
        await reads(ward, 95)
