"""A recording: whatever file it came from, one patient's frames in time order, with its report.

Readers make it (`formats.py`), each from a `Request`; they import their libraries when they are used.
"""

import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import cached_property
from heapq import merge
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitord.model import SECOND, Event, Fault, Frame, Instant, Signal, Span, Wave
from monitord.replay.recordings.column_table import Heard, Instants, Table, Values
from monitord.replay.recordings.odd_pressures import odd_pressures
from monitord.replay.recordings.reading_report import ReadingReport
from monitord.replay.recordings.sample_times import SampleTimes, sample_times_of

HEAD: Final = 4096
"""Bytes of a file that its reader is chosen by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The time between a signal's readings: `declared` by the file, or else the median seen."""

    span: Span
    declared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Waveform:
    """A waveform in raw device units, NaN in its gaps."""

    name: str
    rate_hz: float
    start: Instant
    values: Values

    def waves(self) -> Iterator[tuple[Instant, Wave]]:
        """Blocks of at most one second, cut at gaps."""
        size = max(1, int(self.rate_hz))
        for first in range(0, len(self.values), size):
            block = self.values[first : first + size]
            there = ~np.isnan(block)
            edges = np.flatnonzero(np.diff(there.astype(np.int8))) + 1
            for part in np.split(np.arange(len(block)), edges):
                if there[part[0]]:
                    at = self.start + round((first + int(part[0])) * SECOND / self.rate_hz)
                    numbers = tuple(np.rint(block[part]).astype(int).tolist())
                    yield Instant(at), Wave(name=self.name, rate_hz=self.rate_hz, values=numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A mark that the file carries, such as an expert's verdict."""

    at: Instant
    text: str


@dataclass(frozen=True, kw_only=True)  # without slots, for what is worked out once and kept
class Recording:
    """One patient's recording.

    `patient` groups recordings in statistics; `source` names the file in events; `declared` holds
    the intervals that the file states.
    """

    path: Path
    source: str
    patient: str
    report: ReadingReport
    table: Table
    faults: tuple[tuple[Instant, Fault], ...] = ()
    waveforms: tuple[Waveform, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    declared: Mapping[Signal, Span] = field(default_factory=dict)
    simulated: bool = False

    @property
    def signals(self) -> frozenset[Signal]:
        """The signals of which there is at least one number."""
        return frozenset(self.table.signals)

    @cached_property
    def start(self) -> Instant | None:
        """Time of the first frame, None for a recording without any."""
        return Instant(int(self.table.times[0])) if len(self.table.times) else None

    @cached_property
    def end(self) -> Instant | None:
        """Time of the last frame, None for a recording without any."""
        return Instant(int(self.table.times[-1])) if len(self.table.times) else None

    @cached_property
    def heard(self) -> Mapping[Signal, Heard]:
        """Of each signal what an engine takes in."""
        return {signal: self.table.heard(signal) for signal in self.table.signals}

    @cached_property
    def paces(self) -> Mapping[Signal, SampleTimes]:
        """At what pace each signal is heard; one for signals that are read together."""
        found: dict[Signal, SampleTimes] = {}
        for signal, heard in self.heard.items():
            beside = (other for other in found if self.heard[other].times is heard.times)
            other = next(beside, None)
            found[signal] = sample_times_of(heard.times) if other is None else found[other]
        return found

    @cached_property
    def odd_pressures(self) -> bool:
        """Whether an engine would ask for any of the pressures to be measured again."""
        return odd_pressures(self.table)

    @cached_property
    def marked(self) -> frozenset[Signal]:
        """The signals with a mark of which an engine makes more than of a missing number."""
        return self.table.marked

    @cached_property
    def intervals(self) -> Mapping[Signal, Interval]:
        """A signal's interval; a signal that spoke once, or always at one time, has none."""
        found = {}
        for signal in self.table.signals:
            if span := self.declared.get(signal):
                found[signal] = Interval(span=span, declared=True)
                continue
            if span := self.paces[signal].usual():
                found[signal] = Interval(span=span, declared=False)
        return found

    def series(self, signal: Signal) -> tuple[Instants, Values]:
        """Times (µs) and values of one signal; NaN where a value may not be compared."""
        return self.table.series(signal)

    def qualities(self, signal: Signal) -> NDArray[np.int8]:
        """Codes into `table.QUALITIES` beside `series`."""
        return self.table.qualities(signal)

    def stream(self) -> Iterator[tuple[Instant, Frame | Fault]]:
        """Frames and faults in time order; at one instant a fault comes first."""
        frames: Iterator[tuple[Instant, Frame | Fault]] = iter(self.table.frames())
        if not self.faults:
            return frames
        return merge(self.faults, frames, key=lambda item: item[0])

    def events(self, bed: str) -> Iterator[Event]:
        """The stream as one bed's events."""
        for at, body in self.stream():
            yield Event(at=at, bed=bed, body=body, source=self.source, simulated=self.simulated)

    def waves(self) -> Iterator[tuple[Instant, Wave]]:
        """All waveforms as blocks of at most one second, in time order."""
        return merge(*(wave.waves() for wave in self.waveforms), key=lambda item: item[0])

    def nothing_read(self) -> str:
        """Why this recording has no frame: no label is known, or those that are hold no number."""
        labels = [*self.report.ignored, *(wave.name for wave in self.waveforms)]
        others = f"; other labels: {', '.join(labels)}" if labels else ""
        if self.report.signals:
            empty = ", ".join(
                f"{signal} ({count.column!r})" for signal, count in self.report.signals.items()
            )
            why = f"known signals, but every value is missing: {empty}{others}"
        elif any(note.endswith("; not used") for note in self.report.notes):
            why = f"no column could be used (labels: {', '.join(labels)})"
        else:
            why = (
                f"no label is that of a known signal (labels: {', '.join(labels)}); name one, such as "
                "--columns spo2=LABEL"
            )
        said = [note for note in self.report.notes if "looks like" in note or "not used" in note]
        return "; ".join([f"{self.path}: {why}", *said, *self.report.rejections()])

    def describe(self) -> list[str]:
        """The report, the intervals, and what is not in the recording."""
        lines = self.report.lines()
        for signal, interval in self.intervals.items():
            how = "declared" if interval.declared else "median of the gaps"
            lines.append(f"interval of {signal}: {interval.span / SECOND:g} s ({how})")
        return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a reader is asked: the file, its first bytes (unpacked if gzip), and the caller's words.

    `columns` maps a signal, `time`, `time_s`, `time_ms`, `time_min` or `patient` to a column's name, and `format`
    to a strptime format of the clock.
    """

    path: Path
    head: bytes
    packed: bool
    tz: tzinfo | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    """What was found while reading that the report must say, whatever the reader."""

    def read(self) -> bytes:
        """The whole file, unpacked."""
        try:
            return read_bytes(self.path, packed=self.packed, limit=-1)
        except EOFError:
            self.remarks.append("the packed file is cut off: its last part is left out")
            return whole_members(self.path)


Open = Callable[[Request], Iterator[Recording]]


def read_bytes(path: Path, *, packed: bool, limit: int) -> bytes:
    """The first `limit` bytes of a file, or all (-1), unpacked if it is packed."""
    with gzip.open(path) if packed else path.open("rb") as file:
        return file.read(limit)


_PIECE: Final = 65_536


def whole_members(path: Path) -> bytes:
    """What was packed as a whole in front of the place where a gzip file ends; EOFError for nothing.

    Such is a capture of a machine that lost its power. Of a part that was cut nothing is taken: its last number may have
    lost a digit.
    """
    packed = memoryview(path.read_bytes())
    found: list[bytes] = []
    at = 0
    while at < len(packed):
        member, parts = zlib.decompressobj(wbits=31), []
        while at < len(packed) and not member.eof:
            piece = packed[at : at + _PIECE]
            parts.append(member.decompress(piece))
            at += len(piece) - len(member.unused_data)
        if not member.eof:
            break
        found.append(b"".join(parts))
    if not found:
        raise EOFError("the packed file is cut off: copy it anew")
    return b"".join(found)
