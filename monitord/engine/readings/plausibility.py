"""Could that be a living adult? What no finger and no cuff shows is not believed at once. Pure.

A doubt has an end, and is never silence. A step that lasts `LASTING` is the patient, and counts
from where it was first seen: only what alarms without a delay is later, by that much. Pressures that
hardly go together are the patient's when they come a second time; until then a technical alarm
stands. A source that speaks less often than every `LASTING` could not say so in time: its steps are
believed. Believing wrongly is an alarm too many, doubting wrongly one too few.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from monitord.engine.readings.reading import Reading
from monitord.model import (
    MINUTE,
    NIBP,
    SECOND,
    SIGNALS,
    Cause,
    Event,
    Fault,
    Frame,
    Instant,
    Quality,
    Sample,
    Sentence,
    Signal,
    Span,
    say,
)
from monitord.model.frozen import fast_frozen, replace

STEPS: Final[dict[Signal, float]] = {Signal.SPO2: 8.0, Signal.PULSE_RATE: 40.0}
"""The most that a second may bring, in % and beats/min (reference clinical section 5)."""
NARROW: Final = 10.0
WIDE: Final = 120.0
"""mmHg between systolic and diastolic pressure, outside which they hardly go together (the same)."""
LASTING: Final[Span] = 2 * SECOND
"""Longer than most spikes of a moving finger, short beside any delay of a limit (proposed)."""
AGAIN: Final[Span] = 15 * MINUTE
"""So long a second pressure repeats the first: the longest interval in an infusion (proposed)."""


class Why(StrEnum):
    """What is wrong with a reading."""

    RANGE = "range"
    STEP = "step"
    PRESSURES = "pressures"


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A run of readings that are not believed, since when, and what was believed before it."""

    signal: Signal
    since: Instant
    before: float
    before_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class CuffDoubt:
    """The latest pressures hardly go together; `believed` once they came again."""

    at: Instant
    source: str
    believed: bool
    why: Sentence | None = None


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """How many readings of one signal by one device were not believed for one reason."""

    source: str
    signal: Signal
    why: Why
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """All of it, for the state."""

    doubts: tuple[Doubt, ...] = ()
    cuff: CuffDoubt | None = None
    rejected: tuple[Rejected, ...] = ()


NOTHING_DOUBTED: Final = Belief()


class Plausible:
    """Mutable, owned by one patient; everything in it is a frozen value."""

    def __init__(self, belief: Belief) -> None:
        self._doubts = {each.signal: each for each in belief.doubts}
        self._cuff = belief.cuff
        self._rejected = {(each.source, each.signal, each.why): each for each in belief.rejected}

    @property
    def kept(self) -> Belief:
        """For the state."""
        rejected = tuple(self._rejected.values())
        return Belief(doubts=tuple(self._doubts.values()), cuff=self._cuff, rejected=rejected)

    def judge(
        self, event: Event, frame: Frame | None, sample: Sample, known: Reading | None
    ) -> tuple[Quality, Instant | None]:
        """The quality that counts, and since when a step is the patient if this confirms one.

        Without a frame it is of a person's hand: only its range is looked at.
        """
        signal, value, quality = sample.signal, sample.value, sample.quality
        if value is None or not quality.may_raise:
            return quality, None
        spec = SIGNALS[signal]
        if not spec.low <= value <= spec.high:
            return self._rejected_as(Why.RANGE, event, signal)
        if frame is None or not quality.usable:
            # By hand, or with a mark: doubtful as it is.
            return quality, None
        most = STEPS.get(signal)
        if most is None:
            if signal in NIBP and not self._fits(event, frame):
                return self._rejected_as(Why.PRESSURES, event, signal, Quality.DOUBTED)
            return quality, None
        if known is None or known.value is None or event.at >= known.fresh_until:
            self._doubts.pop(signal, None)
            return quality, None
        doubt = self._doubts.get(signal)
        if doubt is None:
            slow = event.at - known.at >= LASTING
            if abs(value - known.value) <= most or slow or not known.quality.usable:
                return quality, None
            doubt = Doubt(signal=signal, since=event.at, before=known.value, before_at=known.at)
        change = abs(value - doubt.before)
        seconds = max(event.at - doubt.before_at, SECOND) / SECOND
        if change > most * seconds and event.at - doubt.since < LASTING:
            self._doubts[signal] = doubt
            return self._rejected_as(Why.STEP, event, signal)
        lasted = self._doubts.pop(signal, None) is not None and change > most
        return quality, doubt.since if lasted else None

    def _rejected_as(
        self, why: Why, event: Event, signal: Signal, quality: Quality = Quality.IMPLAUSIBLE
    ) -> tuple[Quality, None]:
        key = (event.source, signal, why)
        known = self._rejected.get(key) or Rejected(source=event.source, signal=signal, why=why)
        self._rejected[key] = replace(known, count=known.count + 1)
        return quality, None

    def _fits(self, event: Event, frame: Frame) -> bool:
        """One answer for all signals of one measurement."""
        before = self._cuff
        if before is not None and before.at == event.at and before.source == event.source:
            return before.believed
        values = {s.signal: s.value for s in frame.samples if s.signal in NIBP and s.quality.usable}
        if Signal.NIBP_SYS not in values:
            return True
        why = implausibility(values)
        if why is None:
            self._cuff = None
            return True
        again = before is not None
        self._cuff = CuffDoubt(at=event.at, source=event.source, believed=again, why=why)
        return again

    @property
    def wants_repeat(self) -> bool:
        """Whether the latest pressures are to be measured again."""
        return self._cuff is not None and not self._cuff.believed

    @property
    def believes(self) -> bool:
        """Whether the latest pressures say again what was doubted before."""
        return self._cuff is not None and self._cuff.believed

    def told(self, reading: Reading, *, asked: bool) -> tuple[Fault, Instant]:
        """After pressures: the fault that begins or ends with them, and until when it holds.

        None begins where somebody is `asked` already to measure again.
        """
        new = self._cuff is not None and self._cuff.at == reading.at
        doubt = self.wants_repeat and new and not asked
        fault = Fault(
            cause=Cause.IMPLAUSIBLE,
            subject=reading.source,
            present=doubt,
            why=self._cuff.why if doubt and self._cuff else None,
        )
        return fault, Instant(reading.at + AGAIN)

    def end(self) -> None:
        """The patient has left."""
        self._doubts.clear()
        self._rejected.clear()
        self._cuff = None


def implausibility(values: Mapping[Signal, float | None]) -> Sentence | None:
    """What hardly goes together in the pressures of one measurement; None where all is well."""
    sys, dia = values.get(Signal.NIBP_SYS), values.get(Signal.NIBP_DIA)
    if sys is None or dia is None:
        return None
    mean = values.get(Signal.NIBP_MAP)
    if not NARROW <= sys - dia <= WIDE:
        return say("why.pressures", sys=sys, dia=dia)
    if mean is not None and not dia <= mean <= sys:
        return say("why.pressures_mean", sys=sys, dia=dia, mean=mean)
    return None


def said(belief: Belief) -> Iterator[Sentence]:
    """`SpO2 by oximeter was left out 3 times: it rose or fell too fast`, for people."""
    for each in belief.rejected:
        once = say("input.rejected_once", signal=each.signal, source=each.source, why=each.why)
        many = each.count > 1
        yield say("input.rejected", **once.values, times=each.count) if many else once
