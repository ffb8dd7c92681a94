"""CSV exports: a header that names a clock and at least one signal, then rows.

Known by their column names: Viatom (Checkme, O2Ring) and Contec exports, MIMIC numerics as CSV, the
GE S/5 collector and others in `column_words.py`. Anything else by a column mapping. Lines before the header are
a preamble; one of them that says `simulated` marks the recording as of nobody.
"""

import codecs
import contextlib
import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final

from monitord.errors import RecordingError
from monitord.replay.recordings.asked_columns import split_wanted
from monitord.replay.recordings.column_names import (
    clock_proposals,
    clock_unit,
    fold,
    proposals,
    says_simulated,
    signal_of,
)
from monitord.replay.recordings.columns import Cut, Plan, Sheet, plan, recordings
from monitord.replay.recordings.mimic_numerics import counter_beside
from monitord.replay.recordings.reading_report import Tally
from monitord.replay.recordings.recording import HEAD, Recording, Request
from monitord.replay.recordings.text_file import wide_text
from monitord.replay.recordings.units import unit

_DELIMITERS: Final = (",", ";", "\t", "|")
_NO_UNITS: Final = frozenset(
    ("nu", "nd", "-", "seconds", "minutes", "hh:mm:ss", "hh:mm:ss.mmm", "date", "time")
)
"""What stands among the units of a clock or of a number without one."""
_LONG: Final = frozenset(
    (
        "value",
        "valuenum",
        "valueuom",
        "wert",
        "valeur",
        "valor",
        "parameter",
        "itemid",
        "event",
        "dataduration",
    )
)
"""Names of columns in a table with one value a row."""
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FAR_EAST: Final = ("gb18030", "cp932", "cp949", "big5")
"""What programs for Windows write in China, Japan, Korea and Taiwan."""
_DIGIT: Final = re.compile(r"\d")
_PREAMBLE: Final = 40
"""Rows within which the header must stand."""


def read(request: Request, reader: str = "CSV") -> Iterator[Recording]:
    """The recordings in the file: one, or one a patient where a column is mapped to `patient`."""
    return recordings(request, _cut(request), reader)


def _cut(request: Request) -> Cut:
    tally = Tally()
    text = _text(request.read(), request, tally)
    if "\0" in text:
        # A card that lost its power leaves them at the end of a file, a line in front of or inside a cell.
        tally.notes.append(f"{text.count(chr(0))} NUL bytes left out")
        text = text.replace("\0", "")
    # Files that were put together have one in front of each header.
    text = text.replace("\ufeff", "")
    delimiter = _delimiter(text, request)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header, found, simulated = _header(rows, request, tally)
        wanted = {at for at, _ in found.clocks} | set(found.signals.values())
        wanted |= {at for at in (found.date, found.patient) if at is not None}
        kept, lines = _rows(rows, header, wanted, tally)
    except csv.Error as exc:
        msg = f"{request.path}: line {rows.line_num}: {exc}"
        raise RecordingError(msg) from exc
    if kept and _are_units(kept[0]):
        texts = [_bare(cell) for cell in (kept.pop(0) + [""] * len(header))[: len(header)]]
        lines.pop(0)
        header = [
            f"{name} ({text})" if text else name for name, text in zip(header, texts, strict=True)
        ]
        clocks = tuple((at, span or clock_unit(header[at])[1]) for at, span in found.clocks)
        found = replace(found, clocks=clocks)
        tally.notes.append("the row below the header taken as units")
    wanted |= found.readings | set(found.persons)
    columns: list[list[str]] = [
        [row[at] if at < len(row) else "" for row in kept] if at in wanted else []
        for at in range(len(header))
    ]
    if delimiter == ";":
        _decimal_commas(columns, found, tally)
    counter = counter_beside(request.path)
    if counter is not None and found.date is None:
        for at, _ in found.clocks:
            columns[at] = counter.texts(columns[at])
        found = replace(found, clocks=tuple((at, None) for at, _ in found.clocks))
        tally.notes.append(f"time counted at {counter.hz:g} a second, as the header beside it says")
    sheet = Sheet(header=header, columns=columns, lines=lines)
    return Cut(sheet=sheet, plan=found, tally=tally, simulated=simulated)


def _text(data: bytes, request: Request, tally: Tally) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if wide := wide_text(data[:HEAD]):
        return data.decode(wide, errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
        for encoding in () if _has_header(text, request) else _FAR_EAST:
            other = data.decode(encoding, errors="replace")
            if _has_header(other, request):
                tally.notes.append(f"not UTF-8: read as {encoding}")
                return other
        tally.notes.append("not UTF-8: read as Latin-1")
        return text


def _has_header(text: str, request: Request) -> bool:
    """Whether the first lines name a clock and a signal, whatever stands between the cells."""
    lines = text[:8192].splitlines()[: _PREAMBLE + 1]
    with contextlib.suppress(csv.Error):
        return any(
            plan(row, request.columns)
            for delimiter in _DELIMITERS
            for row in csv.reader(lines, delimiter=delimiter)
        )
    return False


def _delimiter(text: str, request: Request) -> str:
    """The delimiter that the first lines hold most of and a header is cut by."""
    start = text[:8192]
    usual = sorted(_DELIMITERS, key=start.count, reverse=True)
    for delimiter in usual:
        rows = csv.reader(start.splitlines()[: _PREAMBLE + 1], delimiter=delimiter)
        with contextlib.suppress(csv.Error):
            if delimiter in start and any(plan(row, request.columns) for row in rows):
                return delimiter
    return usual[0]


def _header(
    rows: Iterator[list[str]], request: Request, tally: Tally
) -> tuple[list[str], Plan, bool]:
    simulated = False
    widest: list[str] = []
    for number, row in enumerate(rows):
        if found := plan(row, request.columns):
            if number:
                tally.notes.append(f"{number} lines before the header")
            # A column of flags says it of rows; a signal's own name, of the signal.
            simulated |= any(says_simulated(cell) and signal_of(cell) for cell in row)
            return [cell.strip() for cell in row], found, simulated
        if len([cell for cell in row if cell.strip()]) > len(widest):
            widest = [cell.strip() for cell in row if cell.strip()]
        simulated |= says_simulated(",".join(row))
        if number >= _PREAMBLE:
            break
    raise RecordingError(f"{request.path}: {_no_header(widest, request)}")


def _no_header(labels: Sequence[str], request: Request) -> str:
    """Which of clock and signal is missing among the labels, and what to add."""
    named, _ = split_wanted(request.columns)
    if _LONG.intersection(fold(label) for label in labels):
        why = (
            "no column is known as a signal: it may be a table with one value a row; make it one with a column for each signal (a pivot by the "
            "name of the value)"
        )
        return f"{why} (labels: {', '.join(labels)[:400]!r})"
    if len(labels) == 1:
        return (
            f"the first lines hold no header with a clock column and a signal: every line is one cell, such as "
            f"{labels[0][:80]!r}; cells are separated by commas, semicolons, tabs or |"
        )
    if not named and all(map(_DIGIT.search, labels)):
        return (
            f"the first line holds readings and no names (cells: {', '.join(labels)[:400]!r}): write a line of names above it, such "
            "as time,spo2,pulse_rate"
        )
    absent = [repr(name) for name in named.values() if name not in labels]
    why = "no header with a clock column and a signal in the first lines"
    if absent:
        why += f": no column is named {', '.join(absent)}"
    elif any(signal_of(label) for label in labels):
        why += ": no column is known as the clock; name it, such as --columns time=COLUMN"
    elif any(clock_unit(label)[0] for label in labels):
        why += ": no column is known as a signal; name one, such as --columns spo2=COLUMN"
    else:
        # Their own names, so that the line can be used as it is.
        first, second = [*labels[:2], "COLUMN", "COLUMN"][:2]
        why += f"; name them, such as --columns 'time={first},spo2={second}'"
    ideas = proposals(labels)
    if not any(clock_unit(label)[0] for label in labels):
        ideas = [*clock_proposals(labels), *ideas]
    return "; ".join([f"{why} (labels: {', '.join(labels)[:400]!r})", *ideas])


def _rows(
    rows: Iterator[list[str]], header: Sequence[str], wanted: Collection[int], tally: Tally
) -> tuple[list[list[str]], list[int]]:
    """The data rows and their lines; short rows, headers that a collector repeats, and the rows below the
    header of another table are rejected.
    """
    first, last = min(wanted), max(wanted)
    other = ""
    kept: list[list[str]] = []
    lines: list[int] = []
    wide = 0
    names = list(header)
    before = rows.line_num  # type: ignore[attr-defined]  # csv.reader is typed as an iterator only
    for row in rows:
        line, before = before + 1, rows.line_num  # type: ignore[attr-defined]
        if not any(row):
            continue
        if not _DIGIT.search(row[min(first, len(row) - 1)]) and _is_header(row, names):
            other = "" if (again := _same(row, names)) else ", ".join(filter(None, row))[:200]
            tally.reject("the header again" if again else "the header of another table", line)
        elif other:
            tally.reject(f"below another header ({other}): make two files of it", line)
        elif before > line:
            tally.reject("a quoted cell runs over lines", line, before - line + 1)
        elif len(row) <= last:
            tally.reject("too few cells", line)
        elif names[-1] and any(_DIGIT.search(cell) for cell in row[len(names) :]):
            # Where the last column has no name, as the GE collector writes it, nobody knows how many follow.
            tally.reject(
                "more cells than columns (a comma inside a number or a time? quote it, or separate cells by ;)",
                line,
            )
        else:
            wide += len(row) > len(names)
            kept.append(row)
            lines.append(line)
    if wide:
        tally.notes.append(f"{wide} rows have more cells than columns: the further cells not used")
    return kept, lines


def _same(row: Sequence[str], names: Sequence[str]) -> bool:
    return [cell.strip() for cell in row] == list(names)


def _is_header(row: Sequence[str], names: Sequence[str]) -> bool:
    """Whether a row names columns: two of its cells are those of this header, a clock or a signal."""
    cells = {cell.strip() for cell in row if cell.strip()}
    return (
        sum(cell in names or clock_unit(cell)[0] or signal_of(cell) is not None for cell in cells)
        > 1
    )


def _bare(cell: str) -> str:
    return cell.strip().strip("'\"()[]").strip()


def _are_units(row: Sequence[str]) -> bool:
    """Whether a row below the header says the units of the columns, as PhysioNet and others write it."""
    texts = [text for cell in row if (text := _bare(cell))]
    known = [unit(text) is not None for text in texts]
    return any(known) and all(
        is_unit or text.lower() in _NO_UNITS for is_unit, text in zip(known, texts, strict=True)
    )


def _decimal_commas(columns: list[list[str]], found: Plan, tally: Tally) -> None:
    changed = False
    for at in sorted(found.readings):
        if any("," in cell for cell in columns[at]):
            columns[at] = [cell.replace(",", ".") for cell in columns[at]]
            changed = True
    if changed:
        tally.notes.append("cells are separated by semicolons: a comma in a number is its point")
