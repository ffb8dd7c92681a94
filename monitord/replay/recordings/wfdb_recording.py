"""WFDB records (PhysioNet): numerics as signals, faster channels as waveforms, annotations if any.

The `wfdb` library is an extra. MIMIC's numerics code a gap as 0 in most channels, in the cuff's as
-32768 too: in numerics 0 is no measurement of anything here, breathing included.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from monitord.errors import RecordingError
from monitord.model import SECOND, Instant, Signal
from monitord.replay.recordings.clock_column import ORIGIN, localise
from monitord.replay.recordings.column_names import says_simulated
from monitord.replay.recordings.column_table import Values
from monitord.replay.recordings.extras import load
from monitord.replay.recordings.labels import Labels
from monitord.replay.recordings.recording import Annotation, Recording, Request, Waveform
from monitord.replay.recordings.signal_tracks import (
    Header,
    Track,
    declared_spans,
    even_times,
    is_number,
    recording,
    too_fast,
)
from monitord.replay.recordings.wfdb_segments import GAP, assembled, unscaled_in

_COUNTS: Final = re.compile(r"\s*[^\s/]+(?:/(\d+))?\s+(\d+)")
_CHANNELS: Final = 1000
"""No record has more; in one of segments the first line counts the channels of all."""


def read(request: Request) -> Iterator[Recording]:
    """The one record that a header file describes."""
    name = _header_of(request.path).with_suffix("")
    _refuse_too_many(
        request, name.with_suffix(".hea").read_text(encoding="utf-8", errors="replace")
    )
    wfdb = load("wfdb", "wfdb", request.path)
    try:
        header = wfdb.rdheader(str(name))
        if segments := getattr(header, "seg_name", None):
            _refuse_nested(request, name, segments, wfdb)
            record, physical = assembled(name, header, wfdb)
        else:
            record = wfdb.rdrecord(str(name), physical=False, smooth_frames=False)
            physical = record.dac(expanded=True)
        yield _recording(request, record, physical, name, wfdb)
    except RecordingError:
        raise
    except Exception as exc:  # the library raises what its parts raise, of any kind
        msg = f"{request.path}: not a readable WFDB record: {exc}"
        raise RecordingError(msg) from exc


def _refuse_too_many(request: Request, header: str) -> None:
    """The library makes room for as many signals or segments as the first line tells, whatever follows."""
    first, *others = [line for line in header.splitlines() if line.strip() and line[0] != "#"] or [
        ""
    ]
    told = _COUNTS.match(first)
    if told and max(int(count or 0) for count in told.groups()) > max(len(others), _CHANNELS):
        raise RecordingError(
            f"{request.path}: not a readable WFDB record: its header has {len(others)} lines for {told[0].strip()!r}"
        )


def _refuse_nested(request: Request, name: Path, segments: list[str], wfdb: Any) -> None:
    """A segment is a plain record: one that has segments itself, or is the record, would never end."""
    for segment in sorted(set(segments) - {GAP}):
        header = None if segment == name.name else wfdb.rdheader(str(name.with_name(segment)))
        if header is None or hasattr(header, "seg_name"):
            raise RecordingError(
                f"{request.path}: segment {segment!r} is itself a record of segments"
            )


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
    names = [text or f"channel {at}" for at, text in enumerate(record.sig_name, start=1)]
    frames = record.samps_per_frame or [1] * len(names)
    labels = Labels(request, names)
    unscaled = getattr(record, "unscaled", None)
    if unscaled is None:
        unscaled = unscaled_in(name.with_suffix(".hea"))
    for at, channel in enumerate(names):
        rate = float(record.fs) * (frames[at] if record.e_d_signal is not None else 1)
        values = np.asarray(physical[at], np.float64)
        dimension = str((record.units or [""] * len(names))[at] or "")
        if not 0 < rate < float("inf"):
            labels.notes.append(f"{channel!r} has a sampling rate of {rate:g} Hz; not used")
            ignored.append(channel)
            continue
        if at in unscaled and is_number(Signal.HEART_RATE, rate):
            labels.notes.append(
                f"{channel!r} has a gain of 0, so that its unit is unknown; not used"
            )
            ignored.append(channel)
            continue
        signal = labels.signal(channel, dimension)
        if signal is not None and is_number(signal, rate):
            times = even_times(start, rate, len(values))
            values = labels.converted(signal, channel, dimension, values)
            numbers.append(Track(name=channel, signal=signal, times=times, values=values))
            rates.append((signal, rate))
        elif is_number(Signal.HEART_RATE, rate):
            ignored.append(channel)
        else:
            if signal is not None:
                labels.notes.append(too_fast(signal, channel, rate))
            raw = _raw(values, None if record.e_d_signal is None else record.e_d_signal[at])
            waveforms.append(Waveform(name=channel, rate_hz=rate, start=start, values=raw))
    header = Header(
        reader="WFDB",
        clock=clock,
        dated=record.base_date is not None,
        notes=[*labels.notes, *(f"header comment: {c}" for c in record.comments or ())],
        ignored=ignored,
        stated=labels.stated,
        declared=declared_spans(rates),
        waveforms=waveforms,
        annotations=_annotations(name, start, float(record.fs), wfdb),
        zero_is_gap=True,
        simulated=says_simulated(" ".join(record.comments or ())),
    )
    return recording(request, name.name.split("-")[0], numbers, header, request.tz)


def _raw(values: Values, counts: Values | None) -> Values:
    """The device's own counts with gaps, or of a record in segments 1000 counts from least to most."""
    if counts is not None:
        return np.where(np.isnan(values), np.nan, counts)
    there = values[~np.isnan(values)]
    if not len(there):
        return values
    low, high = float(there.min()), float(there.max())
    scaled: Values = (values - low) * (1000 / ((high - low) or 1.0))
    return scaled


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
