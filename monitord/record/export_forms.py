"""A record in the form that is asked for.

JSON lines and the report are the record itself. The other forms are read elsewhere: what came of a form is in them
only where that is asked for.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from monitord.errors import RecordingError
from monitord.record.edf_record import write_edf
from monitord.record.fhir import bundle
from monitord.record.hl7_record import hl7_batch
from monitord.record.json_lines import json_lines
from monitord.record.pdf import write_pdf
from monitord.record.public_record import public_record
from monitord.record.record import Record
from monitord.record.record_table import as_csv, write_csv, write_parquet
from monitord.record.session_report import report
from monitord.record.vital_record import write_vital
from monitord.record.wfdb_record import write_wfdb

TEXTS: Final[dict[str, Callable[[Record], str]]] = {
    "json": lambda record: "".join(f"{line}\n" for line in json_lines(record)),
    "csv": as_csv,
    "fhir": lambda record: json.dumps(bundle(record), ensure_ascii=False) + "\n",
    "hl7": hl7_batch,
    "html": report,
}
"""The forms that are one text."""

_FILES: Final[dict[str, Callable[[Record, Path], list[Path]]]] = {
    "csv": write_csv,
    "parquet": write_parquet,
    "wfdb": write_wfdb,
    "edf": write_edf,
    "vital": write_vital,
    "pdf": lambda record, path: write_pdf(report(record), path),
}
WHOLE: Final = frozenset({"json", "html", "pdf"})
"""The forms that hold all of a record, always."""
FORMATS: Final = ("json", "csv", "parquet", "wfdb", "edf", "vital", "fhir", "hl7", "html", "pdf")


def as_given(record: Record, form: str, *, confidential: bool = False) -> Record:
    """The record as this form may have it."""
    return record if confidential or form in WHOLE else public_record(record)


def export(record: Record, form: str, path: Path, *, confidential: bool = False) -> list[Path]:
    """Writes the record; the files that it made, mode 0600. RecordingError where that cannot be."""
    if form not in FORMATS:
        raise RecordingError(f"{form!r} is none of {', '.join(FORMATS)}")
    record = as_given(record, form, confidential=confidential)
    before = os.umask(0o077)
    # What is made is for its owner alone from its first byte on, whatever writes it.
    try:
        if form in _FILES:
            made = _FILES[form](record, path)
        else:
            path.write_text(TEXTS[form](record), encoding="utf-8", newline="")
            made = [path]
        for each in made:
            if each.is_file():  # not of a terminal or a pipe
                each.chmod(0o600)
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror or error}") from error
    finally:
        os.umask(before)
    return made
