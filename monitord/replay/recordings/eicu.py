"""eICU vital tables (vitalAperiodic, vitalPeriodic): many stays in one CSV, minutes from admission.

Each stay is a recording of its own. The tables have no dates, and a minute is as fine as they tell:
two different readings of one minute both stay, in the file's order.
"""

from collections.abc import Iterator
from dataclasses import replace

from monitord.replay.recordings import csv_file
from monitord.replay.recordings.recording import Recording, Request


def read(request: Request) -> Iterator[Recording]:
    """One recording a stay, in the order of their first rows."""
    columns = {
        "patient": "patientunitstayid",
        "time_min": "observationoffset",
        **request.columns,
    }
    return csv_file.read(replace(request, columns=columns), reader="eICU")
