"""The cuff on the probe's arm takes the pulse from the finger while it is inflated. Pure.

From a request for a reading, or from pressure in the cuff, the oximeter's readings are marked
`cuff_inflated`: unknown to every rule, and no silence. This ends `REPERFUSION` after the cuff's
result, and `LONGEST` after it began whatever comes; then the silence counts from its beginning.
"""

from dataclasses import dataclass, replace

from monitord.model import NIBP, SECOND, Instant, Sample, Signal, Span

LONGEST: Span = 60 * SECOND
# Philips warns of up to 60 s of delay to a critical alarm; no more is held (reference clinical 5).
REPERFUSION: Span = 15 * SECOND
# After deflation the finger fills again (reference clinical 5).
_EMPTY = 10
# mmHg: less is no inflation, but the rest in a cuff that lies still.
HELD = frozenset({Signal.SPO2, Signal.PULSE_RATE, Signal.PERFUSION_INDEX})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Held from `since` to `until`; `over` once the cuff gave its result or is empty."""

    since: Instant
    until: Instant
    over: bool = False


def begins(hold: Hold | None, at: Instant) -> Hold:
    """A cuff inflates: one inflation holds once, however long it lasts."""
    if hold is not None and not hold.over and at < hold.since + 2 * LONGEST:
        return hold
    return Hold(since=at, until=Instant(at + LONGEST))


def ends(hold: Hold, at: Instant) -> Hold:
    """The cuff is empty."""
    if hold.over:
        return hold
    return replace(hold, until=min(hold.until, Instant(at + REPERFUSION)), over=True)


def after(hold: Hold | None, sample: Sample, at: Instant) -> Hold | None:
    """What a cuff's sample says of it: pressure, or a result (an error is one too)."""
    if sample.signal is Signal.CUFF_PRESSURE and sample.value is not None:
        if sample.value >= _EMPTY:
            return begins(hold, at)
        return hold and ends(hold, at)
    if sample.signal in NIBP:
        return hold and ends(hold, at)
    return hold


def holds(hold: Hold | None, signal: Signal, at: Instant) -> bool:
    """Whether a reading of the signal says nothing now."""
    return hold is not None and signal in HELD and hold.since <= at < hold.until
