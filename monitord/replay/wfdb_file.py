"""WFDB records (PhysioNet): numerics as signals, faster channels as waveforms, annotations if any.

The `wfdb` library is an extra. MIMIC's numerics code a gap as 0 in most channels, in the cuff's as
-32768 too: in numerics 0 is no measurement of anything here, breathing included.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from monitord.errors import RecordingError
from monitord.model import SECOND, Instant, Signal
from monitord.replay.clock import ORIGIN, localise
from monitord.replay.extras import load
from monitord.replay.names import signal_of
from monitord.replay.recording import Annotation, Recording, Request, Waveform
from monitord.replay.tracks import Header, Track, declared_spans, even_times, is_number, recording


def read(request: Request) -> Iterator[Recording]:
    """The one record that a header file describes."""
    name = _header_of(request.path).with_suffix("")
    wfdb = load("wfdb", "wfdb", request.path)
    try:
        record = wfdb.rdrecord(str(name), physical=False, smooth_frames=False)
        physical = record.dac(expanded=True)
    except Exception as exc:  # the library raises what its parts raise, of any kind
        msg = f"{request.path}: not a readable WFDB record: {exc}"
        raise RecordingError(msg) from exc
    yield _recording(request, record, physical, name, wfdb)


def _header_of(path: Path) -> Path:
    """The header of a record that is named by any of its files."""
    if path.suffix == ".hea":
        return path
    own = path.with_suffix(".hea")
    naming = [own] if own.exists() else []
    if not naming:
        pattern = re.compile(rf"^{re.escape(path.name)}\s", re.MULTILINE)
        naming = [
            header
            for header in sorted(path.parent.glob("*.hea"))
            if pattern.search(header.read_text(encoding="utf-8", errors="replace"))
        ]
    if len(naming) != 1:
        msg = f"{path}: {len(naming)} WFDB headers name this file; give the .hea file itself"
        raise RecordingError(msg)
    return naming[0]


def _recording(
    request: Request, record: Any, physical: list[Any], name: Path, wfdb: Any
) -> Recording:
    start, clock = _start(record, request)
    numbers, waveforms, ignored, rates = [], [], [], []
    for at, channel in enumerate(record.sig_name):
        rate = float(record.fs) * record.samps_per_frame[at]
        values = np.asarray(physical[at], np.float64)
        signal = signal_of(channel)
        if signal is not None and is_number(signal, rate):
            times = even_times(start, rate, len(values))
            numbers.append(Track(name=channel, signal=signal, times=times, values=values))
            rates.append((signal, rate))
        elif is_number(Signal.HEART_RATE, rate):
            ignored.append(channel)
        else:
            raw = np.where(np.isnan(values), np.nan, record.e_d_signal[at])
            waveforms.append(Waveform(name=channel, rate_hz=rate, start=start, values=raw))
    header = Header(
        reader="WFDB",
        clock=clock,
        dated=record.base_date is not None,
        notes=[f"header comment: {comment}" for comment in record.comments or ()],
        ignored=ignored,
        declared=declared_spans(rates),
        waveforms=waveforms,
        annotations=_annotations(name, start, float(record.fs), wfdb),
        zero_is_gap=True,
    )
    return recording(request, name.name.split("-")[0], numbers, header, request.tz)


def _start(record: Any, request: Request) -> tuple[Instant, str]:
    if record.base_date is not None and record.base_time is not None:
        return localise(datetime.combine(record.base_date, record.base_time), request.tz)
    if record.base_time is not None:
        day = datetime.fromtimestamp(ORIGIN / SECOND, UTC).date()
        at, zone = localise(datetime.combine(day, record.base_time), request.tz)
        return at, f"{zone}; no date: the first day is taken as {day}"
    return ORIGIN, "no start time: counted from 2000-01-01T00:00:00Z"


def _annotations(name: Path, start: Instant, rate_hz: float, wfdb: Any) -> list[Annotation]:
    """The reference annotations (`.atr`) where the record has them."""
    if not name.with_suffix(".atr").exists():
        return []
    marks = wfdb.rdann(str(name), "atr")
    return [
        Annotation(
            at=Instant(start + round(int(sample) * SECOND / rate_hz)),
            text=(note or symbol).strip("\0 "),
        )
        for sample, symbol, note in zip(marks.sample, marks.symbol, marks.aux_note, strict=True)
    ]
