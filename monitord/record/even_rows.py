"""A record once a second, for formats that know only even rates, and as marks: alarms and what staff did. Pure.

A reading stands in the second in which it arrived (the last one, where there are several); a second without one is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from monitord.errors import RecordingError
from monitord.model import SECOND, Instant, Observe, Signal
from monitord.model.alarm_lives import lives
from monitord.record.record import Record
from monitord.record.record_table import columns, frames

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST: Final = 20_000_000
"""Numbers of one file: weeks of ten signals, 160 MB of memory."""
SIMULATED = "SIMULATED data: these numbers are those of a twin"
"""In the header, and as a mark at the start: the parts of a record are read apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvenRows:
    """`values` has a row a second from `start` (s since 1970) on, and a column a signal."""

    start: int
    signals: list[Signal]
    values: NDArray[np.float64]


def even_rows(record: Record, form: str) -> EvenRows:
    """RecordingError where no device said anything: the form cannot hold an empty record."""
    import numpy as np  # a daemon starts without it

    signals = columns(record)
    if not signals:
        raise RecordingError(
            f"{record.id}: no device said anything; {form} cannot hold an empty record"
        )
    start = record.session.admitted_at // SECOND
    seconds = record.end // SECOND - start + 1
    if seconds * len(signals) > MOST:
        raise RecordingError(
            f"{record.id}: {form} has a number a second, and this lasts {seconds // 86_400} days: write a part of it, or "
            "csv, parquet or vital"
        )
    values = np.full((seconds, len(signals)), np.nan)
    for at, frame in frames(record):
        for sample in frame.samples:
            if sample.value is not None and sample.quality.usable:
                row = max(0, at // SECOND - start)
                values[row, signals.index(sample.signal)] = sample.value
    return EvenRows(start=start, signals=signals, values=values)


def marks(record: Record) -> list[tuple[Instant, str]]:
    """Alarms where they began and ended, and what staff did, in time order; first what the record says of itself."""
    found: list[tuple[Instant, str]] = []
    for life in lives(record.lines):
        first = life.first
        told = f" (inhibited by {life.inhibited_by})" if life.inhibited_by else ""
        found.append((first.at, f"alarm {first.alarm} {first.priority.word}{told}: {first.text}"))
        if life.end is not None:
            found.append((life.end, f"alarm {first.alarm} over"))
    for done in record.actions:
        if done.stands:
            action = done.action
            what = ""
            if isinstance(action, Observe):
                what = " " + "; ".join(f"{s}={v:g}" for s, v in action.values.items())
            found.append((done.happened, f"{action.type}{what} by {action.by}"))
    return [(record.session.admitted_at, text) for text in of_itself(record)] + sorted(found)


def of_itself(record: Record) -> list[str]:
    """What a record says of itself that is simulated, or no session; else nothing."""
    return [*([SIMULATED] if record.simulated else []), *filter(None, [record.no_session])]
