"""The two sides of a comparison, each as it is drawn: a recording under a protocol, or the lines of a result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol as Shape

from monitord.engine.protocol.protocol import Protocol
from monitord.model import AlarmLine, Instant, Span, from_iso
from monitord.replay.recordings.events_csv import Marks
from monitord.replay.recordings.folder import open_each
from monitord.replay.recordings.recording import Recording
from monitord.replay.run.limits_in_force import WatchedReplay
from monitord.replay.run.recording_session import RecordingSession, open_session
from monitord.replay.run.result import read_result
from monitord.replay.run.strips_data import Drawn, drawn_session


class Side(Shape):
    """One side of one session."""

    def drawn(self) -> Drawn:
        """What stands in its strips."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """How recordings are read, and the phase in which they are where no events file stands beside them."""

    phase: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedSide:
    """A recording of a file under a protocol; its clock is `later` than the other side's."""

    path: Path
    patient: str
    protocol: Protocol
    asked: Placing
    marks: Marks | None = None
    start: Instant | None = None
    end: Instant | None = None
    later: Span = 0

    def recording(self) -> Recording:
        """Its numbers alone."""
        opened = open_each(self.path, self.asked.columns)
        return next(each for each, _ in opened if each.patient == self.patient)

    def session(self, recording: Recording) -> RecordingSession:
        """What an engine is given."""
        return open_session(
            recording,
            self.protocol,
            phase=self.asked.phase,
            marks=self.marks,
            start=self.start,
            end=self.end,
        )

    def drawn(self) -> Drawn:
        session = self.session(self.recording())
        watched = WatchedReplay(session=session)
        told = list(watched.lines())
        return drawn_session(session, told, watched.in_force, self.later)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultSide:
    """One session of a result: its lines say nothing of readings and limits."""

    path: Path
    session: str

    def drawn(self) -> Drawn:
        result = read_result(self.path)
        lines = [line for line in result.lines if session_of(line) == self.session]
        bounds = [from_iso(text) for text in map(result.header.get, ("from", "to")) if text]
        bounds += [line.at for line in lines]
        return Drawn(start=min(bounds), end=max(bounds), recording=None, told=lines)


def session_of(line: AlarmLine) -> str:
    """What a line's session is called; a bed without one counts as one."""
    return line.session or f"bed {line.bed}"
