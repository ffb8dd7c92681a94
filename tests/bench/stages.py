"""Where a sample's microseconds go: each part of the path on its own, in this process, without a broker."""

import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from aiomqtt import Message

from devices.mqtt.mqtt_config import MqttConfig
from devices.mqtt.mqtt_driver import MqttConnection, MqttDriver
from devices.mqtt.mqtt_payload import decode
from monitord.config import read_protocol
from monitord.daemon.health.metrics import Metrics
from monitord.daemon.sequencing.clock import LiveClock
from monitord.daemon.sequencing.sequencer import Emission, Sequencer
from monitord.driver import Supervision
from monitord.engine.engine import Engine
from monitord.engine.protocol.protocol import Settings, Source, canonical, digest
from monitord.model import (
    SECOND,
    Admit,
    Configured,
    Event,
    Frame,
    Instant,
    Sample,
    Signal,
    StartBaseline,
    StartInfusion,
)
from monitord.station.host import Changed
from monitord.store.journal.journal import Entry, Journal
from tests.bench import peers
from tests.bench.ward import KETAMINE
from tests.builders import settings

COUNT = 4000
START = Instant(1_767_607_200 * SECOND)
TOPIC = "suite/1/oximeter"
CONFIG = MqttConfig(
    broker="mqtt://127.0.0.1", topic=TOPIC, signals=(Signal.SPO2, Signal.PULSE_RATE)
)


def micros(work: Callable[[], object], count: int = COUNT, rounds: int = 3) -> float:
    """Processor time of one piece of `work` that does `count`; the best round: caches were its own."""
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return 1e6 * best / count


def payloads() -> list[bytes]:
    said = (
        {"bed": "1", "t": START / SECOND + n, "spo2": 95 + n % 4, "pulse_rate": 65 + n % 9}
        for n in range(COUNT)
    )
    return [json.dumps(one).encode() for one in said]


def infusing() -> Engine:
    """A bed with the whole ketamine protocol, in its infusion."""
    given: Settings = settings(
        protocols={KETAMINE: read_protocol(KETAMINE)},
        sources={"oximeter": Source(signals=(Signal.SPO2, Signal.PULSE_RATE))},
    )
    engine = Engine("1")
    for body in (
        Configured(digest=digest(given.watch), document=canonical(given)),
        Admit(id="a", by="nurse", session="s", protocol=KETAMINE),
        StartBaseline(id="b", by="nurse"),
        StartInfusion(id="c", by="nurse", override="a benchmark"),
    ):
        engine.step(Event(at=START, bed="1", body=body))
    return engine


def event(number: int, frame: Frame) -> Event:
    return Event(at=Instant(START + number * SECOND), bed="1", body=frame, source="oximeter")


def frame(spo2: float, pulse: float) -> Frame:
    return Frame(
        samples=(
            Sample(signal=Signal.SPO2, value=spo2),
            Sample(signal=Signal.PULSE_RATE, value=pulse),
        )
    )


def engine_alone() -> Iterator[tuple[str, float]]:
    """`engine.step` over a patient who is well, and over one whose SpO2 crosses limits all the time."""
    well = [event(n, frame(95 + n % 4, 65 + n % 9)) for n in range(COUNT)]
    restless = [event(n, frame(84 + n * 7 % 14, 48 + n % 9)) for n in range(COUNT)]
    rules = len(read_protocol(KETAMINE).rules)
    for name, events in (("2 signals, no alarm", well), ("2 signals, restless", restless)):
        best = float("inf")
        for _ in range(3):
            engine = infusing()

            def step(engine: Engine = engine, events: list[Event] = events) -> None:
                for one in events:
                    engine.step(one)

            best = min(best, micros(step, rounds=1))
        yield name, best
        yield f"{name}; million rules/s ({rules} rules)", rules / best


def stages() -> Iterator[tuple[str, float]]:
    """In the order in which a sample meets them; the client library is measured by the bare echo."""
    texts = payloads()
    readings = CONFIG.wanted()
    yield (
        "decode: JSON to frame",
        micros(lambda: [decode(t, readings, CONFIG.paths) for t in texts]),
    )
    frames = [decode(text, readings, CONFIG.paths).frame for text in texts]
    yield "driver: topic, order, decode", _driver(texts)
    yield "supervise, count, queue", _offered(frames)
    events = [event(n, one) for n, one in enumerate(frames)]
    engine = infusing()
    yield "engine, the whole protocol", micros(lambda: [engine.step(e) for e in events], rounds=1)
    yield "journal: row and share of a commit of 100", _journaled(events)
    yield "release, count, tell the page", _released(events)


def _driver(texts: list[bytes]) -> float:
    messages = [Message(TOPIC, t, qos=0, retain=False, mid=0, properties=None) for t in texts]

    def work() -> None:
        connection = MqttConnection("oximeter", CONFIG)
        for message in messages:
            connection._take(message, START, lambda _item, _at: None)

    return micros(work)


def _offered(frames: list[Frame]) -> float:
    """Supervision, metrics, event and inbox; the inbox is emptied outside the time it takes."""

    async def measure() -> float:
        clock = LiveClock()
        folder = tempfile.TemporaryDirectory(dir=peers.workshop())
        with folder as name, Journal.open(Path(name) / "journal.db") as journal:
            sequencer = Sequencer(journal, {}, clock)
            metrics = Metrics(lambda: ())

            def heard(item: object, at: Instant) -> None:
                if not isinstance(item, Frame):
                    return
                metrics.arrived("1", "oximeter", item)
                sequencer.offer("1", item, at=at, source="oximeter")

            supervision = Supervision(
                MqttDriver(), "oximeter", CONFIG, emit=heard, clock=clock, random=Random(1)
            )
            best = float("inf")
            for start in range(0, COUNT, 500):
                some = frames[start : start + 500]
                began = time.perf_counter()
                for one in some:
                    supervision._receive(one, clock.now())
                best = min(best, (time.perf_counter() - began) / 500)
                while sequencer._inbox:
                    sequencer._inbox.take()
        return 1e6 * best

    return asyncio.run(measure())


def _journaled(events: list[Event]) -> float:
    entries = [Entry(bed="1", event=one) for one in events]
    folder = tempfile.TemporaryDirectory(dir=peers.workshop())
    with folder as name, Journal.open(Path(name) / "journal.db") as journal:
        began = time.process_time()
        for start in range(0, COUNT, 100):
            journal.append(entries[start : start + 100])
        return 1e6 * (time.process_time() - began) / COUNT


def _released(events: list[Event]) -> float:
    metrics = Metrics(lambda: ())
    changed: dict[str | None, None] = {}

    def release(released: Emission) -> None:
        metrics.released(released.effects, released.arrived_at, START)
        update = Changed(seq=released.seq, bed=released.bed)
        changed[update.bed] = None

    def work() -> None:
        for one in events:
            release(Emission(seq=1, bed=one.bed, effects=(), durable=True, arrived_at=one.at))

    return micros(work)
