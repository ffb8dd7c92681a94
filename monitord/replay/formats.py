"""The table of recording formats: what a file's first bytes look like, and who reads it.

The order matters: what has a magic number first, plain text last.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from monitord.errors import RecordingError
from monitord.replay.recording import Open, Recording, Request

_WFDB_HEADER: Final = re.compile(
    rb"(?:#[^\n]*\r?\n|\s)*[\w./-]+[ \t]+\d+(?:[ \t]+[\d.]+[^\n]*)?\r?\n[\w~./-]+[ \t]+\d+"
)


def find_format(request: Request) -> Open:
    """The reader for this content; RecordingError where there is none."""
    if not request.head:
        raise RecordingError(f"{request.path}: the file is empty")
    for known, reader in FORMATS:
        if known(request):
            return reader
    msg = f"{request.path}: no reader knows this content"
    raise RecordingError(msg)


def _starts(magic: bytes) -> Callable[[Request], bool]:
    return lambda request: request.head.startswith(magic)


def _is_json_lines(request: Request) -> bool:
    return request.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def _is_wfdb(request: Request) -> bool:
    # Signal files carry no magic number of their own: the header beside them names them.
    return bool(_WFDB_HEADER.match(request.head)) or request.path.suffix == ".dat"


def _is_eicu(request: Request) -> bool:
    return request.head.lstrip(b'"').startswith(b"patientunitstayid") or (
        b"patientunitstayid" in request.head.split(b"\n", 1)[0]
    )


def _is_text(request: Request) -> bool:
    return b"\0" not in request.head or request.head.startswith((b"\xff\xfe", b"\xfe\xff"))


def _journal(request: Request) -> Iterator[Recording]:
    msg = (
        f"{request.path}: a monitord journal is replayed with its own snapshots, not as a recording"
    )
    raise RecordingError(msg)


def _parquet(request: Request) -> Iterator[Recording]:
    from monitord.replay.parquet_file import read

    return read(request)


def _edf(request: Request) -> Iterator[Recording]:
    from monitord.replay.edf_file import read

    return read(request)


def _vital(request: Request) -> Iterator[Recording]:
    from monitord.replay.vital_file import read

    return read(request)


def _wfdb(request: Request) -> Iterator[Recording]:
    from monitord.replay.wfdb_file import read

    return read(request)


def _capture(request: Request) -> Iterator[Recording]:
    from monitord.replay.capture import read

    return read(request)


def _export(request: Request) -> Iterator[Recording]:
    from monitord.replay.export_file import read

    return read(request)


def _eicu(request: Request) -> Iterator[Recording]:
    from monitord.replay.eicu import read

    return read(request)


def _csv(request: Request) -> Iterator[Recording]:
    from monitord.replay.csv_file import read

    return read(request)


FORMATS: Final[tuple[tuple[Callable[[Request], bool], Open], ...]] = (
    (_starts(b"SQLite format 3\0"), _journal),
    (_starts(b"PAR1"), _parquet),
    (_starts(b"0       "), _edf),
    (_starts(b"VITA"), _vital),
    (_starts(b'{"export":'), _export),
    (_is_json_lines, _capture),
    (_is_eicu, _eicu),
    (_is_wfdb, _wfdb),
    (_is_text, _csv),
)
