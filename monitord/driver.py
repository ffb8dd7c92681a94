"""What a device driver is, and `supervise()`: the one place that retries.

A driver is a plug-in of the entry-point group `monitord.devices`: an object with the fields of
`Driver`. `open` gives a `Connection`, good for one connection; reconnecting makes a new one.
"""

from collections.abc import Callable
from typing import Any, Protocol

from pydantic import BaseModel

from monitord.model import Fault, Frame, Instant, Signal, Wave

Emit = Callable[[Frame | Fault | Wave, Instant], None]
"""Takes what a device said, with the time at which its bytes arrived; never blocks."""


class Clock(Protocol):
    """The daemon's one clock, lent to drivers, notifiers and twins."""

    def now(self) -> Instant:
        """Engine time: UTC read once at start, elapsed time since."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Waits `seconds` of engine time."""
        ...


class Connection(Protocol):
    """One connection to one device."""

    async def run(self, emit: Emit, clock: Clock) -> None:
        """Reads until cancelled; raises DeviceError when the link is lost."""
        ...

    def request(self, signal: Signal, at: Instant) -> None:
        """Asks for a reading (a cuff measurement, say); drivers that cannot, do nothing."""
        ...


class Driver(Protocol):
    """A device family: what its settings are, what it measures, how it is opened."""

    name: str
    """The word in the suite file."""
    title: str
    """Family and models, for `monitord devices`."""
    evidence: str
    """`real capture`, `published example` or `unverified`: what its decoder was proven on."""
    config: type[BaseModel]
    """Settings in the suite file, beside `driver` and `accept_unverified`."""

    def signals(self, config: Any) -> frozenset[Signal]:
        """What a device with these settings supplies."""
        ...

    def delay(self, config: Any) -> int:
        """The device's own averaging plus transport, as a Span: part of an alarm's whole delay."""
        ...

    def simulated(self, config: Any) -> bool:
        """Whether this can only be a twin: a pseudo-terminal, or an embedded broker."""
        ...

    def open(self, name: str, config: Any) -> Connection:
        """A connection, not yet made, for the device called `name` in the suite file."""
        ...
