"""Dates as exporters write them: numbers in any order, months by name in six languages. Pure.

Whether 03/04/2026 is in March or April is told by any date above 12, or by continuity: only in one order
do the rows follow each other over midnight. Where neither tells, it is an error that names the option.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Final

from monitord.errors import RecordingError
from monitord.model import HOUR, Instant, Span, from_datetime

_MONTHS: Final = (
    "january januar janner janvier enero gennaio januari",
    "february februar feber fevrier febrero febbraio februari",
    "march marz maerz mrz mars marzo maart mrt",
    "april avril abril aprile",
    "may mai mayo maggio mei",
    "june juni juin junio giugno",
    "july juli juillet julio luglio",
    "august aout agosto augustus",
    "september septembre septiembre setiembre settembre",
    "october oktober octobre octubre ottobre",
    "november novembre noviembre",
    "december dezember decembre diciembre dicembre",
)
_DAYS: Final = frozenset(
    [
        "mon",
        "monday",
        "tue",
        "tues",
        "tuesday",
        "wed",
        "wednesday",
        "thu",
        "thurs",
        "thursday",
        "fri",
        "friday",
        "sat",
        "saturday",
        "sun",
        "sunday",
        "mo",
        "montag",
        "di",
        "dienstag",
        "mi",
        "mittwoch",
        "do",
        "donnerstag",
        "fr",
        "freitag",
        "sa",
        "samstag",
        "so",
        "sonntag",
        "sonnabend",
        "lun",
        "lundi",
        "mar",
        "mardi",
        "mer",
        "mercredi",
        "jeu",
        "jeudi",
        "ven",
        "vendredi",
        "sam",
        "samedi",
        "dim",
        "dimanche",
        "lunes",
        "martes",
        "mie",
        "miercoles",
        "jue",
        "jueves",
        "vie",
        "viernes",
        "sab",
        "sabado",
        "dom",
        "domingo",
        "lunedi",
        "martedi",
        "mercoledi",
        "gio",
        "giovedi",
        "venerdi",
        "sabato",
        "domenica",
        "ma",
        "maandag",
        "dinsdag",
        "wo",
        "woensdag",
        "donderdag",
        "vr",
        "vrijdag",
        "za",
        "zaterdag",
        "zo",
        "zondag",
    ]
)
_FILLERS: Final = frozenset(
    [
        "uhr",
        "h",
        "at",
        "um",
        "a",
        "le",
        "de",
        "del",
        "om",
        "alle",
        "den",
        "the",
        "st",
        "nd",
        "rd",
        "th",
        "il",
        "el",
    ]
)
_TRIPLE: Final = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})[./-](\d{4}|\d{2})(?!\d)")
_YEAR_FIRST: Final = re.compile(r"(?<!\d)(\d{4})[./-](\d{1,2})[./-](\d{1,2})(?!\d)")
_TOKEN: Final = re.compile(r"[^\W\d_]+|\d+")
_CENTURY: Final = 70
"""Two-digit years from this one on are of the 20th century."""
_NEAR: Final[Span] = 12 * HOUR
"""Rows of one recording that follow each other over midnight are no further apart than this."""

DAY_FIRST: Final = "day before month"
MONTH_FIRST: Final = "month before day"
YEAR_FIRST: Final = "year before month and day"


@lru_cache(maxsize=512)
def midnight(text: str, order: str | None) -> Instant | None:
    """The instant at which a local day begins, as if it were UTC; None for what is no date."""
    found = _numbers(text, order) or _named(text)
    if found is None:
        return None
    year, month, day = found
    try:
        return from_datetime(datetime(year, month, day, tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def order_of(cells: Sequence[str], times: Iterable[int | None]) -> tuple[str | None, str | None]:
    """The order of day and month, and how it was decided where the rows had to tell.

    `times` are the rows' times of day in µs. RecordingError where nothing decides.
    """
    triples = [_TRIPLE.search(cell) for cell in cells]
    found = {match.groups() for match in triples if match}
    if not found:
        return None, None
    if any(separator == "." for _, separator, _, _ in found):
        return DAY_FIRST, None
    rows = [
        (match[0], time)
        for match, time in zip(triples, times, strict=True)
        if match and time is not None
    ]
    year_may_be_first = all(midnight(f"{a}{b}{c}{b}{d}", YEAR_FIRST) for a, b, c, d in found)
    if year_may_be_first:
        fitting = [each for each in (DAY_FIRST, MONTH_FIRST, YEAR_FIRST) if _continuous(rows, each)]
        if fitting == [YEAR_FIRST]:
            return YEAR_FIRST, f"dates read as {YEAR_FIRST}: only so do the rows follow each other"
        year_may_be_first = not fitting
    if any(int(first) > 12 for first, _, _, _ in found):
        sample = next(match[0] for match in triples if match)
        form = _form(sample, "y", "m", last="d")
        told = f"dates such as {sample} read as {DAY_FIRST}: where the year stands first, add --format '{form}'"
        return DAY_FIRST, told if year_may_be_first else None
    if any(int(second) > 12 for _, _, second, _ in found):
        return MONTH_FIRST, None
    if all(int(first) == int(second) for first, _, second, _ in found):
        return DAY_FIRST, None
    fitting = [order for order in (DAY_FIRST, MONTH_FIRST) if _continuous(rows, order)]
    if len(fitting) == 1:
        return fitting[0], f"dates read as {fitting[0]}: only so do the rows follow each other"
    sample = next(match[0] for match in triples if match)
    msg = (
        f"dates such as {sample} may begin with day or month and no row of the file decides: give the "
        f"format, --format '{_form(sample, 'd', 'm')}' or --format '{_form(sample, 'm', 'd')}'"
    )
    raise RecordingError(msg)


def _form(sample: str, *order: str, last: str = "") -> str:
    """The strptime format of the date alone; its `last` part is the year where nothing else is said."""
    separator = next(c for c in sample if not c.isdecimal())
    year = "Y" if len(re.split(r"\D", sample)[-1]) == 4 else "y"
    return separator.join(f"%{letter}" for letter in (*order, last or year))


def _continuous(rows: Sequence[tuple[str, int]], order: str) -> bool:
    """Whether every change of the date is a step of hours; False where the date never changes."""
    changes = 0
    for (before, earlier), (after, later) in pairwise(rows):
        if before == after:
            continue
        changes += 1
        one, other = midnight(before, order), midnight(after, order)
        if one is None or other is None or abs(other + later - one - earlier) > _NEAR:
            return False
    return changes > 0


def _numbers(text: str, order: str | None) -> tuple[int, int, int] | None:
    if (found := _YEAR_FIRST.search(text)) or (found := re.fullmatch(r"(\d{4})(\d\d)(\d\d)", text)):
        numbers = int(found[1]), int(found[2]), int(found[3])
    elif found := _TRIPLE.search(text):
        if order == YEAR_FIRST:
            # A year of four digits stands last and nowhere else.
            day = int(found[4]) if len(found[4]) == 2 else 0
            return _year(found[1].zfill(2)), int(found[3]), day
        first, second, year = int(found[1]), int(found[3]), _year(found[4])
        day, month = (second, first) if order == MONTH_FIRST else (first, second)
        numbers = year, month, day
    else:
        return None
    rest = _words(text[: found.start()] + " " + text[found.end() :])
    return numbers if (_DAYS | _FILLERS).issuperset(rest) else None


def _named(text: str) -> tuple[int, int, int] | None:
    tokens = _words(text)
    numbers = [token for token in tokens if token.isdecimal()]
    names = [token for token in tokens if not token.isdecimal()]
    months = {month for name in names if (month := _month(name))}
    others = [name for name in names if not _month(name)]
    if len(numbers) != 2 or len(months) != 1 or not (_DAYS | _FILLERS).issuperset(others):
        return None
    first, last = numbers
    year, day = (first, last) if len(first) == 4 else (last, first)
    return _year(year), months.pop(), int(day)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.lower())
    return _TOKEN.findall("".join(c for c in plain if not unicodedata.combining(c)))


def _month(word: str) -> int | None:
    """A month by its name or at least three letters of it, where these mean one month only."""
    if len(word) < 3:
        return None
    found = {
        number
        for number, names in enumerate(_MONTHS, start=1)
        if any(name.startswith(word) for name in names.split())
    }
    return found.pop() if len(found) == 1 else None


def _year(text: str) -> int:
    number = int(text)
    if len(text) > 2:
        return number
    return number + (1900 if number >= _CENTURY else 2000)
