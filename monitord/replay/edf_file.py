"""EDF and EDF+ files: numbers by their labels, faster channels as waveforms, annotations.

The `edfio` library is an extra.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np

from monitord.errors import RecordingError
from monitord.model import SECOND, Instant, Signal
from monitord.replay.clock import localise
from monitord.replay.extras import load
from monitord.replay.names import signal_of
from monitord.replay.recording import Annotation, Recording, Request, Waveform
from monitord.replay.tracks import Header, Track, declared_spans, even_times, is_number, recording


def read(request: Request) -> Iterator[Recording]:
    """The one recording in the file."""
    edfio = load("edfio", "archive", request.path)
    try:
        edf = edfio.read_edf(request.read())
        channels = [(channel, np.asarray(channel.data, np.float64)) for channel in edf.signals]
    except Exception as exc:  # the library raises what its parts raise, of any kind
        msg = f"{request.path}: not a readable EDF file: {exc}"
        raise RecordingError(msg) from exc
    yield _recording(request, edf, channels)


def _recording(request: Request, edf: Any, channels: list[tuple[Any, Any]]) -> Recording:
    start, clock, dated = _start(edf, request)
    numbers, waveforms, ignored, rates = [], [], [], []
    for channel, values in channels:
        rate = float(channel.sampling_frequency)
        signal = signal_of(channel.label)
        if signal is not None and is_number(signal, rate):
            times = even_times(start, rate, len(values))
            numbers.append(Track(name=channel.label, signal=signal, times=times, values=values))
            rates.append((signal, rate))
        elif is_number(Signal.HEART_RATE, rate):
            ignored.append(channel.label)
        else:
            raw = np.asarray(channel.digital, np.float64)
            waveforms.append(Waveform(name=channel.label, rate_hz=rate, start=start, values=raw))
    header = Header(
        reader="EDF",
        clock=clock,
        dated=dated,
        ignored=ignored,
        declared=declared_spans(rates),
        waveforms=waveforms,
        annotations=[
            Annotation(at=Instant(start + round(mark.onset * SECOND)), text=mark.text)
            for mark in edf.annotations
        ],
    )
    return recording(request, request.path.stem, numbers, header, request.tz)


def _start(edf: Any, request: Request) -> tuple[Instant, str, bool]:
    try:
        at, zone = localise(edf.startdatetime, request.tz)
    except ValueError:  # the library's word for a start date that was taken out
        day = datetime.fromisoformat("2000-01-01").date()
        at, zone = localise(datetime.combine(day, edf.starttime), request.tz)
        return at, f"{zone}; the date was taken out: the first day is taken as {day}", False
    return at, zone, True
