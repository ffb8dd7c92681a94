"""Raw captures of a line: the very bytes that a device sent, decoded by the driver of today.

JSON lines. A header may come first, `{"capture": 1, "simulated": false, "options": {DEVICE: {...}}}`;
every further line is one read from a port:

    {"at": "2026-01-05T10:00:15.120000Z", "device": "oximeter", "family": "nonin", "hex": "0180..."}

`at` is when the bytes arrived, ISO 8601 with zone or microseconds since 1970; `device` is the name
in the suite file, `family` the driver's (entry points of `monitord.devices`), `options` what the suite
file sets for the codec. Lines with `"dir": "out"`, bytes that the host sent, are kept for readers.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib.metadata import entry_points
from typing import Any, Final, Protocol

import numpy as np

from monitord.errors import RecordingError, StoreError, in_words
from monitord.model import Fault, Frame, Instant, Quality, Signal, Wave, from_iso
from monitord.replay.recordings.column_table import ABSENT, NO_TIME, QUALITIES, Table
from monitord.replay.recordings.reading_report import ReadingReport, SignalCounts, Tally
from monitord.replay.recordings.recording import Recording, Request, Waveform
from monitord.store.journal.codec import body_from_json

MAX_WAKES: Final = 10_000
"""Wake-ups that a codec may ask for between two reads; more is a codec that never rests."""

_NEVER: Final = Instant(NO_TIME)


class CaptureWire(Protocol):
    """What is used of a codec; `devices/wire.py` says it in full."""

    rejected: int

    @property
    def deadline(self) -> Instant | None: ...

    def receive(self, data: bytes, at: Instant) -> list[Frame | Fault | Wave]: ...

    def send_due(self, at: Instant) -> bytes: ...


@dataclass(slots=True)
class _Decoded:
    """What all lines gave."""

    frames: list[tuple[Instant, Frame]] = field(default_factory=list)
    faults: list[tuple[Instant, Fault]] = field(default_factory=list)
    waves: list[tuple[Instant, Wave]] = field(default_factory=list)
    rows: int = 0
    sent: int = 0
    late: int = 0
    now: Instant = _NEVER
    simulated: bool = False


def read(request: Request) -> Iterator[Recording]:
    """The one recording in the file."""
    tally = Tally()
    wires: dict[str, CaptureWire] = {}
    decoded = _decode(request, wires, tally)
    if not wires and not decoded.frames and not decoded.waves and tally.rejected:
        raise RecordingError(
            f"{request.path}: JSON, but no line is one of a capture: save its readings as CSV; in Python a data frame of them is read by "
            "md.Recording.from_pandas(pandas.read_json(FILE, lines=True))"
        )
    for device, wire in wires.items():
        if wire.rejected:
            tally.notes.append(f"{device}: {wire.rejected} bytes belonged to no valid frame")
    if decoded.sent:
        tally.notes.append(f"{decoded.sent} lines of bytes that the host sent")
    if decoded.late:
        tally.notes.append(
            f"{decoded.late} reads stamped before an earlier one: taken as at its time"
        )
    table, counts = table_of(decoded.frames)
    yield Recording(
        path=request.path,
        source=f"recording:{request.path.name}",
        patient=request.path.name.split(".")[0],
        report=ReadingReport(
            reader="capture",
            clock="arrival times, zone as written",
            rows=decoded.rows,
            frames=len(decoded.frames),
            signals=counts,
            rejected=tuple(tally.rejected.values()),
            notes=tuple(tally.notes),
        ),
        table=table,
        faults=tuple(decoded.faults),
        waveforms=tuple(_waveforms(decoded.waves)),
        simulated=decoded.simulated,
    )


def _decode(request: Request, wires: dict[str, CaptureWire], tally: Tally) -> _Decoded:
    found = _Decoded()
    options: dict[str, Any] = {}
    for line, text in enumerate(request.read().splitlines(), 1):
        if not text.strip():
            continue
        try:
            row = json.loads(text)
            if "capture" in row:
                found.simulated = row.get("simulated") is True
                options = dict(row.get("options", {}))
                continue
            found.rows += 1
            if row.get("dir") == "out":
                found.sent += 1
                continue
            at, device = _instant(row["at"]), str(row["device"])
            if said := _said(row):
                found.late += at < found.now
                found.now = at = max(at, found.now)
                _take(said, device, at, found)
                continue
            family, data = str(row["family"]), bytes.fromhex(row["hex"])
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, StoreError):
            tally.reject("not a line of a capture", line)
            continue
        if device not in wires:
            wires[device] = _wire(request, family, options.get(device))
        found.late += at < found.now
        found.now = at = max(at, found.now)
        _feed(wires[device], device, data, at, found)
    return found


def _said(row: dict[str, Any]) -> Frame | Wave | None:
    """What a device without a line of bytes said."""
    if "frame" in row:
        frame = body_from_json("frame", json.dumps(row["frame"]))
        return frame if isinstance(frame, Frame) else None
    if "wave" in row:
        wave = row["wave"]
        values = tuple(int(value) for value in wave["values"])
        return Wave(name=str(wave["name"]), rate_hz=float(wave["rate_hz"]), values=values)
    return None


def _instant(value: object) -> Instant:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**60:
        return Instant(value)
    return from_iso(str(value))


def _wire(request: Request, family: str, options: Any) -> CaptureWire:
    """A codec of the driver called `family`: the driver's own, or that of its family."""
    found = next(iter(entry_points(group="monitord.devices", name=family)), None)
    if found is None:
        msg = f"{request.path}: no driver is called {family!r} (see monitord devices)"
        raise RecordingError(msg)
    driver = found.load()
    owner = getattr(driver, "family", driver)
    if not hasattr(owner, "wire"):
        msg = (
            f"{request.path}: the driver {family!r} has no wire codec, so bytes mean nothing to it"
        )
        raise RecordingError(msg)
    try:
        wire: CaptureWire = owner.wire(owner.options.model_validate(options or {}))
    except ValueError as exc:
        msg = f"{request.path}: options of {family!r}: {in_words(exc)}"
        raise RecordingError(msg) from exc
    return wire


def _feed(wire: CaptureWire, device: str, data: bytes, at: Instant, found: _Decoded) -> None:
    # A codec that polls or times out lives on its deadlines; what it would send goes nowhere.
    for _ in range(MAX_WAKES):
        due = wire.deadline
        if due is None or due > at:
            break
        wire.send_due(due)
        if wire.deadline == due:
            break
    for body in wire.receive(data, at):
        _take(body, device, at, found)


def _take(body: Frame | Fault | Wave, device: str, at: Instant, found: _Decoded) -> None:
    match body:
        case Frame():
            found.frames.append((at, body))
        case Fault():
            found.faults.append((at, replace(body, subject=body.subject or device)))
        case Wave():
            found.waves.append((at, body))


def table_of(frames: list[tuple[Instant, Frame]]) -> tuple[Table, dict[Signal, SignalCounts]]:
    """Frames as a table, judged by the codec already: nothing is sorted, dropped or marked here."""
    place: dict[Signal, int] = {}
    for _, frame in frames:
        for sample in frame.samples:
            place.setdefault(sample.signal, len(place))
    shape = (len(frames), len(place))
    values = np.full(shape, np.nan)
    codes = np.full(shape, ABSENT, np.int8)
    measured = np.full(shape, NO_TIME, np.int64)
    code_of = {quality: code for code, quality in enumerate(QUALITIES)}
    for row, (_, frame) in enumerate(frames):
        for sample in frame.samples:
            at = place[sample.signal]
            if sample.value is not None:
                values[row, at] = sample.value
            codes[row, at] = code_of[sample.quality]
            if sample.measured_at is not None:
                measured[row, at] = sample.measured_at
    counts = {
        signal: SignalCounts(
            column=signal.value,
            readings=int(np.count_nonzero(~np.isnan(values[:, at]))),
            missing=int(np.count_nonzero((codes[:, at] != ABSENT) & np.isnan(values[:, at]))),
            implausible=int(np.count_nonzero(codes[:, at] == code_of[Quality.IMPLAUSIBLE])),
            repeated=int(np.count_nonzero(codes[:, at] == code_of[Quality.REPEATED])),
        )
        for signal, at in place.items()
    }
    table = Table(
        times=np.array([at for at, _ in frames], np.int64),
        signals=tuple(place),
        values=values,
        codes=codes,
        measured=measured if (measured != NO_TIME).any() else None,
    )
    return table, counts


def _waveforms(waves: list[tuple[Instant, Wave]]) -> Iterator[Waveform]:
    """Each block as it arrived: a device's blocks need not join."""
    for at, wave in waves:
        values = np.array(wave.values, np.float64)
        yield Waveform(name=wave.name, rate_hz=wave.rate_hz, start=at, values=values)
