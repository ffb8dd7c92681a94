"""An engine's state as text, so that a restart folds minutes instead of a session."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

import structlog
from sqlalchemy import Connection, Table, delete, insert, select

from monitord.store.database.database import Database
from monitord.store.database.schema import carried, snapshots

_log = structlog.get_logger()

_SEAL = "#"

CARRIED_SINCE = "0005"
"""The migration since which a journal can go on from another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The state after event `seq` and the effect number `n` of this bed; `text` is opaque JSON."""

    bed: str | None
    seq: int
    n: int
    code_version: str
    text: str


def sealed(snapshot: Snapshot) -> dict[str, Any]:
    """Its row; the digest of the text stands behind the code's mark, so that an edited state is not run."""
    mark = f"{snapshot.code_version}{_SEAL}{_digest(snapshot.text)}"
    return asdict(snapshot) | {"bed": snapshot.bed or "", "code_version": mark}


def opened(row: Mapping[str, Any]) -> Snapshot | None:
    """The inverse; None where the text is not the one that was written."""
    version, _, digest = row["code_version"].partition(_SEAL)
    if not digest:
        return None  # of a version before 0.2, whose states are folded anew
    if digest != _digest(row["text"]):
        _log.error("snapshot_changed", bed=row["bed"], seq=row["seq"])
        return None
    return Snapshot(**{**row, "bed": row["bed"] or None, "code_version": version})


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def replace_row(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Puts the row of a snapshot in the place of the bed's earlier one."""
    connection.execute(delete(table).where(table.c.bed == row["bed"]))
    connection.execute(insert(table).values(row))


class Snapshots:
    """Reads the newest snapshot of each bed; `Journal` writes it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, bed: str | None, *, code_version: str) -> Snapshot | None:
        """None where there is none, or where other code wrote it: then the events are folded."""
        found = self._load(snapshots, bed)
        return found if found is not None and found.code_version == code_version else None

    def carried(self, bed: str | None) -> Snapshot | None:
        """The state with which this journal goes on where another one ended, by whatever code."""
        if self._database.revision < CARRIED_SINCE:
            return None
        return self._load(carried, bed)

    def _load(self, table: Table, bed: str | None) -> Snapshot | None:
        query = select(table).where(table.c.bed == (bed or ""))
        with self._database.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return opened(dict(row)) if row else None
