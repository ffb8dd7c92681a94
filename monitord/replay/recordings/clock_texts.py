"""One cell of a clock column: date and time in whatever way an exporter writes them, to microseconds. Pure."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from monitord.errors import RecordingError
from monitord.model import HOUR, MINUTE, SECOND, Span, from_datetime
from monitord.replay.recordings.dates import midnight, order_of
from monitord.replay.recordings.zones import Zones

TIME: Final = re.compile(
    r"(?<!\d)(\d{1,3})(?::|\s?[hH]\s?)(\d\d)(?::(\d\d)(?:(?:[.,]|:(?=\d{3}))(\d{1,9}))?)?"
    r"(?:\s*([AaPp])\.?\s?[Mm]\.?)?(?![\d:])"
)
_BESIDE: Final = frozenset(("uhr", "h", "t", "um", "at", "ore", "kl", "kl.", "klo", "à"))
"""Words beside a time of day."""
_DOTTED: Final = re.compile(r"(?<=\S[ T])(\d{1,2})\.([0-5]\d)\.([0-5]\d)(?!\.?\d)")
"""A time of day with points, as Italy, Denmark and Finland write it; alone it may be a date."""
_SPELT: Final = re.compile(r"(\d{1,2}) ?h ?(\d{1,2}) ?min ?(\d{1,2}) ?s\b")
HOUR_24: Final = re.compile(r"(?<![\d:.+-])24[:時时點点시hH]")
_EAST_DATE: Final = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?\s*")
_EAST_TIME: Final = re.compile(
    r"(\d{1,2})\s*[时時点點시]\s*(\d{1,2})\s*[分분](?:\s*(\d{1,2})\s*[秒초])?"
)
_NOON: Final = {
    **dict.fromkeys(("上午", "午前", "오전"), "AM"),
    **dict.fromkeys(("下午", "午後", "오후"), "PM"),
}
_EAST_NOON: Final = re.compile(rf"({'|'.join(_NOON)})\s*(\d{{1,2}}:\d\d(?::\d\d)?)")

DAY: Final[Span] = 24 * HOUR

Reader = Callable[[str], tuple[int, str]]
"""Text -> microseconds and what they are: `aware` UTC, `local` date and time, `time` of day, or ``."""


def by_form(form: str) -> Reader:
    """By a strptime format of date and time, or of the date alone."""
    if "%Z" in form:
        raise RecordingError(
            "--format: %Z reads letters and not the zone: write the letters themselves, and the zone by --tz"
        )
    whole = any(code in form for code in ("%H", "%I", "%X", "%c", "%s", "%T", "%p"))

    def read(text: str) -> tuple[int, str]:
        found = None if whole else TIME.search(text)
        time = _time_of_day(found) if found else 0
        if time is None or time >= DAY:
            return 0, ""
        try:
            moment = datetime.strptime(_date_part(text, found) if found else text, form)  # noqa: DTZ007 - the format decides about the zone
        except ValueError:
            return 0, ""
        at, kind = _kind(moment)
        return at + time, kind

    return read


def _kind(moment: datetime) -> tuple[int, str]:
    if moment.tzinfo is not None:
        return from_datetime(moment), "aware"
    return from_datetime(moment.replace(tzinfo=UTC)), "local"


def by_parts(cells: Sequence[str], zones: Zones) -> tuple[Reader, str | None]:
    """The reader of these cells, and how it knows the order of day and month where rows had to tell."""
    cells = [_usual(cell) for cell in cells]
    times = (_time_of_day(found) if (found := TIME.search(cell)) else None for cell in cells)
    order, decided = order_of(cells, times)

    def plain(text: str) -> tuple[int, str]:
        if HOUR_24.search(text) is None:
            try:
                return _kind(datetime.fromisoformat(text))
            except ValueError:
                pass
        found = TIME.search(text)
        if found is None or (time := _time_of_day(found)) is None:
            return 0, ""
        if not (date := _date_part(text, found)):
            return time, "time"
        start = midnight(date, order)
        if start is None or time >= DAY + HOUR:
            return 0, ""
        return start + time, "local" if time < DAY else "hour 24"

    def read(text: str) -> tuple[int, str]:
        text = _usual(text)
        at, kind = plain(text)
        if kind or (cut := zones.cut(text)) is None:
            return at, kind
        rest, zone = cut
        at, kind = read(rest) if zone["place"] else plain(rest)
        if kind == "time":
            # Only how far the times lie apart counts where there is no date.
            zones.dateless[zone[0].strip()] += 1
            return at, kind
        if kind == "aware" and zone["place"]:
            return at, kind  # Java writes both: `10:00+01:00[Europe/Berlin]`.
        away = zones.away(zone, at) if kind == "local" else None
        return (0, "") if away is None else (at - away, "aware")

    return read, decided


def late_hours(read: Sequence[tuple[int, str]]) -> tuple[list[tuple[int, str]], str | None]:
    """Rows in the hour 24 of a date, and how they were understood.

    24:00:00 ends its day (ISO 8601). What is later than that is after midnight, but of which day only the rows
    around can tell: some clocks count their hours from 1 to 24.
    """
    late = [row for row, (_, kind) in enumerate(read) if kind == "hour 24"]
    if not late:
        return list(read), None
    fitting = [back for back in (0, DAY) if _follow(read, back)]
    only_ends = all(read[row][0] % DAY == 0 for row in late)
    if len(fitting) == 1 or only_ends:
        back = fitting[0] if len(fitting) == 1 else 0
        told = "the day before ends with it" if back == 0 else "the day begins with it"
        found = [(at - back, "local") if kind == "hour 24" else (at, kind) for at, kind in read]
        return (
            found,
            f"{len(late)} times in hour 24 of a day: {told}, as the rows follow each other",
        )
    return [(0, "") if kind == "hour 24" else (at, kind) for at, kind in read], (
        f"{len(late)} times in hour 24 of a day, and no row tells of which day: write them as hour 0 of theirs"
    )


def _follow(read: Sequence[tuple[int, str]], back: int) -> bool:
    """Whether the rows around follow each other, with those of hour 24 so much earlier."""
    there = [(at, kind) for at, kind in read if kind in {"local", "hour 24"}]
    steps = [
        (after[0] - back * (after[1] == "hour 24")) - (before[0] - back * (before[1] == "hour 24"))
        for before, after in pairwise(there)
        if before[1] != after[1]
    ]
    return bool(steps) and all(0 <= step <= 12 * HOUR for step in steps)


def _usual(text: str) -> str:
    """A time of day with points, or in words, as one with colons; a date of the Far East as one with dashes."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).replace("\u2212", "-")
        text = _EAST_NOON.sub(
            lambda found: f"{found[2]} {_NOON[found[1]]}", _EAST_DATE.sub(r"\1-\2-\3 ", text)
        )
        text = _EAST_TIME.sub(lambda found: ":".join(part for part in found.groups() if part), text)
        text = _EAST_NOON.sub(lambda found: f"{found[2]} {_NOON[found[1]]}", text)
    return _SPELT.sub(r"\1:\2:\3", _DOTTED.sub(r"\1:\2:\3", text))


def _date_part(text: str, found: re.Match[str]) -> str:
    rest = (text[: found.start()] + " " + text[found.end() :]).replace(",", " ")
    # `25.06.2026 - 19:14`, `2026-01-05T 10:00`, `19:14 Uhr`
    parts = (part.strip("-|") for part in rest.split())
    return " ".join(part for part in parts if part and part.lower() not in _BESIDE)


def _time_of_day(found: re.Match[str]) -> int | None:
    """µs since midnight; more than a day where hours are counted on."""
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[5]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[5] in "pP" else 0)
    if minute > 59 or second > 59:
        return None
    micro = int((found[4] or "0").ljust(6, "0")[:6])
    return hour * HOUR + minute * MINUTE + second * SECOND + micro
