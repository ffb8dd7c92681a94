"""The record of a session as files that other programs read."""

from __future__ import annotations

from pathlib import Path


def export(
    session: str,
    file: str | Path,
    form: str,
    *,
    database: str | Path,
    confidential: bool = False,
) -> tuple[Path, ...]:
    """Writes the session of that name, or the latest one of a bed, as `monitord export` does, and gives the files made.

    `form` is one of the forms of docs/recordings.md: "csv", "parquet", "wfdb", "edf", "vital", "fhir", ... `database` is
    the journal, which is only read. RecordingError for another form, or where there is no such session.
    """
    from monitord.record.export_forms import export as write
    from monitord.record.record import read_record
    from monitord.store.journal.journal import Journal

    with Journal.open(str(database), read_only=True) as journal:
        record = read_record(journal, session)
    return tuple(write(record, form, Path(file), confidential=confidential))
