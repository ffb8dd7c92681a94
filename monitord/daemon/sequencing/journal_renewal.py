"""A fresh file in the place of a record that was damaged while the daemon ran."""

from collections.abc import Sequence
from datetime import UTC, datetime

import structlog

from monitord.daemon.sequencing.recovery_copy_writer import EngineStates, RecoveryCopyWriter
from monitord.errors import StoreError
from monitord.model import SECOND, Cause, Fault, Instant
from monitord.store.database.set_aside import aside_name
from monitord.store.journal.entry import Entry
from monitord.store.journal.journal import Append, Journal

_log = structlog.get_logger()

SUBJECT = "record"
"""Of the fault that says where an earlier part of the record is; that of writing is `journal`."""


class Renewal:
    """Begins the fresh file; called in the writer's thread."""

    def __init__(self, journal: Journal, copies: RecoveryCopyWriter) -> None:
        self._journal = journal
        self._copies = copies

    def begin_anew(
        self, entries: Sequence[Entry], standing: EngineStates, append: Append
    ) -> tuple[list[int], str]:
        """Writes what waits into the fresh file; the seqs, and the name of the file that was set aside.

        StoreError where it cannot be begun: then the old one is still in its place.
        """
        file = self._journal.database.file
        if file is None:
            raise StoreError("a database server looks after its own files")
        aside = aside_name(file, standing.at)
        carried = self._copies.carried(standing)
        try:
            seqs = self._journal.begin_anew(carried, entries, append, aside)
        except OSError as error:
            raise StoreError(f"no fresh record can be begun: {error}") from error
        _log.error("record_set_aside", file=aside.name)
        return seqs, aside.name


def damaged_before(at: Instant, detail: str, kept: str) -> Fault:
    """What staff are told: up to when the record is elsewhere, and why."""
    says = f"the record before {local_time(at)} is damaged, and kept as {kept}: {detail}"
    return Fault(cause=Cause.JOURNAL, subject=SUBJECT, present=True, detail=says[:300])


def local_time(at: Instant) -> str:
    """The hour and minute on this machine's wall."""
    return datetime.fromtimestamp(at / SECOND, UTC).astimezone().strftime("%H:%M")
