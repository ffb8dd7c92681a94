"""A patient who left the bed for a while, as staff said: silence is expected. Pure.

Only silence and what is due are held, by name and until `until`; a reading that comes is judged
as ever. Good readings after a silence end it, and so does a phase in which nobody may leave.
"""

from monitord.engine.protocol.protocol import Protocol
from monitord.engine.readings.reading import Absence, Away, Reading
from monitord.engine.state import SessionState
from monitord.model import (
    MINUTE,
    SECOND,
    Instant,
    PatientAway,
    PatientBack,
    Sentence,
    Span,
    StaffAction,
    Void,
    say,
)
from monitord.model.frozen import replace

_GAP: Span = 10 * SECOND
# As long as a reading stays fresh (reference clinical section 5): before that no probe was off.


def refusal(action: PatientAway, protocol: Protocol, phase: str) -> Sentence | None:
    """Why nobody may leave now, or not for so long; None when somebody may."""
    terms = protocol.away
    if phase not in terms.phases:
        titles = {each.name: each.title for each in protocol.phases}
        return say("no.away_phase", phase=titles.get(phase) or phase)
    if not 0 < action.minutes * MINUTE <= terms.at_most:
        return say("no.away_long", minutes=terms.at_most // MINUTE)
    return None


def begins(action: PatientAway, at: Instant) -> Away:
    """From now on; a back-dated start shortens it."""
    since = action.happened_at or at
    return Away(
        action=action.id,
        reason=action.reason,
        by=action.by,
        since=since,
        until=Instant(since + action.minutes * MINUTE),
    )


def after(session: SessionState, action: StaffAction, at: Instant) -> SessionState:
    """Staff say that the patient leaves, is back, or never left."""
    if isinstance(action, PatientAway):
        return replace(session, away=begins(action, at))
    voided = isinstance(action, Void) and session.away and action.action == session.away.action
    if voided:
        return replace(session, away=None)
    return back(session, at) if isinstance(action, PatientBack) else session


def back(session: SessionState, at: Instant) -> SessionState:
    """The patient is here again; that they were away stays in the account of the session."""
    return replace(session, away=None, absences=absences(session, at))


def last_since(session: SessionState) -> Instant | None:
    """When the patient last left the bed; None where they never did."""
    if session.away is not None:
        return session.away.since
    return session.absences[-1].since if session.absences else None


def absences(session: SessionState | None, at: Instant) -> tuple[Absence, ...]:
    """Every time in which silence was expected, up to now."""
    if session is None:
        return ()
    away = session.away
    if away is None or at <= away.since:
        return session.absences
    now = Absence(reason=away.reason, since=away.since, until=min(at, away.until))
    return (*session.absences, now)


def noticed(
    session: SessionState, protocol: Protocol, before: Reading | None, now: Reading
) -> SessionState:
    """A reading of what is watched without a pause may say that the patient is back."""
    continuous = now.signal in protocol.continuous
    if session.away and continuous and is_back(before, now, session.away):
        return back(session, now.at)
    return session


def is_back(before: Reading | None, now: Reading, away: Away) -> bool:
    """Whether a good reading after a silence says that the patient is back."""
    if now.good_at != now.at or now.at <= away.since:
        return False
    last = before.good_at if before else None
    return last is None or now.at - last >= _GAP
