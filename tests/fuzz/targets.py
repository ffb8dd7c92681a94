"""What is fuzzed: the codec of every family and format, and the payloads of the MQTT driver.

A target takes any bytes and returns; whatever else it does is a finding.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from devices.mqtt_payload import Paths, decode, default_readings
from monitord.kit.example import Example
from monitord.kit.wire_checks import samples
from monitord.model import SIGNALS, Instant, Signal
from monitord.plugins import DEVICES, load_group

Target = Callable[[bytes], None]
AT: Final = Instant(1_000_000_000)
SIGNALS_READ: Final = (Signal.SPO2, Signal.PULSE_RATE, Signal.PERFUSION_INDEX)


def codec(example: Example, data: bytes) -> None:
    """The bytes at once and cut in two say the same, and nothing that no adult can have."""
    whole, halves = example.make(), example.make()
    cut = data[0] % (len(data) + 1) if data else 0
    said = whole.receive(data, AT)
    pieces = halves.receive(data[:cut], AT) + halves.receive(data[cut:], AT)
    assert pieces == said
    assert whole.rejected <= len(data)
    for sample in samples(said):
        if sample.quality.usable and sample.value is not None:
            spec = SIGNALS[sample.signal]
            assert spec.low <= sample.value <= spec.high


def payload(data: bytes) -> None:
    """A message is understood or refused with a ValueError."""
    try:
        decoded = decode(data, default_readings(SIGNALS_READ), Paths())
    except ValueError:
        return
    assert decoded.frame.samples


def targets() -> dict[str, Target]:
    """Each target by its name: `nonin-df2`, `ivy-messages`, `mqtt`."""
    found: dict[str, Target] = {"mqtt": payload}
    for plugin in load_group(DEVICES):
        for example in getattr(plugin.value, "examples", tuple)():
            name = f"{plugin.name}-{example}".replace(" ", "-")
            found[name] = partial(codec, example)
    return found


def seeds() -> dict[str, bytes]:
    """A healthy stream for each target, to begin with."""
    found = {"mqtt": b'{"t": "2026-01-05T10:00:15Z", "seq": 1, "spo2": 97, "quality": "good"}'}
    for plugin in load_group(DEVICES):
        for example in getattr(plugin.value, "examples", tuple)():
            found[f"{plugin.name}-{example}".replace(" ", "-")] = example.stream
    return found
