"""Which session a row belongs to: follows admit, discharge and void as the engine answered them.

Pure. This labels rows for export, audit and retention; what a session is, the engine decides.
"""

from dataclasses import dataclass, replace

from monitord.model import Admit, Answered, Discharge, Instant, StaffAction, Void
from monitord.store.entry import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One row of `sessions`: open while `ended_by`, the id of the action, is None."""

    session: str
    bed: str | None
    admitted_by: str
    admitted_at: Instant
    first_seq: int
    ended_by: str | None = None
    ended_at: Instant | None = None
    last_seq: int | None = None

    @property
    def open(self) -> bool:
        return self.ended_by is None


Sessions = dict[str | None, Session]
"""The latest session of each bed, open or ended."""


def accepted(action: StaffAction, entry: Entry) -> bool:
    """Whether the engine did what was asked: an action that it refused changes no session."""
    return not any(
        isinstance(effect, Answered) and effect.action == action.id and effect.refused is not None
        for effect in entry.effects
    )


def follow(latest: Session | None, entry: Entry, seq: int) -> Session | None:
    """The bed's latest session after `entry`, whose event got the number `seq`."""
    if entry.event is None:
        return latest
    at, action = entry.event.at, entry.event.body
    match action:
        case Admit() if accepted(action, entry):
            return Session(
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


def label(before: Session | None, after: Session | None) -> str | None:
    """The session of an entry's rows: the one that was open when it began, or that it opened."""
    for session in (after, before):
        if session is not None and session.open:
            return session.session
    return None
