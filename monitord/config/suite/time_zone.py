"""The suite's wall clock: a zone's offsets from UTC as plain numbers, and times of day as text."""

import re
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitord.engine.protocol.protocol import Hours
from monitord.model import MINUTE, SECOND, Instant, from_datetime

FIRST_YEAR, LAST_YEAR = 2020, 2045
# Fixed, so that the settings' digest does not change with the day on which they are read.
_TIME = r"([01]\d|2[0-3]):([0-5]\d)"
_TIME_OF_DAY = re.compile(_TIME)
_HOURS = re.compile(rf"{_TIME}\s*-\s*(?:{_TIME}|24:00)")


def is_zone(name: str) -> bool:
    """Whether the machine knows the zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def wall_clock(name: str) -> ZoneInfo | None:
    """The clock on the suite's wall; None, this machine's, where the suite file names no zone."""
    return None if name == "UTC" else ZoneInfo(name)


@cache
def offsets(name: str) -> tuple[tuple[int, int], ...]:
    """From which instant on, by how much the zone's clock is ahead of UTC (both microseconds)."""
    zone = ZoneInfo(name)
    hour = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    last = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)
    found: list[tuple[int, int]] = []
    step = timedelta(days=1)
    while hour < last:
        ahead = _ahead(hour, zone)
        if not found or found[-1][1] != ahead:
            begins = _first_with(ahead, hour - step, hour, zone) if found else hour
            found.append((from_datetime(begins), ahead))
        hour += step
    return tuple(found)


def _ahead(at: datetime, zone: ZoneInfo) -> int:
    offset = at.astimezone(zone).utcoffset() or timedelta()
    return round(offset.total_seconds()) * SECOND


def _first_with(ahead: int, before: datetime, at: datetime, zone: ZoneInfo) -> datetime:
    """The minute at which the offset changed, between two days."""
    while at - before > timedelta(minutes=1):
        middle = before + (at - before) / 2
        if _ahead(middle, zone) == ahead:
            at = middle
        else:
            before = middle
    return at.replace(second=0, microsecond=0)


def local_minute_of(name: str, at: Instant) -> int:
    """The minute of the day on the zone's clock."""
    instant: int = at
    table = offsets(name)
    number = bisect_right(table, instant, key=lambda change: change[0])
    return (at + (table[number - 1][1] if number else 0)) // MINUTE % (24 * 60)


def minute_of(text: object) -> int:
    """`07:30` as a minute of the day; ValueError otherwise."""
    if not isinstance(text, str):
        msg = f"must be text: put it in quotes, not {text!r}"
        raise ValueError(msg)  # noqa: TRY004 - pydantic tells it as a fault of the file
    if found := _TIME_OF_DAY.fullmatch(text):
        return int(found[1]) * 60 + int(found[2])
    msg = f"{text!r} is no time of day: write it as 07:30"
    raise ValueError(msg)


def hours_of(text: str) -> Hours:
    """`20:00-07:00`; ValueError otherwise."""
    if found := _HOURS.fullmatch(text):
        begin = int(found[1]) * 60 + int(found[2])
        end = int(found[3]) * 60 + int(found[4]) if found[3] else 24 * 60
        if begin != end:
            return Hours(begin=begin, end=end)
    msg = f"{text!r} are no hours: write them as 20:00-07:00"
    raise ValueError(msg)
