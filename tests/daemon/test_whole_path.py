"""From bytes on a wire and messages on a broker to the nurse, and back with the acknowledgement."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from devices.twin.suntech_twin import TWIN as SUNTECH
from monitord.daemon.sequencing.clock import LiveClock
from monitord.driver import Bedside
from monitord.model import Reason, RequestReading, Signal
from monitord.model.timeline import Timeline
from tests.daemon.livekit import (
    Ear,
    Finger,
    Paper,
    live,
    mqtt_oximeter,
    nonin,
    recorded,
    running,
)
from tests.mqtt_peer import MqttPeer
from tests.pager import Pager
from tests.peers import Mosquitto, PseudoTerminal, until


def cuff_patient(clock: Any) -> Bedside:
    timeline = Timeline.model_validate({"title": "a cuff", "patient": {"seed": 1}})
    return Bedside(timeline=timeline.beds["1"], start=clock.now())


async def publish(broker: Mosquitto, spo2: list[int]) -> None:
    """An oximeter behind a gateway; it says the last of `spo2`, five times a second."""
    async with MqttPeer(broker.host, broker.port) as client:
        while True:
            await client.publish("clinic/chair3", json.dumps({"spo2": spo2[-1], "pulse_rate": 70}))
            await asyncio.sleep(0.2)


@pytest.mark.peer("mosquitto")
async def test_a_desaturation_is_one_alarm_everywhere_until_it_is_acknowledged_and_clears(
    tmp_path: Path, line1: PseudoTerminal, pager: Pager, mosquitto: Mosquitto
) -> None:
    cuff_line = tmp_path / "cuff"
    paper = Paper(
        folder=tmp_path,
        beds={
            "1": nonin(line1),
            "2": {"cuff": {"driver": "suntech", "port": str(cuff_line)}},
            "3": mqtt_oximeter(mosquitto.url, "clinic/chair3"),
        },
        destinations={
            "ward": {"notifier": "mqtt", "broker": mosquitto.url},
            "pager": {"notifier": "webhook", "url": pager.url},
        },
    )
    ear, finger, chair3 = Ear(mosquitto.url), Finger(line1), [97]
    # Only the arm is fast: a measurement takes two seconds.
    clock = LiveClock(speed=20)
    orders: asyncio.Queue[str] = asyncio.Queue(1)
    cuff = SUNTECH.run(str(cuff_line), "cuff", cuff_patient(clock), clock, orders)
    async with (
        running(ear.run(), finger.run(), publish(mosquitto, chair3), cuff),
        live(paper) as ward,
    ):
        await ear.ready.wait()
        for bed in "1", "2", "3":
            await ward.desk.infuse(bed)

        finger.spo2 = 88
        await until(lambda: ear.of("spo2_low"))
        finger.spo2 = 83
        await until(lambda: len(ear.of("spo2_low")) == 2)
        topic, line = next(each for each in ear.lines if each[1]["alarm"] == "spo2_low")
        assert topic == "monitord/ward/alarms/1"
        assert (line["value"], line["limit"], line["unit"]) == (88.0, 90.0, "%")
        assert line["simulated"] is True
        assert line["durable"] is True
        await until(lambda: pager.lines("spo2_low"))
        tile = await ward.desk.tile("1")
        assert [alarm["key"] for alarm in tile["alarms"]] == ["spo2_low"]

        assert await ward.desk.acknowledge(line["id"]) == 200
        await until(lambda: ear.of("spo2_low")[-1]["event"] == "acknowledge")
        finger.spo2 = 97
        await until(lambda: ear.of("spo2_low")[-1]["event"] == "clear")
        assert (await ward.desk.tile("1"))["alarms"] == []

        chair3.append(80)
        await until(lambda: len(ear.of("spo2_low")) == 5)
        assert ear.lines[-1][0] == "monitord/ward/alarms/3"
        asked = RequestReading(bed="2", signal=Signal.NIBP_SYS, reason=Reason.SCHEDULED)
        ward.daemon._devices.request(asked)
        await until(
            lambda: Signal.NIBP_SYS in {r.signal for r in ward.daemon.host.beds()["2"].readings}
        )

    told = [each for each in ear.of("spo2_low") if each["bed"] == "1"]
    assert [each["event"] for each in told] == ["start", "escalate", "acknowledge", "clear"]
    assert len({each["id"] for each in told}) == 1
    calls = [call for call in pager.calls if call.line["bed"] == "1"]
    assert len(pager.lines("spo2_low")) == 2
    assert len({call.key for call in calls}) == len(calls)
    rows = [row for row in recorded(paper.journal) if (row.bed, row.alarm) == ("1", "spo2_low")]
    assert [row.event.value for row in rows] == [each["event"] for each in told]
