"""A recording to be watched: its beds' events and waves in time order, for a host that paces them."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from heapq import merge
from pathlib import Path

from monitord.engine.protocol.protocol import Protocol
from monitord.errors import RecordingError
from monitord.model import Event, Instant, Wave
from monitord.replay.recordings.export_file import is_export, read_export_file
from monitord.replay.run.journal_run import is_journal, under
from monitord.replay.run.options import NOTHING, ReplayOptions
from monitord.replay.run.recording_session import BED, RecordingSession
from monitord.replay.run.replay_run import foreign_session, moment
from monitord.store.journal.journal import Journal

Item = tuple[Instant, str | None, Event | Wave]
"""When, at which bed (None: the suite), and what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """What is played; what comes before `start` is taken in at once, then time passes until `end`."""

    name: str
    beds: tuple[str, ...]
    start: Instant
    end: Instant
    items: Iterator[Item]


def playing(place: str, protocol: Protocol | None, asked: ReplayOptions = NOTHING) -> Playing:
    """A journal, an export, or a foreign recording as one session on one bed; see `replay_file`."""
    if is_journal(place):
        return _of_journal(place, protocol, asked)
    if is_export(Path(place)) and not asked.placed:
        rows = [event for _, event in read_export_file(place).events]
        return _of_events(place, rows, protocol, asked)
    session = foreign_session(place, protocol, asked)
    return Playing(
        name=Path(place).name,
        beds=(BED,),
        start=session.start,
        end=session.end,
        items=_foreign_items(session),
    )


def _foreign_items(session: RecordingSession) -> Iterator[Item]:
    heard: Iterator[Item] = ((event.at, BED, event) for event in session.events())
    waves: Iterator[Item] = (
        (at, BED, wave)
        for at, wave in session.recording.waves()
        if session.start <= at <= session.end
    )
    return merge(heard, waves, key=lambda item: item[0])


def _of_journal(place: str, protocol: Protocol | None, asked: ReplayOptions) -> Playing:
    with closing(Journal.open(place, read_only=True)) as journal:
        first = next((event.at for _, event in journal.events()), None)
        last = journal.last_instant()
        beds = tuple(bed for bed in journal.beds() if bed is not None)
    if first is None or last is None:
        raise RecordingError(f"{place}: an empty journal")

    def rows() -> Iterator[Item]:
        with closing(Journal.open(place, read_only=True)) as journal:
            for _, event in journal.events():
                yield _item(event, protocol)

    return Playing(
        name=Path(place).name,
        beds=beds,
        start=moment(asked.start, first, asked.tz) or first,
        end=min(last, moment(asked.end, first, asked.tz) or last),
        items=rows(),
    )


def _of_events(
    place: str, rows: list[Event], protocol: Protocol | None, asked: ReplayOptions
) -> Playing:
    first, last = rows[0].at, max(event.at for event in rows)
    return Playing(
        name=Path(place).name,
        beds=tuple(sorted({event.bed for event in rows if event.bed is not None})),
        start=moment(asked.start, first, asked.tz) or first,
        end=min(last, moment(asked.end, first, asked.tz) or last),
        items=(_item(event, protocol) for event in rows),
    )


def _item(event: Event, protocol: Protocol | None) -> Item:
    return event.at, event.bed, event if protocol is None else under(protocol, event)
