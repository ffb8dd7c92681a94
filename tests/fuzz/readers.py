"""The readers of recordings as fuzz targets.

A target writes its bytes to a file and reads it: a recording or a RecordingError, whatever else is a finding.
"""

import atexit
import struct
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from monitord.errors import RecordingError
from monitord.model import from_iso
from monitord.replay.recordings.events_csv import read_events
from monitord.replay.recordings.open_recordings import open_recordings
from tests.fuzz.targets import FuzzTarget

_HEADER: Final = (
    b"r 2 1/999(5) 4 10:00:00.5 05/01/2026\nr.dat 16 10(0)/% 16 0 970 0 0 SpO2\n"
    b"r.dat 16x2 10/bpm 16 0 700 0 0 PULSE\n# simulated\n"
)
_COUNTS: Final = bytes(range(24))
_SEGMENTS: Final = b"r/3 1 1 8 10:00:00 05/01/2026\nr_0 0\nr_1 4\n~ 4\n"


def _edf() -> bytes:
    def cells(width: int, *texts: str) -> bytes:
        return b"".join(text.encode().ljust(width) for text in texts)

    head = cells(8, "0") + cells(80, "X X X X", "Startdate 05-JAN-2026 X X X")
    head += cells(8, "05.01.26", "21.00.00", "768") + cells(44, "EDF+D") + cells(8, "2", "10")
    head += cells(4, "2") + cells(16, "SpO2.1s", "EDF Annotations") + cells(80, "", "")
    head += cells(8, "%", "", "0", "-1", "100", "1", "0", "-32768", "100", "32767")
    head += cells(80, "", "") + cells(8, "10", "10") + cells(32, "", "")
    marks = (b"+0\x14\x14\0", b"+60\x14\x14\0+61\x14low\x14\0")
    return head + b"".join(
        struct.pack("<10h", *[95] * 10) + mark.ljust(20, b"\0") for mark in marks
    )


def _viatom() -> bytes:
    head = struct.pack("<HHBBBBBIH", 3, 2026, 1, 5, 23, 59, 58, 60, 16).ljust(40, b"\0")
    return head + bytes([97, 70, 0, 0, 0]) * 3 + bytes([255] * 5)


def _ring_s() -> bytes:
    body = b"\x01\x03" + bytes(6) + b"\x04\0" + bytes([97, 70, 0] * 4 + [255, 255, 0])
    return body + struct.pack("<IIIIBB30x", sum(body), 0xDA5A1248, 1767657598, 5, 2, 1)


def _assistant() -> bytes:
    start = struct.pack("<7I", 2026, 1, 5, 23, 59, 58, 4)
    return struct.pack("<H", 4).ljust(204, b"\0") + start + bytes([97, 70] * 3 + [127, 255])


def _review() -> bytes:
    date = "01/05/26 23:59:58".encode("utf-16-le")
    return (struct.pack("<HHHH", 64, 512, 4, 0) + date).ljust(64, b"\0") + bytes([70, 97] * 4)


def _parquet() -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    sink = pa.BufferOutputStream()
    parquet.write_table(pa.table({"time_s": [0, 1, 2], "spo2": [97.0, None, 96.0]}), sink)
    return bytes(sink.getvalue())


def _vital() -> bytes:
    """The header of a `.vital` file and a packet of a kind that there is not."""
    import gzip

    return gzip.compress(b"VITA" + struct.pack("<IH", 3, 10) + bytes(10) + b"\x09" + bytes(12))


TEXTS: Final[dict[str, bytes]] = {
    "csv-dates": b"Date,Time,SpO2(%),PR,SYS/DIA\n25/1/2026,10:00:00 AM,97 %,--,120/80\n"
    b"26.1.26,9:00 pm,96,71 bpm,118/79\n4 mars 2026,10:00,,1e3,--/--\n",
    "csv-seconds": b"# simulated\nTime [s];SpO2;Pulse;NIBP\n0;97,5;70;120/80\n1;--;;\n",
    "csv-months": b"Zeit,Puls,Systole\n5. M\xc3\xa4rz 2026 - 10:00 Uhr,70,120 mmHg\n",
    "csv-odd": "时间,血氧,SpO2.1,脉率(次/分)\n2026年1月5日 下午11:59:59 CET,,97,70\n2026-01-05 24:00:00 CET,,96,71\n"
    "2026-01-06 00:00:01[Europe/Berlin],,95,72\n".encode(),
    "eicu": b"patientunitstayid,observationoffset,noninvasivesystolic\n1,5,120\n2,6,118\n",
    "capture": b'{"capture": 1}\n{"at": "2026-01-05T10:00:15Z", "device": "d", "family": "nonin", "hex": "80"}\n',
    "export": b'{"export": 1, "session": "s"}\n{"at": "2026-01-05T10:00:15Z"}\n',
}


_IN_MEMORY: Final = Path("/dev/shm")


@cache
def _folder() -> Path:
    """In memory where the system has such a place; gone with the process."""
    folder = tempfile.TemporaryDirectory(
        prefix="monitord-readers-", dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None
    )
    atexit.register(folder.cleanup)
    return Path(folder.name)


_SLIPS: Final = (TypeError, AttributeError, NameError, LookupError, ArithmeticError, AssertionError)


def _raised_by_us(error: BaseException | None) -> bool:
    """Whether an error that no reader means to raise rose in a file of monitord, not in a library's."""
    trace = error.__traceback__ if isinstance(error, _SLIPS) else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and "/monitord/" in trace.tb_frame.f_code.co_filename


@contextmanager
def _may_refuse() -> Iterator[None]:
    """A file may be refused, but not for a lack of memory, nor by a slip of our own that the last net caught."""
    try:
        yield
    except RecordingError as error:
        if _raised_by_us(error.__cause__):
            raise AssertionError(str(error)) from error
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, MemoryError):
                raise cause from error
            cause = cause.__cause__ or cause.__context__
        if "MemoryError" in str(error):
            raise MemoryError(str(error)) from error


def read_file(name: str, data: bytes) -> None:
    """The bytes as a file of this name, read whole."""
    path = _folder() / name
    path.write_bytes(data)
    with warnings.catch_warnings(), _may_refuse():
        warnings.simplefilter("ignore")
        for recording in open_recordings(path):
            last = None
            for at, _ in recording.stream():
                assert last is None or last <= at
                last = at
            assert recording.describe()
            assert recording.nothing_read()
            for _ in zip(range(1000), recording.waves(), strict=False):
                pass


def wfdb_part(fuzzed: str, data: bytes) -> None:
    """A WFDB record of which one file is the fuzzed one."""
    for name, healthy in {"r.hea": _HEADER, "r.dat": _COUNTS}.items():
        if name != fuzzed:
            (_folder() / name).write_bytes(healthy)
    with _plain_tables():
        read_file(fuzzed, data)


class _PlainTable:
    """A table of the library's as a dictionary: nine tenths of an input's time were its look-ups in pandas."""

    def __init__(self, table: Any) -> None:
        self._table = table
        self.index = tuple(table.index)
        self.loc = {(row, column): table[column][row] for row in table.index for column in table}

    def __getattr__(self, name: str) -> Any:
        """All else as the library has it: tests of records share the process."""
        return getattr(self._table, name)


@cache
def _tables() -> tuple[tuple[str, Any, _PlainTable], ...]:
    """Name, the library's own table, and the same as a dictionary."""
    from wfdb.io import _header

    named = [(name, getattr(_header, name)) for name in ("RECORD_SPECS", "SIGNAL_SPECS")]
    return tuple((name, own, _PlainTable(own)) for name, own in named)


@contextmanager
def _plain_tables() -> Iterator[None]:
    """While one input is read: whatever else writes or reads a record has the library's own tables."""
    from wfdb.io import _header

    for name, _, plain in _tables():
        setattr(_header, name, plain)
    try:
        yield
    finally:
        for name, own, _ in _tables():
            setattr(_header, name, own)


def events(data: bytes) -> None:
    """An events file."""
    path = _folder() / "any.events.csv"
    path.write_bytes(data)
    with _may_refuse():
        read_events(path, start=from_iso("2026-01-05T10:00:00Z"))


def readers() -> dict[str, FuzzTarget]:
    """Each reader with a healthy file; those whose library is not installed are left out."""
    found = {
        name: FuzzTarget(take=partial(read_file, f"{name}.txt"), healthy=text)
        for name, text in TEXTS.items()
    }
    found["events"] = FuzzTarget(
        take=events,
        healthy=b"at,event,value,by,until\n+0s,start_infusion,,RN1,\n+1min,phase,late,,\n",
    )
    makes: dict[str, tuple[str | None, Callable[[], bytes]]] = {
        "viatom": (None, _viatom),
        "o2ring-s": (None, _ring_s),
        "spo2-assistant": (None, _assistant),
        "spo2-review": (None, _review),
        "edf": ("edfio", _edf),
        "parquet": ("pyarrow", _parquet),
        "vital": ("vitaldb", _vital),
    }
    for name, (library, make) in makes.items():
        if library is None or find_spec(library) is not None:
            take, healthy = partial(read_file, f"{name}.bin"), make()
            # Headers of fixed places: short pieces would all be refused at the first look.
            found[name] = FuzzTarget(take=take, healthy=healthy, frame=len(healthy))
    if find_spec("wfdb") is not None:
        for name, fuzzed, healthy in (
            ("wfdb-header", "r.hea", _HEADER),
            ("wfdb-segments", "r.hea", _SEGMENTS),
            ("wfdb-signals", "r.dat", _COUNTS),
        ):
            found[name] = FuzzTarget(take=partial(wfdb_part, fuzzed), healthy=healthy)
    return found
