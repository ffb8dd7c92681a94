"""Recordings through the engine, told by the routes of the example suite: how often somebody is told, and of what.

    .venv/bin/python -m tests.courses.recorded_load ../shared/data

prints tables of docs/replay-figures.md, by rule, an hour: starts, audible alarms, and tellings where each alarm is answered after
30 s. For the pressures of intensive care it counts besides of how many readings of 180 and more nobody was told.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from monitord.config.suite.example_suite import example_routes
from monitord.engine.protocol.protocol import Protocol
from monitord.errors import RecordingError
from monitord.model import HOUR, Frame, Instant, Signal
from monitord.replay.recordings.open_recordings import open_recordings
from monitord.replay.recordings.recording import Recording
from monitord.replay.run.recording_session import open_session
from monitord.replay.stories.subject import read_subject
from tests.courses.answered_bed import HEAD, AlarmCount, AnsweredBed

RECORDINGS: Final = {
    "two nights of a ring oximeter": "checkme",
    "a day and a half of intensive care": "mimic-wfdb/s00001_numerics.csv",
    "pressures of intensive care": "eicu-nibp",
}
PROTOCOLS: Final = ("ketamine_iv_0_5_40", "ketamine_iv_0_5_40+postpartum")
SEVERE: Final = 180.0
"""mmHg systolic: high, once it is confirmed."""


def recorded(recording: Recording, protocol: Protocol) -> AnsweredBed:
    """The bed after the whole recording; `count.hours` is 0 where nothing of it can be assessed."""
    bed = AnsweredBed("replay")
    try:
        session = open_session(recording, protocol)
    except RecordingError:
        return bed
    session = replace(session, settings=replace(session.settings, routes=dict(example_routes())))
    for event in session.events():
        bed.give(event.at, event.body, event.source)
        severe = isinstance(event.body, Frame) and any(
            sample.signal is Signal.NIBP_SYS and (sample.value or 0) >= SEVERE
            for sample in event.body.samples
        )
        if severe:
            bed.until(Instant(event.at + 1))
            bed.note_severe()
    bed.until(session.end)
    bed.count.hours = (session.end - session.start) / HOUR
    return bed


def load(place: Path, protocol: Protocol) -> AlarmCount:
    """All recordings of a file or folder."""
    found = AlarmCount()
    files = sorted(place.glob("*.csv*")) if place.is_dir() else [place]
    for file in files:
        for recording in open_recordings(file):
            found.add(recorded(recording, protocol).count)
    return found


def table(place: Path, protocol: Protocol) -> Iterator[str]:
    """A row a rule."""
    count = load(place, protocol)
    yield f"{count.hours:.1f} h\n"
    yield HEAD
    yield from count.rows()
    if count.severe:
        known = count.severe - count.severe_untold
        yield f"\n{count.severe} readings of {SEVERE:g} and more; of {known} somebody was told at that reading or before it."


if __name__ == "__main__":
    shared = Path(sys.argv[1])
    for name in PROTOCOLS:
        for title, place in RECORDINGS.items():
            print(f"\n{name}: {title}, {place}, ", end="")
            print("\n".join(table(shared / place, read_subject(name))))
