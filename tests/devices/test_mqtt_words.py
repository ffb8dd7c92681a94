"""Words from outside have three outcomes: yes, no, not understood; the usual gateways by their name."""

import json
from dataclasses import replace
from functools import partial
from typing import Any

import aiomqtt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.garbled import REPEAT
from devices.mqtt.mqtt_config import MqttConfig
from devices.mqtt.mqtt_dialect import DIALECTS
from devices.mqtt.mqtt_driver import MqttConnection, MqttDriver
from devices.mqtt.mqtt_path import search
from devices.mqtt.mqtt_words import OFFLINE, ONLINE, Said, Words, availability, document
from monitord.driver import Emit
from monitord.model import SECOND, Cause, Fault, Frame, Instant, Quality, Signal, Span, Wave

YES, NO, STRANGE = Said.YES, Said.NO, Said.NOT_UNDERSTOOD
AT = Instant(1_767_600_000 * SECOND)


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ("online", YES),
        ("Online", YES),
        (" ONLINE\n", YES),
        ("online\0", YES),
        ("offline", NO),
        ("Offline", NO),
        ("connected", YES),
        ("disconnected", NO),
        ("true", YES),
        ("False", NO),
        ("1", YES),
        ("0", NO),
        ('"online"', YES),
        ('{"state":"online"}', YES),
        ('{"state": "Offline"}', NO),
        ('{"online": false}', NO),
        ('{"online": true, "since": 5}', YES),
        ('{"status": "connected"}', YES),
        ('{"state": 1}', YES),
        ('{"state": 0.0}', NO),
        ("ready", YES),
        ("unreachable", NO),
        ('{"reachable": false}', NO),
        ('{"value": true, "time": 1767600000}', YES),
        ('{"value": "Dead"}', NO),
        ('{"value": "Asleep"}', STRANGE),
        ("1.0", YES),
        ("0.0", NO),
        ("0.5", STRANGE),
        ('{"Online": true}', YES),
        ('{"STATE": "offline"}', NO),
        ('{"state": "online", "connected": false}', NO),
        ('{"status": "ok", "reachable": "no"}', NO),
        ('{"status": "ok", "reachable": "yes"}', STRANGE),
        ("2026-01-05", STRANGE),
        ("init", STRANGE),
        ("alert", STRANGE),
        ('{"state": null}', STRANGE),
        ('{"state": "sleeping"}', STRANGE),
        ('{"state": {"value": "online"}}', STRANGE),
        ('{"battery": 3}', STRANGE),
        ("{", STRANGE),
        ("{}", STRANGE),
        ("[]", STRANGE),
        ('["online"]', STRANGE),
        ("2", STRANGE),
        ("-1", STRANGE),
        ("on line", STRANGE),
        ("offline!", STRANGE),
        ("null", STRANGE),
        ("None", STRANGE),
        ("\N{REPLACEMENT CHARACTER}", STRANGE),
        ("x" * 5000, STRANGE),
        ("", None),
        (" \n", None),
    ],
)
def test_each_word_has_one_of_three_outcomes(payload: str, said: Said | None) -> None:
    assert availability(payload.encode(), Words(), None) is said


def test_a_path_and_lists_of_words_in_the_mapping_say_it_otherwise() -> None:
    words = Words(("READY", "busy"), ("gone",))
    find = partial(search, "bridge.mode")
    for word, said in (("ready", YES), ("Busy", YES), ("GONE", NO), ("online", STRANGE)):
        payload = json.dumps({"bridge": {"mode": word}, "state": "online"}).encode()
        assert availability(payload, words, find) is said
    assert availability(b'{"bridge": 5}', words, find) is STRANGE
    assert availability(b"ready", words, find) is STRANGE


def test_a_word_of_ones_own_wins_over_the_usual_word_of_the_other_side() -> None:
    assert Words(online=("off",)).says("off") is YES
    assert Words(offline=("on",)).says("on") is NO
    assert Words(online=("up",)).says("online") is STRANGE
    assert Words(online=("up",)).says("offline") is NO


@given(st.binary(max_size=60))
def test_no_bytes_are_taken_for_a_word_that_they_are_not(payload: bytes) -> None:
    said = availability(payload, Words(), None)
    if said in {YES, NO}:
        word = payload.decode(errors="replace").casefold()
        assert any(each in word for each in (ONLINE if said is YES else OFFLINE))


# The connection, fed as by a broker.


class Fed:
    """A connection and all that it tells."""

    def __init__(self, **settings: Any) -> None:
        given = {"broker": "mqtt://127.0.0.1:1", "topic": "z/ox"} | settings
        self.config = MqttConfig.model_validate(given)
        self.connection = MqttConnection("ox", self.config)
        self.said: list[Frame | Fault | Wave] = []
        self.now = AT

    def send(self, topic: str, payload: object, *, retain: bool = False) -> None:
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        message = aiomqtt.Message(
            topic=aiomqtt.Topic(topic), payload=raw, qos=1, retain=retain, mid=1, properties=None
        )
        self.now = Instant(self.now + SECOND)
        emit: Emit = lambda said, _: self.said.append(said)  # noqa: E731
        self.connection._take(message, self.now, emit)
        self.connection._report(self.now, emit)

    def look(self, later: Span) -> None:
        """What time alone tells."""
        self.now = Instant(self.now + later)
        self.connection._report(self.now, lambda said, _: self.said.append(said))

    def faults(self, cause: Cause) -> list[tuple[bool, str]]:
        return [
            (each.present, each.detail)
            for each in self.said
            if isinstance(each, Fault) and each.cause is cause
        ]

    def read(self) -> dict[Signal, float | None]:
        frames = [each for each in self.said if isinstance(each, Frame)]
        return {each.signal: each.value for each in frames[-1].samples} if frames else {}


def test_a_word_that_is_not_understood_is_told_at_once_and_keeps_the_link_from_counting() -> None:
    fed = Fed(availability={"topic": "z/state"})
    fed.send("z/state", b'{"mode": "sleep"}', retain=True)
    assert fed.faults(Cause.DEVICE) == [
        (True, 'what its gateway says of itself is not understood: \'{"mode": "sleep"}\'')
    ]
    fed.send("z/ox", {"spo2": 97})
    assert not fed.connection.link_known
    assert fed.faults(Cause.LINK) == []
    fed.send("z/state", b"Online")
    assert fed.connection.link_known
    assert fed.faults(Cause.LINK) == [(False, "")]
    assert fed.faults(Cause.DEVICE)[-1][0] is False


def test_an_empty_message_is_how_a_retained_one_is_cleared_and_says_nothing() -> None:
    fed = Fed(availability={"topic": "z/state"})
    for _ in range(5):
        fed.send("z/ox", b"")
        fed.send("z/state", b"")
    assert fed.said == [Fault(cause=Cause.DEVICE, subject="", present=False)]
    assert fed.connection.counts["empty"] == 10


def test_a_field_that_stays_not_understood_is_a_device_fault_beside_good_neighbours() -> None:
    fed = Fed(signals=["spo2", "pulse_rate"])
    for _ in range(3):
        fed.send("z/ox", {"spo2": 84, "pulse_rate": "120 /min"})
    assert fed.read() == {Signal.SPO2: 84.0, Signal.PULSE_RATE: None}
    assert fed.faults(Cause.DEVICE)[-1] == (True, "not understood: z/ox: pulse_rate")
    assert fed.connection.counts["field"] == 3
    fed.send("z/ox", {"spo2": 84, "pulse_rate": 120})
    assert fed.faults(Cause.DEVICE)[-1] == (False, "")


def test_a_field_without_a_value_is_counted_and_no_fault() -> None:
    fed = Fed(signals=["spo2", "pulse_rate"])
    for _ in range(5):
        fed.send("z/ox", {"spo2": 84, "pulse_rate": None})
    assert fed.faults(Cause.DEVICE) == [(False, "")]
    assert fed.connection.counts["no value"] == 5
    assert fed.connection.rejected == 0


# Dialects.

STORY: dict[str, tuple[dict[str, Any], str, bytes, str, bytes, bytes]] = {
    "zigbee2mqtt": (
        {"topic": "zigbee2mqtt/chair 1"},
        "zigbee2mqtt/chair 1",
        b'{"spo2": 97, "hr": 71, "linkquality": 120, "last_seen": "2026-01-05T08:00:01+00:00"}',
        "zigbee2mqtt/chair 1/availability",
        b'{"state":"online"}',
        b'{"state":"offline"}',
    ),
    "home_assistant": (
        {"topic": "ha/sensor/spo2/state", "signals": ["spo2"]},
        "ha/sensor/spo2/state",
        b"97",
        "",
        b"",
        b"",
    ),
    "tasmota": (
        {"topic": "tele/chair1/SENSOR", "readings": [{"signal": "spo2", "path": "MAX30102.SpO2"}]},
        "tele/chair1/SENSOR",
        b'{"Time":"2026-01-05T08:00:01","MAX30102":{"SpO2":97},"Other":nan}',
        "tele/chair1/LWT",
        b"Online",
        b"Offline",
    ),
    "esphome": (
        {"readings": [{"signal": "spo2", "topic": "chair1/sensor/spo2/state"}], "topic": None},
        "chair1/sensor/spo2/state",
        b"97.0",
        "chair1/status",
        b"online",
        b"offline",
    ),
    "openmqttgateway": (
        {"topic": "home/OMG/BTtoMQTT/A1B2", "signals": ["spo2", "pulse_rate"]},
        "home/OMG/BTtoMQTT/A1B2",
        b'{"id":"A1:B2","rssi":-55,"spo2":97,"hr":71,"UTCtime":"2026-01-05T08:00:01Z"}',
        "home/OMG/LWT",
        b"online",
        b"offline",
    ),
    "theengs": (
        {"topic": "home/TheengsGateway/BTtoMQTT/A1B2"},
        "home/TheengsGateway/BTtoMQTT/A1B2",
        b'{"id":"A1:B2","spo2":97,"hr":71}',
        "home/TheengsGateway/LWT",
        b"online",
        b"offline",
    ),
}


def test_every_dialect_has_a_story() -> None:
    assert STORY.keys() == DIALECTS.keys()


@pytest.mark.parametrize("name", STORY)
def test_a_gateway_works_by_its_name(name: str) -> None:
    settings, topic, payload, state, online, offline = STORY[name]
    fed = Fed(dialect=name, **settings)
    fed.send(topic, payload)
    assert fed.read()[Signal.SPO2] == 97.0
    assert fed.read().get(Signal.PULSE_RATE, 71.0) == 71.0
    assert not any(fed.connection.counts[each] for each in ("bad", "field"))
    if state:
        assert state in fed.config.topics()
        fed.send(state, online, retain=True)
        fed.send(state, offline, retain=True)
        assert [present for present, _ in fed.faults(Cause.LINK)] == [False, True]


@pytest.mark.parametrize("name", STORY)
def test_in_every_dialect_no_value_is_no_reading_and_no_fault(name: str) -> None:
    settings, topic, payload, *_ = STORY[name]
    fed = Fed(dialect=name, **settings)
    for word in (b"unavailable", b"None", b"nan", b"unknown"):
        fed.send(topic, payload.replace(b"97.0", b"97").replace(b"97", word))
        assert fed.read()[Signal.SPO2] is None
    assert not any(present for present, _ in fed.faults(Cause.DEVICE))


def test_what_the_suite_file_says_wins_over_the_dialect() -> None:
    fed = Fed(
        dialect="zigbee2mqtt",
        paths={"quality": "state"},
        availability={
            "topic": "own/state",
            "path": "s",
            "online": "here",
            "offline": ["away", "x"],
        },
    )
    assert fed.config.topics() == ["z/ox", "own/state"]
    fed.send("z/ox", {"spo2": 97, "state": "probe_off", "last_seen": AT / SECOND})
    (frame,) = (each for each in fed.said if isinstance(each, Frame))
    assert {each.quality for each in frame.samples} == {Quality.PROBE_OFF}
    assert frame.samples[0].measured_at == AT
    fed.send("own/state", {"s": "AWAY"})
    assert fed.faults(Cause.LINK) == [(True, "the gateway is offline")]


def test_the_signals_of_a_dialect_are_those_asked_for() -> None:
    config = MqttConfig.model_validate(
        {
            "broker": "mqtt://b",
            "topic": "zigbee2mqtt/x",
            "dialect": "zigbee2mqtt",
            "signals": ["spo2"],
        }
    )
    assert MqttDriver().signals(config) == {Signal.SPO2}


NESTED: list[tuple[bytes, dict[Signal, float | None]]] = [
    (b'{"Time":"2026-01-05T08:00:01","OX":{"SpO2":97,"Pulse":71}}', {Signal.SPO2: 97, Signal.PULSE_RATE: 71}),
    (b'{"Time":"2026-01-05T08:00:01","MAX30102":{"spo2":97,"HeartRate":71},"TempUnit":"C"}', {Signal.SPO2: 97, Signal.PULSE_RATE: 71}),
    (b'{"Time":"2026-01-05T08:00:01","OX":{"SpO2":nan,"BPM":71}}', {Signal.SPO2: None, Signal.PULSE_RATE: 71}),
    (b'{"Time":"2026-01-05T08:00:01","OX":{"SpO2":null,"BPM":71}}', {Signal.SPO2: None, Signal.PULSE_RATE: 71}),
    (b'{"spo2":97,"OX":{"SpO2":84,"BPM":71}}', {Signal.SPO2: 97, Signal.PULSE_RATE: 71}),
    (b'{"A":{"SpO2":97,"BPM":71},"B":{"SpO2":84}}', {Signal.PULSE_RATE: 71}),
]  # fmt: skip


@pytest.mark.parametrize(("payload", "values"), NESTED)
def test_tasmota_puts_readings_into_an_object_of_their_sensors_name(
    payload: bytes, values: dict[Signal, float | None]
) -> None:
    fed = Fed(dialect="tasmota", topic="tele/chair1/SENSOR", signals=["spo2", "pulse_rate"])
    fed.send("tele/chair1/SENSOR", payload)
    assert fed.read() == values


BARE = ("205 mmHg", "0205", "+205", "2\x130", "high", "205.", "0xCD")


@pytest.mark.parametrize("bare", BARE)
def test_a_cuffs_pressure_in_no_way_of_json_asks_at_once_to_repeat(bare: str) -> None:
    fed = Fed(signals=["nibp_sys", "nibp_dia"])
    fed.send("z/ox", b'{"nibp_sys": %s, "nibp_dia": 125}' % bare.encode())
    assert fed.read() == {Signal.NIBP_SYS: None, Signal.NIBP_DIA: 125}
    assert fed.faults(Cause.GARBLED) == [(True, "")]


@pytest.mark.parametrize("word", ["good", "Good", "GOOD", " good ", "Probe_Off", "MOTION"])
def test_a_quality_is_understood_in_any_case(word: str) -> None:
    fed = Fed()
    fed.send("z/ox", {"spo2": 97, "quality": word})
    (frame,) = (each for each in fed.said if isinstance(each, Frame))
    assert {each.quality.value for each in frame.samples} == {word.strip().lower()}
    assert not fed.connection.counts["field"]


LOST = {
    "a unit": ({"sys": "205 mmHg", "dia": 125}, True),
    "a text": ({"sys": 205, "dia": "high"}, True),
    "an object": ({"sys": {"value": 205}, "dia": 125}, True),
    "none": ({"sys": None, "dia": 125}, False),
    "all well": ({"sys": 205, "dia": 125}, False),
    "the pulse": ({"sys": 205, "dia": 125, "pulse": "fast"}, False),
}


@pytest.mark.parametrize(("message", "told"), LOST.values(), ids=LOST)
def test_a_cuffs_pressure_that_is_not_understood_asks_at_once_to_repeat(
    message: dict[str, Any], told: bool
) -> None:
    fed = Fed(dialect="zigbee2mqtt", signals=["nibp_sys", "nibp_dia", "nibp_pulse"])
    fed.send("z/ox", message)
    assert bool(fed.faults(Cause.GARBLED)) is told
    if told:
        # What is left of the message must not be taken for the answer.
        frame, fault = (each for each in fed.said if not _is_of(each, Cause.DEVICE))
        assert isinstance(frame, Frame)
        assert fault == replace(REPEAT, subject="ox")


def _is_of(said: object, cause: Cause) -> bool:
    return isinstance(said, Fault) and said.cause is cause


CUFF: dict[str, Any] = {"signals": ["nibp_sys", "nibp_dia", "nibp_pulse"]}
NONSENSE = {
    "words": b"measurement done",
    "a line": b"205/125 88",
    "cut": b'{"nibp_sys": 205, "nib',
    "single quotes": b"{'nibp_sys': 205}",
    "bytes": b"\xff\x00\xfe\x01",
    "too long": b"x" * 20_000,
    "XML": b"<bp><sys>205</sys></bp>",
}


@pytest.mark.parametrize("payload", NONSENSE.values(), ids=NONSENSE)
def test_a_cuffs_message_that_is_nonsense_is_told_at_once(payload: bytes) -> None:
    fed = Fed(**CUFF)
    fed.send("z/ox", payload)
    assert fed.faults(Cause.GARBLED) == [(True, "")]
    assert fed.faults(Cause.DEVICE) == [(True, "messages are not understood")]
    fed.send("z/ox", {"nibp_sys": 131, "nibp_dia": 84})
    assert fed.faults(Cause.DEVICE)[-1] == (False, "")


@pytest.mark.parametrize("payload", NONSENSE.values(), ids=NONSENSE)
def test_an_oximeter_that_sends_only_nonsense_is_told_within_its_silence(payload: bytes) -> None:
    fed = Fed()
    fed.send("z/ox", payload)
    assert fed.faults(Cause.DEVICE) == []
    fed.look(9 * SECOND)
    assert fed.faults(Cause.DEVICE) == []
    fed.look(SECOND)
    assert fed.faults(Cause.DEVICE) == [(True, "messages are not understood")]
    assert fed.faults(Cause.GARBLED) == []


def test_a_slip_between_good_messages_is_no_fault() -> None:
    fed = Fed()
    for _ in range(20):
        fed.send("z/ox", b"test")
        fed.send("z/ox", {"spo2": 97})
        fed.look(5 * SECOND)
    assert not any(present for present, _ in fed.faults(Cause.DEVICE))


def test_a_cuffs_message_with_other_names_is_a_fault_and_no_garbled_reading() -> None:
    fed = Fed(**CUFF)
    fed.send("z/ox", {"upper": 205, "lower": 125})
    assert fed.faults(Cause.DEVICE) == [(True, "messages are not understood")]
    assert fed.faults(Cause.GARBLED) == []


@pytest.mark.parametrize("dialect", ["openmqttgateway", "theengs"])
def test_beacons_of_a_gateway_that_sends_them_say_nothing(dialect: str) -> None:
    fed = Fed(dialect=dialect, **CUFF)
    for _ in range(5):
        fed.send("z/ox", {"id": "A1:B2", "rssi": -55})
    assert not any(present for present, _ in fed.faults(Cause.DEVICE))
    fed.send("z/ox", b"nonsense")
    assert fed.faults(Cause.GARBLED) == [(True, "")]


@pytest.mark.parametrize("field", ["t", "quality", "seq", "nibp_pulse", "nibp_sys"])
def test_any_field_of_a_cuff_that_is_not_understood_is_told_at_once(field: str) -> None:
    fed = Fed(**CUFF)
    fed.send("z/ox", {"nibp_sys": 205, "nibp_dia": 125, "nibp_pulse": 88} | {field: "strange"})
    ((present, detail),) = fed.faults(Cause.DEVICE)
    assert present
    assert detail.startswith("not understood: z/ox: ")


def test_a_time_that_is_not_understood_is_told_once_and_counted() -> None:
    fed = Fed()
    for _ in range(5):
        fed.send("z/ox", {"spo2": 84, "t": "just now"})
    assert fed.faults(Cause.DEVICE) == [(False, ""), (True, "not understood: z/ox: time")]
    assert fed.connection.counts["field"] == 5
    frames = [each for each in fed.said if isinstance(each, Frame)]
    assert {each.quality for frame in frames for each in frame.samples} == {Quality.UNKNOWN_AGE}


@pytest.mark.parametrize("word", [b"unavailable", b"None", b" null\n", b"unknown", b"NaN", b"--"])
def test_a_bare_word_for_no_value_says_it_of_all_readings_of_its_topic(word: bytes) -> None:
    for settings in ({}, CUFF):
        fed = Fed(**settings)
        for _ in range(4):
            fed.send("z/ox", word)
        assert set(fed.read().values()) == {None}
        assert not any(fault.present for fault in fed.said if isinstance(fault, Fault))
        assert fed.connection.rejected == 0


@pytest.mark.parametrize(
    "payload",
    [
        b'{"nibp_sys": 120, "nibp_sys": 185, "nibp_dia": 80}',
        b'{"nibp_sys": 185, "nibp_sys": null, "nibp_dia": 80}',
        b'{"nibp_sys": 120, "nibp_sys": 185, "nibp_dia": 80, "x": nan}',
        b'{"nibp_sys": "120", "nibp_sys": 120, "nibp_dia": 80,}',
    ],
)
def test_of_a_field_that_stands_twice_with_two_values_none_is_believed(payload: bytes) -> None:
    fed = Fed(**CUFF)
    fed.send("z/ox", payload)
    assert fed.read() == {Signal.NIBP_SYS: None, Signal.NIBP_DIA: 80}
    assert replace(REPEAT, subject="ox") in fed.said


def test_a_field_that_stands_twice_with_one_value_is_that_value() -> None:
    fed = Fed(**CUFF)
    fed.send("z/ox", b'{"nibp_sys": 120, "nibp_sys": 120, "nibp_dia": 80}')
    assert fed.read() == {Signal.NIBP_SYS: 120, Signal.NIBP_DIA: 80}


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b'{"state": "online", "state": "offline"}', STRANGE),
        (b'{"state": "offline", "State": "online"}', NO),
        (b'{"State": "online", "state": "offline"}', NO),
        (b'{"state": "online", "state": "online"}', YES),
    ],
)
def test_a_gateway_that_says_both_is_not_taken_for_there(payload: bytes, said: Said) -> None:
    assert availability(payload, Words(), None) is said


def test_a_field_that_stands_twice_among_very_many_is_found() -> None:
    many = ", ".join(f'"k{n}": {n}' for n in range(100_000))
    found = document(f'{{"spo2": 97, {many}, "spo2": 88}}')
    assert found["spo2"] == [97, 88]
    assert found["k99999"] == 99_999
