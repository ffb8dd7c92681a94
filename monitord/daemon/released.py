"""What leaves the process, handed from the sequencer to the daemon."""

from dataclasses import dataclass

from monitord.model import Effect, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What left the process: one event's or deadline's effects, after sequence number `seq`."""

    seq: int
    bed: str | None
    effects: tuple[Effect, ...]
    durable: bool
    arrived_at: Instant | None = None
    """When the event arrived; None for a deadline."""
