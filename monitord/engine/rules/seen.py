"""What a rule may look at: one patient, as the session knows them. Pure."""

from typing import Protocol

from monitord.engine.burden import Burden
from monitord.engine.limit import Limit
from monitord.engine.reading import Away, FaultState, Reading
from monitord.engine.recent import Taken
from monitord.engine.trail import Trail
from monitord.model import Cause, Instant, Signal, Span


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
    def watched_since(self) -> Instant:
        """When the session was entered, or the watch on an empty bed began."""
        ...

    @property
    def readings(self) -> dict[Signal, Reading]:
        """The latest reading of each signal ever received."""
        ...

    def taken(self, signal: Signal) -> tuple[Taken, ...]:
        """The last good readings of a signal that is read now and then, oldest first."""
        ...

    def burden(self, signal: Signal, limit: Limit) -> Burden | None:
        """How far and how long the signal was beyond the limit; None where no rule asks."""
        ...

    def trail(self, signal: Signal, within: Span) -> Trail | None:
        """Lowest and highest of the time looked back; None where no rule asks."""
        ...

    @property
    def baseline(self) -> dict[Signal, float]:
        """The patient's own value of each signal for which somebody accepted one."""
        ...

    def fault(self, cause: Cause, subject: str) -> FaultState | None:
        """The technical fault, if it is present."""
        ...

    @property
    def help_since(self) -> Instant | None:
        """When Help was called and not yet answered."""
        ...

    @property
    def away(self) -> Away | None:
        """That the patient left the bed, and is not known to be back."""
        ...

    @property
    def infusion(self) -> str | None:
        """`running`, `paused` or `stopped`, as staff entered it; None before it."""
        ...

    def lasts_since(self, what: str) -> Instant | None:
        """Since when a pause, reaction or concern lasts, the infusion longer than planned."""
        ...

    def due(self, item: str) -> Instant | None:
        """When the schedule wants the item's next reading; None when it does not."""
        ...

    def interval(self, item: str) -> Span:
        """The item's interval in this phase."""
        ...
