"""CSV exports: a header that names a clock and at least one signal, then rows.

Known by their column names: Viatom (Checkme, O2Ring) and Contec exports, MIMIC numerics as CSV, the
GE S/5 collector. Anything else by a column mapping. Lines before the header are a preamble; one
that begins with `#` and says `simulated` marks the recording as made by a twin.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from monitord.errors import RecordingError
from monitord.replay.columns import Cut, Plan, Sheet, plan, recordings
from monitord.replay.recording import Recording, Request
from monitord.replay.report import Tally

_DELIMITERS: Final = (",", ";", "\t")
_PREAMBLE: Final = 40
"""Rows within which the header must stand."""


def read(request: Request, reader: str = "CSV") -> Iterator[Recording]:
    """The recordings in the file: one, or one a patient where a column is mapped to `patient`."""
    return recordings(request, _cut(request), reader)


def _cut(request: Request) -> Cut:
    tally = Tally()
    text = _text(request.read(), tally)
    delimiter = _delimiter(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header, found, simulated = _header(rows, request, tally)
        wanted = {at for at, _ in found.clocks} | set(found.signals.values())
        wanted |= {at for at in (found.date, found.patient) if at is not None}
        kept, lines = _rows(rows, header, max(wanted), tally)
    except csv.Error as exc:
        msg = f"{request.path}: line {rows.line_num}: {exc}"
        raise RecordingError(msg) from exc
    columns: list[list[str]] = [
        [row[at] for row in kept] if at in wanted else [] for at in range(len(header))
    ]
    if delimiter == ";":
        _decimal_commas(columns, found, tally)
    sheet = Sheet(header=header, columns=columns, lines=lines)
    return Cut(sheet=sheet, plan=found, tally=tally, simulated=simulated)


def _text(data: bytes, tally: Tally) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        tally.notes.append("not UTF-8: read as Latin-1")
        return data.decode("latin-1")


def _delimiter(text: str) -> str:
    """The delimiter that the first lines hold most of."""
    start = text[:8192]
    return max(_DELIMITERS, key=start.count)


def _header(
    rows: Iterator[list[str]], request: Request, tally: Tally
) -> tuple[list[str], Plan, bool]:
    simulated = False
    first: list[str] = []
    for number, row in enumerate(rows):
        if found := plan(row, request.columns):
            if number:
                tally.notes.append(f"{number} lines before the header")
            return [cell.strip() for cell in row], found, simulated
        first = first or row
        simulated |= bool(row) and row[0].startswith("#") and "simulated" in ",".join(row).lower()
        if number >= _PREAMBLE:
            break
    wanted = f" and {', '.join(map(repr, request.columns.values()))}" if request.columns else ""
    msg = (
        f"{request.path}: no header with a clock column and a signal{wanted} in the first lines "
        f"(found: {', '.join(first)[:200]!r}); rename them, or name them from Python by `columns`"
    )
    raise RecordingError(msg)


def _rows(
    rows: Iterator[list[str]], header: Sequence[str], last: int, tally: Tally
) -> tuple[list[list[str]], list[int]]:
    """The data rows and their lines; short rows, and headers that a collector repeats, are rejected."""
    kept: list[list[str]] = []
    lines: list[int] = []
    wide = 0
    names = list(header)
    before = rows.line_num  # type: ignore[attr-defined]  # csv.reader is typed as an iterator only
    for row in rows:
        line, before = before + 1, rows.line_num  # type: ignore[attr-defined]
        if not any(row):
            continue
        if before > line:
            tally.reject("a quoted cell runs over lines", line, before - line + 1)
        elif len(row) <= last:
            tally.reject("too few cells", line)
        elif row[last].strip() == names[last] and [cell.strip() for cell in row] == names:
            tally.reject("the header again", line)
        else:
            wide += len(row) > len(names)
            kept.append(row)
            lines.append(line)
    if wide:
        tally.notes.append(f"{wide} rows have more cells than columns: the further cells not used")
    return kept, lines


def _decimal_commas(columns: list[list[str]], found: Plan, tally: Tally) -> None:
    changed = False
    for at in found.signals.values():
        if any("," in cell for cell in columns[at]):
            columns[at] = [cell.replace(",", ".") for cell in columns[at]]
            changed = True
    if changed:
        tally.notes.append("cells are separated by semicolons: a comma in a number is its point")
