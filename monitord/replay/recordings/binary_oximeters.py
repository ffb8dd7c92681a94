"""Binary files that oximeters' programs keep: Viatom (O2Ring, Checkme O2, SleepU) and Contec's SpO2 programs.

Viatom, formats 3 and 5: 40 bytes (u16 format, u16 year, month, day, hour, minute, second, u32 size, u16
seconds), then five bytes a record: SpO2, u16 pulse (its second byte FF: no reading), motion, vibration. The O2Ring S: 10 bytes (01, 03, six of 0, u16 model), two or three bytes
a record (SpO2, pulse, flags; FF for none, of model 7 0), and 48 at the end: u32 sum of all bytes before, DA5A1248, u32
start, u32 records, u8 interval, u8 form (1: three bytes). SpO2 Assistant's `.spo2`: a
u16 leads to a block with the start and the number of samples, then records of which the last two bytes are
SpO2 and pulse. `.spoR` and older `.spo2` of SpO2 Review: a u16 leads to pairs of pulse and SpO2, the start
stands at byte 8 as wide characters. Numbers are little-endian, times local. Described by programs that read them
(OSCAR, OpenPSG, a page for the O2Ring); those of the Viatom form found a real file equal to the vendor's CSV in each of
7818 rows (see docs/recordings.md).
"""

import re
import struct
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import numpy as np

from monitord.errors import RecordingError
from monitord.model import SECOND, Signal, Span
from monitord.replay.recordings.clock_column import localise
from monitord.replay.recordings.column_table import Values
from monitord.replay.recordings.recording import Recording, Request
from monitord.replay.recordings.signal_tracks import Header, Track, recording

_VIATOM: Final = struct.Struct("<HHBBBBBIH")
_VIATOM_HEADER: Final = 40
_VIATOM_RECORD: Final = 5
_VIATOM_FORMATS: Final = frozenset({3, 5})
_USUAL: Final = 4
"""Seconds between records of a Viatom file that does not say how long it is."""
_RING_S_HEAD: Final = b"\x01\x03" + bytes(6)
_RING_S_HEADER: Final = struct.Struct("<8sH")
_RING_S_END: Final = struct.Struct("<IIIIBB30x")
_RING_S_MAGIC: Final = 0xDA5A1248
_RING_S_FORMS: Final = {0: 2, 1: 3}
"""Bytes a record."""
_ZERO_IS_NONE: Final = 7
"""The model that writes 0 for no reading."""
_ASSISTANT: Final = struct.Struct("<7I")
_ASSISTANT_START: Final = 200
_YEARS: Final = range(2005, 2060)
_REVIEW_DATE: Final = re.compile(rb"(?:[\d/: ]\0){17}")
_NONE: Final = 255
_NO_SPO2: Final = 127


class _Read(NamedTuple):
    """What a file says: local start, seconds between its records, and their numbers (NaN: none)."""

    reader: str
    start: datetime
    step: float
    spo2: Values
    pulse: Values
    notes: list[str]


def is_viatom(head: bytes) -> bool:
    """Whether these first bytes are those of a Viatom file."""
    if len(head) < _VIATOM_HEADER + _VIATOM_RECORD:
        return False
    number, year, month, day, hour, minute, second, _, _ = _VIATOM.unpack_from(head)
    return number in _VIATOM_FORMATS and _moment(year, month, day, hour, minute, second) is not None


def is_ring_s(head: bytes) -> bool:
    """Whether these first bytes are those of a file of an O2Ring S."""
    return head.startswith(_RING_S_HEAD)


def is_contec(head: bytes) -> bool:
    """Whether these first bytes are those of one of the SpO2 programs."""
    return _review_start(head) is not None or _assistant_start(head) is not None


def read_viatom(request: Request) -> Iterator[Recording]:
    """The one recording in a Viatom file."""
    data = request.read()
    number, year, month, day, hour, minute, second, size, seconds = _VIATOM.unpack_from(data)
    start = _moment(year, month, day, hour, minute, second)
    count = (len(data) - _VIATOM_HEADER) // _VIATOM_RECORD
    if start is None or not count:
        raise RecordingError(f"{request.path}: a Viatom file without a record")
    notes = []
    step = float(seconds) / count
    if not 0.9 <= step <= 10:
        notes.append(f"{seconds} s in the header do not fit {count} records: {_USUAL} s each taken")
        step = float(_USUAL)
    else:
        # The last record may be cut: whole seconds.
        step = float(round(step))
    if size > len(data):
        notes.append(f"the file is cut: {len(data)} of {size} bytes")
    rows = np.frombuffer(data, np.uint8, count * _VIATOM_RECORD, _VIATOM_HEADER)
    table: Values = rows.reshape(count, _VIATOM_RECORD).astype(np.float64)
    pulse = np.where(table[:, 2] == _NONE, _NONE, table[:, 1] + 256 * table[:, 2])
    spo2 = np.where(table[:, 2] == _NONE, _NONE, table[:, 0])
    read = _Read(f"Viatom, format {number}", start, step, spo2, pulse, notes)
    yield _recording(request, read)


def read_ring_s(request: Request) -> Iterator[Recording]:
    """The one recording in a file of an O2Ring S; RecordingError for one that the ring has not finished."""
    data = request.read()
    end = len(data) - _RING_S_END.size
    if end <= _RING_S_HEADER.size or _RING_S_END.unpack_from(data, end)[1] != _RING_S_MAGIC:
        raise RecordingError(
            f"{request.path}: an O2Ring S file without its end: the ring writes it about two minutes after it is taken "
            "off; load it again"
        )
    total, _, begun, records, interval, form = _RING_S_END.unpack_from(data, end)
    size = _RING_S_FORMS.get(form)
    moment = datetime(1970, 1, 1) + timedelta(seconds=begun)  # noqa: DTZ001 - the zone is the caller's
    count = (end - _RING_S_HEADER.size) // (size or 1)
    if size is None or moment.year not in _YEARS or not count:
        raise RecordingError(
            f"{request.path}: an O2Ring S file of form {form}, from {moment}: not known"
        )
    notes = []
    if sum(data[:end]) & 0xFFFFFFFF != total:
        notes.append("the check sum is wrong: the file may be damaged")
    if count != records:
        notes.append(f"the file has {count} records, its end says {records}")
    rows = np.frombuffer(data, np.uint8, count * size, _RING_S_HEADER.size).reshape(count, size)
    table: Values = rows[:, :2].astype(np.float64)
    if _RING_S_HEADER.unpack_from(data)[1] == _ZERO_IS_NONE:
        table[table == 0] = _NONE
    step = float(interval or 1)
    yield _recording(request, _Read("O2Ring S", moment, step, table[:, 0], table[:, 1], notes))


def read_contec(request: Request) -> Iterator[Recording]:
    """The one recording in a file of one of the SpO2 programs."""
    data = request.read()
    begin = int.from_bytes(data[:2], "little")
    if (start := _review_start(data)) is not None:
        if begin > len(data):
            raise RecordingError(f"{request.path}: cut before its first record")
        pairs = np.frombuffer(data, np.uint8, (len(data) - begin) // 2 * 2, begin)
        columns = pairs.reshape(-1, 2).astype(np.float64)
        read = _Read("SpO2 Review", start, 1.0, columns[:, 1], columns[:, 0], [])
    elif (start := _assistant_start(data)) is not None:
        *_, samples = _ASSISTANT.unpack_from(data, begin + _ASSISTANT_START)
        first = begin + _ASSISTANT_START + _ASSISTANT.size
        size = (len(data) - first) // samples if samples else 0
        if size < 2:
            raise RecordingError(f"{request.path}: {samples} samples do not fit {len(data)} bytes")
        rows = np.frombuffer(data, np.uint8, samples * size, first).reshape(samples, size)
        last = rows[:, -2:].astype(np.float64)
        read = _Read("SpO2 Assistant", start, 1.0, last[:, 0], last[:, 1], [])
    else:
        raise RecordingError(f"{request.path}: no start in this oximeter's file")
    if not len(read.spo2):
        raise RecordingError(f"{request.path}: an oximeter's file without a record")
    yield _recording(request, read)


def _recording(request: Request, read: _Read) -> Recording:
    at, clock = localise(read.start, request.tz)
    step: Span = round(read.step * SECOND)
    times = at + np.arange(len(read.spo2), dtype=np.int64) * step
    tracks = [
        Track(name=name, signal=signal, times=times, values=np.where(gap, np.nan, values))
        for name, signal, values, gap in (
            ("SpO2", Signal.SPO2, read.spo2, (read.spo2 == _NONE) | (read.spo2 == _NO_SPO2)),
            ("pulse", Signal.PULSE_RATE, read.pulse, read.pulse == _NONE),
        )
    ]
    header = Header(
        reader=read.reader,
        clock=clock,
        notes=read.notes,
        declared={Signal.SPO2: step, Signal.PULSE_RATE: step},
        missing_said=True,
    )
    return recording(request, request.path.name.split(".")[0], tracks, header, request.tz)


def _moment(  # noqa: PLR0917 - the fields of a date and time
    year: int, month: int, day: int, hour: int, minute: int, second: int
) -> datetime | None:
    if year not in _YEARS:
        return None
    try:
        return datetime(year, month, day, hour, minute) + timedelta(seconds=min(second, 59))  # noqa: DTZ001 - the zone is the caller's
    except (ValueError, OverflowError):
        return None


def _assistant_start(data: bytes) -> datetime | None:
    at = int.from_bytes(data[:2], "little") + _ASSISTANT_START
    if at + _ASSISTANT.size > len(data):
        return None
    year, month, day, hour, minute, second, _ = _ASSISTANT.unpack_from(data, at)
    return _moment(year, month, day, hour, minute, second)


def _review_start(data: bytes) -> datetime | None:
    if _REVIEW_DATE.match(data, 8) is None:
        return None
    try:
        return datetime.strptime(data[8:42:2].decode("ascii"), "%m/%d/%y %H:%M:%S")  # noqa: DTZ007 - the zone is the caller's
    except ValueError:
        return None
