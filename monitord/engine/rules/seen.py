"""What a rule may look at: one patient, as the session knows them. Pure."""

from typing import Protocol

from monitord.engine.reading import Reading
from monitord.model import Cause, Fault, Instant, Signal


class Seen(Protocol):
    """The session, read only."""

    @property
    def phase(self) -> str | None:
        """The phase's name; None on a bed without a session."""
        ...

    @property
    def phase_since(self) -> Instant:
        """When the phase began, or the watch on an empty bed."""
        ...

    @property
    def readings(self) -> dict[Signal, Reading]:
        """The latest reading of each signal ever received."""
        ...

    @property
    def faults(self) -> dict[tuple[Cause, str], Fault]:
        """Technical faults that are present, by cause and subject."""
        ...

    def fault_since(self, cause: Cause, subject: str) -> Instant:
        """When a present fault began."""
        ...

    def due(self, item: str) -> Instant | None:
        """When the schedule wants the item's next reading; None when it does not."""
        ...

    def interval(self, item: str) -> int:
        """The item's interval in this phase, as a Span."""
        ...
