"""Times in HL7 messages, and what a sender's clock says of ours. Pure.

A time without a zone is the sender's wall clock. How old a reading is follows from the message's own time, so that
a clock that is wrong costs nothing; how late a message is, from how its times advance against ours.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final

from monitord.model import HOUR, MINUTE, SECOND, Instant, Span, from_datetime

KNOWN_AGAIN: Final = 2048
LONGEST_AGAIN: Final = 120
"""The same short texts come again and again: so many, of so many characters, are read once."""
_WRITTEN: Final = re.compile(r"(\d{12})(?:(\d\d)(?:\.(\d{1,9}))?)?(?:([+-]\d\d:?\d\d)|(Z))?")
_ISO: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as written; `zone` is how far its wall clock is before UTC, None where nobody knows: it stands as if of UTC."""

    at: Instant
    zone: Span | None = None

    @property
    def zoned(self) -> bool:
        """Whether it is known of which zone it is."""
        return self.zone is not None

    def before(self, other: "Moment") -> Span:
        """How long before the other: by the wall clock, where one of the two has no zone."""
        if self.zone is not None and other.zone is not None:
            return other.at - self.at
        return other.at + (other.zone or 0) - self.at - (self.zone or 0)


@lru_cache(maxsize=KNOWN_AGAIN)
def _read(text: str, zone: tzinfo | None) -> Moment | None:
    return _moment(text, zone)


def moment(text: str, zone: tzinfo | None = None) -> Moment | None:
    """Reads `20240503100459.000+0800`, from minutes on; None for none, ValueError for what is no time.

    `zone` is that of a time without one. All zeros is how a Mindray says that there is none.
    """
    return _read(text, zone) if len(text) <= LONGEST_AGAIN else _moment(text, zone)


def _moment(text: str, zone: tzinfo | None) -> Moment | None:
    text = text.strip()
    if not text or not text.strip("0"):
        return None
    if _ISO.match(text):
        text = text[:19].translate({ord(sign): None for sign in "-:T "}) + text[19:]
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:30]!r} is no time")
    second = int(found[2] or 0)
    try:
        if second >= MINUTE // SECOND:
            raise ValueError("no second of a minute")
        minute = _minute(found[1], found[4] or found[5] or "", zone)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text[:30]!r} is no time") from error
    micro = int((found[3] or "0").ljust(6, "0")[:6])
    return Moment(Instant(minute.at + second * SECOND + micro), minute.zone)


@lru_cache(maxsize=KNOWN_AGAIN)
def _minute(text: str, written: str, zone: tzinfo | None) -> Moment:
    """`202405031004`, in the zone that is `written` behind it (`+0800`, `Z`), else in `zone`."""
    known: tzinfo | None = zone
    if written == "Z":
        known = UTC
    elif written:
        east = timedelta(hours=int(written[1:3]), minutes=int(written[-2:]))
        if east >= timedelta(hours=24):
            raise ValueError("no zone of this world")
        known = timezone(-east if written[0] == "-" else east)
    year, month, day, hour, minute = (
        int(text[first:last]) for first, last in ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12))
    )
    at = datetime(year, month, day, hour, minute, tzinfo=known or UTC)
    off = at.utcoffset() if known is not None else None
    return Moment(from_datetime(at), None if off is None else off // timedelta(microseconds=1))


def dtm(at: Instant) -> str:
    """`20260105100015.000+0000`: as HL7 writes an instant."""
    return f"{_whole_second(at // SECOND)}.{at % SECOND // 1000:03}+0000"


@lru_cache(maxsize=64)
def _whole_second(seconds: int) -> str:
    whole = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return f"{whole:%Y%m%d%H%M%S}"


AGREES: Final[Span] = MINUTE
"""A clock that is no further off is right: networks and queues that are well take seconds."""
ZONES: Final[Span] = 30 * MINUTE
"""Zones differ by multiples of this (but for three small ones): what is left is what the clock is off."""
FURTHEST: Final[Span] = 15 * HOUR
_HURRY: Final[Span] = 5 * SECOND
"""A message that is so much earlier than the clock says: it was set, or a queue is being emptied."""
_LATE: Final[Span] = 30 * SECOND
"""Messages that are later than this may be of a clock that was set back: they are watched for that."""
_CREEP: Final = 64
_TOLERANCE: Final = 5
_FIRST_RUN: Final[Span] = SECOND
_FORWARD_RUN: Final[Span] = 10 * SECOND
_NEXT_RUN: Final[Span] = MINUTE
"""A clock that was set back looks like a network that delays: that one is watched for longer."""
_RESOLUTION: Final[Span] = SECOND


class SenderClock:
    """What one sender's times mean by our clock: learned from MSH-7 and the arrival of its messages.

    At the first message it is believed where it agrees with ours, in its zone or, where none is known, in any.
    Another one is learned as soon as two messages advance as their arrivals do, never from a queue that is
    being emptied. Time is given.
    """

    def __init__(self) -> None:
        self._offset: Span | None = None
        self._run: tuple[Instant, Instant] | None = None

    @property
    def offset(self) -> Span | None:
        """Our time less the sender's, as of the last message; None while nobody can tell."""
        return self._offset

    def hear(self, sent: Moment, at: Instant) -> Span | None:
        """The offset by which times in this message are read; None where its age is not known."""
        lag = at - sent.at
        if self._offset is None:
            off = lag if sent.zoned else (lag + ZONES // 2) % ZONES - ZONES // 2
            if abs(off) <= AGREES and (sent.zoned or abs(lag) <= FURTHEST):
                # As late as it is: what a queue held back is old from the first message on.
                self._offset = lag - max(off, 0)
                self._run = None
                return self._offset
            return self._learn(sent.at, at, _FIRST_RUN)
        late = lag - self._offset
        if late < -_HURRY:
            return self._learn(sent.at, at, _FORWARD_RUN)
        known = self._offset
        if late > _LATE and self._learn(sent.at, at, _NEXT_RUN) is not None:
            return self._offset
        if late <= _LATE:
            self._run = None
            self._offset += late // _CREEP
        return known

    def _learn(self, sent: Instant, at: Instant, least: Span) -> Span | None:
        """The new offset once a run of messages kept time for `least`; None before."""
        if self._run is None:
            self._run = (sent, at)
            return None
        advance, run = sent - self._run[0], at - self._run[1]
        if advance < 0 or (advance - run - _RESOLUTION) * _TOLERANCE > run:
            self._run = (sent, at)
            return None
        if run >= least and abs(advance - run) * _TOLERANCE <= run:
            self._offset, self._run = at - sent, None
            return self._offset
        return None
