"""The clock column of a recording: from the texts that exporters write to instants.

What a clock does not say (zone, date, order of day and month) is never guessed silently: the
answer carries a sentence for each assumption, and what would be a coin toss is an error.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitord.errors import RecordingError
from monitord.model import HOUR, MILLISECOND, MINUTE, SECOND, Instant, Span, from_datetime, iso

ORIGIN: Final = from_datetime(datetime(2000, 1, 1, tzinfo=UTC))
"""Where recordings begin that only say how long ago they began."""

DAY: Final[Span] = 24 * HOUR
_HALF_DAY: Final[Span] = 12 * HOUR
_LONGEST: Final[Span] = 300 * 366 * DAY
# Elapsed or epoch times beyond this are no clock, and would leave the calendar.
_QUARTER: Final[Span] = 15 * MINUTE
# Zone offsets change on quarter hours only, so one look-up serves a quarter hour of rows.

_NONE: Final = np.iinfo(np.int64).min
_NUMBER: Final = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?")
_TIME: Final = re.compile(
    r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:\s*([AaPp])\.?[Mm]\.?)?(?![\d:])"
)
_AS_UTC: Final = re.compile(r"\s*(?:UTC|GMT)$")
_TRIPLE: Final = re.compile(r"(\d{1,2})([./-])(\d{1,2})[./-](\d{4})")
_DATES: Final = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%b %d %Y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%a %b %d %Y",
    "%a %d %b %Y",
    "%B %d %Y",
    "%d %B %Y",
)
# The ranges of a number of seconds, milliseconds or microseconds since 1970, from 1973 to 2286.
_EPOCHS: Final = ((1e8, 1e10, SECOND), (1e11, 1e13, MILLISECOND), (1e14, 1e16, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocked:
    """What a clock column says: an instant a row, `bad` where there is none.

    `zoned` where every time in it is sure: an epoch, or written with its zone; `dated` where the
    calendar day is the recording's own.
    """

    times: NDArray[np.int64]
    bad: NDArray[np.bool_]
    statement: str
    zoned: bool
    dated: bool
    notes: tuple[str, ...] = ()


def read_clock(
    cells: Sequence[str], *, tz: tzinfo | None, unit: Span | None = None, form: str | None = None
) -> Clocked:
    """Reads a whole column.

    `unit` says that cells are numbers of that span since the start of the recording, `form` is a
    strptime format; without either the format is found. RecordingError where it can't be known.
    """
    if unit is not None:
        return _numbers(cells, unit, ORIGIN)
    first = next((cell for cell in cells if cell.strip()), "")
    if form is None and _NUMBER.fullmatch(first.strip()):
        size = abs(float(first))
        for low, high, scale in _EPOCHS:
            if low <= size < high:
                return _numbers(cells, scale, Instant(0))
        msg = (
            f"the clock column holds plain numbers such as {first.strip()}: name their unit by "
            "mapping the column as time_s, time_ms or time_min"
        )
        raise RecordingError(msg)
    return _texts(cells, tz, form)


def localise(local: datetime, tz: tzinfo | None) -> tuple[Instant, str]:
    """The instant of a header's date and time without zone, and the assumption made."""
    if local.tzinfo is not None:
        return from_datetime(local), "zone as written"
    return from_datetime(local.replace(tzinfo=tz or UTC)), zone_statement(tz)


def midnights(times: NDArray[np.int64], tz: tzinfo | None) -> int:
    """Midnights of the recording's own zone between first and last of ordered instants."""
    if not len(times):
        return 0
    first, last = (
        datetime.fromtimestamp(int(at) / SECOND, UTC).astimezone(tz or UTC).date()
        for at in (times[0], times[-1])
    )
    return (last - first).days


def zone_statement(tz: tzinfo | None) -> str:
    """How local times were read."""
    return "local time without zone, taken as " + ("UTC" if tz is None else str(tz))


def _numbers(cells: Sequence[str], scale: Span, origin: Instant) -> Clocked:
    times = np.full(len(cells), _NONE, np.int64)
    for row, cell in enumerate(cells):
        if _NUMBER.fullmatch(cell.strip()):
            value = float(cell) * scale
            if abs(value) < _LONGEST:
                times[row] = origin + round(value)
    if origin:
        statement = f"elapsed time without a date, counted from {iso(origin)}"
    else:
        statement = "epoch numbers, UTC"
    return Clocked(
        times=times,
        bad=times == _NONE,
        statement=statement,
        zoned=not origin,
        dated=not origin,
    )


@dataclass(slots=True)
class _Zoner:
    """Local microseconds to instants, in the order of the rows.

    In the hour that a clock shows twice, a step back of the local time begins the second pass.
    """

    tz: tzinfo | None
    before: int = _NONE
    second_pass: bool = False
    doubtful: int = 0

    def __call__(self, local: int) -> int:
        if self.tz is None:
            return local
        first, second = _offsets(local // _QUARTER, self.tz)
        if first == second:
            self.second_pass = False
        else:
            self.doubtful += 1
            self.second_pass |= self.before - local > 30 * MINUTE
        self.before = local
        return local - (second if self.second_pass else first)


@lru_cache(maxsize=4096)
def _offsets(quarter: int, tz: tzinfo) -> tuple[int, int]:
    moment = datetime.fromtimestamp(quarter * _QUARTER / SECOND, UTC).replace(tzinfo=tz)
    both = [moment.replace(fold=fold).utcoffset() for fold in (0, 1)]
    first, second = (round(offset.total_seconds()) * SECOND if offset else 0 for offset in both)
    # Outside a repeated hour a skipped one also differs by fold: the clock never showed it.
    return (first, second) if first > second else (first, first)


def _texts(cells: Sequence[str], tz: tzinfo | None, form: str | None) -> Clocked:
    read = _by_form(form) if form else _by_parts(cells)
    zoner = _Zoner(tz)
    times = np.full(len(cells), _NONE, np.int64)
    aware = dateless = naive = midnights = 0
    day, last = 0, -1
    for row, cell in enumerate(cells):
        local, kind = read(cell.strip())
        if kind == "":
            continue
        if kind == "aware":
            aware += 1
            times[row] = local
            continue
        if kind == "time":
            dateless += 1
            # A clock without a date that falls by more than half a day has passed midnight.
            if last - local > _HALF_DAY:
                day += 1
                midnights += 1
            last = local
            local += ORIGIN + day * DAY
        naive += 1
        times[row] = zoner(local)
    notes = []
    if dateless:
        notes.append(f"times without a date: the first day is taken as {iso(ORIGIN)[:10]}")
    if midnights:
        notes.append(f"{midnights} midnight(s) seen by the clock falling back to zero")
    if zoner.doubtful:
        notes.append(
            f"{zoner.doubtful} rows in an hour that the local clock showed twice: taken as its first "
            "pass until the clock falls back"
        )
    if aware and naive:
        notes.append(f"{aware} rows carry a zone, {naive} do not")
    statement = zone_statement(tz) if naive else "zone as written"
    return Clocked(
        times=times,
        bad=times == _NONE,
        statement=statement,
        zoned=not naive,
        dated=True,
        notes=tuple(notes),
    )


Reader = Callable[[str], tuple[int, str]]
"""Text -> microseconds and what they are: `aware` UTC, `local` date and time, `time` of day, or ``."""


def _by_form(form: str) -> Reader:
    def read(text: str) -> tuple[int, str]:
        try:
            moment = datetime.strptime(text, form)  # noqa: DTZ007 - the format decides about the zone
        except ValueError:
            return 0, ""
        return _kind(moment)

    return read


def _kind(moment: datetime) -> tuple[int, str]:
    if moment.tzinfo is not None:
        return from_datetime(moment), "aware"
    return from_datetime(moment.replace(tzinfo=UTC)), "local"


def _by_parts(cells: Sequence[str]) -> Reader:
    order = _day_month_order(cells)

    @lru_cache(maxsize=256)
    def midnight(text: str) -> int | None:
        for form in (*_DATES, *((order,) if order else ())):
            try:
                return from_datetime(datetime.strptime(text, form).replace(tzinfo=UTC))
            except ValueError:
                continue
        return None

    def read(text: str) -> tuple[int, str]:
        try:
            return _kind(datetime.fromisoformat(_AS_UTC.sub("+00:00", text)))
        except ValueError:
            pass
        found = _TIME.search(text)
        if found is None or (time := _time_of_day(found)) is None:
            return 0, ""
        date = _date_part(text, found)
        if not date:
            return time, "time"
        start = midnight(date)
        return (0, "") if start is None else (start + time, "local")

    return read


def _date_part(text: str, found: re.Match[str]) -> str:
    return " ".join((text[: found.start()] + " " + text[found.end() :]).replace(",", " ").split())


def _time_of_day(found: re.Match[str]) -> int | None:
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[5]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[5] in "pP" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    micro = int((found[4] or "0").ljust(6, "0")[:6])
    return hour * HOUR + minute * MINUTE + second * SECOND + micro


def _day_month_order(cells: Sequence[str]) -> str | None:
    """The format of dates such as 03/04/2026; RecordingError where no date in the file decides."""
    found = {match.groups() for cell in cells if (match := _TRIPLE.search(cell))}
    if not found:
        return None
    separator = next(iter(found))[1]
    if separator == "." or any(int(first) > 12 for first, _, _, _ in found):
        return f"%d{separator}%m{separator}%Y"
    if any(int(second) > 12 for _, _, second, _ in found):
        return f"%m{separator}%d{separator}%Y"
    msg = (
        "dates such as 03/04/2026 may begin with day or month and no date in the file decides: "
        "give the format, such as format=%d/%m/%Y %H:%M:%S"
    )
    raise RecordingError(msg)
