"""Is a scheduled reading or observation overdue? Pure."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from monitord.engine.rules.finding import Condition, Finding
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.rule import RuleBase
from monitord.engine.rules.seen import Seen
from monitord.model import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueLevel(Level):
    """Holds `delay` plus `share` of the item's interval after the reading was due."""

    share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueRule(RuleBase):
    """Speaks of one item of the protocol's schedule."""

    __pydantic_config__ = STRICT

    kind: Literal["overdue"] = "overdue"
    item: str
    levels: tuple[OverdueLevel, ...]
    title: str = ""

    by_time: ClassVar[bool] = True

    def levels_in(self, phase: str | None) -> tuple[OverdueLevel, ...]:
        """The same levels in every phase that schedules the item."""
        return self.levels if phase is not None else ()

    def _late_at(self, level: OverdueLevel, seen: Seen, due: Instant) -> Instant:
        return Instant(due + level.delay + round(level.share * seen.interval(self.item)))

    def check(self, seen: Seen, at: Instant) -> tuple[Finding, ...]:
        """True at a level once it is that late; never unknown."""
        due = seen.due(self.item)
        found = []
        for level in self.levels_in(seen.phase):
            late = due is not None and at >= self._late_at(level, seen, due)
            condition = Condition.TRUE if late else Condition.FALSE
            found.append(Finding(condition, condition, since=due))
        return tuple(found)

    def wake(self, seen: Seen, at: Instant) -> Instant | None:
        """When the next level is reached if nothing comes."""
        due = seen.due(self.item)
        if due is None:
            return None
        ahead = [self._late_at(level, seen, due) for level in self.levels_in(seen.phase)]
        return min((t for t in ahead if t > at), default=None)
