"""A recording, and what its replay found, as the record that the writers of other programs' formats take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from monitord.errors import NothingAssessedError, RecordingError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitord.model import Effect, Event, Instant
    from monitord.record.record import Record
    from monitord.replay.recordings.recording import Recording
    from monitord.replay.run.recording_session import RecordingSession

FORMS: Final = ("csv", "parquet", "wfdb", "edf", "vital")
"""Files for those who analyse. The others are for those who treat: nobody may take a replay for a session there."""


def check_form(form: str) -> None:
    """RecordingError for a form in which no replay is written."""
    if form not in FORMS:
        why = f"a recording or a replay is written as {', '.join(FORMS[:-1])} or {FORMS[-1]}, not as {form!r}"
        raise RecordingError(f"{why}: other forms are for sessions, which nobody may take it for")


def record_of_recording(recording: Recording) -> Record:
    """Its readings alone; NothingAssessedError where there is none."""
    from monitord.replay.run.recording_session import BED

    if recording.start is None or recording.end is None:
        raise NothingAssessedError(recording.nothing_read())
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", recording.patient) or "recording"
    said = f"RECORDING {recording.path.name}, read by monitord"
    heard = recording.events(BED)
    return _record(name, recording.start, recording.end, heard, (), said=said)


def record_of_replay(session: RecordingSession) -> Record:
    """The readings of the part that was replayed, what its events file says of staff, and the alarms."""
    from monitord.engine.engine import Engine
    from monitord.model import Answered, Instant
    from monitord.replay.run.recording_session import BED
    from monitord.replay.run.replay_run import lines_of

    engine, opening = Engine(BED), len(list(session.opening()))
    heard: list[Event] = []
    decided: list[Effect] = []
    for n, event in enumerate(session.events()):
        decided += engine.step(event)
        if n >= opening:
            heard.append(event)
    decided += engine.advance(Instant(session.end + 1))
    told: list[Effect] = [
        *lines_of(decided, session.identity),
        *(e for e in decided if isinstance(e, Answered)),
    ]
    name = session.recording.path.name
    said = f"REPLAY of {name} under {session.identity}: nobody was told of these alarms"
    return _record(
        session.admit.session,
        session.start,
        session.end,
        heard,
        told,
        said=said,
        protocol=session.identity,
    )


def _record(
    name: str,
    start: Instant,
    end: Instant,
    events: Iterable[Event],
    effects: Iterable[Effect],
    *,
    said: str,
    protocol: str = "",
) -> Record:
    from monitord.model import AlarmLine
    from monitord.record.record import Record
    from monitord.replay.run.recording_session import BED, SUITE
    from monitord.store.journal.journal import StoredEffect
    from monitord.store.sessions import StoredSession

    return Record(
        session=StoredSession(
            session=name, bed=BED, admitted_by="replay", admitted_at=start, first_seq=1
        ),
        suite=SUITE,
        end=end,
        before=(),
        events=tuple(enumerate(events, start=1)),
        effects=tuple(
            StoredEffect(
                id=n,
                after_seq=0,
                at=each.at if isinstance(each, AlarmLine) else end,
                bed=BED,
                n=n,
                session=name,
                effect=each,
            )
            for n, each in enumerate(effects, start=1)
        ),
        state=None,
        protocol=protocol,
        gate=(),
        discharge=(),
        coverage=(),
        no_session=said,
    )
