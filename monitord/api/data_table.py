"""Rows for people who work with data, and time as datetimes: what every other file of the door uses."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, IntEnum
from html import escape
from importlib import import_module
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, overload

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from types import ModuleType

    from monitord.model import Instant

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TIMES: Final = frozenset({"at", "since", "worst_at", "value_at", "happened_at"})


SHOWN: Final = 20
"""Rows that a person sees of a longer table."""
_CELL: Final = 40
"""Signs of a cell in text."""
_GAP: Final = "  "
_LINE: Final = 150
"""Signs of a line in text; columns that have no room are named below."""


@dataclass(frozen=True, kw_only=True, repr=False)
class DataTable:
    """Rows with the same keys, in order; `notes` are what a reader of the numbers must know, `facts` the whole."""

    rows: tuple[dict[str, Any], ...]
    notes: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, at: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, at: slice) -> DataTable: ...
    @overload
    def __getitem__(self, at: str) -> list[Any]: ...
    def __getitem__(self, at: int | slice | str) -> dict[str, Any] | DataTable | list[Any]:
        """A row by its place, some of the rows, or a column by its key."""
        if isinstance(at, str):
            return [each[at] for each in self.rows]
        if isinstance(at, slice):
            return DataTable(rows=self.rows[at], notes=self.notes)
        return self.rows[at]

    def __repr__(self) -> str:
        return "\n".join([self._title(), *_columns(self.rows[:SHOWN]), *_rest(self.rows)])

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return as_html(self._title(), self.rows, self.notes)

    def _title(self) -> str:
        facts = [f"{key}: {value}" for key, value in self.facts.items() if _short(value)]
        notes = (
            [f"{len(self.notes)} {'note' if len(self.notes) == 1 else 'notes'}"]
            if self.notes
            else []
        )
        rows = "1 row" if len(self) == 1 else f"{len(self)} rows"
        return f"DataTable of {rows}" + "".join(f"; {each}" for each in [*facts, *notes])

    def to_pandas(self) -> Any:
        """A pandas DataFrame; ImportError where pandas is not installed."""
        return library("pandas").DataFrame(list(self.rows))

    def to_polars(self) -> Any:
        """A polars DataFrame; ImportError where polars is not installed."""
        return library("polars").DataFrame(list(self.rows), infer_schema_length=None)


def as_html(title: str, rows: Sequence[Mapping[str, Any]], notes: Sequence[str] = ()) -> str:
    """A table for a notebook; texts of files are shown, never run."""

    def line(kind: str, cells: Iterable[str]) -> str:
        return "<tr>" + "".join(f"<{kind}>{escape(each)}</{kind}>" for each in cells) + "</tr>"

    parts = [f"<p>{escape(title)}</p>"]
    if rows:
        body = [line("td", map(_text, each.values())) for each in rows[:SHOWN]]
        parts.append("".join(["<table>", line("th", rows[0]), *body, "</table>"]))
    below = [*_rest(rows), *notes]
    return "".join([*parts, *(f"<p>{escape(each)}</p>" for each in below)])


def _rest(rows: Sequence[object]) -> list[str]:
    return [f"... and {len(rows) - SHOWN} more"] if len(rows) > SHOWN else []


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The rows below their keys, in columns."""
    if not rows:
        return []
    lines = [list(rows[0]), *([_text(cell) for cell in each.values()] for each in rows)]
    cut = [[f"{text[:_CELL]}..." if len(text) > _CELL else text for text in line] for line in lines]
    widths = [max(map(len, column)) for column in zip(*cut, strict=True)]
    ends = accumulate(width + len(_GAP) for width in widths)
    fit = max(1, sum(end <= _LINE + len(_GAP) for end in ends))
    shown = [_GAP.join(map(str.ljust, line[:fit], widths)).rstrip() for line in cut]
    return shown + ([f"further columns: {', '.join(lines[0][fit:])}"] if fit < len(widths) else [])


def _text(cell: Any) -> str:
    from monitord.model.outside_text import one_line

    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    return "-" if cell is None else one_line(str(cell))


def _short(value: object) -> bool:
    return isinstance(value, str | int | float)


def library(name: str) -> ModuleType:
    """A library of data frames; ImportError says that it is not installed."""
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(
            f"{name} is not installed. monitord does not need it, so it does not install it: pip install {name}"
        ) from error


def instant(at: datetime, *, later: int = 0) -> Instant:
    """The instant of an aware datetime; ValueError for one without a zone, TypeError for what is none."""
    from monitord.model import Instant, from_datetime

    if not isinstance(at, datetime):
        example = "datetime(2026, 1, 5, 10, tzinfo=UTC)"
        raise TypeError(f"{at!r} is no datetime with a zone, such as {example}")
    return Instant(from_datetime(at) + later)


def span_of_interval(span: timedelta) -> int:
    """The microseconds of an interval; ValueError where it is none."""
    if span <= timedelta(0):
        raise ValueError(f"{span} is no interval: it is longer than 0 s")
    return span // timedelta(microseconds=1)


@overload
def aware(at: Instant) -> datetime: ...
@overload
def aware(at: None) -> None: ...
@overload
def aware(at: Instant | None) -> datetime | None: ...
def aware(at: Instant | None) -> datetime | None:
    """The datetime of an instant, in UTC."""
    return None if at is None else _EPOCH + timedelta(microseconds=at)


def row(effect: Any) -> dict[str, Any]:
    """A value of monitord as a row: words, numbers, datetimes."""
    names = (each.name for each in fields(effect))
    return {name: _cell(name, getattr(effect, name)) for name in names if name != "says"}


def _cell(name: str, value: Any) -> Any:
    if name in _TIMES:
        return aware(value)
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, Enum):
        return value.value
    return row(value) if is_dataclass(value) and not isinstance(value, type) else value
