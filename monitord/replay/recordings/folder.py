"""A folder of recordings: found by content, opened one after the other, whatever cannot be read named."""

import glob
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Final

from monitord.errors import NothingAssessedError, RecordingError
from monitord.replay.recordings.events_csv import Marks, read_events
from monitord.replay.recordings.open_recordings import open_recordings
from monitord.replay.recordings.recording import Recording

HELD: Final = 128
"""Recordings that are in memory together: enough for what is assessed at once to be quick."""

_TEXTS: Final = (".md", ".json", ".html", ".license", ".svg")
"""A text about the recordings, or a result of ours."""
_WFDB_PARTS: Final = (".dat", ".atr")
_EVENTS: Final = ".events.csv"


def recording_files(folder: Path) -> list[Path]:
    """Every file below a folder that may hold recordings, in the order of their names; or the file."""
    if folder.is_file():
        return [folder]
    if not folder.is_dir():
        raise RecordingError(f"{folder}: no such folder")
    found = [path for path in _visible(folder) if _reason(path) is None]
    if not found:
        raise NothingAssessedError(
            "\n".join([f"{folder}: no recording in this folder", *not_opened(folder)])
        )
    return found


def stem_of(path: Path) -> str:
    """A file's name without what follows its first point."""
    return path.name.split(".")[0]


def names_of(folder: Path, files: Iterable[Path]) -> dict[Path, str]:
    """What the sessions of each file are called: as the file without its suffix, and where several files are called
    so, as its path below the folder.
    """
    paths = list(files)
    count = Counter(map(stem_of, paths))
    return {
        path: stem_of(path) if count[stem_of(path)] == 1 else path.relative_to(folder).as_posix()
        for path in paths
    }


def one_patient(files: Iterable[Path]) -> list[str]:
    """Which files in several folders have one name, by which they count as one patient's."""
    folders: defaultdict[str, set[Path]] = defaultdict(set)
    for path in files:
        folders[stem_of(path)].add(path.parent)
    return [
        f"{stem!r} is a file in {len(places)} folders: one patient, by its name"
        for stem, places in sorted(folders.items())
        if len(places) > 1
    ]


def not_opened(folder: Path) -> list[str]:
    """Every other file below a folder, each with what it is by its name."""
    if folder.is_file():
        return []
    reasons = ((path, _reason(path)) for path in _visible(folder))
    hidden = [f"not opened: {path}: hidden, by its name" for path in _hidden(folder)]
    return hidden + [
        f"not opened: {path}: {reason}"
        for path, reason in reasons
        if reason not in {None, _BELONGS}
    ]


_BELONGS: Final = "read with its recording"


def _visible(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.rglob("*"))
        if (path.is_file() or (path.is_symlink() and not path.exists()))
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _hidden(folder: Path) -> list[Path]:
    """Files and folders whose own name begins with a point, but not what lies in such a folder."""
    return [
        path
        for path in sorted(folder.rglob(".*"))
        if not any(part.startswith(".") for part in path.relative_to(folder).parts[:-1])
    ]


def _reason(path: Path) -> str | None:
    """Why a file is not opened as a recording; None where it is."""
    name = path.name.lower()
    if name.endswith(_TEXTS) or name.startswith("license"):
        return "a text about recordings or a result, by its name"
    if name.endswith(_EVENTS):
        stem = path.name[: -len(_EVENTS)]
        beside = any(other != path for other in path.parent.glob(f"{glob.escape(stem)}.*"))
        return _BELONGS if beside else "an events file without its recording"
    if name.endswith(_WFDB_PARTS) and any(path.parent.glob("*.hea")):
        return _BELONGS
    return None


Opened = tuple[Recording, Marks | None]


def open_each(path: Path, columns: Mapping[str, str] | None = None) -> Iterator[Opened]:
    """The recordings of a file, each with the events file beside it (`night.events.csv` of
    `night.csv`), which speaks only of a file with one recording. NothingAssessedError where none of them has a frame.
    """
    empty, usable = None, False
    for recording in open_recordings(path, columns=columns):
        usable |= recording.start is not None
        empty = recording if recording.start is None else empty
        events = path.with_name(stem_of(path) + ".events.csv")
        marks = read_events(events, start=recording.start) if events.is_file() else None
        yield recording, marks
    if empty is not None and not usable:
        raise NothingAssessedError(empty.nothing_read())


def several(opened: Iterable[Opened]) -> Iterator[list[Opened]]:
    """Those that hold anything, as many together as are worth it."""
    usable = (each for each in opened if each[0].start is not None)
    while some := list(islice(usable, HELD)):
        yield some
