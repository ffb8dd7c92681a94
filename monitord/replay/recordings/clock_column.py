"""The clock column of a recording: from the texts that exporters write to instants.

What a clock does not say (zone, date, order of day and month) is never guessed silently: the
answer carries a sentence for each assumption, and what would be a coin toss is an error.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitord.errors import RecordingError
from monitord.model import HOUR, MILLISECOND, MINUTE, SECOND, Instant, Span, from_datetime, iso
from monitord.replay.recordings.clock_texts import DAY, HOUR_24, TIME, by_form, by_parts, late_hours
from monitord.replay.recordings.zones import Zoner, Zones

ORIGIN: Final = from_datetime(datetime(2000, 1, 1, tzinfo=UTC))
"""Where recordings begin that only say how long ago they began."""

_HALF_DAY: Final[Span] = 12 * HOUR
_LONGEST: Final[Span] = 300 * 366 * DAY
# Elapsed or epoch times beyond this are no clock, and would leave the calendar.

_NONE: Final = np.iinfo(np.int64).min
_NUMBER: Final = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?")
_COMPACT: Final[dict[int, str]] = {12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
"""Date and time in digits alone, by their number; of milliseconds since 1970 twelve digits end in 2001."""
_MINUTES_SECONDS: Final = re.compile(r"(\d{1,4}):([0-5]\d)(?:[.,](\d{1,6}))?")
_SHEET_DAYS: Final = (36526, 73050)
"""The days of this century as spreadsheets count them."""
# The ranges of a number of seconds, milli-, micro- or nanoseconds since 1970, from 1973 to 2286.
_EPOCHS: Final = (
    (1e8, 1e10, float(SECOND)),
    (1e11, 1e13, float(MILLISECOND)),
    (1e14, 1e16, 1.0),
    (1e17, 1e19, 0.001),
)


_HALVES: Final = frozenset(("local", "time"))
_SAYS_HALF: Final = re.compile(r"[AaPp]\.?\s?[Mm]|上午|下午|午前|午後|오전|오후")
_A_DAY_NUMBER: Final = re.compile(r"\d{5}(?:[.,]\d+)?(?:\s|$)|\s0?[.,]\d+$")


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

    `unit` says that plain numbers are of that span, since the start of the recording or since 1970 where they
    are that large; `form` is a strptime format of date and time, or of the date alone; without either
    the format is found. RecordingError where it can't be known.
    """
    first = next((cell for cell in cells if cell.strip()), "")
    plain = form is None and _NUMBER.fullmatch(first.strip()) is not None
    if plain and unit is None and (compact := _compact(first.strip())):
        return _texts(cells, tz, compact)
    if plain:
        size = abs(float(first))
        for low, high, scale in _EPOCHS:
            if low <= size < high and unit in {None, scale}:
                return _numbers(cells, scale, Instant(0))
        if (told := _other_epoch(size, unit)) is not None:
            return replace(
                _numbers(cells, told, Instant(0)), notes=(_NOT_THAT_UNIT.format(first.strip()),)
            )
    if unit is not None and any(_NUMBER.fullmatch(cell.strip()) for cell in cells):
        return _numbers(cells, unit, ORIGIN)
    if unit == MINUTE and _MINUTES_SECONDS.fullmatch(first.strip()):
        return _minutes_seconds(cells)
    if plain:
        raise RecordingError(_plain_numbers(first.strip()))
    return _texts(cells, tz, form)


_NOT_THAT_UNIT: Final = (
    "numbers such as {} taken as since 1970: in the unit that is named they are no time"
)


def _other_epoch(size: float, unit: Span | None) -> float | None:
    """The scale of a number that in its named unit would be centuries away, and in another one is of our time."""
    if unit is None or size * unit < _LONGEST:
        return None
    return next((scale for low, high, scale in _EPOCHS if low <= size < high), None)


def _compact(text: str) -> str | None:
    """The format of `20260105100000`, where it is a date and time of this or the last century."""
    form = _COMPACT.get(len(text))
    if form is None or not text.startswith(("19", "20")):
        return None
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 - only whether it is one
    except ValueError:
        return None
    return form


_SAVE_ANEW: Final = "a spreadsheet's day numbers are none of these: format the column as date and time, and save anew"


def _plain_numbers(first: str) -> str:
    low, high = _SHEET_DAYS
    days = low <= float(first) < high
    return (
        f"the clock column holds plain numbers such as {first}: name their unit by --unit s, ms, us, min or h"
        + f"; {_SAVE_ANEW}" * days
    )


def _minutes_seconds(cells: Sequence[str]) -> Clocked:
    """Elapsed `61:05`, of a column whose header says minutes."""
    times = np.full(len(cells), _NONE, np.int64)
    for row, cell in enumerate(cells):
        if found := _MINUTES_SECONDS.fullmatch(cell.strip()):
            micro = int((found[3] or "0").ljust(6, "0"))
            times[row] = ORIGIN + int(found[1]) * MINUTE + int(found[2]) * SECOND + micro
    return Clocked(
        times=times,
        bad=times == _NONE,
        statement=f"elapsed time without a date, counted from {iso(ORIGIN)}",
        zoned=False,
        dated=False,
        notes=("times read as minutes and seconds, as the header says",),
    )


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


def _numbers(cells: Sequence[str], scale: float, origin: Instant) -> Clocked:
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


def _texts(cells: Sequence[str], tz: tzinfo | None, form: str | None) -> Clocked:
    zones = Zones(tz)
    read, decided = (by_form(form), None) if form else by_parts(cells, zones)
    found = [read(cell.strip()) for cell in cells]
    hour_24 = None
    if any(HOUR_24.search(cell) for cell in cells):
        found, hour_24 = late_hours(found)
    rows = _in_order_of_time(found)
    _refuse_half_days(cells, [found[row] for row in rows], rows, form)
    zoner = Zoner(tz, lone=sum(step < 0 for step in _steps([found[row] for row in rows])) == 1)
    times = np.full(len(cells), _NONE, np.int64)
    aware = dateless = naive = midnights = 0
    whole_days = True
    beyond = False
    day, last = 0, -1
    for row in rows:
        local, kind = found[row]
        if kind == "":
            continue
        whole_days &= kind == "local" and not local % DAY and TIME.search(cells[row]) is None
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
            beyond |= local > DAY
            at = local + ORIGIN + day * DAY
        else:
            at = local
        naive += 1
        times[row] = zoner(at)
    _refuse_unreadable(cells, times, form, zones.remedy() or hour_24, whole_days=whole_days)
    notes = [note for note in (decided, hour_24) if note] + zones.notes()
    if dateless:
        notes.append(f"times without a date: the first day is taken as {iso(ORIGIN)[:10]}")
    if beyond:
        notes.append("hours of 24 and more: counted on from the first day's midnight")
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
        zoned=aware > 0 and not naive,
        dated=True,
        notes=tuple(notes),
    )


def _steps(found: Sequence[tuple[int, str]]) -> list[int]:
    """From row to row; without a date the shorter way around midnight."""
    there = [row for row in found if row[1] in _HALVES]
    return [
        (after - before + _HALF_DAY) % DAY - _HALF_DAY if kind == "time" else after - before
        for (before, _), (after, kind) in pairwise(there)
    ]


def _in_order_of_time(found: Sequence[tuple[int, str]]) -> Sequence[int]:
    """The rows, from the last to the first where the newest stands on top."""
    steps = _steps(found)
    rows = range(len(found))
    falling = sum(step < 0 for step in steps) > sum(step > 0 for step in steps)
    return rows[::-1] if falling else rows


def _refuse_half_days(
    cells: Sequence[str], found: Sequence[tuple[int, str]], rows: Sequence[int], form: str | None
) -> None:
    """RecordingError for a clock of twice twelve hours that does not say which half: one o'clock follows 12:59."""
    there = [(row, at) for row, (at, kind) in zip(rows, found, strict=True) if kind in _HALVES]
    if form or not there or not all(1 <= at % DAY // HOUR <= 12 for _, at in there):
        return
    for (before, earlier), (after, later) in pairwise(there):
        hours = earlier % DAY // HOUR, later % DAY // HOUR
        same_day = earlier // DAY == later // DAY
        if (
            hours == (12, 1)
            and same_day
            and not any(_SAYS_HALF.search(cells[row]) for row in (before, after))
        ):
            raise RecordingError(
                f"the clock goes from {cells[before].strip()!r} to {cells[after].strip()!r} and says neither AM nor PM: "
                "export it with 24 hours, or with AM and PM"
            )


def _refuse_unreadable(
    cells: Sequence[str],
    times: NDArray[np.int64],
    form: str | None,
    why: str | None,
    *,
    whole_days: bool,
) -> None:
    """RecordingError, with what to do, where no row has a time."""
    some = [cell.strip() for cell in cells if cell.strip()]
    if not some:
        return
    if (times == _NONE).all() and why:
        raise RecordingError(
            f"the clock column holds no time that can be read, such as {some[0]!r}: {why}"
        )
    if (times == _NONE).all() and _A_DAY_NUMBER.search(some[0]):
        raise RecordingError(
            f"the clock column holds no time that can be read, such as {some[0]!r}: {_SAVE_ANEW}"
        )
    if (times == _NONE).all():
        how = "is none as" if form else "is not understood: give its format, such as"
        raise RecordingError(
            f"the clock column holds no time that can be read: {some[0]!r} {how} "
            f"--format '{form or '%d/%m/%Y %H:%M:%S'}'"
        )
    if whole_days and len(some) > 1 and len(set(some)) < len(some):
        raise RecordingError(
            f"the clock column holds dates without a time of day, such as {some[0]}: name the column of the "
            "time, such as --columns time=COLUMN"
        )
