"""A record as a WFDB record: numbers once a second, and its alarms and actions as annotations (`.atr`).

WFDB knows only even rates, so a reading stands in the second in which it arrived (the last one, where
there are several) and a second without one is a gap; 0.01 of a unit is kept.
"""

from datetime import UTC, datetime
from pathlib import Path

from monitord.errors import RecordingError
from monitord.model import SECOND, SIGNALS, Instant, Observe, Signal
from monitord.model.alarm_lives import lives
from monitord.record.record import Record
from monitord.record.record_table import columns, frames

_GAIN = 100.0
SIMULATED = "SIMULATED data: these numbers are those of a twin"
"""In the header, and as an annotation at its start: the files are read apart."""


def write_wfdb(record: Record, path: Path) -> list[Path]:
    """`NAME.hea`, `NAME.dat` and `NAME.atr` for a path that ends in NAME, with or without suffix."""
    try:
        import numpy as np
        import wfdb
    except ImportError as exc:
        raise RecordingError(f"WFDB needs an extra: pip install 'monitord[wfdb]' ({exc})") from exc
    signals = columns(record)
    if not signals:
        raise RecordingError(
            f"{record.id}: no device said anything; WFDB cannot hold an empty record"
        )
    start = record.session.admitted_at // SECOND
    size = record.end // SECOND - start + 1
    values = np.full((size, len(signals)), np.nan)
    for at, frame in frames(record):
        for sample in frame.samples:
            if sample.value is not None and sample.quality.usable:
                row = max(0, at // SECOND - start)
                values[row, signals.index(sample.signal)] = sample.value
    name = path.name.split(".")[0]
    wfdb.wrsamp(
        name,
        fs=1,
        units=[_unit(signal) for signal in signals],
        sig_name=[signal.value for signal in signals],
        p_signal=values,
        fmt=["32"] * len(signals),
        adc_gain=[_GAIN] * len(signals),
        baseline=[0] * len(signals),
        base_datetime=datetime.fromtimestamp(start, UTC).replace(tzinfo=None),
        comments=[f"monitord session {record.id}; times UTC", *_simulated(record)],
        write_dir=str(path.parent),
    )
    written = [path.with_name(f"{name}.{suffix}") for suffix in ("hea", "dat")]
    marks = annotations(record)
    if marks:
        wfdb.wrann(
            name,
            "atr",
            # A note at sample 0 is no annotation to readers of WFDB, but a definition, and is left out.
            np.array([max(1, at // SECOND - start) for at, _ in marks]),
            ['"'] * len(marks),
            aux_note=[text for _, text in marks],
            fs=1,
            write_dir=str(path.parent),
        )
        written.append(path.with_name(f"{name}.atr"))
    return written


def _unit(signal: Signal) -> str:
    """As a header can hold it: its readers end a unit at a bracket, and take what follows for another field."""
    return SIGNALS[signal].unit.replace("[", "").replace("]", "")


def annotations(record: Record) -> list[tuple[Instant, str]]:
    """Alarms where they began and ended, and what staff did, in time order."""
    found: list[tuple[Instant, str]] = []
    for life in lives(record.lines):
        first = life.first
        found.append((first.at, f"alarm {first.alarm} {first.priority.word}: {first.text}"))
        if life.end is not None:
            found.append((life.end, f"alarm {first.alarm} over"))
    for done in record.actions:
        if done.stands:
            action = done.action
            what = ""
            if isinstance(action, Observe):
                what = " " + "; ".join(f"{s}={v:g}" for s, v in action.values.items())
            found.append((done.happened, f"{action.type}{what} by {action.by}"))
    # One annotation holds at most 255 bytes.
    said = [(at, text.encode("ascii", "replace").decode()[:200]) for at, text in sorted(found)]
    return [(record.session.admitted_at, text) for text in _simulated(record)] + said


def _simulated(record: Record) -> list[str]:
    return [SIMULATED] if record.simulated else []
