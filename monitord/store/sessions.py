"""Which session a row belongs to: follows admit, move, discharge and void as the engine answered.

Pure. This labels rows for export, audit and retention; what a session is, the engine decides.
"""

from dataclasses import dataclass, replace

from monitord.model import Admit, Answered, Arrived, Discharge, Instant, Move, StaffAction, Void
from monitord.store.journal.entry import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSession:
    """One row of `sessions`: open while `ended_by`, the id of the action, is None.

    `bed` is where the patient is; `arrived_seq` the event with which the patient came there from
    another bed, None where it is the bed of the admission.
    """

    session: str
    bed: str | None
    admitted_by: str
    admitted_at: Instant
    first_seq: int
    ended_by: str | None = None
    ended_at: Instant | None = None
    last_seq: int | None = None
    arrived_seq: int | None = None

    @property
    def open(self) -> bool:
        return self.ended_by is None

    @property
    def here_since(self) -> int:
        """The first event of the session on its present bed."""
        return self.first_seq if self.arrived_seq is None else self.arrived_seq


Sessions = dict[str | None, StoredSession]
"""The latest session of each bed, open or ended."""


def accepted(action: StaffAction, entry: Entry) -> bool:
    """Whether the engine did what was asked: an action that it refused changes no session."""
    return not any(
        isinstance(effect, Answered) and effect.action == action.id and effect.refused is not None
        for effect in entry.effects
    )


def follow(sessions: Sessions, entry: Entry, seq: int) -> StoredSession | None:
    """The bed's latest session after `entry`, whose event got the number `seq`.

    None where it has none, or where its patient went to another bed.
    """
    latest = sessions.get(entry.bed)
    if entry.event is None:
        return latest
    at, action = entry.event.at, entry.event.body
    match action:
        case Arrived(session=name):
            moved = next((each for each in sessions.values() if each.session == name), None)
            return replace(moved, bed=entry.bed, arrived_seq=seq) if moved else latest
        case Move() if latest and latest.open and accepted(action, entry):
            return None
        case Admit() if accepted(action, entry):
            return StoredSession(
                session=action.session,
                bed=entry.bed,
                admitted_by=action.id,
                admitted_at=at,
                first_seq=seq,
            )
        case Discharge() if latest and latest.open and accepted(action, entry):
            return replace(latest, ended_by=action.id, ended_at=at, last_seq=seq)
        case Void(action=voided) if latest and accepted(action, entry):
            if voided == latest.ended_by:
                return replace(latest, ended_by=None, ended_at=None, last_seq=None)
            if voided == latest.admitted_by and latest.open:
                return replace(latest, ended_by=action.id, ended_at=at, last_seq=seq)
        case _:
            pass
    return latest


def label(before: StoredSession | None, after: StoredSession | None) -> str | None:
    """The session of an entry's rows: the one that was open when it began, or that it opened."""
    for session in (after, before):
        if session is not None and session.open:
            return session.session
    return None
