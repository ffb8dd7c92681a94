"""What is fuzzed: the codec of every family and format, the messages of the MQTT driver, telnet.

A target takes any bytes and returns; whatever else it does is a finding.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from devices.family import Line
from devices.hl7 import mindray_pds
from devices.hl7.hl7_answer import AckCode, MessageAnswer, acknowledgements
from devices.hl7.hl7_examples import hl7_examples
from devices.hl7.hl7_framing import MessageCutter
from devices.hl7.hl7_oru import Unreadable, place_and_devices
from devices.hl7.hl7_wire import readable
from devices.monitor_examples import capnostream_examples, intellivue_examples
from devices.monitors import capnostream, intellivue_frame, intellivue_indication
from devices.mqtt.mqtt_payload import MappedReading, Paths, decode, default_readings
from devices.mqtt.mqtt_words import Words, availability
from devices.rfc2217 import Telnet
from monitord.kit.example import Example
from monitord.kit.wire_checks import samples
from monitord.model import MINUTE, SIGNALS, Instant, Signal
from monitord.plugins import DEVICES, load_group
from tests.fuzz.mutate import inputs

Take = Callable[[bytes], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FuzzTarget:
    """What is tried: `take` with changed pieces of `healthy`, which has frames of about `frame` bytes."""

    take: Take
    healthy: bytes
    frame: int = 64

    def inputs(self, count: int, seed: str) -> Iterator[bytes]:
        """So many changed inputs."""
        return inputs(self.healthy, count, seed, frame=self.frame)


AT: Final = Instant(1_000_000_000)
QUIET: Final = Instant(AT + MINUTE)
SIGNALS_READ: Final = (Signal.SPO2, Signal.PULSE_RATE, Signal.PERFUSION_INDEX)


def codec(example: Example, data: bytes) -> None:
    """The bytes at once and cut in two say the same, and nothing that no adult can have."""
    whole, halves = example.make(), example.make()
    cut = data[0] % (len(data) + 1) if data else 0
    said = whole.receive(data, AT)
    pieces = halves.receive(data[:cut], AT) + halves.receive(data[cut:], AT)
    assert pieces == said
    assert halves.rejected == whole.rejected
    said += whole.receive(b"", QUIET)
    assert whole.rejected <= len(data)
    for sample in samples(said):
        if sample.quality.usable and sample.value is not None:
            spec = SIGNALS[sample.signal]
            assert spec.low <= sample.value <= spec.high


def payload(readings: tuple[MappedReading, ...], data: bytes) -> None:
    """A message is understood or refused with a ValueError."""
    try:
        decoded = decode(data, readings, Paths())
    except ValueError:
        return
    assert decoded.frame.samples


def told(data: bytes) -> None:
    """A word is one of three, or there is none."""
    availability(data, Words(), None)


def telnet(data: bytes) -> None:
    """Cut in two it is the same, and no more comes out than went in."""
    whole, halves = Telnet(Line()), Telnet(Line())
    cut = data[0] % (len(data) + 1) if data else 0
    said, first = whole.receive(data), halves.receive(data[:cut])
    second = halves.receive(data[cut:])
    assert (first[0] + second[0], first[1] + second[1]) == said
    assert len(said[0]) <= len(data)


def sealed(example: Example, seal: Callable[[bytes], bytes], data: bytes) -> None:
    """What stands behind a check that nearly every change would break: the bytes in a frame that holds."""
    wire = example.make()
    for sample in samples(wire.receive(seal(data), AT) + wire.receive(seal(data[1:]), AT)):
        if sample.quality.usable and sample.value is not None:
            spec = SIGNALS[sample.signal]
            assert spec.low <= sample.value <= spec.high


def numerics(data: bytes) -> bytes:
    """Numerics of a Capnostream, no longer than a frame can hold."""
    return capnostream.frame(capnostream.NUMERICS, data[:254])


def call(data: bytes) -> None:
    """A call on the network is understood or is none."""
    for find in (intellivue_indication.find, mindray_pds.beacon_of):
        found = find(data)
        assert found is None or 0 < found.port <= 0xFFFF


MONITOR: Final = intellivue_examples()[0]
CAPNOGRAPH: Final = capnostream_examples()[0]
POLLED: Final = max(intellivue_frame.unpack(MONITOR.stream), key=len)
MINDRAY_CALL: Final = (
    b"\x0bMSH|^~\\&|Mindray|Gateway|||||ADT^A01|101|P|2.3.1|\r"
    b"PV1||I|^^ICU&Bed5&3232237756&4601&&1|\r\x1c\r"
)
CALL: Final = intellivue_indication.encode("10.0.0.5", 24105, bed="5")
SECOND: Final = bytes(
    [0, 0, 3, 232, 38, 0, 14, 97, 72, *bytes(7), 60, 15, 30, 5, 8, 100, 85, 140, 50, 1, 0]
)


def answered(data: bytes) -> None:
    """Every message in it can be routed and answered, and each answer is one that can be read."""
    cutter = MessageCutter()
    for piece in (*cutter.cut(data), *cutter.finish()):
        for each in readable(piece):
            header = None if isinstance(each, Unreadable) else each[0]
            if not isinstance(each, Unreadable):
                place_and_devices(each[1], each[0])
            answer = MessageAnswer(verdict=AckCode.WRONG, why=data[:40].decode("latin-1"))
            for back in MessageCutter().cut(acknowledgements(header, answer, AT, 1)):
                assert not any(isinstance(found, Unreadable) for found in readable(back))


MESSAGE: Final = (
    b'{"t": "2026-01-05T10:00:15Z", "seq": 1, "spo2": 97, "pi": 3.2, "quality": "good"}'
)
OTHERS: Final = {
    "hl7-answers": FuzzTarget(
        take=answered, healthy=hl7_examples()[1].stream, frame=hl7_examples()[1].longest
    ),
    "intellivue-message": FuzzTarget(
        take=partial(sealed, MONITOR, intellivue_frame.pack), healthy=POLLED, frame=len(POLLED)
    ),
    "intellivue-call": FuzzTarget(take=call, healthy=CALL, frame=len(CALL)),
    "mindray-call": FuzzTarget(take=call, healthy=MINDRAY_CALL, frame=len(MINDRAY_CALL)),
    "capnostream-numerics": FuzzTarget(
        take=partial(sealed, CAPNOGRAPH, numerics),
        healthy=SECOND,
        frame=len(SECOND),
    ),
    "mqtt": FuzzTarget(take=partial(payload, default_readings(SIGNALS_READ)), healthy=MESSAGE),
    "mqtt-bare": FuzzTarget(
        take=partial(payload, (MappedReading(signal=Signal.SPO2),)), healthy=b"97.5"
    ),
    "mqtt-availability": FuzzTarget(take=told, healthy=b'{"state": "online", "since": 5}'),
    "telnet": FuzzTarget(
        take=telnet, healthy=Telnet(Line()).hello() + bytes(range(256)) + b"\xff\xff"
    ),
}


def codecs() -> dict[str, FuzzTarget]:
    """Each codec by its name: `nonin-df2`, `ivy-messages`, `mqtt`."""
    examples = {
        f"{plugin.name}-{example}".replace(" ", "-"): example
        for plugin in load_group(DEVICES)
        for example in getattr(plugin.value, "examples", tuple)()
    }
    return OTHERS | {
        name: FuzzTarget(
            take=partial(codec, example), healthy=example.stream, frame=example.longest
        )
        for name, example in examples.items()
    }
