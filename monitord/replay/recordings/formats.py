"""The table of recording formats: what a file's first bytes look like, and who reads it.

The order matters: what has a magic number first, plain text last.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from monitord.errors import RecordingError
from monitord.replay.recordings.binary_oximeters import (
    is_contec,
    is_ring_s,
    is_viatom,
    read_contec,
    read_ring_s,
    read_viatom,
)
from monitord.replay.recordings.recording import Open, Recording, Request
from monitord.replay.recordings.text_file import wide_text

_WFDB_HEADER: Final = re.compile(
    rb"(?:#[^\n]*\r?\n|\s)*[\w.-]+(?:/\d+[ \t]+\d+[^\n]*\r?\n[\w~.-]+|[ \t]+\d+[^\n]*\r?\n(?:[\w./-]*\.\w+|~))[ \t]+\d+"
)
"""A record's name and number of segments or signals; then a segment, or a signal's file, which has a point."""

_NO_TEXT: Final = re.compile(rb"[^\t\n\v\f\r\x11\x13\x1a -\x7e\x80-\xff]")


def find_format(request: Request) -> Open:
    """The reader for this content; RecordingError where there is none."""
    if not request.head:
        raise RecordingError(f"{request.path}: the file is empty")
    start = request.head[:64].removeprefix(b"\xef\xbb\xbf").translate(None, b" \t\r\n")
    for magic, what in FOREIGN.items():
        if start.startswith(magic):
            raise RecordingError(f"{request.path}: {what}")
    for known, reader in FORMATS:
        if known(request):
            return reader
    msg = f"{request.path}: no reader knows this content (docs/recordings.md says what is read); export it as CSV"
    raise RecordingError(msg)


def _starts(magic: bytes) -> Callable[[Request], bool]:
    return lambda request: request.head.startswith(magic)


def _is_json_lines(request: Request) -> bool:
    return request.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def _is_wfdb(request: Request) -> bool:
    # Signal files carry no magic number of their own: the header beside them names them.
    return (request.path.suffix == ".hea" or bool(_WFDB_HEADER.match(request.head))) or (
        request.path.suffix == ".dat"
        and not is_viatom(request.head)
        and not is_ring_s(request.head)
    )


def _is_eicu(request: Request) -> bool:
    return request.head.lstrip(b'"').startswith(b"patientunitstayid") or (
        b"patientunitstayid" in request.head.split(b"\n", 1)[0]
    )


def _is_viatom(request: Request) -> bool:
    return is_viatom(request.head)


def _is_ring_s(request: Request) -> bool:
    return is_ring_s(request.head)


def _is_contec(request: Request) -> bool:
    return is_contec(request.head)


def _is_text(request: Request) -> bool:
    head = request.head
    # NUL among text is filler: what is left must be text.
    if b"\0" in head and len(text := head.replace(b"\0", b"")) > 16 and not _NO_TEXT.search(text):
        few = 10 * (len(head) - len(text)) < len(head)
        if few or text.isascii():
            return True
    marked = head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff"))
    return b"\0" not in head or marked or wide_text(head) is not None


def _journal(request: Request) -> Iterator[Recording]:
    msg = (
        f"{request.path}: a monitord journal is replayed with its own snapshots, not as a recording"
    )
    raise RecordingError(msg)


def _parquet(request: Request) -> Iterator[Recording]:
    from monitord.replay.recordings.parquet_file import read

    return read(request)


def _edf(request: Request) -> Iterator[Recording]:
    from monitord.replay.recordings.edf_file import read

    return read(request)


def _vital(request: Request) -> Iterator[Recording]:
    from monitord.replay.recordings.vital_file import read

    return read(request)


def _wfdb(request: Request) -> Iterator[Recording]:
    from monitord.replay.recordings.wfdb_recording import read

    return read(request)


def _capture(request: Request) -> Iterator[Recording]:
    from monitord.replay.recordings.capture import read

    return read(request)


def _export(request: Request) -> Iterator[Recording]:
    from monitord.replay.recordings.export_file import read

    return read(request)


def _eicu(request: Request) -> Iterator[Recording]:
    from monitord.replay.recordings.eicu import read

    return read(request)


def _csv(request: Request) -> Iterator[Recording]:
    from monitord.replay.recordings.csv_file import read

    return read(request)


_PACKED: Final = "a packed file: unpack it first (only gzip is read as it is)"
_PAGE: Final = "a page or a document, no recording: export its table as CSV"
FOREIGN: Final = {
    b"PK\x03\x04": "a spreadsheet (xlsx, ods) or a zip archive: save the sheet as CSV, or unpack the archive",
    b"PK\x05\x06": "an empty zip archive",
    b"\xd0\xcf\x11\xe0": "a spreadsheet of the old kind (xls): save the sheet as CSV",
    b"%PDF": _PAGE,
    b"<!DOCTYPE": _PAGE,
    b"<html": _PAGE,
    b"<?xml": "an XML file: export its readings as CSV",
    b"[{": "a list in JSON: save its readings as CSV; in Python a data frame of them is read by "
    "md.Recording.from_pandas(pandas.read_json(FILE))",
    b"BZh": _PACKED,
    b"\xfd7zXZ": _PACKED,
    b"7z\xbc\xaf": _PACKED,
    b"\x28\xb5\x2f\xfd": _PACKED,
    b"Rar!": _PACKED,
    b"\xffBIOSEMI": "a BDF file: save it as EDF",
    b"\x89HDF": "an HDF5 file: export its numeric tracks as CSV or Parquet",
    b"MATLAB": "a MATLAB file: export its numeric tracks as CSV or Parquet",
    b"ARROW1": "a Feather file: save it as Parquet",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
"""Contents that people try, and what to do with them."""

FORMATS: Final[tuple[tuple[Callable[[Request], bool], Open], ...]] = (
    (_starts(b"SQLite format 3\0"), _journal),
    (_starts(b"PAR1"), _parquet),
    (_starts(b"0       "), _edf),
    (_starts(b"VITA"), _vital),
    (_starts(b'{"export":'), _export),
    (_is_viatom, read_viatom),
    (_is_ring_s, read_ring_s),
    (_is_contec, read_contec),
    (_is_json_lines, _capture),
    (_is_eicu, _eicu),
    (_is_wfdb, _wfdb),
    (_is_text, _csv),
)
