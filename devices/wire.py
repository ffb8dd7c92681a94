"""What a sans-IO wire protocol is, and framing helpers. Pure.

A wire owns framing, resynchronisation after garbage, checksum, scale, invalid markers and status
bits. It never raises on bytes from the line: what is no frame is counted in `rejected` and skipped.
"""

from typing import Protocol

from monitord.model import Fault, Frame, Instant, Signal, Wave



class Wire(Protocol):
    """One conversation with one device; a new connection has a new wire."""

    rejected: int
    """Bytes skipped so far because they belonged to no valid frame."""

    @property
    def deadline(self) -> Instant | None:
        """When `send_due` wants to be called although nothing arrived; None for never."""
        ...

    def receive(self, data: bytes, at: Instant) -> list[Frame | Fault | Wave]:
        """Everything that these bytes complete; `at` is when they arrived."""
        ...

    def send_due(self, at: Instant) -> bytes:
        """The bytes to send now, once; empty when there is nothing to say."""
        ...

    def request(self, signal: Signal, at: Instant) -> None:
        """Asks for a reading; a wire that cannot, does nothing."""
        ...
