"""What protocol tests reach: rule x phase x level, on both sides of its limit. Pure.

A level is reached from beyond when it held in a phase, and from within when it did not although the
rule had something to judge: of a limit a good reading at most one unit inside it, of every other rule
any moment in which a level did not hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from monitord.engine.alarms.delay_and_clearing import HOLDS
from monitord.engine.protocol.protocol import Protocol
from monitord.engine.rules import ProtocolRule
from monitord.engine.rules.level import Level
from monitord.engine.rules.limit import LimitLevel
from monitord.engine.rules.overdue import OverdueRule
from monitord.engine.rules.unstarted import UnstartedRule
from monitord.engine.session.baseline import in_force
from monitord.engine.state import State
from monitord.model import Signal
from monitord.replay.stories.subject import rules_in_question

NEAR: Final = 1.0
"""In the signal's unit: vital signs are shown in whole numbers."""

BEYOND: Final = "beyond"
WITHIN: Final = "within"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Goal:
    """One side of one level of one rule in one phase; `phase` is empty on a bed without a session."""

    rule: str
    phase: str
    level: int
    side: str
    words: str = field(compare=False)

    def __str__(self) -> str:
        where = f" in {self.phase}" if self.phase else ""
        return f"{self.rule}{where}: {self.words}: {self.side}"


def goals(protocol: Protocol) -> Iterator[Goal]:
    """All that tests of a protocol could reach."""
    phases: list[str | None] = [phase.name for phase in protocol.phases]
    asked = rules_in_question(protocol)
    for phase in phases or [None]:
        for name, rule in protocol.rules.items():
            if name not in asked:
                continue
            for number, level in enumerate(rule.levels_in(phase)):
                if not _possible(protocol, rule, phase, number):
                    continue
                limit = getattr(level, "limit", "")
                words = " ".join(f"{level.priority.word} {limit}".split())
                for side in (BEYOND, WITHIN):
                    yield Goal(rule=name, phase=phase or "", level=number, side=side, words=words)


def _possible(protocol: Protocol, rule: ProtocolRule, phase: str | None, number: int) -> bool:
    """Whether the level can hold in the phase at all.

    An item is overdue only where it is scheduled, and not before the next phase begins where that
    comes first: it is due at the beginning of a phase at the latest.
    """
    if not isinstance(rule, OverdueRule):
        return phase is None or not isinstance(rule, UnstartedRule)
    interval = protocol.schedule[rule.item].every.get(phase or "")
    if interval is None:
        return False
    names = [each.name for each in protocol.phases]
    here = protocol.phases[names.index(phase or "")]
    follows = protocol.phases[names.index(here.name) + 1 :]
    if here.duration is None or not any(each.stage is here.stage for each in follows):
        return True
    level = rule.levels[number]
    return level.delay + level.share * interval < here.duration


@dataclass(slots=True)
class StoryCoverage:
    """Collects what stories reach; give `look` to each of them."""

    reached: set[tuple[str, str, int, str]] = field(default_factory=set)
    _protocol: Protocol | None = None
    _open: dict[str | None, "_OpenGoals"] = field(default_factory=dict)

    def look(self, protocol: Protocol, state: State) -> None:
        """The engine as it stands."""
        phase = state.session.phase if state.session else None
        if (state.session is None) is bool(protocol.phases):
            return
        open_goals = self._open_goals(protocol, phase)
        good = {
            reading.signal: reading.value
            for reading in state.readings
            if reading.usable_at(state.now) and reading.value is not None
        }
        own = in_force(state.session)
        holding = {
            (track.key, number)
            for track in state.tracks
            for number, level in enumerate(track.levels)
            if level.phase in HOLDS
        }
        for name, number in holding & open_goals.beyond:
            open_goals.beyond.remove((name, number))
            self.reached.add((name, phase or "", number, BEYOND))
        for inputs, within in open_goals.within.items():
            if not inputs <= good.keys():
                continue
            for goal in tuple(within):
                if (goal.name, goal.number) not in holding and _judged(goal, inputs, good, own):
                    within.remove(goal)
                    self.reached.add((goal.name, phase or "", goal.number, WITHIN))

    def _open_goals(self, protocol: Protocol, phase: str | None) -> "_OpenGoals":
        """What was not reached yet in the phase: of many readings most reach nothing new."""
        if protocol is not self._protocol:
            self._protocol, self._open = protocol, {}
        if phase not in self._open:
            goals = self._open[phase] = _OpenGoals()
            for name, rule in protocol.rules.items():
                for number, level in enumerate(rule.levels_in(phase)):
                    if (name, phase or "", number, BEYOND) not in self.reached:
                        goals.beyond.add((name, number))
                    if (name, phase or "", number, WITHIN) not in self.reached:
                        goal = _WithinGoal(name=name, number=number, level=level)
                        goals.within.setdefault(rule.inputs, []).append(goal)
        return self._open[phase]

    def missing(self, protocol: Protocol) -> list[Goal]:
        """What no story reached."""
        return [
            goal
            for goal in goals(protocol)
            if (goal.rule, goal.phase, goal.level, goal.side) not in self.reached
        ]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _WithinGoal:
    """A level of a rule that is to be seen not to hold, although it was put to the test."""

    name: str
    number: int
    level: Level


@dataclass(slots=True)
class _OpenGoals:
    """What is to be reached in one phase: levels that shall hold, and by the signals of their rules those that shall not."""

    beyond: set[tuple[str, int]] = field(default_factory=set)
    within: dict[frozenset[Signal], list[_WithinGoal]] = field(default_factory=dict)


def _judged(
    goal: _WithinGoal,
    inputs: frozenset[Signal],
    good: dict[Signal, float],
    own: dict[Signal, float],
) -> bool:
    """Whether a level that does not hold was put to the test, by good readings of all that its rule reads."""
    if not isinstance(goal.level, LimitLevel):
        return True
    (signal,) = inputs
    limit = goal.level.for_patient(own.get(signal))
    if limit is None or limit.violated_by(good[signal]):
        return False
    return limit.violated_by(good[signal], NEAR + 1e-9)
