"""A protocol test's file: a timeline document whose every bed is one story of one protocol."""

from pathlib import Path

from monitord.config import read_protocol
from monitord.config.reader import Reader
from monitord.config.timeline_file import read_timeline
from monitord.config.yaml_file import read_file
from monitord.engine.protocol import Protocol, Stage
from monitord.errors import ConfigError
from monitord.model import Span, span_text
from monitord.model.timeline import BedTimeline
from monitord.model.tracks import FaultKind, StaffStep
from monitord.replay.story import PLAYED, Story, end_of
from monitord.replay.subject import read_subject


def read_stories(path: Path, protocol: str | None = None) -> list[Story]:
    """The stories in a file, under its own protocol or the one named; ConfigError lists faults.

    Faults around all beds (the daemon killed) belong to every story; what is expected of any bed
    has no place here, because beds know nothing of each other.
    """
    document = read_file(path)
    reader = Reader(document)
    timeline = read_timeline(document)
    name = protocol or timeline.protocol
    if name is None:
        raise ConfigError([document.at((), "names no protocol: write `protocol: NAME`")])
    resolved = read_subject(name, near=path.parent)
    watch = read_protocol("watch")
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
            known = ", ".join(phase.name for phase in resolved.phases)
            sentence = f"{resolved.name} has no phase {unknown[0]!r}; it has {known}"
            reader.fault(("beds", bed_name, "phases"), sentence)
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
                Story(name=name, bed=told, protocol=resolved, watch=watch, kills=kills, end=end)
            )
    return stories


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
