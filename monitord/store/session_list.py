"""The sessions of the record, by day, bed and pseudonym: what somebody looks for after a discharge."""

from dataclasses import dataclass

from monitord.model import Instant
from monitord.store.journal.journal import Journal
from monitord.store.past_sessions import admissions

LISTED_AT_MOST = 200
"""The latest ones; twelve chairs have some thirty a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSession:
    """One session; `ended_at` is None while it is open, `bed` the one where it ended or is."""

    session: str
    bed: str
    pseudonym: str
    protocol: str
    admitted_at: Instant
    ended_at: Instant | None


def list_sessions(
    journal: Journal,
    *,
    bed: str = "",
    pseudonym: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
) -> tuple[ListedSession, ...]:
    """The latest first; of those that lasted at some time from `since` until before `until`.

    A pseudonym is found by a part of it, however it is written. StoreError where it cannot be read.
    """
    part = pseudonym.strip().casefold()
    found = [
        ListedSession(
            session=stored.session,
            bed=stored.bed or "",
            pseudonym=admitted.pseudonym,
            protocol=admitted.protocol,
            admitted_at=stored.admitted_at,
            ended_at=stored.ended_at,
        )
        for stored, admitted in admissions(journal)
        if (not bed or stored.bed == bed)
        and part in admitted.pseudonym.casefold()
        and (until is None or stored.admitted_at < until)
        and (since is None or stored.ended_at is None or stored.ended_at >= since)
    ]
    return tuple(reversed(found[-LISTED_AT_MOST:]))
