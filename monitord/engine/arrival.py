"""Is a sample news? Late, doubled and out-of-order ones are journaled, never evaluated. Pure.

Device clocks run free, so lateness is judged against what each source is wont to: its offset is
the arrival time less the device's own time, learned from its samples.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from monitord.model import EPOCH, Instant, Signal, Span


class Arrival(StrEnum):
    """Whether a sample counts, or why not."""

    NEWS = "news"
    LATE = "late"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceClock:
    """What is known of one source's clock for one signal.

    `doubt_at`, `doubt_measured`: the first of a run of refused samples; when such a run keeps
    time with ours the device's clock was set, and is learned anew. A burst of old messages does
    not keep time: it arrives faster than it was measured.
    """

    source: str
    signal: Signal
    offset: Span
    measured_at: Instant
    doubt_at: Instant | None = None
    doubt_measured: Instant = EPOCH


_CREEP = 64
# The offset follows a slow device clock by 1/64 of the difference a sample.
_TOLERANCE = 5
# A run keeps time when the two clocks differ by less than a fifth of its length.


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
    delay = at - measured_at
    if clock is None:
        new = SourceClock(source=source, signal=signal, offset=delay, measured_at=measured_at)
        return new, Arrival.NEWS
    repeated = measured_at <= clock.measured_at
    if not repeated and delay - clock.offset <= stale:
        offset = min(delay, clock.offset + (delay - clock.offset) // _CREEP)
        heard = SourceClock(source=source, signal=signal, offset=offset, measured_at=measured_at)
        return heard, Arrival.NEWS
    if clock.doubt_at is None or measured_at < clock.doubt_measured:
        clock = replace(clock, doubt_at=at, doubt_measured=measured_at)
    elif (run := at - (clock.doubt_at or at)) >= stale:
        drift = abs((measured_at - clock.doubt_measured) - run)
        if drift * _TOLERANCE <= run:
            learned = replace(clock, offset=delay, measured_at=measured_at, doubt_at=None)
            return learned, Arrival.NEWS
    return clock, Arrival.REPEATED if repeated else Arrival.LATE
