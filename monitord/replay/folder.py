"""A folder of recordings: found by content, opened one after the other, whatever cannot be read named."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from monitord.errors import RecordingError
from monitord.replay.events_csv import Marks, read_events
from monitord.replay.opening import open_recordings
from monitord.replay.recording import Recording

HELD: Final = 128
"""Recordings that are in memory together: enough for what is assessed at once to be quick."""

_NOT_ITSELF: Final = (".dat", ".atr", ".events.csv", ".md", ".txt", ".json", ".html", ".license")
"""What belongs to another file, or is a text about the recordings."""


def recording_files(folder: Path) -> list[Path]:
    """Every file below a folder that may hold recordings, in the order of their names; or the file."""
    if folder.is_file():
        return [folder]
    if not folder.is_dir():
        raise RecordingError(f"{folder}: no such folder")
    found = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.name.lower().endswith(_NOT_ITSELF)
        and not any(part.startswith((".", "LICENSE")) for part in path.relative_to(folder).parts)
    ]
    if not found:
        raise RecordingError(f"{folder}: no recording in this folder")
    return found


Opened = tuple[Recording, Marks | None]


def open_each(path: Path) -> Iterator[Opened]:
    """The recordings of a file, each with the events file beside it (`night.events.csv` of
    `night.csv`), which speaks only of a file with one recording.
    """
    for recording in open_recordings(path):
        events = path.with_name(path.name.split(".")[0] + ".events.csv")
        marks = read_events(events, start=recording.start) if events.is_file() else None
        yield recording, marks


def several(opened: Iterable[Opened]) -> Iterator[list[Opened]]:
    """Those that hold anything, as many together as are worth it."""
    usable = (each for each in opened if each[0].start is not None)
    while some := list(islice(usable, HELD)):
        yield some
