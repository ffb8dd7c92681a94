"""Which recordings of two files or folders are of one patient at one time, and how both are replayed over what both have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from monitord.engine.protocol.protocol import Protocol
from monitord.errors import RecordingError
from monitord.model import Instant, Span
from monitord.replay.compare.content_alignment import Alignment, align
from monitord.replay.compare.diff_sides import Placing, RecordedSide
from monitord.replay.recordings.events_csv import Marks, Truth
from monitord.replay.recordings.folder import open_each, recording_files
from monitord.replay.recordings.recording import Recording
from monitord.replay.run.options import OnRead, unseen

FromFile = tuple[Path, Recording]


@dataclass(frozen=True, slots=True, kw_only=True)
class SamePatient:
    """One patient's recording twice; what an events file beside one of them says counts for both."""

    a: FromFile
    b: FromFile
    marks: Marks | None
    """On the clock of `a`."""
    alignment: Alignment

    def words(self) -> str:
        """How they belong together."""
        return f"{self.b[0]} is {self.a[0]}: {self.alignment.words()}"

    def sides(self, protocol: Protocol, asked: Placing) -> tuple[RecordedSide, RecordedSide]:
        """Both under one protocol, from and to when both have readings."""
        (path_a, one), (path_b, other) = self.a, self.b
        later = self.alignment.later
        begins = [at for at in (one.start, _less(other.start, later)) if at is not None]
        ends = [at for at in (one.end, _less(other.end, later)) if at is not None]
        start, end = max(begins), min(ends)
        a = RecordedSide(
            path=path_a,
            patient=one.patient,
            protocol=protocol,
            asked=asked,
            marks=self.marks,
            start=start,
            end=end,
        )
        b = replace(
            a,
            path=path_b,
            patient=other.patient,
            marks=None if self.marks is None else moved(self.marks, later),
            start=Instant(start + later),
            end=Instant(end + later),
            later=later,
        )
        return a, b


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """The pairs, and in sentences what has no fellow."""

    pairs: list[SamePatient] = field(default_factory=list)
    alone: list[str] = field(default_factory=list)


def pair_by_content(a: Path, b: Path, columns: Mapping[str, str], seen: OnRead = unseen) -> Paired:
    """Each recording of `a` with the first of `b` that agrees with it; those of the same name are tried first."""
    alone: list[str] = []
    left = list(_opened(b, columns, alone))
    first = list(_opened(a, columns, alone))
    pairs = []
    for done, (path, recording, marks) in enumerate(first, start=1):
        named = sorted(range(len(left)), key=lambda n: left[n][1].patient != recording.patient)
        tried = ((n, align(recording, left[n][1])) for n in named)
        fellow = next(((n, found) for n, found in tried if found is not None), None)
        if fellow is None:
            alone.append(f"{path}: no recording of {b} agrees with it")
        else:
            place, found = fellow
            other = left.pop(place)
            own = marks
            if own is None and other[2] is not None:
                own = moved(other[2], -found.later)
            pairs.append(
                SamePatient(a=(path, recording), b=(other[0], other[1]), marks=own, alignment=found)
            )
        seen(done, len(first), str(path))
    alone += [f"{path}: no recording of {a} agrees with it" for path, _, _ in left]
    return Paired(pairs=pairs, alone=alone)


def _opened(
    place: Path, columns: Mapping[str, str], failed: list[str]
) -> Iterator[tuple[Path, Recording, Marks | None]]:
    for path in recording_files(place):
        try:
            for recording, marks in open_each(path, columns):
                if recording.start is not None:
                    yield path, recording, marks
        except RecordingError as error:
            failed.append(str(error))


def _less(at: Instant | None, later: Span) -> Instant | None:
    return None if at is None else Instant(at - later)


def moved(marks: Marks, later: Span) -> Marks:
    """What an events file says, on a clock that is `later`."""

    def on(at: Instant) -> Instant:
        return Instant(at + later)

    return replace(
        marks,
        actions=tuple((on(at), action) for at, action in marks.actions),
        phases=tuple((on(at), phase) for at, phase in marks.phases),
        truths=tuple(
            Truth(
                at=on(each.at),
                name=each.name,
                until=None if each.until is None else on(each.until),
            )
            for each in marks.truths
        ),
    )
