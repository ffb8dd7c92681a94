"""The latest word on one signal, on the patient's place, on one part of the equipment. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from monitord.model import EPOCH, SECOND, Event, Fault, Instant, Quality, Sample, Signal, Span
from monitord.model.frozen import fast_frozen

MANUAL: Final = "manual"
"""The source of what staff entered by hand."""
_SLOWEST: Final[Span] = 10 * SECOND
# As long as a reading stays fresh: a longer gap is a silence, and no interval.
_CREEP: Final = 16
_LOST_AT_LEAST: Final[Span] = 2 * SECOND


@fast_frozen
@dataclass(frozen=True, slots=True)
class Reading:
    """What arrived last for a signal, and until when it speaks for the patient.

    `number_at` is the last instant with any number, this one's or an earlier one's (also one that the
    cuff holds back), `pace` how long after it the next one is expected.
    Of this or an earlier reading: `seen_at` is the last instant with a number that could raise an
    alarm, `good_at` and `good_value` are of the last good one. `same_since` is when the present
    run of one unchanged value began, and `same` how many readings it has. `began` is when a step
    was first seen that this reading confirms (`plausibility.py`).
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
    seen_at: Instant | None = None
    good_value: float | None = None
    same_since: Instant | None = None
    same: int = 0
    number_at: Instant | None = None
    pace: Span = 0

    def usable_at(self, at: Instant) -> bool:
        """Whether the value may be compared with a limit at this instant."""
        return self.value is not None and self.quality.may_raise and at < self.fresh_until

    @property
    def heard_at(self) -> Instant | None:
        """When the signal's blindness began to count (an older record knows `good_at` alone)."""
        return self.good_at if self.seen_at is None else self.seen_at

    @property
    def heard_until(self) -> Instant:
        """Until when the last number that could raise an alarm is of now, whatever came after it."""
        fresh = self.fresh_until - self.at
        return Instant((self.heard_at or EPOCH) + fresh)

    @property
    def lost_at(self) -> Instant:
        """From when on the signal is without a number, unless one comes: two of its intervals."""
        number_at = self.at if self.number_at is None else self.number_at
        return Instant(number_at + lost_after(self.pace))

    def lost_before(self, at: Instant) -> bool:
        """Whether `lost_at` lies before this instant."""
        number_at = self.at if self.number_at is None else self.number_at
        return at - number_at > _LOST_AT_LEAST and at > self.lost_at

    @property
    def believed(self) -> bool:
        """Whether the last number that could raise an alarm was a good one."""
        return self.good_at is not None and self.good_at == self.heard_at


def lost_after(pace: Span) -> Span:
    """How long after a number the signal is without one: two of its intervals."""
    return max(2 * pace, _LOST_AT_LEAST)


def good_now(
    readings: Mapping[Signal, Reading], signal: Signal, changed: Collection[Signal]
) -> bool:
    """Whether one of the readings that came is a good one of this signal."""
    reading = readings.get(signal)
    return signal in changed and reading is not None and reading.quality.usable


def following(
    known: Reading | None,
    sample: Sample,
    event: Event,
    *,
    quality: Quality,
    fresh: Span,
    every: Span,
    began: Instant | None,
) -> Reading:
    """The reading that this sample makes after the one that is known of its signal.

    `every` is the declared interval of its source, 0 where nobody declared one.
    """
    value, at = sample.value, event.at
    seen = value is not None and quality.may_raise
    number = value is not None or quality is Quality.CUFF_INFLATED
    good_at, good_value = (at, value) if seen and quality is Quality.GOOD else (None, None)
    seen_at, number_at = at if seen else None, at if number else None
    same_since, same, pace = at, 1, every
    if known is not None:
        if good_at is None:
            good_at, good_value = known.good_at, known.good_value
        if seen_at is None:
            seen_at = known.heard_at
        if number_at is None:
            number_at, pace = known.number_at, every or known.pace
        elif not every:
            gap = at - (known.number_at or at)
            pace = gap if gap == known.pace else _pace(known.pace, gap)
        if value is not None and value == known.value:
            same_since, same = known.same_since or at, known.same + 1
    # By place: this is done for every sample.
    return Reading(
        sample.signal,
        value,
        quality,
        at,
        Instant(at + fresh),
        good_at,
        event.source,
        event.simulated,
        sample.measured_at,
        began,
        seen_at,
        good_value,
        same_since,
        same,
        number_at,
        pace,
    )


def _pace(pace: Span, gap: Span) -> Span:
    """The interval as learned: quick to follow a shorter one, slow to follow a longer."""
    gap = min(max(gap, SECOND), _SLOWEST)
    return gap if pace == 0 or gap < pace else pace + (gap - pace) // _CREEP


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What another device than the believed one says of a signal, heard without a gap from `since` on.

    `differs` is since when it is further from the believed value than the step.
    """

    reading: Reading
    since: Instant
    differs: Instant | None = None


@dataclass(slots=True)
class FrameOutcome:
    """What came of a frame: new readings, signals that were lost before, signals that another device
    differs about, the faults that begin or end, each with its end; that the patient is known to be
    back, and that the cuff holds the probe until another time.
    """

    changed: set[Signal] = field(default_factory=set)
    returned: set[Signal] = field(default_factory=set)
    contested: set[Signal] = field(default_factory=set)
    faults: list[tuple[Fault, Instant | None]] = field(default_factory=list)
    is_back: bool = False
    hold_moved: bool = False


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


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class FaultState:
    """A technical fault that is present.

    `until` is when a fault that the engine found itself lapses unless it is found again; None for
    one that ends only when whoever told it says so. `lifted` once they said so, where a good
    reading must come first.
    """

    fault: Fault
    since: Instant
    simulated: bool
    until: Instant | None = None
    lifted: bool = False
