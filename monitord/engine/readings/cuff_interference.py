"""The cuff on the probe's arm takes the pulse from the finger while it is inflated. Pure.

From a request for a reading, or from pressure in the cuff, the oximeter's readings are marked
`cuff_inflated`: unknown to every rule, and absence waits, though its clock runs. A hold lasts until
the first good reading after deflation, at most `AFTER` beyond deflation. All holds together draw on
a bucket of `BUCKET`: it drains while held, and unheld good readings refill it at a third of their
time. With the bucket empty nothing is held: a number under an inflated cuff is doubtful, and
absence speaks at its age.
"""

from dataclasses import dataclass
from typing import Protocol

from monitord.model import EPOCH, NIBP, SECOND, Arm, Instant, Quality, Sample, Signal, Span
from monitord.model.frozen import fast_frozen, replace


class Arms(Protocol):
    """Where staff said that cuff and probe sit; None where nobody did."""

    @property
    def cuff_arm(self) -> Arm | None: ...

    @property
    def probe_arm(self) -> Arm | None: ...


BUCKET: Span = 60 * SECOND
# Philips warns of up to 60 s of delay to a critical alarm; no more is held (reference clinical 5).
AFTER: Span = 10 * SECOND
# An ordinary cuff every 5 min was no alarm as long as the number came back within this time.
_REFILL = 3
# Seconds of good readings that give one second back: a cuff every 5 min finds a full bucket.
_LONGEST_INFLATION: Span = 120 * SECOND
# Without another sign of pressure a cuff is taken to be empty then (a reading takes 20 to 45 s).
_EMPTY = 10
# mmHg: less is no inflation, but the rest in a cuff that lies still.
HELD = frozenset({Signal.SPO2, Signal.PULSE_RATE, Signal.PERFUSION_INDEX})


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Held from `since` to `until`; `over` once the cuff gave its result or is empty, at `over_at`.

    `left` is what the bucket held at `counted_at`.
    """

    since: Instant
    until: Instant
    over: bool = False
    over_at: Instant = EPOCH
    left: Span = BUCKET
    counted_at: Instant = EPOCH


def on_one_arm(session: Arms | None) -> bool:
    """Whether staff said that cuff and probe sit on one arm; unknown is no reason to hold."""
    arm = session.cuff_arm if session else None
    return session is not None and arm is not None and arm is session.probe_arm


def begins(hold: Hold | None, at: Instant) -> Hold:
    """A cuff inflates: one inflation holds once, however long it lasts."""
    if hold is None:
        return Hold(since=at, until=Instant(at + BUCKET), left=BUCKET, counted_at=at)
    if not hold.over and at < hold.since + _LONGEST_INFLATION:
        return hold
    left = _settled(hold, at).left
    return Hold(since=at, until=Instant(at + left), left=left, counted_at=at)


def ends(hold: Hold, at: Instant) -> Hold:
    """The cuff is empty."""
    if hold.over:
        return hold
    return replace(hold, until=min(hold.until, Instant(at + AFTER)), over=True, over_at=at)


def after(hold: Hold | None, sample: Sample, at: Instant) -> Hold | None:
    """What a cuff's sample says of it: pressure, or a result (an error is one too)."""
    if sample.signal is Signal.CUFF_PRESSURE and sample.value is not None:
        if sample.value >= _EMPTY:
            return begins(hold, at)
        return hold and ends(hold, at)
    if sample.signal in NIBP:
        return hold and ends(hold, at)
    return hold


def judge(hold: Hold, sample: Sample, quality: Quality, at: Instant) -> tuple[Hold, Quality]:
    """What a sample of the probe says under this hold, and the hold after it."""
    good = sample.value is not None and quality is Quality.GOOD
    if holds(hold, at):
        back = good and sample.signal is Signal.SPO2 and hold.over and at > hold.over_at
        if not back:
            return hold, Quality.CUFF_INFLATED
        return _settled(replace(hold, until=at), at), quality
    if not good:
        return hold, quality
    if not hold.over and at < hold.since + _LONGEST_INFLATION:
        # The finger has no more than the cuff lets through.
        return hold, Quality.LOW_PERFUSION
    hold = _settled(hold, at)
    if hold.left < BUCKET:
        gained = min(at - hold.counted_at, AFTER) // _REFILL
        hold = replace(hold, left=min(hold.left + gained, BUCKET), counted_at=at)
    return hold, quality


def holds(hold: Hold, at: Instant) -> bool:
    """Whether the probe's readings say nothing now."""
    return hold.since <= at < hold.until


def until(hold: Hold | None, signal: Signal, at: Instant) -> Instant | None:
    """Until when the signal is held back; None where it is not."""
    held = hold is not None and signal in HELD and holds(hold, at)
    return hold.until if hold is not None and held else None


def _settled(hold: Hold, at: Instant) -> Hold:
    """What was held so far is taken out of the bucket."""
    until = min(hold.until, at)
    if until <= hold.counted_at:
        return hold
    left = max(hold.left - (until - max(hold.counted_at, hold.since)), 0)
    return replace(hold, left=left, counted_at=until)
