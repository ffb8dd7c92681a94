"""A timeline as simulated devices and a daemon can play it, and in sentences what of it they cannot."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from monitord.commands.expectation_verdicts import NotPlayed
from monitord.config import read_protocol
from monitord.config.protocol.timeline_file import read_scenario
from monitord.model.timeline import BedTimeline, Timeline
from monitord.model.tracks import StaffStep

_ADMISSIONS = ("admit", "correct_protocol")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayableTimeline:
    """What is played, the suite's protocols by name or file, and what is left out."""

    timeline: Timeline
    protocols: tuple[str, ...]
    left_out: tuple[NotPlayed, ...]


def playable(path: Path, protocol: str | None = None) -> PlayableTimeline:
    """The file's timeline; ConfigError lists its faults.

    `protocol` takes the place of every one that the file names, and is read from where the caller
    stands; one that the file names lies beside the file. Where nobody admits and a protocol is
    named, the session is there from zero, as in `monitord test`.
    """
    written = read_scenario(path)
    names: dict[str, tuple[str, str]] = {}

    def found(name: str) -> str:
        """A protocol's own name, noted with what the suite file calls it."""
        if name not in names:
            base = (protocol or name).partition("+")[0]
            near = Path() if protocol else path.parent
            a_file = base.endswith((".yaml", ".yml"))
            place = str((near / base).resolve()) if a_file else base
            names[name] = (read_protocol(base, near).name, place)
        return names[name][0]

    meant = protocol or written.protocol
    beds = {
        name: bed.model_copy(update={"staff": tuple(_staff(bed, meant, found))})
        for name, bed in written.beds.items()
    }
    return PlayableTimeline(
        timeline=written.model_copy(update={"beds": beds, "protocol": None}),
        protocols=tuple(sorted({place for _, place in names.values()})),
        left_out=tuple(_left_out(written)),
    )


def _staff(bed: BedTimeline, meant: str | None, found: Callable[[str], str]) -> Iterator[StaffStep]:
    if meant is not None and not any(step.do == "admit" for step in bed.staff):
        overlays = tuple(meant.split("+")[1:])
        yield StaffStep.model_validate(
            {
                "at": "0s",
                "do": "admit",
                "session": "play",
                "protocol": found(meant),
                "overlays": overlays,
            }
        )
    for step in bed.staff:
        if step.do in _ADMISSIONS and "protocol" in step.what:
            what = step.what | {"protocol": found(str(step.what["protocol"]))}
            yield step.model_copy(update={"what": what})
        else:
            yield step


def _left_out(timeline: Timeline) -> Iterator[NotPlayed]:
    for name, bed in timeline.beds.items():
        for source in sorted({block.source for block in bed.series} - bed.devices.keys()):
            signals = {s for block in bed.series if block.source == source for s in block.values}
            sentence = (
                f"the series of {source!r} ({', '.join(sorted(signals))}) was not played: no device of"
                " the bed has this name; write one below `devices`"
            )
            yield NotPlayed(bed=name, sentence=sentence, signals=frozenset(signals))
        if bed.phases:
            sentence = "told once, as it is written: `phases` is for `monitord test` alone"
            yield NotPlayed(bed=name, sentence=sentence)
