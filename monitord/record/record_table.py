"""A record's readings as a table: a row a frame, as CSV or Parquet, in the form that our own readers read.

A reading that must not be compared with a limit is `--`; its quality stands in the column beside it.
"""

import csv
import io
from pathlib import Path
from typing import Any, Final

from monitord.errors import RecordingError
from monitord.model import SIGNALS, Frame, Instant, Observe, Signal, iso
from monitord.model.alarm_lives import lives
from monitord.model.outside_text import as_cell, one_line
from monitord.record.json_lines import HONESTY
from monitord.record.record import Record

MARKER: Final = "--"
"""What stands where the device had no reading."""

PLACED: Final = (
    "start_baseline",
    "start_infusion",
    "pause_infusion",
    "resume_infusion",
    "stop_infusion",
    "discharge",
    "observe",
    "pause_audio",
    "call_help",
)
"""What an events file knows of what staff do (docs/recordings.md)."""


def columns(record: Record) -> list[Signal]:
    """The signals of which a device said anything, in the order of `Signal`."""
    seen = {sample.signal for _, frame in frames(record) for sample in frame.samples}
    return [signal for signal in Signal if signal in seen]


def frames(record: Record) -> list[tuple[Instant, Frame]]:
    """Each frame with when it arrived."""
    return [(e.at, e.body) for _, e in record.events if isinstance(e.body, Frame)]


def as_csv(record: Record) -> str:
    """The readings, with what the file is of in lines that begin with `#`."""
    out = io.StringIO()
    out.write(f"# {one_line(record.title)}{', simulated' if record.simulated else ''}\n")
    out.write(f"# {HONESTY}\n")
    signals = columns(record)
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["time", *(name for s in signals for name in (s.value, f"{s.value}_quality"))])
    for at, frame in frames(record):
        cells = dict.fromkeys(signals, ("", ""))
        for sample in frame.samples:
            there = sample.value is not None and sample.quality.usable
            text = f"{sample.value!r}" if there else MARKER
            cells[sample.signal] = (text, sample.quality.value)
        rows.writerow([iso(at), *(cell for s in signals for cell in cells[s])])
    return out.getvalue()


def _say_what(record: Record, out: io.StringIO) -> None:
    """That it is simulated, or no session."""
    if record.simulated:
        out.write("# simulated\n")
    if record.no_session:
        out.write(f"# {one_line(record.no_session)}\n")


def events_csv(record: Record) -> str:
    """What staff did, as the events file of a recording; what it has no word for is left out."""
    out = io.StringIO()
    _say_what(record, out)
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["at", "event", "value", "by"])
    for done in record.actions:
        action = done.action
        if action.type not in PLACED or not done.stands:
            continue
        if isinstance(action, Observe):
            value = "; ".join(f"{signal}={number:g}" for signal, number in action.values.items())
        else:
            value = str(getattr(action, "override", "") or getattr(action, "reason", ""))
        rows.writerow([iso(done.happened), action.type, as_cell(value), as_cell(action.by)])
    return out.getvalue()


def alarms_csv(record: Record) -> str:
    """One row an alarm; of one that is inhibited staff were told the alarm that inhibited it."""
    out = io.StringIO()
    _say_what(record, out)
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(
        ["start", "end", "alarm", "priority", "kind", "text", "answered", "by", "inhibited_by"]
    )
    for life in lives(record.lines):
        first, answer = life.first, life.answered
        end = iso(life.end) if life.end is not None else ""
        told = [first.alarm, life.peak.word, first.kind.value, as_cell(first.text)]
        who = [iso(answer.at), as_cell(answer.by or "")] if answer else ["", ""]
        rows.writerow([iso(first.at), end, *told, *who, life.inhibited_by or ""])
    return out.getvalue()


def write_csv(record: Record, path: Path) -> list[Path]:
    """The readings at `path`; beside it `NAME.events.csv` and `NAME.alarms.csv`."""
    stem = path.name.split(".")[0]
    files = {
        path: as_csv(record),
        path.with_name(f"{stem}.events.csv"): events_csv(record),
        path.with_name(f"{stem}.alarms.csv"): alarms_csv(record),
    }
    for place, text in files.items():
        place.write_text(text, encoding="utf-8")
    return list(files)


def write_parquet(record: Record, path: Path) -> list[Path]:
    """The same columns with types: UTC microseconds, doubles, and a text for each quality."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as exc:
        raise RecordingError(
            f"Parquet needs an extra: pip install 'monitord[archive]' ({exc})"
        ) from exc
    signals = columns(record)
    times: list[int] = []
    values: dict[Signal, list[float | None]] = {signal: [] for signal in signals}
    qualities: dict[Signal, list[str | None]] = {signal: [] for signal in signals}
    for at, frame in frames(record):
        times.append(at)
        by_signal = {sample.signal: sample for sample in frame.samples}
        for signal in signals:
            sample = by_signal.get(signal)
            there = sample is not None and sample.value is not None and sample.quality.usable
            # A number without a reading is NaN, no word of the signal at all is null.
            nothing = None if sample is None else float("nan")
            values[signal].append(sample.value if sample and there else nothing)
            qualities[signal].append(sample.quality.value if sample else None)
    table: dict[str, Any] = {"time": pa.array(times, pa.timestamp("us", "UTC"))}
    for signal in signals:
        table[signal.value] = pa.array(values[signal], pa.float64())
        table[f"{signal.value}_quality"] = pa.array(qualities[signal], pa.string())
    notes = {"session": record.id, "note": HONESTY}
    notes |= {"unit " + signal.value: SIGNALS[signal].unit for signal in signals}
    notes |= {"simulated": "true"} if record.simulated else {}
    notes |= {"no session": record.no_session} if record.no_session else {}
    made = pa.table(table).replace_schema_metadata(notes)
    parquet.write_table(made, path, compression="zstd")
    return [path]
