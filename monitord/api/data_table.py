"""Rows for people who work with data, and time as datetimes: what every other file of the door uses."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, IntEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, overload

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from monitord.model import Instant

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TIMES: Final = frozenset({"at", "since", "worst_at", "value_at", "happened_at"})


@dataclass(frozen=True, kw_only=True)
class DataTable:
    """Rows with the same keys, in order; `notes` are what a reader of the numbers must know, `facts` the whole."""

    rows: tuple[dict[str, Any], ...]
    notes: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def to_pandas(self) -> Any:
        """A pandas DataFrame; ImportError where pandas is not installed."""
        return library("pandas").DataFrame(list(self.rows))

    def to_polars(self) -> Any:
        """A polars DataFrame; ImportError where polars is not installed."""
        return library("polars").DataFrame(list(self.rows), infer_schema_length=None)


def library(name: str) -> ModuleType:
    """A library of data frames; ImportError says that it is not installed."""
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(
            f"{name} is not installed. monitord does not need it, so it does not install it: pip install {name}"
        ) from error


def instant(at: datetime, *, later: int = 0) -> Instant:
    """The instant of an aware datetime; ValueError for one without a zone."""
    from monitord.model import Instant, from_datetime

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
