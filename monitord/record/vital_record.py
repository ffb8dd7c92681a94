"""A record as VitalRecorder's `.vital`: each reading at its own time, and alarms and actions as events.

Tracks are `monitord/NAME`, of a simulated record `SIMULATED/NAME`; what is not a usable reading is not written.
"""

from pathlib import Path
from typing import Any, Final

from monitord.errors import RecordingError
from monitord.model import SECOND, SIGNALS, Signal
from monitord.record.even_rows import marks
from monitord.record.record import Record
from monitord.record.record_table import columns, frames

EVENTS: Final = "EVENT"
"""The track in which VitalRecorder keeps what people mark."""
_DOUBLE: Final = 2
"""The format of numbers that keeps each as it is; 1 would be half as long, and 36.6 no longer 36.6."""


def write_vital(record: Record, path: Path) -> list[Path]:
    """One file at `path`; times are UTC."""
    try:
        import vitaldb
    except ImportError as exc:
        raise RecordingError(
            f".vital needs an extra: pip install 'monitord[vitaldb]' ({exc})"
        ) from exc
    device = "SIMULATED" if record.simulated else "monitord"
    vital = vitaldb.VitalFile()
    vital.dtstart = record.session.admitted_at / SECOND
    vital.dtend = record.end / SECOND
    vital.dgmt = 0
    for signal, readings in _readings(record).items():
        if readings:
            unit = SIGNALS[signal].unit.replace("[", "").replace("]", "")
            track = vital.add_track(f"{device}/{signal.value}", readings, unit=unit)
            track.fmt = _DOUBLE
    said = [{"dt": at / SECOND, "val": text} for at, text in marks(record)]
    if said:
        vital.add_track(EVENTS, said)
    if not vital.trks:
        raise RecordingError(f"{record.id}: nothing was read and nobody did anything")
    vital.to_vital(str(path))
    return [path]


def _readings(record: Record) -> dict[Signal, list[dict[str, Any]]]:
    found: dict[Signal, list[dict[str, Any]]] = {signal: [] for signal in columns(record)}
    for at, frame in frames(record):
        for sample in frame.samples:
            if sample.value is not None and sample.quality.usable:
                found[sample.signal].append({"dt": at / SECOND, "val": float(sample.value)})
    return found
