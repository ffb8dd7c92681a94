"""Is a scheduled reading or observation overdue? Pure."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from monitord.engine.readings.said_reading import lasting
from monitord.engine.rules.finding import Condition, Finding, Found
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.patient_view import PatientView
from monitord.engine.rules.rule import RuleBase
from monitord.model import SIGNALS, Instant, Kind, Said, Sentence, Signal, Span, say


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueLevel(Level):
    """Holds `delay` plus `share` of the item's interval after the reading was due."""

    share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueRule(RuleBase):
    """Speaks of one item of the protocol's schedule."""

    __pydantic_config__ = STRICT

    kind: Literal["overdue"] = "overdue"
    item: str = field()
    levels: tuple[OverdueLevel, ...]
    title: str = ""

    alarm_kind: ClassVar[Kind] = Kind.TASK
    expected: ClassVar[bool] = True

    by_time: ClassVar[bool] = True

    def levels_in(self, phase: str | None) -> tuple[OverdueLevel, ...]:
        """The same levels in every phase that schedules the item."""
        return self.levels if phase is not None else ()

    def _late_at(self, level: OverdueLevel, seen: PatientView, due: Instant) -> Instant:
        return Instant(due + self.whole_delay(level, seen.interval(self.item)))

    def says(self, level: Level, found: Found, seen: PatientView, at: Instant) -> Said:  # noqa: ARG002 - the rule's contract
        """`Blood pressure: check due 4 min ago`."""
        item = seen.protocol.schedule.get(self.item)
        title = (item.title if item else "") or self.item
        return (lasting("overdue", found.since, at, item=title),)

    def says_over(self, seen: PatientView, at: Instant) -> Sentence | None:  # noqa: ARG002 - the rule's contract
        """`Blood pressure: check no longer due`."""
        item = seen.protocol.schedule.get(self.item)
        return say("overdue.over", item=(item.title if item else "") or self.item)

    def asks(self, level: Level) -> str:  # noqa: ARG002 - the rule's contract
        """One word."""
        return "overdue"

    def whole_delay(self, level: Level, interval: Span) -> Span:
        """With its share of the interval."""
        share = level.share if isinstance(level, OverdueLevel) else 0.0
        return level.delay + round(share * interval)

    def misses(self, seen: PatientView) -> frozenset[Signal]:
        """The item's signals; none where staff read one of them themselves."""
        item = seen.protocol.schedule.get(self.item)
        signals = frozenset(item.signals) if item else frozenset()
        return frozenset() if any(SIGNALS[signal].manual for signal in signals) else signals

    def check(self, seen: PatientView, at: Instant) -> tuple[Finding, ...]:
        """True at a level once it is that late; never unknown."""
        due = seen.due(self.item)
        found = []
        for level in self.levels_in(seen.phase):
            late = due is not None and at >= self._late_at(level, seen, due)
            condition = Condition.TRUE if late else Condition.FALSE
            found.append(Finding(condition, condition, since=due))
        return tuple(found)

    def wake(self, seen: PatientView, at: Instant) -> Instant | None:
        """When the next level is reached if nothing comes."""
        due = seen.due(self.item)
        if due is None:
            return None
        ahead = [self._late_at(level, seen, due) for level in self.levels_in(seen.phase)]
        return min((t for t in ahead if t > at), default=None)
