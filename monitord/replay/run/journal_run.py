"""A journal's own recordings: each bed's events through fresh engines, on a virtual clock.

Opened read-only, beside a running daemon too. Without another protocol the sessions keep their own
snapshots of protocol and routes, so the lines are the ones that the live run recorded.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from heapq import merge
from pathlib import Path
from typing import Final

from monitord import __version__
from monitord.config import identity
from monitord.engine.engine import Engine
from monitord.engine.protocol.protocol import SETTINGS, Protocol, Settings, canonical
from monitord.engine.state import STATE
from monitord.errors import RecordingError
from monitord.model import SECOND, AlarmLine, Arrived, Configured, Event, Instant, iso
from monitord.replay.run.result import Result
from monitord.store.engines_from_journal import EngineRaisedError, effects_of
from monitord.store.journal.journal import Journal
from monitord.store.line_json import SCHEMA

_SQLITE: Final = b"SQLite format 3\0"
NOTE: Final = "REPLAY of a journal: these lines were told when they happened and nobody now"

Beat = Callable[[Instant], None]
"""Called with the virtual time as it passes."""


def is_journal(place: str) -> bool:
    """Whether this is a database (by URL, or by the file's content) and not a recording."""
    if place.startswith(("postgresql", "sqlite:")):
        return True
    try:
        with Path(place).open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The part of a journal that is told; engines take in all that came before."""

    start: Instant | None = None
    end: Instant | None = None

    def holds(self, at: Instant) -> bool:
        """Whether a line of this time is told."""
        after = self.start is None or at >= self.start
        return after and (self.end is None or at <= self.end)


def replay_journal(
    place: str, protocol: Protocol | None = None, *, window: Window | None = None, beat: Beat
) -> Result:
    """The lines of every bed, in time order; with `protocol` it replaces every session's own.

    Staff actions stay as they were recorded, so answers to alarms that no longer come are refused.
    """
    window = window or Window()
    with closing(Journal.open(place, read_only=True)) as journal:
        last = journal.last_instant()
        if last is None:
            raise RecordingError(f"{place}: an empty journal")
        end = min(last, window.end or last)
        beds = journal.beds()
        lines = folds(lambda bed: journal.events(bed=bed), beds, end, protocol, beat)
        sessions = journal.sessions()
    header = {
        "schema": SCHEMA,
        "replay": True,
        "note": NOTE,
        "version": __version__,
        "protocol": None if protocol is None else identity(protocol),
        "recording": Path(place).name,
        "beds": beds,
        "sessions": [each.session for each in sessions],
        "from": None if window.start is None else iso(window.start),
        "to": iso(end),
        "hours": round(sum(hours(each.admitted_at, each.ended_at, end) for each in sessions), 6),
    }
    return Result(header=header, lines=(line for line in lines if window.holds(line.at)))


def hours(opened: int, ended: int | None, end: Instant) -> float:
    """How long a session lasted until `end`."""
    return max(0, min(ended or end, end) - opened) / (3600 * SECOND)


def folds(
    events: Callable[[str | None], Iterator[tuple[int, Event]]],
    beds: Iterable[str | None],
    end: Instant,
    protocol: Protocol | None,
    beat: Beat,
) -> Iterator[AlarmLine]:
    """The lines of all beds, in time order; every bed is folded before the first line is given."""
    found = [fold(partial(events, bed), bed, end, protocol, beat) for bed in beds]
    return merge(*found, key=lambda line: line.at)


def fold(
    events: Callable[[], Iterator[tuple[int, Event]]],
    bed: str | None,
    end: Instant,
    protocol: Protocol | None,
    beat: Beat,
) -> list[AlarmLine]:
    """One bed's lines from its events (asked for anew where a rule raised: that event is skipped,
    as a restart does).
    """

    def until_end(skipped: set[int]) -> Iterator[tuple[int, Event]]:
        for seq, event in events():
            if event.at > end:
                break
            if seq not in skipped:
                beat(event.at)
                yield seq, event if protocol is None else under(protocol, event)

    skipped: set[int] = set()
    while True:
        lines = list[AlarmLine]()
        try:
            for _, effects in effects_of(Engine(bed), until_end(skipped), Instant(end + 1)):
                lines += [effect for effect in effects if isinstance(effect, AlarmLine)]
        except EngineRaisedError as raised:
            if raised.seq is None:
                raise
            skipped.add(raised.seq)
        else:
            return lines


def under(protocol: Protocol, event: Event) -> Event:
    """The event as it would have been with this protocol, told to nobody and held at no gate."""
    ungated = replace(protocol, gate=(), discharge=())

    def changed(settings: Settings) -> Settings:
        return replace(settings, protocols=dict.fromkeys(settings.protocols, ungated), routes={})

    match event.body:
        case Configured(document=document) as body:
            settings = changed(SETTINGS.validate_json(document))
            return replace(event, body=replace(body, document=canonical(settings)))
        case Arrived(state=text) as body:
            state = STATE.validate_json(text)
            # What the live bed's rules had seen is not what these would have: they begin anew.
            state = replace(
                state,
                settings=state.settings and changed(state.settings),
                session_settings=state.session_settings and changed(state.session_settings),
                tracks=(),
                timers=(),
            )
            return replace(event, body=replace(body, state=STATE.dump_json(state).decode()))
        case _:
            return event
