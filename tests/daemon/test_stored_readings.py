"""A cuff's memory that its gateway hands over at first contact, on a real broker."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.daemon.livekit import Live, Paper, live
from tests.mqtt_peer import MqttPeer
from tests.peers import Mosquitto, until

MEMORY = ((72.0, 133, 86), (48.0, 118, 76), (25.0, 205, 125), (6.0, 129, 89))
"""Hours ago, oldest first."""
RULES = """\
  sbp_high:
    kind: limit
    signal: nibp_sys
    levels:
      - {priority: high, limit: ">=200", source: a test}
  dbp_high:
    kind: limit
    signal: nibp_dia
    levels:
      - {priority: high, limit: ">=120", source: a test}
"""
TOPIC = "h/cuff"


def message(hours_ago: float, sys: int, dia: int) -> bytes:
    taken = datetime.now(UTC) - timedelta(hours=hours_ago)
    return json.dumps({"t": taken.isoformat(), "sys": sys, "dia": dia}).encode()


def shown(ward: Live) -> dict[str, float | None]:
    return {reading.signal: reading.value for reading in ward.daemon.host.beds()["1"].readings}


async def history(ward: Live) -> list[str]:
    """What the station shows of each rule that is history."""
    rules = (await ward.desk.get("/api/beds/1/insight"))["rules"]
    return [line for rule in rules for line in rule["lines"] if "history" in line]


@pytest.mark.peer("mosquitto")
async def test_the_memory_handed_over_at_first_contact_is_history_and_asks_once_for_a_repeat(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    cuff = {
        "driver": "mqtt",
        "broker": mosquitto.url,
        "topic": TOPIC,
        "readings": [{"signal": "nibp_sys", "path": "sys"}, {"signal": "nibp_dia", "path": "dia"}],
        "paths": {"sequence": None},
    }
    paper = Paper(
        folder=tmp_path,
        beds={"1": {"cuff": cuff}},
        destinations={"ward": {"notifier": "mqtt", "broker": mosquitto.url}},
        rules=RULES,
    )
    asked = "unknown_age:cuff"
    async with live(paper) as ward, MqttPeer(mosquitto.host, mosquitto.port) as gateway:
        await ward.desk.infuse("1")
        for reading in MEMORY:
            await gateway.publish(TOPIC, message(*reading), qos=1)
        line = await ward.until(asked, "start")
        assert line["text"] == "cuff: reading of unknown age: 205/125, measure again"
        await until(lambda: {129, 205} <= {each.value for each in ward.daemon.host.beds()["1"].old})
        assert shown(ward) == {}
        said = await history(ward)
        assert (
            "Systolic BP 205 by cuff, taken 25 h ago by its own clock: history, does not count"
            in said
        )
        # The next contact hands over the same.
        for reading in MEMORY:
            await gateway.publish(TOPIC, message(*reading), qos=1)
        await gateway.publish(TOPIC, message(0, 141, 84), qos=1)
        await until(lambda: shown(ward) == {"nibp_sys": 141, "nibp_dia": 84})
        await ward.until(asked, "clear")
    assert ward.story(asked) == ["start medium", "clear medium"]
    assert ward.story("sbp_high") == ward.story("dbp_high") == []
