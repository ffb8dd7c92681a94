"""From a column of text to numbers: units beside numbers, markers, blanks. Pure."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from monitord.model import NIBP, SIGNALS, Signal
from monitord.replay.recordings.column_table import Column
from monitord.replay.recordings.reading_report import Tally
from monitord.replay.recordings.units import Unit, fits, quantity, unit

MARKERS: Final = frozenset(
    [
        "-",
        "--",
        "---",
        "----",
        "-.-",
        "--.-",
        "-/-",
        "--/--",
        ".",
        "..",
        "...",
        "na",
        "n/a",
        "n.a.",
        "nan",
        "null",
        "none",
        "nil",
        "?",
        "??",
        "???",
        "*",
        "**",
        "***",
        "#",
        "#n/a",
        "x",
        "xx",
        "xxx",
        "unavailable",
        "unknown",
        "off",
        "missing",
        "invalid",
        "error",
        "err",
        "lo",
        "hi",
    ]
)
"""What exporters print where a device had no reading. A blank cell says less: nothing at all."""

_PAIR: Final = re.compile(r"\s*\d{2,3}\s*/\s*\d{2,3}\b")
_MEAN: Final = re.compile(
    r"^(\s*\d{1,3}\s*/\s*\d{1,3}\s*)(?:\(\s*[\d-]{1,3}\s*\)|/\s*[\d-]{1,3}(?=\s|$))"
)


def numbers(  # noqa: PLR0917 - a column's place, name and meaning
    cells: Sequence[str],
    lines: Sequence[int],
    name: str,
    signal: Signal,
    declared: Unit | None,
    tally: Tally,
) -> Column:
    """A column in the signal's own unit, from the `declared` one.

    What is neither a number, blank nor a marker is rejected and counted; so is a number whose cell says a
    unit that is not the column's.
    """
    values = np.full(len(cells), np.nan)
    said = np.ones(len(cells), np.bool_)
    wrong = np.zeros(len(cells), np.bool_)
    foreign: list[tuple[int, str]] = []
    scaled = declared if declared is not None and not declared.own else None
    try:
        values = np.array(cells, np.float64)
        # Python reads 1_0 as 10.
        slow = any("_" in cell for cell in cells)
    except ValueError:
        slow = True
    if slow:
        for row, cell in enumerate(cells):
            text = cell.strip()
            values[row] = np.nan
            if (found := quantity(text)) is None:
                said[row] = bool(text)
                wrong[row] = bool(text) and text.lower() not in MARKERS
                continue
            values[row], beside = found
            if beside and not _known(beside, signal, declared):
                values[row] = np.nan
                foreign.append((row, beside))
    wrong |= np.isinf(values)
    values[wrong] = np.nan
    for row in np.flatnonzero(wrong).tolist():
        tally.reject(f"not a number in column {name!r}", lines[row])
    for row, beside in foreign:
        found_unit = unit(beside)
        other = found_unit is not None and fits(found_unit, signal) and declared is None
        # A kPa among mmHg is a slip to be looked at; a column of kPa is one option away.
        remedy = f" (all of it in {beside}? add --unit {signal}={beside})" * other
        tally.reject(f"not in {SIGNALS[signal].unit} in column {name!r}{remedy}", lines[row])
    if slow and signal not in NIBP and any(_PAIR.match(cell) for cell in cells):
        tally.notes.append(
            f"{signal}: column {name!r} holds pairs such as 120/80: if they are a cuff's, add --columns "
            f"'nibp_sys={name},nibp_dia={name}'"
        )
    if scaled is not None:
        values = scaled.to_own(values)
        tally.notes.append(f"{signal}: column {name!r} converted to {SIGNALS[signal].unit}")
    return Column(name=name, values=values, said=said)


def _known(text: str, signal: Signal, declared: Unit | None) -> bool:
    found = unit(text)
    if found is None or not fits(found, signal):
        return False
    return found.own if declared is None else found == declared


def side(cells: Sequence[str], part: int) -> list[str]:
    """One side of each `120/80`, `120/80 mmHg`, `120/80 (93)` or `120/80/93`; a cell without a slash stays."""
    found = []
    for cell in cells:
        # The mean behind the pair is no part of it, nor is a marker of its absence.
        both = _MEAN.sub(r"\1", cell).split("/")
        found.append(both[part] if 1 < len(both) < 4 and both[0].strip() else cell)
    return found
