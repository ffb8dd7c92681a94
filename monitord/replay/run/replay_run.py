"""One recording through one engine on a virtual clock: alarm lines, the same each time.

An engine has no clock, so a recording passes as fast as it is read; nobody is ever notified.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Final

from monitord import __version__
from monitord.engine.engine import Engine
from monitord.engine.protocol.protocol import Protocol
from monitord.errors import ConfigError, RecordingError
from monitord.model import (
    SECOND,
    AlarmLine,
    Effect,
    Instant,
    from_datetime,
    iso,
    parse_span,
)
from monitord.replay.recordings.events_csv import Marks, read_events
from monitord.replay.recordings.export_file import is_export
from monitord.replay.recordings.open_recordings import open_recording
from monitord.replay.run.export_run import replay_export
from monitord.replay.run.journal_run import Beat, Window, is_journal, replay_journal
from monitord.replay.run.options import NOTHING, ReplayOptions
from monitord.replay.run.recording_session import BED, RecordingSession, open_session
from monitord.replay.run.result import Result
from monitord.store.line_json import SCHEMA

NOTE: Final = "REPLAY of a recording: no patient is behind these lines and nobody was notified"


def replay_file(
    place: str,
    protocol: Protocol | None = None,
    asked: ReplayOptions = NOTHING,
    *,
    beat: Beat = lambda _: None,
) -> Result:
    """Replays a journal or a foreign recording; the lines come as they are asked for.

    RecordingError or ConfigError says what cannot be used.
    """
    exported = is_export(Path(place)) and not asked.placed
    if exported or is_journal(place):
        if asked.placed:
            msg = "a journal has its own phases and intervals: leave out --phase, --events, --interval"
            raise RecordingError(msg)
        window = Window(
            start=moment(asked.start, None, asked.tz), end=moment(asked.end, None, asked.tz)
        )
        run = replay_export if exported else replay_journal
        return run(place, protocol, window=window, beat=beat)
    session = foreign_session(place, protocol, asked)
    return Result(header=header(session), lines=replay(session, beat))


def foreign_session(
    place: str, protocol: Protocol | None, asked: ReplayOptions = NOTHING
) -> RecordingSession:
    """The session of a foreign recording; see `replay_file`."""
    if protocol is None:
        raise RecordingError(f"{place}: only a journal has a protocol of its own: name one with -p")
    tz, events = asked.tz, asked.events
    recording = open_recording(place, tz=tz, columns=asked.columns, patient=asked.patient)
    return open_session(
        recording,
        protocol,
        phase=asked.phase,
        marks=_marks(events, recording.start, tz),
        interval=asked.interval,
        start=moment(asked.start, recording.start, tz),
        end=moment(asked.end, recording.start, tz),
    )


def _marks(events: Path | None, start: Instant | None, tz: tzinfo | None) -> Marks | None:
    """The events file: a file of ours, whose faults are those of a setting."""
    try:
        return read_events(events, start=start, tz=tz) if events else None
    except RecordingError as error:
        raise ConfigError(str(error).splitlines()) from error


def moment(text: str | None, first: Instant | None, tz: tzinfo | None) -> Instant | None:
    """`+90min` from the first frame, or a date and time; None where nothing is asked."""
    if text is None:
        return None
    try:
        if text.startswith("+") and first is not None:
            return Instant(first + parse_span(text[1:]))
        clock = datetime.fromisoformat(text)
        return from_datetime(clock if clock.tzinfo else clock.replace(tzinfo=tz or UTC))
    except ValueError as exc:
        msg = f"{text!r} is no date and time, such as 2026-01-05T10:40:00Z, nor + and a duration"
        raise ConfigError([msg]) from exc


def replay(session: RecordingSession, beat: Beat = lambda _: None) -> Iterator[AlarmLine]:
    """The alarm lines of one session, named after the protocol as it was written."""
    engine, identity = Engine(BED), session.identity
    for event in session.events():
        beat(event.at)
        yield from lines_of(engine.step(event), identity)
    yield from lines_of(engine.advance(Instant(session.end + 1)), identity)


def lines_of(effects: list[Effect], identity: str) -> Iterator[AlarmLine]:
    """The alarm lines among what an engine decided."""
    for effect in effects:
        if isinstance(effect, AlarmLine):
            yield replace(effect, protocol=identity)


def header(session: RecordingSession) -> dict[str, Any]:
    """The first line of a result: what was replayed, how it was read, what was not assessed."""
    recording = session.recording
    return {
        "schema": SCHEMA,
        "replay": True,
        "note": NOTE,
        "version": __version__,
        "protocol": session.identity,
        "recording": recording.source.removeprefix("recording:"),
        "patient": recording.patient,
        "session": session.admit.session,
        "simulated": recording.simulated,
        "from": iso(session.start),
        "to": iso(session.end),
        "hours": round((session.end - session.start) / (3600 * SECOND), 6),
        "fresh_s": {str(signal): fresh / SECOND for signal, fresh in sorted(session.fresh.items())},
        "not_assessed": list(session.not_assessed),
        "adapted": list(session.adapted),
        "report": recording.describe(),
    }
