"""A foreign recording as one session on one bed: the settings and events that an engine is given.

No gate, no schedule, no approval, no notifiers. The session stands wholly in one phase, or where an
events file places it. Rules without a signal in the recording are left out and named. Pure.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from heapq import merge
from typing import Final

from monitord.config import identity
from monitord.engine.protocol.protocol import (
    Phase,
    Protocol,
    Route,
    Settings,
    Source,
    Stage,
    Tier,
    canonical,
    digest,
)
from monitord.engine.protocol.reading_lifetime import freshness
from monitord.engine.rules import ProtocolRule
from monitord.engine.rules.absence import AbsenceRule
from monitord.engine.rules.combine import CombineRule
from monitord.engine.rules.level import Level
from monitord.engine.rules.overdue import OverdueRule
from monitord.engine.rules.overrun import OverrunRule
from monitord.engine.session.session import STAGE_ACTIONS
from monitord.errors import NothingAssessedError, RecordingError
from monitord.model import (
    HOUR,
    Admit,
    Configured,
    Event,
    Instant,
    Observe,
    Priority,
    Signal,
    Span,
    StaffAction,
    span_text,
)
from monitord.replay.recordings.events_csv import Marks
from monitord.replay.recordings.recording import Interval, Recording

BED: Final = "1"
SUITE: Final = "REPLAY"
PHASE: Final = "infusion"

_SPEAKS: Final = 2.5
# Freshness of a slow signal in its intervals (design section 7); silence is counted alike.
TO_NOBODY: Final = Route(tiers=(Tier(to=()),), repeat=100 * 365 * 24 * HOUR)
# With a route an engine says when an alarm that was inhibited begins to be told; a recording knows no
# destination, and nobody who would let it be repeated.


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSession:
    """What one engine is given to replay one recording.

    `protocol` is as the clinic wrote it, `settings` hold the copy that runs; `adapted` says in
    sentences how they differ, `fresh` how long one reading of each signal speaks, `not_assessed` which of the protocol's signals are not there.
    """

    recording: Recording
    protocol: Protocol
    settings: Settings
    admit: Admit
    start: Instant
    end: Instant
    intervals: Mapping[Signal, Interval]
    fresh: Mapping[Signal, Span]
    actions: tuple[tuple[Instant, StaffAction], ...]
    not_assessed: tuple[str, ...]
    adapted: tuple[str, ...]

    @property
    def identity(self) -> str:
        """The protocol's name, version and hash as alarm lines carry it."""
        return identity(self.protocol)

    @property
    def running(self) -> Protocol:
        """The copy of the protocol that the engine runs."""
        return self.settings.protocols[self.protocol.name]

    def opening(self) -> Iterator[Event]:
        """The events that open the session."""
        document = canonical(self.settings)
        for body in (Configured(digest=digest(self.running), document=document), self.admit):
            yield Event(at=self.start, bed=BED, body=body, source=self.recording.source)

    def events(self) -> Iterator[Event]:
        """Everything that happens, in time order; at one instant staff come first."""
        yield from self.opening()
        staff = (Event(at=at, bed=BED, body=action, source="staff") for at, action in self.actions)
        heard = self.recording.events(BED)
        for event in merge(staff, heard, key=lambda event: event.at):
            if event.at > self.end:
                return
            if event.at >= self.start:
                yield event


def open_session(
    recording: Recording,
    protocol: Protocol,
    *,
    phase: str | None = None,
    marks: Marks | None = None,
    interval: Span | None = None,
    start: Instant | None = None,
    end: Instant | None = None,
) -> RecordingSession:
    """The session of one recording between `start` and `end` (absent: first and last frame).

    `phase` (absent: `infusion`) or `marks` place it; `interval` replaces every signal's own.
    NothingAssessedError where nothing is left to replay, RecordingError where the protocol has no such phase.
    """
    first, last = recording.start, recording.end
    if first is None or last is None:
        raise NothingAssessedError(recording.nothing_read())
    start, end = max(first, start or first), min(last, end or last)
    if start > end:
        raise NothingAssessedError(f"{recording.path}: nothing lies between --from and --to")
    phases, actions = _placed(protocol, marks or Marks(), start, phase)
    intervals = dict(recording.intervals)
    if interval is not None:
        declared = Interval(span=interval, declared=True)
        intervals = dict.fromkeys(recording.table.signals, declared)
    observed = {s for _, a in actions if isinstance(a, Observe) for s in a.values}
    carried = frozenset(recording.signals | observed)
    rules = {
        name: _slowed(rule, intervals)
        for name, rule in protocol.rules.items()
        if _assessed(rule, carried, staff=bool(actions))
    }
    running = replace(protocol, phases=phases, rules=rules, schedule={}, gate=(), discharge=())
    session = re.sub(r"[^A-Za-z0-9_.-]+", "-", recording.patient) or "recording"
    settings = Settings(
        suite=SUITE,
        bed=BED,
        sources=_sources(recording, intervals),
        watch=replace(running, phases=(), rules={}),
        protocols={protocol.name: running},
        routes=dict.fromkeys(Priority, TO_NOBODY),
    )
    return RecordingSession(
        recording=recording,
        protocol=protocol,
        settings=settings,
        admit=Admit(id="replay", by="replay", session=session, protocol=protocol.name),
        start=start,
        end=end,
        intervals=intervals,
        fresh={signal: freshness(signal, running, settings) for signal in recording.table.signals},
        actions=actions,
        not_assessed=_not_assessed(protocol, carried),
        adapted=tuple(_sentences(protocol, running)),
    )


def _placed(
    protocol: Protocol, marks: Marks, start: Instant, phase: str | None
) -> tuple[tuple[Phase, ...], tuple[tuple[Instant, StaffAction], ...]]:
    """The phases of the running copy, and what staff do.

    Staff actions that move a session move it as they do live. Rows that name a phase do without:
    the admission enters the first, the others follow by time, and moving actions are left out.
    """
    if not protocol.phases:
        raise RecordingError(f"{protocol.name} has no phases: it is for beds without a session")
    moving = [action for _, action in marks.actions if isinstance(action, STAGE_ACTIONS)]
    if moving and not marks.phases and phase is None:
        return protocol.phases, marks.actions
    row = [(start, _known(protocol, phase or PHASE))]
    for at, name in marks.phases:
        if at <= start:
            row.clear()
        row.append((max(at, start), _known(protocol, name)))
    ends: list[Instant | None] = [*(at for at, _ in row[1:]), None]
    phases = tuple(
        Phase(
            name=name,
            stage=Stage.ADMITTED,
            duration=None if until is None else until - at,
        )
        for (at, name), until in zip(row, ends, strict=True)
    )
    others = tuple((at, a) for at, a in marks.actions if not isinstance(a, STAGE_ACTIONS))
    return phases, others


def _known(protocol: Protocol, phase: str) -> str:
    names = [each.name for each in protocol.phases]
    if phase not in names:
        msg = f"{protocol.name} has no phase {phase!r}; it has {', '.join(names)}"
        raise RecordingError(msg)
    return phase


def _assessed(rule: ProtocolRule, carried: frozenset[Signal], *, staff: bool) -> bool:
    """Whether anything in the recording can make the rule speak; nothing is ever overdue in one, and
    without `staff` nothing lasts too long that they would have begun.
    """
    match rule:
        case OverdueRule():
            return False
        case OverrunRule():
            return staff
        case CombineRule():
            return any(
                all(any(term.signal in carried for term in group) for group in level.needs)
                for level in rule.levels
            )
        case _:
            return not rule.inputs or bool(rule.inputs & carried)


def _slowed(rule: ProtocolRule, intervals: Mapping[Signal, Interval]) -> ProtocolRule:
    """A silence is none before two and a half of the signal's intervals are over."""
    if not isinstance(rule, AbsenceRule) or (interval := intervals.get(rule.signal)) is None:
        return rule
    shortest = round(_SPEAKS * interval.span)

    def slow(levels: tuple[Level, ...]) -> tuple[Level, ...]:
        return tuple(replace(level, delay=max(level.delay, shortest)) for level in levels)

    phases = {phase: slow(levels) for phase, levels in rule.phases.items()}
    return replace(rule, levels=slow(rule.levels), phases=phases)


def _sources(recording: Recording, intervals: Mapping[Signal, Interval]) -> dict[str, Source]:
    """One source a signal, because each has its interval; faults in a capture name their device."""
    return {
        f"{recording.source}/{signal}": Source(
            signals=(signal,),
            interval=intervals[signal].span if signal in intervals else 0,
            simulated=recording.simulated,
        )
        for signal in recording.table.signals
    }


def _not_assessed(protocol: Protocol, carried: frozenset[Signal]) -> tuple[str, ...]:
    wanted = {s for rule in protocol.rules.values() for s in rule.inputs}
    wanted |= {s for item in protocol.schedule.values() for s in item.signals}
    return tuple(signal.value for signal in Signal if signal in wanted - carried)


def _sentences(protocol: Protocol, running: Protocol) -> Iterator[str]:
    """How the copy differs from the protocol."""
    yield "no gate, no approval, no schedule, no notifiers"
    if running.phases != protocol.phases:
        row = [
            phase.name + (f" for {span_text(phase.duration)}" if phase.duration is not None else "")
            for phase in running.phases
        ]
        yield f"phases: {', then '.join(row)}"
    left_out = [name for name in protocol.rules if name not in running.rules]
    if left_out:
        yield f"rules left out: {', '.join(left_out)}"
    for name, rule in running.rules_of(AbsenceRule).items():
        if rule != protocol.rules[name]:
            yield f"{name} waits {_SPEAKS:g} intervals of {rule.signal}"
