"""One bed of a timeline through one engine: what is expected, and what came.

The engine gets the bed's `series` and `staff`, and of `faults` those that need no device's twin: `kill`
(the daemon is down for so long, then goes on from its state), `unplug`, `silence` and `battery`.
At one instant what is measured comes before what staff do. Pure.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import merge
from typing import Final

from monitord.engine.engine import Engine
from monitord.engine.protocol.protocol import (
    Cuff,
    Itself,
    Protocol,
    Route,
    Settings,
    Source,
    canonical,
)
from monitord.engine.state import State
from monitord.model import (
    MINUTE,
    SECOND,
    Admit,
    AlarmLine,
    Answered,
    Body,
    Cause,
    Configured,
    Effect,
    Event,
    Fault,
    Instant,
    Notify,
    Priority,
    Signal,
    Span,
    Started,
    from_iso,
)
from monitord.model.expected_telling import ANY, Delivery
from monitord.model.timeline import BedTimeline, Expect
from monitord.model.tracks import FaultKind, FaultStep, StaffStep

ZERO: Final = from_iso("2026-01-05T10:00:00Z")
"""The zero of every story; which day it is makes no difference to an engine."""

PLAYED: Final = frozenset(
    {FaultKind.KILL, FaultKind.UNPLUG, FaultKind.SILENCE, FaultKind.BATTERY, FaultKind.WALL_CLOCK}
)
"""Faults that a story without devices can show; a wall clock's step changes nothing by design."""

_CAUSES: Final = {FaultKind.UNPLUG: Cause.LINK, FaultKind.BATTERY: Cause.BATTERY}

Look = Callable[[Protocol, State], None]
"""Sees the engine after each event: how coverage is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One bed with its protocol; `name` is the bed's name in the file, `end` an offset from zero.

    `routes` say who is told.
    """

    name: str
    bed: BedTimeline
    protocol: Protocol
    watch: Protocol
    routes: Mapping[Priority, Route] = field(default_factory=dict)
    kills: tuple[FaultStep, ...] = ()
    end: Span


@dataclass(slots=True, kw_only=True)
class StoryResult:
    """What came of a story: the lines, who was told, and why it is not as expected."""

    lines: list[AlarmLine] = field(default_factory=list)
    tellings: list[Delivery] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def play(story: Story, protocol: Protocol | None = None, look: Look | None = None) -> StoryResult:
    """The story under its protocol, or under another of the same name (a mutant)."""
    player = _Player(story, protocol or story.protocol, look)
    player.run()
    told = player.told
    told.faults += [fault for expect in story.bed.expect if (fault := unmet(expect, story, told))]
    return told


def unmet(expect: Expect, story: Story, told: StoryResult) -> str | None:
    """Why an expectation is not met, with what came of that alarm instead."""
    if expect.paged is not None:
        return expect.paged.unmet(told.tellings, story.end)
    first, last = expect.window(story.end)
    name = expect.rule
    same = [line for line in told.lines if name in {line.alarm, ANY}]
    met = [
        line
        for line in same
        if first <= line.at - ZERO <= last
        and expect.matches(line.alarm, line.event, line.priority)
        # A line whose deeper cause is told instead reaches nobody.
        and (expect.alarm is not None or line.inhibited_by is None)
    ]
    if bool(met) is (expect.alarm is not None):
        return None
    wanted = " ".join(
        word
        for word in (
            expect.priority.word if expect.priority else "",
            str(expect.event),
            f"of {name}",
            f"from {first / SECOND:g} s to {last / SECOND:g} s",
        )
        if word
    )
    verb = "missing" if expect.alarm else "must not come"
    came = ", ".join(_short(line) for line in (met or same)) or "nothing"
    return f"{verb}: {wanted}; came: {came}"


def _short(line: AlarmLine) -> str:
    return f"{(line.at - ZERO) / SECOND:g} s {line.event} {line.priority.word}"


class _Player:
    """The engine of one story, and the clock that its events set."""

    def __init__(self, story: Story, protocol: Protocol, look: Look | None) -> None:
        self.told = StoryResult()
        self._story = story
        self._protocol = protocol
        self._look = look
        self._engine = Engine(story.name)
        self._number = 0

    def run(self) -> None:
        """Every event in order, then what elapsed time alone brings until the end."""
        self._give(ZERO, Configured(digest="story", document=self._settings()))
        for at, what in merge(*self._tracks(), key=lambda each: each[0]):
            if at - ZERO > self._story.end:
                break
            if isinstance(what, StaffStep):
                self._act(at, what)
            elif isinstance(what, Started):
                # The process is gone; all that is left is what it had written.
                self._engine = Engine(self._story.name, self._engine.state)
                self._give(at, what)
            else:
                source, body = what
                self._give(at, body, source)
        self._take(self._engine.advance(Instant(ZERO + self._story.end + 1)))

    def _settings(self) -> str:
        """The document of what the engine is configured with."""
        signals: dict[str, set[Signal]] = {}
        for block in self._story.bed.series:
            signals.setdefault(block.source, set()).update(block.values)
        return _document(
            Itself(self._protocol),
            Itself(self._story.watch),
            tuple((source, tuple(sorted(names))) for source, names in signals.items()),
            tuple(self._story.routes.items()),
        )

    def _tracks(self) -> Iterator[Iterator[tuple[Instant, tuple[str, Body] | StaffStep | Started]]]:
        """Faults, then what is measured, then staff: the order at one instant."""
        bed, kills = self._story.bed, self._story.kills
        away = [(f.at, f.at + f.lasts, f.device) for f in bed.faults if f.fault in _MUTE]
        away += [(f.at, f.at + f.lasts, None) for f in kills]

        def lost(at: Span, source: str) -> bool:
            return any(a <= at < b and who in {None, source} for a, b, who in away)

        starts = [
            (Instant(ZERO + f.at + f.lasts), Started(version="test", down_since=_at(f.at)))
            for f in kills
        ]
        found: list[tuple[Instant, tuple[str, Body]]] = []
        for fault in bed.faults:
            if (cause := _CAUSES.get(fault.fault)) and fault.device:
                for at, present in ((fault.at, True), (fault.at + fault.lasts, False)):
                    body = Fault(cause=cause, subject=fault.device, present=present)
                    found.append((_at(at), (fault.device, body)))
        yield iter(sorted(starts, key=lambda each: each[0]))
        yield iter(sorted(found, key=lambda each: each[0]))
        yield (
            (_at(at), (source, frame)) for at, source, frame in bed.frames() if not lost(at, source)
        )
        yield ((_at(max(step.at, 0)), step) for step in self._steps())

    def _steps(self) -> list[StaffStep]:
        """What staff do; where nobody admits, the session is there from the beginning."""
        steps = self._story.bed.steps()
        if any(step.do == "admit" for step in steps) or not self._protocol.phases:
            return steps
        admit = StaffStep.model_validate(
            {"at": "0s", "do": "admit", "session": "test", "protocol": self._protocol.name}
        )
        return [admit, *steps]

    def _act(self, at: Instant, step: StaffStep) -> None:
        self._number += 1
        # What fell due before somebody acts has happened, though nothing was read.
        self._take(self._engine.advance(max(at, self._engine.now)))
        alarm = self._present(step.alarm) if step.alarm else None
        self._give(at, step.action(id=f"staff-{self._number}", start=ZERO, alarm=alarm), "staff")

    def _present(self, rule: str) -> str:
        """The id of the rule's latest alarm."""
        ids = [line.id for line in self.told.lines if line.alarm == rule]
        if not ids:
            self.told.faults.append(f"nobody could answer {rule}: it was not there")
        return ids[-1] if ids else "none"

    def _give(self, at: Instant, body: Body, source: str = "") -> None:
        at = max(at, self._engine.now)
        if isinstance(body, Admit) and body.protocol != self._protocol.name:
            self.told.faults.append(f"the test is of {self._protocol.name}, not of {body.protocol}")
        event = Event(at=at, bed=self._story.name, body=body, source=source, simulated=True)
        self._take(self._engine.step(event))

    def _take(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, AlarmLine):
                self.told.lines.append(effect)
            elif isinstance(effect, Notify):
                at = effect.line.at - ZERO
                self.told.tellings.append(Delivery(at=at, to=effect.destination, line=effect.line))
            elif isinstance(effect, Answered) and effect.refused:
                self.told.faults.append(f"refused: {effect.refused}")
        if self._look is not None:
            self._look(self._protocol, self._engine.state)


@lru_cache(maxsize=8)
def _document(
    of: Itself,
    watch: Itself,
    sources: tuple[tuple[str, tuple[Signal, ...]], ...],
    routes: tuple[tuple[Priority, Route], ...],
) -> str:
    """Most stories of a file have the same, and writing it takes longer than many a story."""
    protocol = of.protocol
    return canonical(
        Settings(
            suite="test",
            # Not the story's name, which makes no difference to an engine: equal settings are read once.
            bed="test",
            sources={name: Source(signals=signals, simulated=True) for name, signals in sources},
            cuff=Cuff(automatic=True),
            watch=protocol if not protocol.phases else watch.protocol,
            protocols={protocol.name: protocol} if protocol.phases else {},
            routes=dict(routes),
        )
    )


_MUTE: Final = frozenset({FaultKind.UNPLUG, FaultKind.SILENCE})


def _at(offset: Span) -> Instant:
    return Instant(ZERO + offset)


def end_of(bed: BedTimeline, lasts: Span | None) -> Span:
    """Where the story of a bed is over: the document's `lasts`, or a minute after its last word."""
    return lasts if lasts is not None else bed.last + MINUTE
