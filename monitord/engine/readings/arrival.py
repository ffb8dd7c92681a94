"""Is a sample news? Old, late, doubled and out-of-order ones are journaled, never evaluated. Pure.

A sample that says when it was taken is one of now only if that is within its freshness of the arrival.
Device clocks run free, so a clock that is wrong by a constant is learned for each source and signal:
when two device times advance as their arrivals do. A burst of stored readings does not keep time: it
arrives faster than it was measured. Until the clock is learned, the age of such a sample is unknown.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from monitord.model import EPOCH, MINUTE, SECOND, Instant, Signal, Span
from monitord.model.frozen import replace


class Arrival(StrEnum):
    """Whether a sample counts, or why not."""

    NEWS = "news"
    LATE = "late"
    REPEATED = "repeated"
    UNKNOWN_AGE = "unknown_age"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceClock:
    """What is known of one source's clock for one signal.

    `offset` is the arrival time less the device's own time; None until it is learned. `measured_at` is
    the device time of the last news. `doubt_at`, `doubt_measured`: the first of a run of refused
    samples; when such a run keeps time with ours the device's clock is learned (anew).
    """

    source: str
    signal: Signal
    offset: Span | None = None
    measured_at: Instant = EPOCH
    doubt_at: Instant | None = None
    doubt_measured: Instant = EPOCH


_CREEP: Final = 64
"""The offset follows a slow device clock by 1/64 of the difference a sample."""
_TOLERANCE: Final = 5
"""A run keeps time when the two clocks differ by less than a fifth of its length."""
_RESOLUTION: Final[Span] = SECOND
"""Most devices tell whole seconds: by so much a run may seem faster than it arrives."""
_FIRST_RUN: Final[Span] = SECOND
_NEXT_RUN: Final[Span] = MINUTE
"""The shortest run from which a clock is learned for the first time; the longest that is asked for to
learn a known clock anew, where a delay on the way may look like a clock that was set."""


def judge(
    clock: SourceClock | None,
    *,
    source: str,
    signal: Signal,
    measured_at: Instant,
    at: Instant,
    stale: Span,
) -> tuple[SourceClock, Arrival]:
    """The clock as learned from this sample, and whether the sample is news.

    `stale` is the span after which a reading of the signal no longer speaks for the patient.
    """
    clock = clock or SourceClock(source=source, signal=signal)
    delay = at - measured_at
    if clock.offset is None:
        if abs(delay) <= stale:
            return _heard(clock, min(delay, 0), measured_at), Arrival.NEWS
        return _doubted(clock, measured_at, at, _FIRST_RUN, Arrival.UNKNOWN_AGE)
    late_by = delay - clock.offset
    if measured_at <= clock.measured_at:
        refused = Arrival.REPEATED
    elif late_by > stale:
        refused = Arrival.LATE
    elif late_by < -stale and at - (clock.measured_at + clock.offset) > stale:
        # The clock was set forward, at some time since the last word of this source.
        refused = Arrival.UNKNOWN_AGE
    else:
        offset = min(delay, clock.offset + late_by // _CREEP)
        return _heard(clock, offset, measured_at), Arrival.NEWS
    return _doubted(clock, measured_at, at, min(stale, _NEXT_RUN), refused)


def _heard(clock: SourceClock, offset: Span, measured_at: Instant) -> SourceClock:
    return SourceClock(
        source=clock.source, signal=clock.signal, offset=offset, measured_at=measured_at
    )


def _doubted(
    clock: SourceClock, measured_at: Instant, at: Instant, least: Span, refused: Arrival
) -> tuple[SourceClock, Arrival]:
    """Begins or continues a run of refused samples; news once it kept time for at least `least`."""
    began = clock.doubt_at
    advance = measured_at - clock.doubt_measured
    run = 0 if began is None else at - began
    if began is None or advance < 0 or (advance - run - _RESOLUTION) * _TOLERANCE > run:
        return replace(clock, doubt_at=at, doubt_measured=measured_at), refused
    if run >= least and abs(advance - run) * _TOLERANCE <= run:
        offset = min(at - measured_at, began - clock.doubt_measured)
        return _heard(clock, offset, measured_at), Arrival.NEWS
    return clock, refused
