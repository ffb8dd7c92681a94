"""`monitord diff`: two results, two protocols over recordings, or two recordings of one patient, made comparable."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from monitord.config import identity, read_protocol
from monitord.engine.protocol.protocol import Protocol
from monitord.errors import NothingAssessedError, RecordingError
from monitord.replay.compare.diff import Difference, compare, on_another_clock, worst_first
from monitord.replay.compare.diff_sides import (
    Placing,
    RecordedSide,
    ResultSide,
    Side,
    session_of,
)
from monitord.replay.compare.same_patient import pair_by_content
from monitord.replay.recordings.folder import (
    names_of,
    open_each,
    recording_files,
    several,
    stem_of,
)
from monitord.replay.recordings.recording import Recording
from monitord.replay.run.alarm_steps import Edge, edge_of
from monitord.replay.run.episodes import Episode, episodes
from monitord.replay.run.options import OnRead, unseen
from monitord.replay.run.result import is_result, read_result
from monitord.replay.vector.vector_run import alarms_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """What was compared and what came of it; `skipped` names what could not be, `notes` say how it was made
    comparable; `sides` are the two of each session.
    """

    a: str
    b: str
    differences: list[Difference]
    sessions: int
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sides: Mapping[str, tuple[Side, Side]] = field(default_factory=dict)


def diff(
    a: str,
    b: str,
    *,
    recordings: Path | None = None,
    protocol: str | None = None,
    phase: str | None = None,
    columns: Mapping[str, str] | None = None,
    seen: OnRead = unseen,
) -> Diff:
    """Compares two results of `replay --jsonl`, two protocols over a folder of recordings, or, under a `protocol`, two
    recordings (or folders of them) of the same patients.
    """
    if protocol is not None:
        asked = Placing(phase=phase, columns=columns or {})
        return diff_recordings(Path(a), Path(b), read_protocol(protocol), asked, seen=seen)
    if recordings is None:
        return diff_results(Path(a), Path(b))
    return diff_protocols(
        read_protocol(a), read_protocol(b), recordings, phase=phase, columns=columns, seen=seen
    )


def diff_results(one: Path, other: Path) -> Diff:
    """Compares two results by the names of their sessions."""
    for each in (one, other):
        if not is_result(each):
            what = "not the result of a replay" if each.exists() else "no such file"
            how = "to compare protocols add --recordings DIR, to compare recordings -p PROTOCOL"
            raise RecordingError(f"{each}: {what}; {how}")
    before, after = by_session(one), by_session(other)
    names = sorted({*before, *after})
    notes = []
    if not before.keys() & after.keys():
        notes.append(
            "no session is in both results: if they are of one patient in two files, compare the files by content "
            "with -p PROTOCOL"
        )
    return Diff(
        a=str(one),
        b=str(other),
        differences=compare(before, after),
        sessions=len(names),
        notes=notes,
        sides={
            name: (ResultSide(path=one, session=name), ResultSide(path=other, session=name))
            for name in names
        },
    )


def by_session(file: Path) -> dict[str, list[Episode]]:
    """The alarms of a result by session; a session without any is there too."""
    result = read_result(file)
    named = result.header.get("sessions") or [result.header.get("session") or ""]
    edges: dict[str, list[Edge]] = {str(name): [] for name in named}
    for line in result.lines:
        edges.setdefault(session_of(line), []).append(edge_of(line))
    return {name: episodes(found) for name, found in edges.items()}


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
    asked = Placing(phase=phase, columns=columns or {})
    differences: list[Difference] = []
    skipped: list[str] = []
    sides: dict[str, tuple[Side, Side]] = {}
    paths = recording_files(folder)
    called = names_of(folder, paths)
    for done, path in enumerate(paths, start=1):
        try:
            for name, before, after in _each(path, called[path], a, b, asked):
                sides[name] = before[0], after[0]
                differences += compare({name: before[1]}, {name: after[1]})
        except RecordingError as error:
            skipped.append(str(error))
        seen(done, len(paths), str(path))
    if not sides:
        raise NothingAssessedError(
            "\n".join([f"{folder}: no recording could be compared", *skipped])
        )
    return Diff(
        a=identity(a),
        b=identity(b),
        differences=worst_first(differences),
        sessions=len(sides),
        skipped=skipped,
        sides=sides,
    )


Found = tuple[RecordedSide, list[Episode]]


def _each(
    path: Path, called: str, a: Protocol, b: Protocol, asked: Placing
) -> Iterator[tuple[str, Found, Found]]:
    for some in several(open_each(path, asked.columns)):
        found: list[list[Found]] = []
        for protocol in (a, b):
            sides = [
                RecordedSide(
                    path=path, patient=rec.patient, protocol=protocol, asked=asked, marks=marks
                )
                for rec, marks in some
            ]
            sessions = [
                side.session(recording) for side, (recording, _) in zip(sides, some, strict=True)
            ]
            alarms = (episodes(each.edges) for each in alarms_of(sessions))
            found.append(list(zip(sides, alarms, strict=True)))
        for (recording, _), one, other in zip(some, *found, strict=True):
            yield session_name(path, called, recording), one, other


def diff_recordings(
    a: Path, b: Path, protocol: Protocol, asked: Placing, *, seen: OnRead = unseen
) -> Diff:
    """Compares two files or folders of recordings of the same patients under one protocol, over the time that both have,
    whatever they are called and whatever their clocks say. NothingAssessedError where no two agree by content.
    """
    paired = pair_by_content(a, b, asked.columns, seen)
    if not paired.pairs:
        why = "no recording of the one agrees with one of the other by its numbers: other patients or times, or averages"
        raise NothingAssessedError("\n".join([f"{a}, {b}: {why}", *paired.alone]))
    sides: dict[str, tuple[Side, Side]] = {}
    differences: list[Difference] = []
    called = names_of(a, recording_files(a))
    for pair in paired.pairs:
        path, recording = pair.a
        name = session_name(path, called[path], recording)
        one, other = pair.sides(protocol, asked)
        found = alarms_of([one.session(pair.a[1]), other.session(pair.b[1])])
        before, after = (episodes(each.edges) for each in found)
        sides[name] = one, other
        differences += compare({name: before}, {name: on_another_clock(after, other.later)})
    return Diff(
        a=str(a),
        b=str(b),
        differences=worst_first(differences),
        sessions=len(sides),
        skipped=paired.alone,
        notes=[pair.words() for pair in paired.pairs],
        sides=sides,
    )


def session_name(path: Path, called: str, recording: Recording) -> str:
    """What the file is `called`, and the patient where the file may hold several."""
    return called if recording.patient == stem_of(path) else f"{called}/{recording.patient}"
