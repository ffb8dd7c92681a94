"""A record as a WFDB record: numbers once a second, and its alarms and actions as annotations (`.atr`).

0.01 of a unit is kept.
"""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from monitord.errors import RecordingError
from monitord.model import SECOND, SIGNALS, Signal
from monitord.record.even_rows import even_rows, marks, of_itself
from monitord.record.record import Record

_GAIN: Final = 100.0
_NAME: Final = re.compile(r"[A-Za-z0-9_-]+")


def write_wfdb(record: Record, path: Path) -> list[Path]:
    """`NAME.hea`, `NAME.dat` and `NAME.atr` for a path that ends in NAME, with or without suffix."""
    try:
        import numpy as np
        import wfdb
    except ImportError as exc:
        raise RecordingError(f"WFDB needs an extra: pip install 'monitord[wfdb]' ({exc})") from exc
    name = path.name.split(".")[0]
    if not _NAME.fullmatch(name):
        raise RecordingError(
            f"{path}: a WFDB record is named by letters, digits, - and _, not {name!r}"
        )
    rows = even_rows(record, "WFDB")
    wfdb.wrsamp(
        name,
        fs=1,
        units=[_unit(signal) for signal in rows.signals],
        sig_name=[signal.value for signal in rows.signals],
        p_signal=rows.values,
        fmt=["32"] * len(rows.signals),
        adc_gain=[_GAIN] * len(rows.signals),
        baseline=[0] * len(rows.signals),
        base_datetime=datetime.fromtimestamp(rows.start, UTC).replace(tzinfo=None),
        comments=[f"{_note(record.title)}; times UTC", *map(_note, of_itself(record))],
        write_dir=str(path.parent),
    )
    written = [path.with_name(f"{name}.{suffix}") for suffix in ("hea", "dat")]
    if said := marks(record):
        wfdb.wrann(
            name,
            "atr",
            # A note at sample 0 is no annotation to readers of WFDB, but a definition, and is left out.
            np.array([max(1, at // SECOND - rows.start) for at, _ in said]),
            ['"'] * len(said),
            aux_note=[_note(text) for _, text in said],
            fs=1,
            write_dir=str(path.parent),
        )
        written.append(path.with_name(f"{name}.atr"))
    return written


def _note(text: str) -> str:
    """One annotation holds at most 255 bytes."""
    return text.encode("ascii", "replace").decode()[:200]


def _unit(signal: Signal) -> str:
    """As a header can hold it: its readers end a unit at a bracket, and take what follows for another field."""
    return SIGNALS[signal].unit.replace("[", "").replace("]", "")
