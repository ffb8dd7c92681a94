"""Clinicians' verdicts on alarms, as the page of a diff saves them, read back by a back-test. Pure but for the file.

session,alarm,at,verdict
night7,spo2_low,2026-01-05T10:20:23.000000Z,needed
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from monitord.errors import RecordingError
from monitord.model import MINUTE, SECOND, Instant, Span, from_iso
from monitord.model.outside_text import from_cell
from monitord.replay.backtest.assess import Assessed
from monitord.replay.recordings.text_file import read_text

NEAR: Final[Span] = 2 * MINUTE
"""An alarm of the same rule that holds within this of the verdict's time is the one that was judged."""

_COLUMNS: Final = ["session", "alarm", "at", "verdict"]


@dataclass(slots=True)
class Verdicts:
    """How many judged alarms a protocol tells of, by verdict."""

    judged: dict[tuple[str, str], list[tuple[Instant, str]]] = field(default_factory=dict)
    told: Counter[str] = field(default_factory=Counter)
    silent: Counter[str] = field(default_factory=Counter)

    def add(self, found: Iterable[Assessed]) -> None:
        """Sessions as they are assessed."""
        for session in found:
            for (name, alarm), verdicts in self.judged.items():
                if name != session.session:
                    continue
                spans = [
                    (each.at - NEAR, each.at + each.lasted_s * SECOND + NEAR)
                    for each in session.alarms
                    if each.alarm == alarm
                ]
                for at, verdict in verdicts:
                    there = any(first <= at <= last for first, last in spans)
                    (self.told if there else self.silent)[verdict] += 1

    def rows(self) -> list[dict[str, Any]]:
        """One row a verdict."""
        return [
            {"verdict": verdict, "told": self.told[verdict], "not told": self.silent[verdict]}
            for verdict in sorted({*self.told, *self.silent})
        ]


def read_verdicts(path: Path) -> Verdicts:
    """The file; RecordingError names every line that cannot be used."""
    rows = csv.DictReader(io.StringIO(read_text(path), newline=""))
    if rows.fieldnames != _COLUMNS:
        raise RecordingError(f"{path}: the columns are {','.join(_COLUMNS)}")
    found, faults = Verdicts(), []
    for row in rows:
        try:
            at = from_iso(row["at"])
        except (ValueError, TypeError):
            faults.append(f"{path}:{rows.line_num}: {row['at']!r} is no time with a zone")
            continue
        key = (from_cell(row["session"]), row["alarm"])
        found.judged.setdefault(key, []).append((at, row["verdict"]))
    if faults:
        raise RecordingError("\n".join(faults))
    return found
