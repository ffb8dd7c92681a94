"""What `monitord export --format json` wrote: a session with its settings, as it was recorded.

As a recording it serves back-test and diff like any other; `run/export_run.py` replays it with its own settings.
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from monitord.errors import RecordingError, StoreError
from monitord.model import Event, Fault, Frame, Instant, from_iso
from monitord.replay.recordings.capture import table_of
from monitord.replay.recordings.reading_report import ReadingReport
from monitord.replay.recordings.recording import Recording, Request
from monitord.store.journal.codec import event_from_json

MARK: Final = b'{"export":'
_GZIP: Final = b"\x1f\x8b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """The file's header and its events, those from before the admission first."""

    header: dict[str, Any]
    events: tuple[tuple[int, Event], ...]

    def of(self, bed: str | None) -> Iterator[tuple[int, Event]]:
        """Those of one bed: a patient may have moved."""
        return (row for row in self.events if row[1].bed == bed)


def is_export(path: Path) -> bool:
    """Whether the file's first bytes are those of an export, packed or not."""
    try:
        return _head(path).startswith(MARK)
    except (OSError, EOFError):
        return False


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(len(MARK))
    if not head.startswith(_GZIP):
        return head
    with gzip.open(path) as unpacked:
        return unpacked.read(len(MARK))


def read_export(text: bytes, place: object) -> Export:
    """RecordingError names the first line that cannot be used."""
    lines = text.splitlines()
    events = []
    number = 1
    try:
        header: dict[str, Any] = json.loads(lines[0])
        for line in lines[1:]:
            number += 1
            if line.startswith((b'{"row":"event"', b'{"row":"before"')):
                events.append((int(json.loads(line)["seq"]), event_from_json(line)))
    except (ValueError, KeyError, IndexError, TypeError, StoreError) as error:
        raise RecordingError(f"{place}:{number}: not a line of an export: {error}") from error
    if not events:
        raise RecordingError(f"{place}: an export without an event")
    return Export(header=header, events=tuple(events))


def read_export_file(place: str) -> Export:
    """The same of a file, packed or not."""
    try:
        data = Path(place).read_bytes()
        return read_export(gzip.decompress(data) if data.startswith(_GZIP) else data, place)
    except (OSError, EOFError) as error:
        raise RecordingError(f"{place}: {error}") from error


def read(request: Request) -> Iterator[Recording]:
    """The session's readings as one recording; staff actions and settings are not in it."""
    export = read_export(request.read(), request.path)
    own = from_iso(export.header["from"])
    frames: list[tuple[Instant, Frame]] = []
    faults: list[tuple[Instant, Fault]] = []
    for _, event in export.events:
        if event.at >= own and isinstance(event.body, Frame):
            frames.append((event.at, event.body))
        elif event.at >= own and isinstance(event.body, Fault):
            faults.append((event.at, event.body))
    table, counts = table_of(frames)
    yield Recording(
        path=request.path,
        source=f"recording:{request.path.name}",
        patient=str(export.header.get("pseudonym") or export.header["session"]),
        report=ReadingReport(
            reader="monitord export",
            clock="arrival times, UTC",
            rows=len(export.events),
            frames=len(frames),
            signals=counts,
            notes=("staff actions and the session's own protocol are not used",),
        ),
        table=table,
        faults=tuple(faults),
        simulated=bool(export.header.get("simulated")),
    )
