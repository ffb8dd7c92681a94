"""What protocol tests reach: rule x phase x level, on both sides of its limit. Pure.

A level is reached from beyond when it held in a phase, and from within when it did not although the
rule had something to judge: of a limit a good reading at most one unit inside it, of every other rule
any moment in which a level did not hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from monitord.engine.alarms.levels import HOLDS
from monitord.engine.protocol.protocol import Protocol
from monitord.engine.rules import ProtocolRule
from monitord.engine.rules.limit import LimitRule
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

    def look(self, protocol: Protocol, state: State) -> None:
        """The engine as it stands."""
        phase = state.session.phase if state.session else None
        if (state.session is None) is bool(protocol.phases):
            return
        good = {
            reading.signal: reading.value
            for reading in state.readings
            if reading.usable_at(state.now) and reading.value is not None
        }
        own = in_force(state.session)
        tracks = {track.key: track for track in state.tracks}
        for name, rule in protocol.rules.items():
            track = tracks.get(name)
            for number, _ in enumerate(rule.levels_in(phase)):
                known = track is not None and number < len(track.levels)
                holds = known and track is not None and track.levels[number].phase in HOLDS
                goal = (name, phase or "", number, BEYOND if holds else WITHIN)
                if goal not in self.reached and (holds or _judged(rule, phase, number, good, own)):
                    self.reached.add(goal)

    def missing(self, protocol: Protocol) -> list[Goal]:
        """What no story reached."""
        return [
            goal
            for goal in goals(protocol)
            if (goal.rule, goal.phase, goal.level, goal.side) not in self.reached
        ]


def _judged(
    rule: ProtocolRule,
    phase: str | None,
    number: int,
    good: dict[Signal, float],
    own: dict[Signal, float],
) -> bool:
    """Whether a level that does not hold was put to the test."""
    if not isinstance(rule, LimitRule):
        return rule.inputs <= good.keys()
    value = good.get(rule.signal)
    limit = rule.levels_in(phase)[number].for_patient(own.get(rule.signal))
    if value is None or limit is None or limit.violated_by(value):
        return False
    return limit.violated_by(value, NEAR + 1e-9)
