"""`monitord diff`: two results, or two protocols over recordings, made comparable."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from monitord.config import identity, read_protocol
from monitord.engine.protocol.protocol import Protocol
from monitord.errors import NothingAssessedError, RecordingError
from monitord.replay.compare.diff import Difference, compare, worst_first
from monitord.replay.recordings.folder import open_each, recording_files, several
from monitord.replay.recordings.recording import Recording
from monitord.replay.run.alarm_steps import Edge, edge_of
from monitord.replay.run.episodes import Episode, episodes
from monitord.replay.run.options import OnRead, unseen
from monitord.replay.run.recording_session import open_session
from monitord.replay.run.result import is_result, read_result
from monitord.replay.vector.vector_run import alarms_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """What was compared and what came of it; `skipped` names what could not be."""

    a: str
    b: str
    differences: list[Difference]
    sessions: int
    skipped: list[str] = field(default_factory=list)
    recordings: dict[str, Path] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)


def diff(
    a: str,
    b: str,
    *,
    recordings: Path | None = None,
    phase: str | None = None,
    columns: Mapping[str, str] | None = None,
    seen: OnRead = unseen,
) -> Diff:
    """Compares two results of `replay --jsonl`, or two protocols over a folder of recordings."""
    if recordings is None:
        one, other = Path(a), Path(b)
        for each in (one, other):
            if not is_result(each):
                what = "not the result of a replay" if each.exists() else "no such file"
                raise RecordingError(f"{each}: {what}; to compare protocols add --recordings DIR")
        before, after = by_session(one), by_session(other)
        found = compare(before, after)
        return Diff(a=a, b=b, differences=found, sessions=len({*before, *after}))
    return diff_protocols(
        read_protocol(a), read_protocol(b), recordings, phase=phase, columns=columns, seen=seen
    )


def by_session(file: Path) -> dict[str, list[Episode]]:
    """The alarms of a result by session; a session without any is there too."""
    result = read_result(file)
    named = result.header.get("sessions") or [result.header.get("session") or ""]
    edges: dict[str, list[Edge]] = {str(name): [] for name in named}
    for line in result.lines:
        edges.setdefault(line.session or f"bed {line.bed}", []).append(edge_of(line))
    return {name: episodes(found) for name, found in edges.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """How each recording is placed and read."""

    phase: str | None
    columns: Mapping[str, str]


def diff_protocols(
    a: Protocol,
    b: Protocol,
    folder: Path,
    *,
    phase: str | None = None,
    columns: Mapping[str, str] | None = None,
    seen: OnRead = unseen,
) -> Diff:
    """Compares two protocols over every recording below a folder; NothingAssessedError where none could be used."""
    asked = _Asked(phase=phase, columns=columns or {})
    differences: list[Difference] = []
    skipped: list[str] = []
    files: dict[str, Path] = {}
    sessions = 0
    paths = recording_files(folder)
    for done, path in enumerate(paths, start=1):
        try:
            for name, before, after in _each(path, a, b, asked):
                sessions += 1
                files[name] = path
                differences += compare({name: before}, {name: after})
        except RecordingError as error:
            skipped.append(str(error))
        seen(done, len(paths), str(path))
    if not sessions:
        raise NothingAssessedError(
            "\n".join([f"{folder}: no recording could be compared", *skipped])
        )
    ordered = worst_first(differences)
    return Diff(
        a=identity(a),
        b=identity(b),
        differences=ordered,
        sessions=sessions,
        skipped=skipped,
        recordings=files,
        columns=asked.columns,
    )


def _each(
    path: Path, a: Protocol, b: Protocol, asked: _Asked
) -> Iterator[tuple[str, list[Episode], list[Episode]]]:
    for some in several(open_each(path, asked.columns)):
        before, after = (
            alarms_of(
                [open_session(rec, each, phase=asked.phase, marks=marks) for rec, marks in some]
            )
            for each in (a, b)
        )
        for (recording, _), one, other in zip(some, before, after, strict=True):
            yield session_name(path, recording), episodes(one.edges), episodes(other.edges)


def session_name(path: Path, recording: Recording) -> str:
    """The file, and the patient where the file may hold several."""
    stem = path.name.split(".")[0]
    return stem if recording.patient == stem else f"{stem}/{recording.patient}"
