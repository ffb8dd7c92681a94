"""An engine's state as text, so that a restart folds minutes instead of a session."""

from dataclasses import asdict, dataclass

from sqlalchemy import delete, insert, select

from monitord.store.database import Database
from monitord.store.schema import snapshots


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The state after event `seq` and the effect number `n` of this bed; `text` is opaque JSON."""

    bed: str | None
    seq: int
    n: int
    code_version: str
    text: str


class Snapshots:
    """The newest snapshot of each bed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, snapshot: Snapshot) -> None:
        """A loss of power may undo it: then a restart folds from the one before."""
        row = asdict(snapshot) | {"bed": snapshot.bed or ""}
        with self._database.write(durable=False) as connection:
            connection.execute(delete(snapshots).where(snapshots.c.bed == row["bed"]))
            connection.execute(insert(snapshots).values(row))

    def load(self, bed: str | None, *, code_version: str) -> Snapshot | None:
        """None where there is none, or where other code wrote it: then the events are folded."""
        query = select(snapshots).where(
            snapshots.c.bed == (bed or ""), snapshots.c.code_version == code_version
        )
        with self._database.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return Snapshot(**{**row, "bed": bed}) if row else None
