"""A broker that comes and goes, and one through which rubbish comes: alarms take the other way."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from monitord.store.journal.journal import Journal
from tests.faults.table import desaturate, linked, memory_kb, row
from tests.flood import flooding
from tests.peers import Mosquitto
from tests.ward import BRIEF, Ward, ward

PAYLOADS = 100_000
pytestmark = pytest.mark.peer("mosquitto")


@pytest.fixture
def hall(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[Ward]:
    """Bed 1 behind a gateway on the broker, bed 2 on a line; told by pager and by broker."""
    with ward(tmp_path, beds=2, watch=BRIEF) as suite:
        document = suite.document()
        document["beds"]["1"]["devices"]["oximeter"] = {
            "driver": "mqtt",
            "broker": mosquitto.url,
            "topic": "clinic/bed1",
            "simulated": True,
        }
        document["destinations"]["ward"] = {"notifier": "mqtt", "broker": mosquitto.url}
        for priority in ("high", "medium"):
            document["routes"][priority]["tiers"][0]["to"] = ["ward", "pager"]
        suite.write(document)
        yield suite


class Gateway:
    """Publishes a reading three times a second while the broker is there."""

    def __init__(self, broker: Mosquitto) -> None:
        self.spo2 = 97
        self.client = paho.Client(CallbackAPIVersion.VERSION2)
        self.client.reconnect_delay_set(1, 1)
        self.client.connect_async(broker.host, broker.port)
        self.client.loop_start()
        self._end = threading.Event()
        threading.Thread(target=self._speak, daemon=True).start()

    def _speak(self) -> None:
        while not self._end.wait(1 / 3):
            self.client.publish("clinic/bed1", f'{{"spo2": {self.spo2}, "pulse_rate": 72}}')

    def close(self) -> None:
        self._end.set()
        self.client.loop_stop()


@pytest.fixture
def gateway(mosquitto: Mosquitto) -> Iterator[Gateway]:
    speaking = Gateway(mosquitto)
    yield speaking
    speaking.close()


def test_a_broker_that_restarts(hall: Ward, mosquitto: Mosquitto, gateway: Gateway) -> None:
    hall.start()
    hall.until(lambda: linked(hall, "1"))
    late = []
    for _ in range(5):
        mosquitto.stop()
        late.append(desaturate(hall, "2"))
        mosquitto.start()
    hall.until(lambda: linked(hall, "1"), what="the gateway is read again")

    def waiting() -> int:
        with Journal.open(hall.folder / "journal.db", read_only=True) as journal:
            return sum(each.destination == "ward" for each in journal.outbox.waiting())

    hall.until(lambda: waiting() == 0, what="what waited for the broker")
    row(
        hall,
        "broker restarts",
        how="Mosquitto stopped while a patient desaturates, started again, 5 times",
        must="told by the pager at once; the broker's messages wait; the gateway is read again",
        late=late,
        also="nothing waits for the broker at the end",
    )


def test_a_hundred_thousand_malformed_payloads(
    hall: Ward, mosquitto: Mosquitto, gateway: Gateway
) -> None:
    hall.start()
    hall.until(lambda: linked(hall, "1"))
    before = memory_kb(hall)
    usual = [desaturate(hall, "2") for _ in range(5)]
    late = []
    begun = time.monotonic()
    with flooding("mqtt", mosquitto.port, "clinic/bed1", PAYLOADS) as flood:
        while flood.poll() is None:
            late.append(desaturate(hall, "2"))
    seconds = time.monotonic() - begun
    hall.until(lambda: linked(hall, "1"), what="good payloads are read again")
    gateway.spo2 = 70
    hall.until(lambda: [c for c in hall.pager.lines("spo2_low") if c.line["bed"] == "1"])
    assert median(late) <= 2 * median(usual)
    row(
        hall,
        f"{PAYLOADS:,} malformed payloads",
        how=f"published on a bed's topic in {seconds:.0f} s: bytes, cut JSON, nesting, odd numbers",
        must="skipped; bed 2 in twice its usual time; what is not looked at is an alarm; the next good one is read",
        late=late,
        also=f"usual {median(usual):.2f} s; memory +{(memory_kb(hall) - before) / 1024:.1f} MB",
    )
