"""The zone that stands behind a time: an offset, letters such as CET, a place such as Europe/Berlin. Pure.

Letters that several zones use (EST, IST, BST) say nothing by themselves: the caller's own zone decides, where it
shows those letters at that time.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from monitord.model import HOUR, MINUTE, SECOND, Span

_HOURS: Final[dict[str, float]] = {
    **dict.fromkeys(("utc", "gmt", "z", "wet"), 0),
    **dict.fromkeys(("west", "cet", "mez", "met"), 1),
    **dict.fromkeys(("cest", "mesz", "mest", "eet", "oez", "sast"), 2),
    **dict.fromkeys(("eest", "oesz", "msk"), 3),
    **dict.fromkeys(("sgt", "hkt"), 8),
    **dict.fromkeys(("jst", "kst"), 9),
    "akst": -9,
    "akdt": -8,
    "pdt": -7,
    "mdt": -6,
    "hst": -10,
    "awst": 8,
    "acst": 9.5,
    "aest": 10,
    "acdt": 10.5,
    "aedt": 11,
    "nzst": 12,
    "nzdt": 13,
}
"""Letters that one zone uses. In lower case: a zone of the caller's own is asked for all others."""

_QUARTER: Final[Span] = 15 * MINUTE
"""Zone offsets change on quarter hours only, so one look-up serves a quarter hour of rows."""

_SUFFIX: Final = re.compile(
    r"(?<=[\dmMZ.])\s*(?:\[(?P<place>[A-Za-z_]+(?:/[\w+-]+)*)\]|(?P<area>[A-Z][A-Za-z_]+/[A-Za-z_/+-]+)"
    r"|\(?(?P<letters>[A-Za-z]{1,5})\)?)$"
    r"|(?<=[\dmMZ.])\s*(?:UTC|GMT)?(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>[0-5]\d))?$"
)


@dataclass(slots=True)
class Zoner:
    """Local microseconds to instants, in the order of the rows.

    In the hour that a clock shows twice, a step back of the local time begins the second pass: one of half of it, or
    any where it is the `lone` one of the file.
    """

    tz: tzinfo | None
    lone: bool = False
    before: int | None = None
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
            least = 1 if self.lone else (first - second) // 2
            self.second_pass |= self.before is not None and self.before - local >= least
        self.before = local
        return local - (second if self.second_pass else first)


@lru_cache(maxsize=4096)
def _offsets(quarter: int, tz: tzinfo) -> tuple[int, int]:
    moment = datetime.fromtimestamp(quarter * _QUARTER / SECOND, UTC).replace(tzinfo=tz)
    both = [moment.replace(fold=fold).utcoffset() for fold in (0, 1)]
    first, second = (round(offset.total_seconds()) * SECOND if offset else 0 for offset in both)
    # Outside a repeated hour a skipped one also differs by fold: the clock never showed it.
    return (first, second) if first > second else (first, first)


@dataclass(slots=True)
class Zones:
    """What was met behind the times of one column; `own` is the caller's zone."""

    own: tzinfo | None
    understood: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    several: Counter[str] = field(default_factory=Counter)
    """Letters of several zones, and none of them the caller's."""
    dateless: Counter[str] = field(default_factory=Counter)
    places: dict[str, Zoner] = field(default_factory=dict)

    def cut(self, text: str) -> tuple[str, re.Match[str]] | None:
        """The time without its zone; None where nothing stands behind it that could be one."""
        found = _SUFFIX.search(text)
        return None if found is None else (text[: found.start()], found)

    def away(self, found: re.Match[str], local: int) -> Span | None:
        """How far the zone is from UTC at a local time; None where nobody knows."""
        said = found[0].strip(" ()[]")
        if found["sign"]:
            span = int(found["hours"]) * HOUR + int(found["minutes"] or 0) * MINUTE
            return -span if found["sign"] == "-" else span
        if place := found["place"] or found["area"]:
            zone = _zone(place)
            (self.unknown if zone is None else self.understood)[said] += 1
            if zone is None:
                return None
            return local - self.places.setdefault(place, Zoner(zone))(local)
        letters = found["letters"].lower()
        if letters in _HOURS:
            self.understood[said] += 1
            return round(_HOURS[letters] * HOUR)
        for fold in (0, 1) if self.own else ():
            if self.own and _letters(self.own, local, fold) == letters:
                self.understood[said] += 1
                return _offset(self.own, local, fold)
        (self.several if letters in SEVERAL else self.unknown)[said] += 1
        return None

    def notes(self) -> list[str]:
        """What was understood, and what was left out."""
        found = [
            f"{said!r} behind the time taken as {_written(round(_HOURS[said.lower()] * HOUR))}, whatever the season"
            for said in self.understood
            if _HOURS.get(said.lower())
        ]
        found += [
            f"times without a date: their zone {said!r} is not used" for said in self.dateless
        ]
        return found + ([self.remedy()] if self.remedy() else [])

    def remedy(self) -> str:
        """What to do about letters that nobody knows; empty for none."""
        if self.several:
            said = next(iter(self.several))
            return (
                f"{said!r} behind the time is the name of several zones: add the one that is meant, such as "
                f"--tz {SEVERAL[said.lower()]}"
            )
        if self.unknown:
            said = next(iter(self.unknown))
            return (
                f"{said!r} behind the time is no zone that is known: say that it is text, such as "
                f"--format '%Y-%m-%d %H:%M:%S {said}', and the zone, such as --tz Europe/Berlin"
            )
        return ""


SEVERAL: Final[dict[str, str]] = {
    "est": "America/New_York",
    "edt": "America/New_York",
    "cst": "America/Chicago",
    "cdt": "America/Chicago",
    "mst": "America/Denver",
    "pst": "America/Los_Angeles",
    "ist": "Asia/Kolkata",
    "bst": "Europe/London",
    "ast": "America/Halifax",
    "adt": "America/Halifax",
    "gst": "Asia/Dubai",
    "sst": "Pacific/Pago_Pago",
    "wst": "Pacific/Apia",
    "nst": "America/St_Johns",
    "pkt": "Asia/Karachi",
    "wib": "Asia/Jakarta",
    "brt": "America/Sao_Paulo",
}
"""Letters of which somebody else means another zone, and the one that is named as an example."""


def place_in(text: str) -> tzinfo | None:
    """The zone of a place, `Europe/Berlin`."""
    return _zone(text.strip()) if "/" in text else None


def letters_in(text: str) -> bool:
    """Whether a text is the letters of a zone, CET or EST."""
    return text.strip().lower() in _HOURS.keys() | SEVERAL.keys()


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return None


@lru_cache(maxsize=4096)
def _moment(zone: tzinfo, local: int, fold: int) -> datetime | None:
    try:
        moment = datetime.fromtimestamp(local // SECOND, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.replace(tzinfo=zone, fold=fold)


def _offset(zone: tzinfo, local: int, fold: int) -> Span | None:
    moment = _moment(zone, local, fold)
    away = None if moment is None else moment.utcoffset()
    return None if away is None else round(away.total_seconds()) * SECOND


def _letters(zone: tzinfo, local: int, fold: int) -> str:
    moment = _moment(zone, local, fold)
    return "" if moment is None else (moment.tzname() or "").lower()


def _written(span: Span) -> str:
    hours, minutes = divmod(abs(span) // MINUTE, 60)
    return f"UTC{'-' if span < 0 else '+'}{hours:02}:{minutes:02}"
