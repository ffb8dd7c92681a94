"""From a file to its recordings: the reader is found by the content.

Names decide nothing but which of the files of one record is meant.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from typing import Final

from monitord.errors import MonitordError, RecordingError
from monitord.replay.recordings.formats import find_format
from monitord.replay.recordings.recording import HEAD, Recording, Request, read_bytes, whole_members


def open_recording(
    path: str | Path,
    *,
    tz: tzinfo | None = None,
    columns: Mapping[str, str] | None = None,
    patient: str | None = None,
) -> Recording:
    """The one recording in a file, or the one of `patient`; RecordingError says what is wrong."""
    several = 0
    found: Recording | None = None
    for recording in open_recordings(path, tz=tz, columns=columns):
        if patient is None or recording.patient == patient:
            several += 1
            found = found or recording
            if several > 1:
                break
    if found is None:
        msg = f"{path}: holds no recording" + (f" of patient {patient}" if patient else "")
        raise RecordingError(msg)
    if several > 1:
        name = found.patient
        how = f'choose one, such as --patient {name} (in Python: patient="{name}")'
        msg = f"{path}: holds several recordings; {how}"
        raise RecordingError(msg)
    return found


def open_recordings(
    path: str | Path, *, tz: tzinfo | None = None, columns: Mapping[str, str] | None = None
) -> Iterator[Recording]:
    """Every recording in a file, one a patient or stay.

    Times without a zone are UTC unless `tz`. RecordingError for what can't be read.
    """
    place = Path(path)
    if not place.exists() and place.with_name(place.name + ".hea").exists():
        # A WFDB record goes by its name without suffix.
        place = place.with_name(place.name + ".hea")
    if place.is_dir():
        raise RecordingError(f"{place}: is a folder; name a file in it{_in_it(place)}")
    try:
        head = read_bytes(place, packed=False, limit=HEAD)
        packed = head.startswith(b"\x1f\x8b")
        if packed:
            head = _head(place)
        request = Request(path=place, head=head, packed=packed, tz=tz, columns=columns or {})
        for recording in find_format(request)(request):
            yield _remarked(recording, request.remarks)
    except MonitordError as error:
        if str(place) in str(error):
            raise
        raise RecordingError(f"{place}: {error}") from error
    except (OSError, EOFError, zlib.error) as exc:
        msg = f"{place}: {exc.strerror or exc}" if isinstance(exc, OSError) else f"{place}: {exc}"
        raise RecordingError(msg) from exc
    except Exception as exc:
        # Any bytes may stand in a file of others, and libraries raise what their parts raise, of any kind.
        msg = f"{place}: not readable: {type(exc).__name__}: {exc}"
        raise RecordingError(msg) from exc


_NAMED: Final = 3


def _in_it(folder: Path) -> str:
    """Some that may be meant: of a WFDB record that is its header."""
    visible = sorted(path.name for path in folder.glob("[!.]*") if path.is_file())
    inside = [name for name in visible if not name.lower().startswith(("license", "readme"))]
    meant = [name for name in inside if name.endswith(".hea")] or inside
    more = ", ..." if len(meant) > _NAMED else ""
    return f": {', '.join(meant[:_NAMED])}{more}" if meant else ""


def _head(place: Path) -> bytes:
    try:
        return read_bytes(place, packed=True, limit=HEAD)
    except EOFError:
        return whole_members(place)[:HEAD]


def _remarked(recording: Recording, remarks: Sequence[str]) -> Recording:
    if not remarks:
        return recording
    notes = (*dict.fromkeys(remarks), *recording.report.notes)
    return replace(recording, report=replace(recording.report, notes=notes))
