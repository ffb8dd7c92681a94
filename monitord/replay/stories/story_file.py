"""A protocol test's file: a timeline document whose every bed is one story of one protocol.

Who is told in it is what the example suite's routes say.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from monitord.config import read_protocol
from monitord.config.files.reader import Reader, nearest
from monitord.config.files.yaml_file import read_file
from monitord.config.protocol.timeline_file import read_timeline
from monitord.config.protocol.timeline_names import check_bed
from monitord.config.suite.example_suite import example_routes
from monitord.engine.protocol.protocol import Protocol, Stage
from monitord.errors import ConfigError
from monitord.model import Span, span_text
from monitord.model.timeline import BedTimeline
from monitord.model.tracks import FaultKind, StaffStep
from monitord.replay.stories.story_play import PLAYED, Story, end_of
from monitord.replay.stories.subject import read_subject


def files_in(places: Iterable[Path]) -> Iterator[Path]:
    """The files themselves, and of a folder every YAML file in it, by name."""
    for place in places:
        if not place.is_dir():
            yield place
        elif found := sorted(place.glob("*.yaml")):
            yield from found
        else:
            raise ConfigError([f"{place} has no file that ends in .yaml"])


Known = dict[tuple[str, Path], Protocol]
"""Protocols by name, and the folder beside which a file of that name would lie."""


def _read(
    known: Known, name: str, near: Path, read: Callable[[str, Path | None], Protocol]
) -> Protocol:
    key = (name, near)
    if key not in known:
        known[key] = read(name, near)
    return known[key]


def read_stories(
    path: Path, protocol: str | None = None, known: Known | None = None
) -> list[Story]:
    """The stories in a file, under its own protocol or the one named; ConfigError lists faults.

    `known` keeps the protocols that were read, for the next file.

    Faults around all beds (the daemon killed) belong to every story; what is expected of any bed
    has no place here, because beds know nothing of each other.
    """
    document = read_file(path)
    reader = Reader(document)
    timeline = read_timeline(document)
    name = protocol or timeline.protocol
    if name is None:
        raise ConfigError([document.at((), "names no protocol: write `protocol: NAME`")])
    known = {} if known is None else known
    # What the caller names is read from where the caller stands, what the file names from where the file lies.
    near = path.parent if protocol is None else Path()
    resolved = _read(known, name, near, read_subject)
    watch = _read(known, "bed_without_session", path.parent, read_protocol)
    if timeline.expect:
        reader.fault(("expect",), "write what is expected below the bed that it is expected of")
    for bed_name, bed in timeline.beds.items():
        where = ("beds", bed_name, "faults")
        for number, fault in enumerate(bed.faults):
            if fault.fault not in PLAYED:
                sentence = (
                    f"{fault.fault} needs a device's twin; write what it measures in `series`"
                )
                reader.fault((*where, number), sentence)
        unknown = sorted(set(bed.phases) - {phase.name for phase in resolved.phases})
        if unknown:
            others = ", ".join(phase.name for phase in resolved.phases)
            sentence = f"{resolved.name} has no phase {unknown[0]!r}; it has {others}"
            reader.fault(("beds", bed_name, "phases"), sentence)
        placed = ("beds", bed_name) if "beds" in document.value else ()
        check_bed(reader, placed, bed, (resolved,))
        _check_told(reader, bed_name, bed)
        if not bed.expect:
            reader.fault(("beds", bed_name), "expects nothing: a test that cannot fail")
    reader.finish()
    stories = []
    for bed_name, bed in timeline.beds.items():
        around = [*timeline.faults, *bed.faults]
        kills = tuple(each for each in around if each.fault is FaultKind.KILL)
        end = end_of(bed, timeline.lasts)
        for phase in bed.phases or (None,):
            told = bed if phase is None else _entering(bed, resolved, phase)
            name = bed_name if phase is None else f"{bed_name} [{phase}]"
            stories.append(
                Story(
                    name=name,
                    bed=told,
                    protocol=resolved,
                    watch=watch,
                    routes=example_routes(),
                    kills=kills,
                    end=end,
                )
            )
    return stories


def _check_told(reader: Reader, name: str, bed: BedTimeline) -> None:
    """Who is to be told is somebody whom the example suite tells."""
    told = {to for route in example_routes().values() for tier in route.tiers for to in tier.to}
    for number, expect in enumerate(bed.expect):
        if expect.paged is not None and expect.paged.to not in {None, *told}:
            whom = str(expect.paged.to)
            where = ("beds", name, "expect", number)
            reader.fault(where, f"nobody is called {whom!r}{nearest(whom, told)}")


def _entering(bed: BedTimeline, protocol: Protocol, phase: str) -> BedTimeline:
    """The bed with the staff steps that have just brought it into the phase at zero."""
    place = [each.name for each in protocol.phases].index(phase)
    stage = protocol.phases[place].stage
    before = sum(
        each.duration or 0
        for each in protocol.phases[:place]
        if each.stage is stage or (stage is Stage.RECOVERY and each.stage is Stage.INFUSION)
    )
    recovered = sum(
        each.duration or 0 for each in protocol.phases[:place] if each.stage is Stage.RECOVERY
    )
    admit = {"session": "test", "protocol": protocol.name}
    steps = [_step(0, "admit", **admit)]
    if stage is Stage.BASELINE:
        steps.append(_step(before, "start_baseline"))
    elif stage in {Stage.INFUSION, Stage.RECOVERY}:
        steps.append(_step(before, "start_infusion", override="a test of what follows"))
    if stage is Stage.RECOVERY:
        steps.append(_step(recovered, "stop_infusion"))
    return bed.model_copy(update={"staff": (*steps, *bed.staff)})


def _step(before: Span, do: str, **what: str) -> StaffStep:
    """A step so long before zero."""
    at = f"-{span_text(before)}" if before else "0s"
    return StaffStep.model_validate({"at": at, "do": do, **what})
