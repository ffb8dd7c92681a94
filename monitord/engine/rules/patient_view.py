"""What a rule may look at: one patient, as the session knows them. Pure."""

from collections.abc import Mapping
from typing import Protocol

from monitord.engine.readings.burden_memory import Burden
from monitord.engine.readings.limit_value import Limit
from monitord.engine.readings.reading import Away, FaultState, Reading
from monitord.engine.readings.recent import RecentReading
from monitord.engine.readings.steadiness import Steadiness
from monitord.engine.readings.trend_memory import Trail
from monitord.model import Cause, Instant, Signal, Span


class ItemView(Protocol):
    """Signals that the schedule wants together."""

    @property
    def title(self) -> str:
        """For people; may be empty."""
        ...

    @property
    def signals(self) -> tuple[Signal, ...]:
        """What is read."""
        ...


class Terms(Protocol):
    """The protocol in force, as far as rules speak of it."""

    @property
    def schedule(self) -> Mapping[str, ItemView]:
        """What is read now and then."""
        ...

    @property
    def planned_infusion(self) -> Span:
        """How long the infusion lasts as planned."""
        ...


class ConcernView(Protocol):
    """An answer for which a clinician must see the patient."""

    @property
    def says(self) -> str:
        """In words."""
        ...


class Visit(Protocol):
    """The session, as far as rules speak of it."""

    @property
    def concern(self) -> ConcernView | None:
        """What is not yet assessed."""
        ...


class PatientView(Protocol):
    """The session, read only."""

    @property
    def protocol(self) -> Terms:
        """The protocol in force."""
        ...

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

    def expected_within(self, signal: Signal) -> Span:
        """How long a declared slow source of the signal may be silent; 0 where there is none."""
        ...

    def steadiness(self, signal: Signal) -> Steadiness | None:
        """How often the signal was lost for a few seconds; None where it never was."""
        ...

    def contested(self, signal: Signal, at: Instant) -> tuple[Reading, ...]:
        """What other devices say of the signal, in a conflict that lasts."""
        ...

    def held_until(self, signal: Signal, at: Instant) -> Instant | None:
        """Until when the cuff on the probe's arm holds the signal back; None where it does not."""
        ...

    def taken(self, signal: Signal) -> tuple[RecentReading, ...]:
        """The last good readings of a signal that is read now and then, oldest first."""
        ...

    def repeat_failed(self, signal: Signal) -> bool:
        """Whether a repeat will not come: the cuff failed twice since the last good reading, or may not start."""
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

    @property
    def session(self) -> Visit | None:
        """The patient's visit; None on an empty bed."""
        ...

    def lasts_since(self, what: str) -> Instant | None:
        """Since when a pause, reaction or concern lasts, the infusion longer than planned."""
        ...

    def due(self, item: str) -> Instant | None:
        """When the schedule wants the item's next reading; None when it does not."""
        ...

    def interval(self, item: str) -> Span:
        """The interval by whose shares the item grows late."""
        ...
