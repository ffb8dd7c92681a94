"""One recording through the bedside engine, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitord.api.data_table import (
    DataTable,
    as_html,
    aware,
    instant,
    row,
    span_of_interval,
)
from monitord.api.read_recording import Recording, read
from monitord.api.written_protocol import Protocol, protocol_of
from monitord.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from monitord.model import AlarmLine
    from monitord.replay.run.alarm_steps import Edge
    from monitord.replay.run.episodes import Episode
    from monitord.replay.run.recording_session import RecordingSession


@dataclass(frozen=True, kw_only=True, repr=False)
class Result:
    """What a replay gives. The engine runs when lines are asked for, once; they can be read as often as you like."""

    header: Mapping[str, Any]
    _source: Iterable[AlarmLine] = field(repr=False)
    _session: RecordingSession | None = field(repr=False)

    def __repr__(self) -> str:
        told = self.header
        under = told["protocol"] or "its own protocols"
        return f"Result({told['recording']} under {under}; {told['from']} to {told['to']})"

    def _repr_html_(self) -> str:
        """What a notebook shows: which replay, and its alarms."""
        return as_html(repr(self), self.alarms.rows)

    @cached_property
    def told(self) -> tuple[AlarmLine, ...]:
        """The alarm lines as monitord's own values."""
        return tuple(self._source)

    @cached_property
    def lines(self) -> DataTable:
        """Each event in the life of an alarm, a row each: the keys of the alarm line."""
        return DataTable(rows=tuple(map(row, self.told)))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.lines)

    @cached_property
    def alarms(self) -> DataTable:
        """Each alarm that staff would be told of, a row each: `session`, `alarm` (the rule), its worst `priority`,
        `start`, `end` (None: it held to the end) and `lasted_s`.
        """
        from monitord.model import SECOND, from_iso

        last = from_iso(self.header["to"])
        rows = [
            {
                "session": session,
                "alarm": each.alarm,
                "priority": each.peak.word,
                "start": aware(each.start),
                "end": aware(each.end),
                "lasted_s": each.lasted(last) / SECOND,
            }
            for session, found in self.episodes().items()
            for each in found
        ]
        return DataTable(rows=tuple(sorted(rows, key=lambda row: (row["start"], row["alarm"]))))

    def episodes(self) -> dict[str, list[Episode]]:
        """The alarms by session, as monitord's own values; a session without any is there too."""
        from monitord.replay.run.alarm_steps import edge_of
        from monitord.replay.run.episodes import episodes as episodes_of

        named = self.header.get("sessions") or [self.header.get("session") or ""]
        edges: dict[str, list[Edge]] = {str(name): [] for name in named}
        for line in self.told:
            edges.setdefault(line.session or f"bed {line.bed}", []).append(edge_of(line))
        return {name: episodes_of(found) for name, found in edges.items()}

    @property
    def coverage(self) -> DataTable:
        """A row a signal that the protocol or the recording has, the best known first: for which share of the time (0 to 1) a
        reading spoke; 0 where a rule would need it and it is not there.
        """
        from monitord.replay.backtest.assess import known_shares

        session = self._placed()
        known = known_shares(session) | dict.fromkeys(session.not_assessed, 0.0)
        best = sorted(known, key=lambda signal: (-known[signal], signal))
        return DataTable(rows=tuple({"signal": s, "known": known[s]} for s in best))

    def explain(self, at: datetime) -> str:
        """Why the bed is as it is at that time: every rule, what it saw, and what it waits for."""
        from monitord.engine.engine import Engine as BedEngine
        from monitord.engine.explain import as_text
        from monitord.replay.run.recording_session import BED

        session, until = self._placed(), instant(at)
        if not session.start <= until <= session.end:
            raise ValueError(f"{at} is not within {self.header['from']} and {self.header['to']}")
        engine = BedEngine(BED)
        for event in session.events():
            if event.at > until:
                break
            engine.step(event)
        engine.advance(instant(at, later=1))
        return as_text(engine.state, keys=True)

    def to_html(self, file: str | Path) -> Path:
        """Draws the whole recording into one page, as `monitord replay --html` does: signals with their limits, phases,
        alarms. RecordingError for a journal or an export.
        """
        from monitord.replay.run.limits_in_force import WatchedReplay
        from monitord.replay.run.strips_page import strips_page
        from monitord.replay.run.summary import Summary, remarks

        session = self.of_recording(
            "the page draws recordings of other programs; `export` writes the report of a session"
        )
        watched = WatchedReplay(session=session)
        told = list(Summary().watch(watched.lines()))
        said = remarks(dict(self.header))
        place = Path(file)
        place.write_text(strips_page(session, told, watched.in_force, said), encoding="utf-8")
        return place

    @property
    def recording(self) -> Recording | None:
        """What was replayed; None for a journal or an export."""
        return None if self._session is None else Recording(read=self._session.recording)

    def _placed(self) -> RecordingSession:
        return self.of_recording(
            "a journal is explained by `monitord explain --at`, and its coverage is in its report"
        )

    def of_recording(self, else_say: str) -> RecordingSession:
        """What was replayed, as monitord's own value; RecordingError in these words for a journal or an export."""
        if self._session is None:
            raise RecordingError(else_say)
        return self._session


@dataclass(frozen=True, kw_only=True)
class _Replayed:
    """The lines of one session: each pass runs an engine of its own."""

    session: RecordingSession

    def __iter__(self) -> Iterator[AlarmLine]:
        from monitord.replay.run.replay_run import replay as lines_of

        return lines_of(self.session)


def replay(
    recording: Recording | str | Path,
    protocol: Protocol | str | Path | None = None,
    *,
    phase: str | None = None,
    events: str | Path | None = None,
    interval: timedelta | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> Result:
    """A recording through the bedside engine; docs/replay.md says what is assumed.

    A path is read with `read`; that of a journal or an export needs no `protocol`. `phase` (infusion by default) or an
    `events` file places the recording, `interval` replaces its signals' own, `start` and `end` choose a part of it.
    RecordingError or ConfigError says what cannot be used.
    """
    from monitord.replay.recordings.events_csv import read_events
    from monitord.replay.recordings.export_file import is_export
    from monitord.replay.run.journal_run import is_journal
    from monitord.replay.run.options import ReplayOptions
    from monitord.replay.run.recording_session import open_session
    from monitord.replay.run.replay_run import header, replay_file

    begin = None if start is None else instant(start)
    until = None if end is None else instant(end)
    used = None if protocol is None else protocol_of(protocol).value
    if not isinstance(recording, Recording):
        place = str(recording)
        if is_journal(place) or is_export(Path(place)):
            asked = ReplayOptions(
                phase=phase,
                events=None if events is None else Path(events),
                interval=None if interval is None else span_of_interval(interval),
                start=None if start is None else start.isoformat(),
                end=None if end is None else end.isoformat(),
            )
            found = replay_file(place, used, asked)
            return Result(header=found.header, _source=found.lines, _session=None)
        recording = read(recording)
    if used is None:
        raise TypeError("only a journal has a protocol of its own: give one to replay a recording")
    session = open_session(
        recording.read,
        used,
        phase=phase,
        marks=read_events(events, start=recording.read.start) if events is not None else None,
        interval=None if interval is None else span_of_interval(interval),
        start=begin,
        end=until,
    )
    return Result(header=header(session), _source=_Replayed(session=session), _session=session)
