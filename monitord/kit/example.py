"""A healthy stream of a device with what it says: from it the kit makes all that can go wrong. Pure.

A driver publishes its examples as the method `examples() -> tuple[Example, ...]`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from monitord.model import Fault, Frame, Instant, Signal, Wave

Said = Frame | Fault | Wave


class ExampleWire(Protocol):
    """What the kit uses of a codec; `devices/wire.py` says it in full."""

    @property
    def rejected(self) -> int: ...

    @property
    def deadline(self) -> Instant | None: ...

    def receive(self, data: bytes, at: Instant) -> list[Said]: ...

    def send_due(self, at: Instant) -> bytes: ...

    def request(self, signal: Signal, at: Instant) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """At least two readings as the device sends them, best made by the codec's own encoder.

    `make` gives the codec at the moment before the stream: asked, if it speaks only when asked.
    `values` are the usable values of each signal in the order in which they first appear.
    `longest` is how many bytes the stream can be out of step for: a frame, packet or line.
    `checksum` says that a flipped bit must be seen. `settings` are what a suite file would hold
    for this device beside its port. `unasked` says that a new connection understands the stream.
    """

    name: str
    make: Callable[[], ExampleWire]
    stream: bytes
    values: Mapping[Signal, tuple[float, ...]]
    longest: int
    checksum: bool = True
    unasked: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name
