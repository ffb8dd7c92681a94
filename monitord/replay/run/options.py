"""What is asked of a recording beside its protocol: the options of `monitord replay` as one value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitord.errors import ConfigError
from monitord.model import Span, parse_span

OnRead = Callable[[int, int, str], None]
"""Is told of each recording that is done: how many are, of how many, and its file."""


def unseen(_done: int, _all: int, _file: str) -> None:
    """An `OnRead` that tells nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOptions:
    """`phase` or an `events` file place a recording, `interval` replaces its signals' own.

    `start` and `end` are `+` and a duration from the first frame, or a date and time. Times without a zone
    are of `tz`, or UTC. `columns` names columns as `Request` has it; `patient` chooses one of several.
    """

    phase: str | None = None
    events: Path | None = None
    interval: Span | None = None
    start: str | None = None
    end: str | None = None
    tz: tzinfo | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    patient: str | None = None

    @property
    def placed(self) -> bool:
        """Whether anything is asked that a journal knows of itself."""
        return bool(self.phase or self.events or self.interval)


NOTHING = ReplayOptions()
"""The whole recording, as it stands."""


def span_of(text: str | None) -> Span | None:
    """The duration of `--interval`: `2s`, or a bare number of seconds; ConfigError for others."""
    try:
        span = parse_span(text if not text[-1:].isdigit() else f"{text}s") if text else None
    except ValueError as exc:
        raise ConfigError([f"--interval: {exc}"]) from exc
    if span == 0:
        raise ConfigError(["--interval: an interval is longer than 0 s"])
    return span


def zone_of(name: str | None) -> tzinfo | None:
    """The zone of `--tz`; ConfigError for a name that is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise ConfigError([f"--tz: {name!r} is not a time zone such as Europe/Berlin"]) from exc
