"""MIMIC-IV's numerics, `NUMBERn.csv.gz`: their time is a counter, which the WFDB header beside them explains."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from monitord.errors import RecordingError
from monitord.replay.recordings.extras import load

_NAME: Final = re.compile(r"(\d+)n\.csv(?:\.gz)?")
_LONGEST: Final = 1e10
"""Seconds: no recording is this long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """Ticks a second, and where the recording begins, at tick `first`."""

    hz: float
    first: float
    start: datetime

    def texts(self, cells: Sequence[str]) -> list[str]:
        """Each cell as a date and time without zone; what is no count stays as it is."""
        found = []
        for cell in cells:
            try:
                seconds = (float(cell) - self.first) / self.hz
            except ValueError:
                seconds = _LONGEST
            inside = abs(seconds) < _LONGEST
            found.append((self.start + timedelta(seconds=seconds)).isoformat() if inside else cell)
        return found


def counter_beside(path: Path) -> Counter | None:
    """The counter of a file of numerics; None for any other file.

    RecordingError where the header beside it cannot be read or does not tell the counter's rate.
    """
    named = _NAME.fullmatch(path.name)
    if named is None or not path.with_name(f"{named[1]}.hea").exists():
        return None
    place = path.with_name(named[1])
    wfdb = load("wfdb", "wfdb", path)
    try:
        header = wfdb.rdheader(str(place))
        hz, first = float(header.counter_freq or 0), float(header.base_counter or 0)
        start = datetime.combine(header.base_date, header.base_time)
    except Exception as exc:  # the library raises what its parts raise, of any kind
        raise RecordingError(f"{path}: its header {place}.hea is not readable: {exc}") from exc
    if not hz > 0:
        raise RecordingError(f"{path}: its header {place}.hea has no counter frequency")
    return Counter(hz=hz, first=first, start=start)
