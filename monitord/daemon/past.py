"""What the station asks of the journal beside the daemon's work: read in a thread, faults in the log."""

import structlog

from monitord.errors import StoreError
from monitord.model import AlarmLine, Frame, Instant
from monitord.station.host import Told
from monitord.store.journal import Journal

_log = structlog.get_logger()

LINES_AT_MOST = 1000


def lines_after(journal: Journal, after: int) -> list[Told]:
    """The alarm lines told after this seq, the newest thousand; none where the journal fails."""
    try:
        rows = journal.newest_lines(after_seq=after, limit=LINES_AT_MOST)
    except StoreError as error:
        # The page goes on with what is told from now on.
        _log.error("lines_not_read", detail=str(error))
        return []
    return [
        Told(seq=row.after_seq, line=row.effect)
        for row in rows
        if isinstance(row.effect, AlarmLine)
    ]


def frames_of(journal: Journal, session: str) -> list[tuple[Instant, Frame]]:
    """The frames of a session at whatever bed, oldest first; none where the journal fails."""
    try:
        events = journal.events(session=session, types=("frame",))
        return [(event.at, event.body) for _, event in events if isinstance(event.body, Frame)]
    except StoreError as error:
        _log.error("readings_not_read", session=session, detail=str(error))
        return []
