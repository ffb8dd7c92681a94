"""How a reading is said: `SpO2 86 now`, `severe chest pain 4 min ago`. Pure."""

from math import ceil, floor
from typing import Final

from monitord.engine.readings.limit_value import Limit
from monitord.engine.readings.reading import Reading
from monitord.model import (
    NIBP,
    SECOND,
    SIGNALS,
    Instant,
    Quality,
    Relation,
    Said,
    Sentence,
    Signal,
    Span,
    say,
)

NOW: Final[Span] = 5 * SECOND
"""A value no older than this is said to be of now."""
_WHOLE: Final = NIBP | {
    Signal.NIBP_PULSE,
    Signal.SPO2,
    Signal.PULSE_RATE,
    Signal.HEART_RATE,
    Signal.RESP_RATE,
}
_WORST: Final = 3
_SCORES: Final = frozenset({Signal.ORIENTATION, Signal.MOOD})
"""Scales whose numbers have no words."""
_BEYOND: Final = {
    Relation.BELOW: "beyond.below",
    Relation.AT_MOST: "beyond.at_most",
    Relation.ABOVE: "beyond.above",
    Relation.AT_LEAST: "beyond.at_least",
}


def has_words(signal: Signal) -> bool:
    """Whether staff enter it as none, mild, moderate or severe."""
    spec = SIGNALS[signal]
    return spec.manual and spec.high == _WORST and signal not in _SCORES


def says_all(signal: Signal) -> bool:
    """Whether the value says by itself what it means, without a limit beside it."""
    return has_words(signal) or signal is Signal.MOAAS


def whole(signal: Signal, value: float, limit: Limit | None = None) -> float:
    """The value as a person reads it: no tenths of SpO2, pulse, pressure or breaths.

    SpO2 is never said better than it was read, and no value on the other side of the limit beside it.
    """
    if signal not in _WHOLE:
        return value
    near = floor(value) if signal is Signal.SPO2 else floor(value + 0.5)
    if limit is not None and limit.violated_by(near) is not limit.violated_by(value):
        near = ceil(value) if near < value else floor(value)
    return float(near)


def whole_by(signal: Signal, change: float) -> float:
    """How far a value rose or fell, as a person reads it."""
    return float(floor(abs(change) + 0.5)) if signal in _WHOLE else abs(change)


def said_value(
    signal: Signal,
    value: float,
    age: Span | None = None,
    quality: Quality = Quality.GOOD,
    *,
    limit: Limit | None = None,
) -> Sentence:
    """A value with its age (None: not said) and its mark, where it has one; `limit` is said beside it."""
    value = whole(signal, value, limit)
    if signal is Signal.NO_BREATH and age is None:
        return say("no_breath", value=value)
    when = "plain" if age is None else "now" if age <= NOW else "old"
    old = {"age": age} if age is not None and age > NOW else {}
    if has_words(signal) and float(value).is_integer():
        return say(f"sign.{when}", signal=signal, value=f"{value:g}", **old)
    reading = say(f"reading.{when}", signal=signal, value=value, **old)
    if signal is Signal.MOAAS:
        return say("sedation", reading=reading, score=f"{value:g}")
    if quality.doubtful and quality is not Quality.DOUBTED:
        return say("reading.marked", reading=reading, quality=quality)
    return reading


def said_reading(signal: Signal, reading: Reading | None, at: Instant) -> Sentence:
    """The latest reading as of `at`; that there is none."""
    if reading is None or reading.value is None:
        return say("reading.none", signal=signal)
    return said_value(signal, reading.value, max(0, at - reading.at), reading.quality)


def beyond(limit: Limit) -> Sentence:
    """`below 90`."""
    return say(_BEYOND[limit.relation], limit=limit.value)


def beyond_baseline(signal: Signal, value: float, baseline: float) -> Sentence:
    """`43 above the baseline of 122`."""
    value, baseline = whole(signal, value), whole(signal, baseline)
    key = "beyond.below_baseline" if value < baseline else "beyond.above_baseline"
    return say(key, by=abs(value - baseline), baseline=baseline)


def missed_for(since: Instant, at: Instant) -> Span:
    """How long a condition that began then was true in all, when its sum is zero again at `at`.

    A sum grows as fast as time while the condition is true, and is paid back twice as fast.
    """
    return (at - since) * 2 // 3


def lasting(key: str, since: Instant, at: Instant, **values: Sentence | str | float) -> Sentence:
    """The sentence of `key`, or that of `key.for` with how long it lasts, from a second on."""
    if at - since < SECOND:
        return say(key, **values)
    return say(f"{key}.for", lasted=at - since, **values)


def last_good(reading: Reading | None) -> Said:
    """The last good value beside the time since it; nothing where there was none."""
    if reading is None or reading.good_value is None:
        return ()
    return (say("last.good", value=whole(reading.signal, reading.good_value)),)
