"""Time as integers: an `Instant` is microseconds of UTC, a `Span` microseconds between two. Pure."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, NewType

from pydantic import BeforeValidator, PlainSerializer

Instant = NewType("Instant", int)
"""Microseconds since 1970-01-01 UTC."""

EPOCH = Instant(0)
"""Where no instant is known and None would say more than is meant."""

Span = int
"""Microseconds between two instants."""

MILLISECOND: Span = 1_000
SECOND: Span = 1_000_000
MINUTE: Span = 60 * SECOND
HOUR: Span = 60 * MINUTE

_UNITS: dict[str, Span] = {"ms": MILLISECOND, "s": SECOND, "min": MINUTE, "h": HOUR}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|h)")
_LONGEST: Span = 100 * 366 * 24 * HOUR
"""A duration beyond this is a slip, and would leave the calendar."""
_EPOCH_DATE = datetime(1970, 1, 1, tzinfo=UTC)


def iso(at: Instant) -> str:
    """`2026-01-05T10:00:15.000000Z`: always six decimals, so that lines sort as text."""
    return (_EPOCH_DATE + timedelta(microseconds=at)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_datetime(moment: datetime) -> Instant:
    """The instant of an aware datetime; ValueError for one without a zone."""
    if moment.tzinfo is None:
        msg = f"{moment.isoformat()} has no time zone"
        raise ValueError(msg)
    return Instant((moment - _EPOCH_DATE) // timedelta(microseconds=1))


def from_iso(text: str) -> Instant:
    """Reads ISO 8601 with a zone; ValueError otherwise."""
    return from_datetime(datetime.fromisoformat(text))


def parse_span(text: object) -> Span:
    """Reads `15s`, `1.5min`, `250ms`, `2h`; ValueError for anything else, a bare number too."""
    span = None
    if isinstance(text, str):
        with suppress(ValueError):
            span = _span_of(text)
    if span is None:
        msg = f"{text!r} is not a duration: write a number with its unit, such as 15s, 5min or 2h"
        raise ValueError(msg)
    if span > _LONGEST:
        raise ValueError(f"{str(text)[:40]!r} is longer than a hundred years")
    return round(span)


@lru_cache(maxsize=1024)
def _span_of(text: str) -> float:
    """Kept, unless it is none: a protocol writes the same few hundreds of times, and is read again and again."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise ValueError
    return float(found[1]) * _UNITS[found[2]]


def span_text(span: Span) -> str:
    """Writes a span in the largest unit that divides it: `15s`, `5min`; inverse of `parse_span`."""
    for unit in ("h", "min", "s"):
        if span and span % _UNITS[unit] == 0:
            return f"{span // _UNITS[unit]}{unit}"
    whole, rest = divmod(span, MILLISECOND)
    return f"{whole}.{rest:03}ms" if rest else f"{whole}ms" if span else "0s"


def spoken(span: Span) -> str:
    """`15 s`, `4 min`, `25 h`: how a person says it, in the largest unit of which there are two."""
    if span < 2 * MINUTE:
        return f"{round(span / SECOND)} s"
    return f"{round(span / MINUTE)} min" if span < 2 * HOUR else f"{round(span / HOUR)} h"


Duration = Annotated[
    int,
    BeforeValidator(parse_span),
    PlainSerializer(span_text, return_type=str),
]
"""A span that is written with its unit wherever it is text."""
