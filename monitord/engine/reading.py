"""The latest word on one signal, on the patient's place, on one part of the equipment. Pure."""

from dataclasses import dataclass

from monitord.model import Fault, Instant, Quality, Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What arrived last for a signal, and until when it speaks for the patient.

    `good_at` is the last instant with a usable value, of this or an earlier reading; `began` is
    when a step was first seen that this reading confirms (`plausible.py`).
    """

    signal: Signal
    value: float | None
    quality: Quality
    at: Instant
    fresh_until: Instant
    good_at: Instant | None
    source: str
    simulated: bool
    measured_at: Instant | None = None
    began: Instant | None = None

    def usable_at(self, at: Instant) -> bool:
        """Whether the value may be compared with a limit at this instant."""
        return self.value is not None and self.quality.usable and at < self.fresh_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """The patient left the bed: why, who said so, and until when silence is expected."""

    action: str
    reason: str
    by: str
    since: Instant
    until: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A time in which the patient was away, and silence was expected."""

    reason: str
    since: Instant
    until: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultState:
    """A technical fault that is present.

    `until` is when a fault that the engine found itself lapses unless it is found again; None for
    one that ends only when whoever told it says so.
    """

    fault: Fault
    since: Instant
    simulated: bool
    until: Instant | None = None
