"""VitalDB `.vital` files: numeric tracks as signals, wave tracks as waveforms, texts as annotations.

The `vitaldb` library is an extra. Track names are `device/NAME`; times are UTC.
"""

import warnings
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from monitord.errors import RecordingError
from monitord.model import SECOND, Instant
from monitord.replay.recordings.column_names import says_simulated
from monitord.replay.recordings.extras import load
from monitord.replay.recordings.labels import Labels
from monitord.replay.recordings.recording import Annotation, Recording, Request, Waveform
from monitord.replay.recordings.signal_tracks import Header, Track, recording

_WAVE: Final = 1
_NUMBER: Final = 2
_TEXT: Final = 5
_LAST_FLOAT: Final = 2
"""Formats up to this one hold numbers as they are, later ones counts to be scaled."""


def read(request: Request) -> Iterator[Recording]:
    """The one recording in the file."""
    vital = _open(request)
    if not vital.trks:
        msg = f"{request.path}: no track in this .vital file"
        raise RecordingError(msg)
    numbers: list[Track] = []
    waveforms: list[Waveform] = []
    annotations: list[Annotation] = []
    ignored: list[str] = []
    labels = Labels(request, list(vital.trks))
    for name, track in vital.trks.items():
        unit = str(getattr(track, "unit", "") or "")
        signal = labels.signal(name, unit)
        if track.type == _WAVE:
            waveforms += _waveforms(name, track)
        elif track.type == _NUMBER and signal is not None:
            times = np.rint(np.array([row["dt"] for row in track.recs]) * SECOND).astype(np.int64)
            values = np.array([float(row["val"]) for row in track.recs])
            if track.fmt > _LAST_FLOAT:
                values = values * track.gain + track.offset
            values = labels.converted(signal, name, unit, values)
            numbers.append(Track(name=name, signal=signal, times=times, values=values))
        elif track.type == _TEXT:
            annotations += [
                Annotation(at=Instant(round(row["dt"] * SECOND)), text=str(row["val"]))
                for row in track.recs
            ]
        else:
            ignored.append(name)
    header = Header(
        reader="VitalDB",
        clock="epoch numbers, UTC",
        notes=labels.notes,
        stated=labels.stated,
        ignored=ignored,
        waveforms=waveforms,
        annotations=annotations,
        # A device that calls itself a simulator.
        simulated=any(says_simulated(name.partition("/")[0]) for name in vital.trks),
    )
    yield recording(request, request.path.stem, numbers, header, request.tz)


def _open(request: Request) -> Any:
    vitaldb = load("vitaldb", "vitaldb", request.path)
    failure = ""
    with warnings.catch_warnings():
        # The library leaves the closing of its file to the interpreter, which warns of it.
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            return vitaldb.VitalFile(str(request.path.resolve()))
        except Exception as exc:  # noqa: BLE001 - the library raises what its parts raise, of any kind
            failure = f"{type(exc).__name__}: {exc}"
    msg = f"{request.path}: not a readable .vital file: {failure}"
    raise RecordingError(msg)


def _waveforms(name: str, track: Any) -> Iterator[Waveform]:
    if not track.srate > 0:
        return
    for record in track.recs:
        yield Waveform(
            name=name,
            rate_hz=float(track.srate),
            start=Instant(round(record["dt"] * SECOND)),
            values=np.asarray(record["val"], np.float64),
        )
