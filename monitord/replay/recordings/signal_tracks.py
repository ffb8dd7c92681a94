"""Signals that a file stores apart, each with its own times or rate, as one recording: the part that
WFDB, EDF and VitalDB share.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Final

import numpy as np

from monitord.model import NIBP, SECOND, Instant, Signal, Span
from monitord.replay.recordings.asked_columns import asked_signals
from monitord.replay.recordings.clock_column import midnights
from monitord.replay.recordings.column_table import Column, Instants, Values, tabulate
from monitord.replay.recordings.judged_columns import judged, stands_in
from monitord.replay.recordings.reading_report import ReadingReport
from monitord.replay.recordings.recording import Annotation, Recording, Request, Waveform

NUMERIC_RATE: Final = 4.0
"""Hz: monitors compute numbers once a second or slower; the slowest waveforms are 25 Hz."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One signal's own rows; NaN where the file has a gap."""

    name: str
    signal: Signal
    times: Instants
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a file says of itself; `zero_is_gap` where a channel's silence is coded as 0,
    `missing_said` where a row without a number says that the device had none; `stated` are the signals whose
    unit is said.
    """

    reader: str
    clock: str
    dated: bool = True
    notes: Sequence[str] = ()
    ignored: Sequence[str] = ()
    declared: Mapping[Signal, Span] = field(default_factory=dict)
    waveforms: Sequence[Waveform] = ()
    annotations: Sequence[Annotation] = ()
    zero_is_gap: bool = False
    simulated: bool = False
    missing_said: bool = False
    stated: Iterable[Signal] = ()


def is_number(signal: Signal, rate_hz: float) -> bool:
    """Whether a channel of this name and rate holds numbers, not a waveform of the same name.

    SpO2 has no waveform of its own name; sleep laboratories store it at any rate.
    """
    return signal is Signal.SPO2 or rate_hz <= NUMERIC_RATE


def too_fast(signal: Signal, name: str, rate_hz: float) -> str:
    """The note about a channel that has a signal's name at a waveform's rate."""
    return f"{signal}: {name!r} at {rate_hz:g} Hz is a waveform, no vital sign; not used"


def even_times(start: Instant, rate_hz: float, count: int) -> Instants:
    """`count` instants at a rate, each rounded by itself, so that no error adds up."""
    steps: Instants = np.rint(np.arange(count) * (SECOND / rate_hz)).astype(np.int64)
    return steps + start


def declared_spans(tracks: Sequence[tuple[Signal, float]]) -> dict[Signal, Span]:
    """The intervals that rates declare. A cuff is slower than the rows that carry it: not declared."""
    return {signal: round(SECOND / rate) for signal, rate in tracks if signal not in NIBP}


def recording(
    request: Request, patient: str, tracks: Sequence[Track], header: Header, tz: tzinfo | None
) -> Recording:
    """One recording of all tracks: a row for each time at which any of them speaks."""
    notes = list(header.notes)
    chosen: dict[Signal, Track] = {}
    # One with a reading goes before one that holds none; else the first.
    for track in tracks:
        before = chosen.setdefault(track.signal, track)
        if not (before.values > 0).any() and stands_in(track.signal, track.values):
            chosen[track.signal] = track
    for track in tracks:
        used = chosen[track.signal]
        if track is not used:
            why = "carries it too" if (track.values > 0).any() else "holds no reading"
            notes.append(f"{track.signal}: {track.name!r} {why}; used {used.name!r}; not used")
    times = np.unique(np.concatenate([np.empty(0, np.int64), *(t.times for t in chosen.values())]))
    columns = {}
    for signal, track in chosen.items():
        values = np.full(len(times), np.nan)
        values[np.searchsorted(times, track.times)] = track.values
        if doubled := len(track.times) - len(np.unique(track.times)):
            notes.append(f"{signal}: {doubled} values at the time of another; the later one stays")
        said = ~np.isnan(values) & ((values != 0) | (not header.zero_is_gap))
        if header.missing_said:
            said[np.searchsorted(times, track.times)] = True
        columns[signal] = Column(name=track.name, values=values, said=said)
    columns = judged(
        times, columns, asked_signals(request.columns), notes, stated=frozenset(header.stated)
    )
    gaps = frozenset(columns) if header.zero_is_gap else frozenset()
    made = tabulate(times, columns, zero_is_missing=gaps)
    table = made.table
    return Recording(
        path=request.path,
        source=f"recording:{request.path.name}",
        patient=patient,
        report=ReadingReport(
            reader=header.reader,
            clock=header.clock,
            rows=len(times),
            frames=len(table.times),
            signals=made.counts,
            empty=made.empty,
            midnights=midnights(table.times, tz) if header.dated else 0,
            ignored=(
                *header.ignored,
                *(each.name for each in chosen.values() if each.signal not in columns),
            ),
            notes=(*notes, *made.notes),
        ),
        table=table,
        waveforms=tuple(header.waveforms),
        annotations=tuple(header.annotations),
        declared=header.declared,
        simulated=header.simulated,
    )
