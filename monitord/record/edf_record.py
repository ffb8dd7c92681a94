"""A record as EDF+: numbers once a second, and its alarms and actions as annotations.

EDF has no word for a missing number: -1, which no signal of ours can be, stands where nothing was read, and each
channel's `prefiltering` says so. A number keeps 0.01 of its unit, or 0.1 from 328 on, or 1 from 3277 on.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from monitord.errors import RecordingError
from monitord.model import SECOND, SIGNALS, Signal
from monitord.record.even_rows import even_rows, marks
from monitord.record.record import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NOTHING: Final = -1.0
GAP: Final = f"no reading: {NOTHING:g}"
_COUNTS: Final = 32_767
"""Of 16 bits, on either side of 0: then the steps of a channel are even numbers of its unit."""
_LONGEST: Final = 200
"""Characters of an annotation: viewers show one on a line."""


def write_edf(record: Record, path: Path) -> list[Path]:
    """One file at `path`; times are UTC."""
    try:
        import edfio
    except ImportError as exc:
        raise RecordingError(
            f"EDF needs an extra: pip install 'monitord[archive]' ({exc})"
        ) from exc
    rows = even_rows(record, "EDF")
    begin = datetime.fromtimestamp(rows.start, UTC)
    said = "SIMULATED" if record.simulated else "monitord"
    edf = edfio.Edf(
        [
            _channel(edfio.EdfSignal, signal, column, said)
            for signal, column in zip(rows.signals, rows.values.T, strict=True)
        ],
        patient=edfio.Patient(code="X"),
        recording=edfio.Recording(
            startdate=begin.date(), equipment_code="monitord", additional=_words(record, said)
        ),
        starttime=begin.time(),
        data_record_duration=1,
        annotations=[
            edfio.EdfAnnotation(max(0.0, at / SECOND - rows.start), None, text[:_LONGEST])
            for at, text in marks(record)
        ],
    )
    edf.write(path)
    return [path]


def _words(record: Record, said: str) -> list[str]:
    """Further words of the header, of 80 characters in all, none with a blank."""
    what = "recording" if record.no_session else "session"
    return [f"{what}:{record.id[:20]}", *([said] if record.simulated else [])]


def _channel(channel: type, signal: Signal, column: NDArray[np.float64], said: str) -> Any:
    import numpy as np

    most = float(np.nanmax(column, initial=0))
    step = next((each for each in (0.01, 0.1) if most <= each * _COUNTS), 1.0)
    values = np.where(np.isnan(column), NOTHING, column)
    return channel(
        values,
        1,
        label=signal.value,
        transducer_type=said,
        physical_dimension=_unit(signal),
        physical_range=(-round(_COUNTS * step, 2), round(_COUNTS * step, 2)),
        digital_range=(-_COUNTS, _COUNTS),
        prefiltering=GAP,
    )


def _unit(signal: Signal) -> str:
    """At most eight letters, as EDF+ writes them."""
    unit = SIGNALS[signal].unit.replace("[", "").replace("]", "")
    return {"Cel": "degC", "1": ""}.get(unit, unit)
