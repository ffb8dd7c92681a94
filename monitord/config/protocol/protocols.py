"""Protocol files: found by name or path, read, and refused where they contradict themselves.

What is refused here could never do what it says; what a clinic should only think about is in
`protocol_lint.py`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from monitord.config.files.file_references import find, names_in
from monitord.config.files.reader import Reader, nearest
from monitord.config.files.yaml_file import Document, Fault, Loc, read_file
from monitord.config.protocol.extends import extended
from monitord.config.protocol.form_files import read_forms
from monitord.config.protocol.impossible_limits import impossible
from monitord.config.protocol.overlay_files import contradicting, read_overlays, under_its_own
from monitord.config.protocol.prompt_lint import mute_prompts, unknown_confidential
from monitord.engine.protocol import adjust
from monitord.engine.protocol.protocol import FORMER_NAMES, PROTOCOL, Protocol, Stage
from monitord.engine.readings.limit_value import Limit
from monitord.engine.rules.limit import OLD_KEY, LimitLevel, LimitRule
from monitord.engine.rules.overdue import OverdueRule
from monitord.errors import ConfigError
from monitord.model import SECOND, SIGNALS, Signal, Span

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
# Names stand in alarm ids and MQTT topics: no `/`, `+`, `#` or space.
NAME_WORDS = "may hold letters, digits, `_`, `-` and `.`, at most 64"

_ORDER = {Stage.ADMITTED: 0, Stage.BASELINE: 1, Stage.INFUSION: 2, Stage.RECOVERY: 3}

FOLDER = "protocols"
_RENAMED = {former: name for name, former in FORMER_NAMES.items()}


def protocol_names() -> list[str]:
    """The protocols that come with monitord."""
    return names_in(FOLDER)


def find_protocol(name: str, near: Path | None = None) -> Path:
    """The file of a shipped name, also a former one, or of a path from the folder `near`; ConfigError if none."""
    return find(_RENAMED.get(name, name), FOLDER, near)


def read_protocol(name: str, near: Path | None = None) -> Protocol:
    """The protocol of this name or file; ConfigError lists every fault."""
    path = find_protocol(name, near)
    return read_protocol_document(read_file(path), path.parent)


def read_protocol_document(document: Document, near: Path | None = None) -> Protocol:
    """The protocol in a document; ConfigError lists every fault. `near` is the document's folder."""
    reader = Reader(document)
    value, overlays = read_overlays(reader, extended(reader, find_protocol, near), near)
    value, forms = read_forms(reader, value, near)
    for loc, sentence in renamed(value):
        reader.fault(loc, sentence)
    protocol = reader.read(PROTOCOL, value)
    if protocol is not None:
        protocol = replace(
            protocol, overlays=overlays or protocol.overlays, forms=forms or protocol.forms
        )
        if overlays or not protocol.overlays:
            # A document that holds its overlays, and does not name them, lies under them already.
            protocol = under_its_own(reader, protocol)
        for loc, sentence in contradictions(protocol):
            reader.fault(loc, sentence)
    reader.finish()
    if protocol is None:  # pragma: no cover - `finish` raised
        raise ConfigError([f"{document.name}: not a protocol"])
    return protocol


def renamed(value: object, loc: Loc = ()) -> Iterator[Fault]:
    """Keys of the first edition of the alarm model; a journal's documents may hold them."""
    parts: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        parts = value.items()
        if OLD_KEY in value:
            words = (
                "with `repeat_within` where the repeat is not due in 5 min (of a low limit 3 min)"
            )
            yield (*loc, OLD_KEY), f"is now `twice: true`, {words}"
    elif isinstance(value, list | tuple):
        parts = enumerate(value)
    for key, part in parts:
        yield from renamed(part, (*loc, key))


def contradictions(protocol: Protocol) -> Iterator[Fault]:
    """What makes a protocol impossible to follow: place and sentence."""
    yield from _bad_names(protocol)
    yield from _bad_phases(protocol)
    yield from _bad_times(protocol)
    yield from _unknown_words(protocol)
    for name, rule in protocol.rules.items():
        if not rule.levels:
            yield ("rules", name, "levels"), "needs at least one level"
        yield from impossible(name, rule)
    for name, limits in protocol.rules_of(LimitRule).items():
        for loc, levels in level_sets(name, limits):
            yield from _bad_levels(loc, limits.signal, levels)
    yield from mute_prompts(protocol)
    yield from unknown_confidential(protocol)
    yield from _overlaps(protocol)
    for number, sentence in adjust.faults(protocol.rules, protocol.adjustable):
        yield ("adjustable", number), sentence
    yield from contradicting(protocol)


def level_sets(name: str, rule: LimitRule) -> Iterator[tuple[Loc, tuple[LimitLevel, ...]]]:
    """The rule's levels, then those of each phase that has its own, with their places."""
    yield ("rules", name, "levels"), rule.levels
    for phase, levels in rule.phases.items():
        yield ("rules", name, "phases", phase), levels


def _bad_names(protocol: Protocol) -> Iterator[Fault]:
    names: list[tuple[Loc, str]] = [(("name",), protocol.name)]
    names += [(("phases", i, "name"), phase.name) for i, phase in enumerate(protocol.phases)]
    names += [(("rules", name), name) for name in protocol.rules]
    names += [(("schedule", name), name) for name in protocol.schedule]
    for loc, name in names:
        if not NAME.fullmatch(name):
            yield loc, f"the name {name!r} {NAME_WORDS}"


def _bad_phases(protocol: Protocol) -> Iterator[Fault]:
    seen: set[str] = set()
    for i, phase in enumerate(protocol.phases):
        if phase.name in seen:
            yield ("phases", i, "name"), f"the phase {phase.name!r} stands here twice"
        seen.add(phase.name)
        if phase.stage is Stage.DISCHARGED:
            yield (
                ("phases", i, "stage"),
                "nobody is watched after discharge: no phase belongs there",
            )
    for i, (before, phase) in enumerate(pairwise(protocol.phases), start=1):
        if _ORDER.get(phase.stage, 9) < _ORDER.get(before.stage, 9):
            yield ("phases", i), f"never reached: {phase.stage} does not follow {before.stage}"
        elif phase.stage is before.stage and before.duration is None:
            yield ("phases", i), f"never reached: {before.name!r} before it has no duration"


def _bad_times(protocol: Protocol) -> Iterator[Fault]:
    times: list[tuple[Loc, Span | None]] = [
        (("phases", i, "duration"), phase.duration) for i, phase in enumerate(protocol.phases)
    ]
    times += [(("fresh", signal), span) for signal, span in protocol.fresh.items()]
    times += [
        (("schedule", name, "every", phase), span)
        for name, item in protocol.schedule.items()
        for phase, span in item.every.items()
    ]
    alarms = protocol.alarms
    times += [
        (("alarms", "acknowledge_expires"), alarms.acknowledge_expires),
        (("alarms", "accept_expires"), alarms.accept_expires),
        (("alarms", "audio_pause"), alarms.audio_pause),
    ]
    for loc, span in times:
        if span is not None and span < SECOND:
            yield loc, "must be 1s or longer"
    for name, rule in protocol.rules.items():
        if rule.hysteresis < 0:
            yield ("rules", name, "hysteresis"), "must not be negative"
    for name, overdue in protocol.rules_of(OverdueRule).items():
        for i, level in enumerate(overdue.levels):
            if level.share < 0:
                yield ("rules", name, "levels", i, "share"), "must not be negative"


def _unknown_words(protocol: Protocol) -> Iterator[Fault]:
    phases = {phase.name for phase in protocol.phases}
    used: list[tuple[Loc, str]] = []
    for name, rule in protocol.rules.items():
        for i, phase in enumerate(getattr(rule, "only", ())):
            used.append((("rules", name, "only", i), phase))
        used += [(("rules", name, "phases", phase), phase) for phase in getattr(rule, "phases", {})]
    for name, overdue in protocol.rules_of(OverdueRule).items():
        if overdue.item not in protocol.schedule:
            hint = nearest(overdue.item, protocol.schedule)
            yield ("rules", name, "item"), f"the schedule has no {overdue.item!r}{hint}"
    for name, item in protocol.schedule.items():
        if not item.signals:
            yield ("schedule", name, "signals"), "names no signal"
        used += [(("schedule", name, "every", phase), phase) for phase in item.every]
    for loc, phase in used:
        if phase not in phases:
            yield loc, f"there is no phase {phase!r}{nearest(phase, phases)}"


def _bad_levels(loc: Loc, signal: Signal, levels: tuple[LimitLevel, ...]) -> Iterator[Fault]:
    spec = SIGNALS[signal]
    for i, level in enumerate(levels):
        here, limit = (*loc, i), level.limit
        always, never = limit.violated_by, lambda v, limit=limit: not limit.violated_by(v)
        if level.hysteresis is not None and level.hysteresis < 0:
            yield (*here, "hysteresis"), "must not be negative"
        if level.of == "percent":
            if abs(limit.value) > 100 or limit.relation.low is (limit.value > 0):
                yield (*here, "limit"), f"{limit} % is no change that could alarm"
        elif level.of == "change":
            if abs(limit.value) > spec.high - spec.low or limit.relation.low is (limit.value > 0):
                yield (*here, "limit"), f"{limit} is no change of {spec.label} that could alarm"
        elif not spec.low <= limit.value <= spec.high:
            yield (
                (*here, "limit"),
                f"{limit} is outside what {spec.label} can be ({spec.low:g} to {spec.high:g})",
            )
        elif all(map(never, (spec.low, spec.high))) or all(map(always, (spec.low, spec.high))):
            yield (*here, "limit"), f"{limit} holds for no value of {spec.label}, or for every one"
        if level.limit.relation.low is not levels[0].limit.relation.low:
            yield (*here, "limit"), "the levels of one rule all look down (<) or all look up (>)"
        for j, other in enumerate(levels):
            if j != i and _shadows(other, level, first=j < i):
                stronger = f"{other.limit} ({other.priority.word})"
                yield here, f"can never speak: {stronger} is as wide, as quick and as urgent"
                break


def _shadows(other: LimitLevel, level: LimitLevel, *, first: bool) -> bool:
    """Whether `other` always speaks instead of `level`; of two equal ones the first does.

    A deeper limit at the same priority speaks where the other was answered.
    """
    if other.limit.relation.low is not level.limit.relation.low or other.of != level.of:
        return False
    as_quick = other.delay <= level.delay and other.twice <= level.twice
    if (other.limit, other.priority) == (level.limit, level.priority):
        equal = (other.delay, other.twice) == (level.delay, level.twice)
        return first if equal else as_quick
    more_urgent = other.priority > level.priority
    return more_urgent and as_quick and _as_wide(other.limit, level.limit)


def _as_wide(one: Limit, other: Limit) -> bool:
    """Whether every value that violates `other` violates `one`; both look the same way."""
    if one.value == other.value:
        return one.violated_by(one.value) or not other.violated_by(other.value)
    return (one.value > other.value) is one.relation.low


def _overlaps(protocol: Protocol) -> Iterator[Fault]:
    """A low and a high limit of one signal between which no value is good."""
    phases: list[str | None] = [phase.name for phase in protocol.phases]
    told: set[tuple[str, str]] = set()
    rules = list(protocol.rules_of(LimitRule).items())
    for phase in phases or [None]:
        for low_name, low in rules:
            for high_name, high in rules:
                if low.signal is not high.signal or (low_name, high_name) in told:
                    continue
                floor = [limit for limit in _of_values(low, phase) if limit.relation.low]
                roof = [limit for limit in _of_values(high, phase) if not limit.relation.low]
                bad = next(((f, r) for f in floor for r in roof if f.value > r.value), None)
                if bad and low_name != high_name:
                    told.add((low_name, high_name))
                    where = f" in {phase!r}" if phase else ""
                    yield (
                        ("rules", low_name),
                        f"leaves no good value beside {high_name!r}{where}: {bad[0]} and {bad[1]}",
                    )


def _of_values(rule: LimitRule, phase: str | None) -> list[Limit]:
    return [level.limit for level in rule.levels_in(phase) if level.of == "value"]
