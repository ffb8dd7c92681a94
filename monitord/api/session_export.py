"""A session, a recording or a replay as files that other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from monitord.api.read_recording import Recording
from monitord.api.replayed_result import Result

if TYPE_CHECKING:
    from monitord.record.record import Record


def export(
    what: Recording | Result | str,
    file: str | Path,
    form: str,
    *,
    database: str | Path | None = None,
    confidential: bool = False,
) -> tuple[Path, ...]:
    """Writes a recording, a replay with its alarms, or a session of a journal, and gives the files made.

    `form` is "csv", "parquet", "wfdb", "edf" or "vital", of a session also the others of docs/recordings.md. A session
    goes by its name, or by its bed, with the journal as `database`, which is only read; `confidential` is of sessions.
    RecordingError for another form, or where there is no such session.
    """
    from monitord.record.export_forms import export as write

    record = _of_journal(what, database) if isinstance(what, str) else _of_recording(what, form)
    return tuple(write(record, form, Path(file), confidential=confidential))


def _of_recording(what: Recording | Result, form: str) -> Record:
    from monitord.api.replayed_record import check_form, record_of_recording, record_of_replay

    check_form(form)
    if isinstance(what, Recording):
        return record_of_recording(what.read)
    return record_of_replay(
        what.of_recording("a session is exported by its name, with its journal as database=")
    )


def _of_journal(session: str, database: str | Path | None) -> Record:
    from monitord.record.record import read_record
    from monitord.store.journal.journal import Journal

    if database is None:
        why = f"{session!r} is taken for the name of a session: give its journal as database="
        raise TypeError(f"{why}; of a file, export md.read({session!r})")
    with Journal.open(str(database), read_only=True) as journal:
        return read_record(journal, session)
