"""A record for the daemon to start on, whatever became of the last one: a start never waits for a journal.

| found | then |
| --- | --- |
| it opens, and holds what the copy knows | it goes on |
| it opens, and the copy knows of more: emptied, replaced, an older one, or the last run wrote elsewhere | it goes on with what the copy holds |
| damaged, no journal, or one of a newer version | set aside under its time; a fresh one goes on with the copy and what can be read behind it |
| cannot be reached: server away, locked, no space, folder read-only | left where it is; one elsewhere goes on with the copy |
| another monitord has it open | refused: that one watches |
"""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from monitord.config.database_place import (
    copy_folders,
    kept_folder,
    place_of,
    runtime_folder,
)
from monitord.daemon.sequencing.clock import wall_time
from monitord.daemon.sequencing.journal_renewal import SUBJECT, damaged_before, local_time
from monitord.errors import StoreError
from monitord.model import Cause, Fault, Instant
from monitord.store.database.file_watch import integrity
from monitord.store.database.set_aside import aside_name, set_aside
from monitord.store.journal.journal import Journal
from monitord.store.recovery_copy import RecoveryCopy, newest_copy
from monitord.store.salvage import salvage
from monitord.store.sqlite_backup import identity_of

_log = structlog.get_logger()

CHECKED_AT_MOST = 64 << 20
# Bytes that SQLite checks in half a second on a slow disk; of a larger file the pages are looked at while it runs.
EMERGENCY = "emergency.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedRecord:
    """The journal, and what must be told about it."""

    journal: Journal
    faults: tuple[Fault, ...] = ()


def open_record(database: str) -> OpenedRecord:
    """The journal of the suite file's database, or what goes on in its place.

    StoreError where another monitord has it open, or where nothing can be written anywhere.
    """
    copy = newest_copy(copy_folders(database), place_of(database))
    if copy is not None:
        copy = _with_what_was_written_elsewhere(database, copy)
    try:
        journal = _readable(database)
    except StoreError as error:
        if error.held:
            raise
        _log.error("record_not_opened", detail=str(error), damaged=error.damaged)
        if error.damaged and "://" not in place_of(database):
            try:
                return _anew(Path(place_of(database)), str(error), copy)
            except (StoreError, OSError) as also:
                _log.error("record_not_set_aside", detail=str(also))
        return _elsewhere(database, str(error), copy)
    return _going_on(journal, copy)


def _readable(database: str) -> Journal:
    """Opened, and read through as far as a start needs it."""
    journal = Journal.open(database)
    try:
        file = journal.database.file
        small = file is not None and file.stat().st_size <= CHECKED_AT_MOST
        if file is not None and small and (found := integrity(file)) is not None:
            raise StoreError(f"{file.name} is damaged: {found}", damaged=True)
        journal.read_through()
    except BaseException:
        journal.close()
        raise
    return journal


def _anew(path: Path, why: str, copy: RecoveryCopy | None) -> OpenedRecord:
    aside = aside_name(path, wall_time())
    set_aside(path, aside)
    carried = salvage(aside, copy)
    journal = _taking_over(path, carried)
    _log.error("record_set_aside", file=aside.name, sessions=len(carried.open_sessions))
    fault = damaged_before(carried.at or wall_time(), why, aside.name)
    return OpenedRecord(journal=journal, faults=(fault,))


def _going_on(journal: Journal, copy: RecoveryCopy | None) -> OpenedRecord:
    """On a journal that opens: where the copy knows of more, that is not passed over in silence."""
    if copy is None or not journal.is_behind(copy):
        return OpenedRecord(journal=journal)
    newest = journal.last_instant()
    journal.take_over(copy)
    since = "" if newest is None else f" after {local_time(newest)}"
    says = (
        f"what was recorded{since} until {local_time(copy.at)} is not in it; "
        f"{len(copy.open_sessions)} open sessions go on from a copy"
    )
    _log.error("record_behind", detail=says)
    return OpenedRecord(journal=journal, faults=(_fault(says),))


def _elsewhere(database: str, why: str, copy: RecoveryCopy | None) -> OpenedRecord:
    if "://" not in place_of(database):
        copy = salvage(Path(place_of(database)), copy)
    for path in _emergency_places(database):
        if not _is_ours(path.parent):
            continue
        try:
            journal = Journal.open(path)
        except StoreError as error:
            _log.error("emergency_record_not_opened", detail=str(error))
            continue
        opened = _going_on(journal, copy)
        says = f"it is written to {path} until the next start: {why}"
        _log.error("record_elsewhere", file=str(path), detail=why)
        return OpenedRecord(journal=opened.journal, faults=(_fault(says),))
    raise StoreError(why)


def _with_what_was_written_elsewhere(database: str, copy: RecoveryCopy) -> RecoveryCopy:
    """Where the last run wrote to another file, the copy is at most 30 s behind that: what it lacks is read there."""
    for path in _emergency_places(database):
        if _is_ours(path.parent) and path.is_file() and identity_of(path) == copy.identity:
            return salvage(path, copy)
    return copy


def _emergency_places(database: str) -> Iterator[Path]:
    """The kept folder, that in memory, and what every machine has."""
    yield kept_folder(database) / EMERGENCY
    if (runtime := runtime_folder()) is not None:
        yield runtime / EMERGENCY
    yield Path(tempfile.gettempdir()) / f"monitord-{os.getuid()}" / EMERGENCY


def _is_ours(folder: Path) -> bool:
    """Not what somebody else put into a folder that everybody may write to."""
    try:
        return folder.stat().st_uid == os.getuid()
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _taking_over(path: Path, carried: RecoveryCopy) -> Journal:
    journal = Journal.open(path)
    try:
        journal.take_over(replace(carried, at=carried.at or Instant(0)))
    except BaseException:
        journal.close()
        raise
    return journal


def _fault(says: str) -> Fault:
    return Fault(cause=Cause.JOURNAL, subject=SUBJECT, present=True, detail=says[:300])
