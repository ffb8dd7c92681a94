"""Does something last longer than was planned: the infusion, a pause, a reaction? Pure.

It only asks. No phase moves and no limit changes until staff enter what happened (design
invariant 14); who does not answer is asked again, and later others are (its levels).
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from monitord.engine.rules.finding import Condition, Finding
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.rule import RuleBase
from monitord.engine.rules.seen import Seen
from monitord.model import Instant

Lasting = Literal["infusion", "pause", "reaction"]
"""What may last too long; a pause stops the infusion's clock."""

ASKS: dict[Lasting, str] = {
    "infusion": "Infusion over?",
    "pause": "Infusion paused: resume or end?",
    "reaction": "Reaction over?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrunRule(RuleBase):
    """Levels count from the planned end of the infusion, or from the beginning of the others."""

    __pydantic_config__ = STRICT

    kind: Literal["overrun"] = "overrun"
    of: Lasting
    levels: tuple[Level, ...]
    only: tuple[str, ...] = ()
    title: str = ""

    by_time: ClassVar[bool] = True

    @property
    def asks(self) -> str:
        """The question that staff are asked."""
        return self.title or ASKS[self.of]

    def levels_in(self, phase: str | None) -> tuple[Level, ...]:
        """In every phase unless `only` names some; an empty bed is not asked."""
        rests = phase is None or (self.only and phase not in self.only)
        return () if rests else self.levels

    def check(self, seen: Seen, at: Instant) -> tuple[Finding, ...]:
        """True from then on, at a level once it has lasted that long; never unknown."""
        since = seen.lasts_since(self.of)
        over = since is not None and at >= since
        condition = Condition.TRUE if over else Condition.FALSE
        found = Finding(condition, condition, since=since)
        return (found,) * len(self.levels_in(seen.phase))

    def wake(self, seen: Seen, at: Instant) -> Instant | None:
        """When the planned time is over; the levels' own delays follow."""
        since = seen.lasts_since(self.of)
        return since if since is not None and since > at else None
