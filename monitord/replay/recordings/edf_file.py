"""EDF and EDF+ files: numbers by their labels, faster channels as waveforms, annotations.

The `edfio` library is an extra. It takes every file as continuous; in one that is not (EDF+D) each data
record says when it begins, and times follow that.
"""

import re
import warnings
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitord.errors import RecordingError
from monitord.model import SECOND, Instant, Signal
from monitord.replay.recordings.clock_column import localise
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

_FIXED: Final = 256
"""Bytes of the header's fixed part, and of its part for each signal."""
_DURATION: Final = slice(244, 252)
_SAMPLES_AT: Final = 216
"""Where in the parts of all signals the numbers of samples a record stand, as a factor of their number."""
_GAP: Final = re.compile(r"no reading: (-?\d+)")
"""As our own export says it (record/edf_record.py)."""
_ONSET: Final = re.compile(rb"([+-]\d{1,10}(?:\.\d{1,9})?)\x14")


class Stretch(NamedTuple):
    """Data records that follow each other without a gap: s from the file's start, first record, end."""

    onset: float
    first: int
    end: int


def read(request: Request) -> Iterator[Recording]:
    """The one recording in the file."""
    edfio = load("edfio", "archive", request.path)
    try:
        data = request.read()
        if (told := _no_duration(data)) is not None:
            raise RecordingError(f"{request.path}: an EDF file whose data records last {told} s")
        with warnings.catch_warnings(record=True) as remarks:
            # What the library warns of (a cut file, a wrong count of records) is part of the report.
            warnings.simplefilter("always")
            edf = edfio.read_edf(data)
            if not edf.signals:
                raise RecordingError(f"{request.path}: an EDF file of annotations alone")
            channels = [(channel, np.asarray(channel.data, np.float64)) for channel in edf.signals]
        said = list(dict.fromkeys(str(remark.message) for remark in remarks))
        yield _recording(request, edf, channels, data, said)
    except RecordingError:
        raise
    except Exception as exc:  # the library raises what its parts raise, of any kind
        msg = f"{request.path}: not a readable EDF file: {exc}"
        raise RecordingError(msg) from exc


def _recording(
    request: Request, edf: Any, channels: list[tuple[Any, Values]], data: bytes, said: list[str]
) -> Recording:
    start, clock, dated = _start(edf, request)
    stretches, notes = _stretches(request, edf, data)
    notes += said
    labels = Labels(request, [channel.label for channel, _ in channels])
    numbers, waveforms, rates = [], [], []
    ignored: list[str] = []
    for channel, physical in channels:
        label, dimension = channel.label, channel.physical_dimension
        each = int(channel.samples_per_data_record)
        rate = each / float(edf.data_record_duration) if edf.data_record_duration else 0.0
        if not 0 < rate < float("inf"):
            notes.append(f"{label!r} has no sampling rate; not used")
            ignored.append(label)
            continue
        cut = [
            (Instant(start + round(s.onset * SECOND)), slice(s.first * each, s.end * each))
            for s in stretches
        ]
        signal = labels.signal(label, dimension)
        if signal is not None and is_number(signal, rate) and not _scaled(channel):
            notes.append(f"{label!r} has no scale from its counts to its unit; not used")
            ignored.append(label)
        elif signal is not None and is_number(signal, rate):
            times = [even_times(at, rate, len(physical[part])) for at, part in cut]
            told = labels.converted(signal, label, dimension, _numbers(channel, physical))
            values = np.where(_gaps(channel, physical), np.nan, told)
            numbers.append(
                Track(
                    name=label,
                    signal=signal,
                    times=np.concatenate(times),
                    values=np.concatenate([values[part] for _, part in cut]),
                )
            )
            rates.append((signal, rate))
        elif is_number(Signal.HEART_RATE, rate):
            ignored.append(label)
        else:
            if signal is not None:
                notes.append(too_fast(signal, label, rate))
            raw = np.asarray(channel.digital, np.float64)
            waveforms += [
                Waveform(name=label, rate_hz=rate, start=at, values=raw[part]) for at, part in cut
            ]
    header = Header(
        reader="EDF",
        clock=clock,
        dated=dated,
        notes=[*labels.notes, *notes],
        stated=labels.stated,
        ignored=ignored,
        declared=declared_spans(rates),
        waveforms=waveforms,
        annotations=[
            Annotation(at=Instant(start + round(mark.onset * SECOND)), text=mark.text)
            for mark in edf.annotations
        ],
        simulated=says_simulated(_header_text(data)),
    )
    return recording(request, request.path.stem, numbers, header, request.tz)


def _no_duration(data: bytes) -> str | None:
    """What the header says of the length of a record where that is none; None where it is one, or is cut off."""
    told = data[_DURATION].decode("latin-1").strip()
    try:
        seconds = float(told or "1")
    except ValueError:
        return repr(told)
    return None if 0 < seconds < float("inf") else f"{seconds or 0:g}"


def _header_text(data: bytes) -> str:
    """The whole header, fields apart: a simulator may name itself as a transducer."""
    end = _FIXED * (1 + int(data[252:256]))
    return re.sub(" {2,}", " | ", data[:end].decode("latin-1"))


def _numbers(channel: Any, physical: Values) -> Values:
    """The numbers that the counts stand for: a whole one where one lies within half a step, else one in tenths or hundredths.

    A scale over 16 bits makes 89.9998 of 90, which would be below a limit of 90.
    """
    counts = abs(float(channel.digital_max) - float(channel.digital_min))
    half = abs(float(channel.physical_max) - float(channel.physical_min)) / counts / 2
    found = np.round(physical, 6)
    for decimals in (2, 1, 0):
        # Where the steps are nearly as coarse as that, each count would be taken for one.
        if half < 10.0**-decimals / 4:
            even = np.round(physical, decimals)
            found = np.where(np.abs(even - physical) <= half, even, found)
    return found


def _gaps(channel: Any, physical: Values) -> NDArray[np.bool_]:
    """Where a channel says itself which number stands for none."""
    told = _GAP.search(channel.prefiltering or "")
    if told is None:
        return np.zeros(len(physical), np.bool_)
    return np.abs(physical - float(told[1])) < 0.5


def _scaled(channel: Any) -> bool:
    return bool(
        channel.physical_min != channel.physical_max and channel.digital_min != channel.digital_max
    )


def _start(edf: Any, request: Request) -> tuple[Instant, str, bool]:
    try:
        at, zone = localise(edf.startdatetime, request.tz)
    except ValueError:  # the library's word for a start date that was taken out
        day = datetime.fromisoformat("2000-01-01").date()
        at, zone = localise(datetime.combine(day, edf.starttime), request.tz)
        return at, f"{zone}; the date was taken out: the first day is taken as {day}", False
    return at, zone, True


def _stretches(request: Request, edf: Any, data: bytes) -> tuple[list[Stretch], list[str]]:
    """The stretches without a gap, and a note where there are several."""
    count, duration = int(edf.num_data_records), float(edf.data_record_duration)
    if count < 1:
        raise RecordingError(f"{request.path}: an EDF file without a data record")
    declared = edf.reserved.upper().startswith("EDF+D")
    onsets = _onsets(data, count)
    if not declared and (len(onsets) < count or duration <= 0):
        return [Stretch(0.0, 0, count)], []
    if len(onsets) < count or duration <= 0:
        raise RecordingError(
            f"{request.path}: a discontinuous EDF+ file, record {len(onsets) + 1} of {count} of which does not say "
            "when it begins"
        )
    # A file that says it is continuous may round when its records begin.
    slack = 1 / SECOND if declared else 0.5
    edges = [
        at
        for at, (before, after) in enumerate(pairwise(onsets), start=1)
        if abs(after - before - duration) > slack
    ]
    firsts = [0, *edges]
    found = [
        Stretch(onsets[first] - onsets[0], first, end)
        for first, end in zip(firsts, [*edges, count], strict=True)
    ]
    gaps = len(found) - 1
    kind = "EDF+D" if declared else "declared as continuous, by its records it is not"
    return found, [f"discontinuous ({kind}): {gaps} gaps between records"] if gaps else []


def _onsets(data: bytes, count: int) -> Sequence[float]:
    """When each data record begins, s: the first annotation of each. Ends before the first that has none."""
    signals = int(data[252:256])
    labels = [data[_FIXED + 16 * at :][:16].strip() for at in range(signals)]
    first = _FIXED + _SAMPLES_AT * signals
    samples = [int(data[first + 8 * at :][:8]) for at in range(signals)]
    if b"EDF Annotations" not in labels:
        return []
    begin = 2 * sum(samples[: labels.index(b"EDF Annotations")])
    size, header = 2 * sum(samples), _FIXED * (1 + signals)
    found: list[float] = []
    for record in range(count):
        match = _ONSET.match(data, header + record * size + begin)
        if match is None:
            break
        found.append(float(match[1]))
    return found
