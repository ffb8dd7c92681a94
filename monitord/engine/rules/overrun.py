"""Does something last longer than was planned: the preparation, the infusion, a pause, a reaction? Pure.

It only asks. No phase moves and no limit changes until staff enter what happened (design
invariant 14); who does not answer is asked again, and later others are (its levels).
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from monitord.engine.readings.said_reading import lasting
from monitord.engine.rules.finding import Condition, Finding, Found
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.patient_view import PatientView
from monitord.engine.rules.rule import RuleBase
from monitord.model import (
    Instant,
    Kind,
    Said,
    Sentence,
    say,
)

Lasting = Literal["preparation", "infusion", "pause", "reaction"]
"""What may last too long; a pause stops the infusion's clock. After the preparation the drug may run unsaid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrunRule(RuleBase):
    """Levels count from the planned end of preparation or infusion, or from the beginning of the others."""

    __pydantic_config__ = STRICT

    kind: Literal["overrun"] = "overrun"
    of: Lasting
    levels: tuple[Level, ...]
    only: tuple[str, ...] = ()
    title: str = ""

    alarm_kind: ClassVar[Kind] = Kind.TASK
    by_time: ClassVar[bool] = True

    @property
    def question(self) -> str | Sentence:
        """The question that staff are asked."""
        return self.title or say(f"overrun.ask_{self.of}")

    def levels_in(self, phase: str | None) -> tuple[Level, ...]:
        """In every phase unless `only` names some; an empty bed is not asked."""
        rests = phase is None or (self.only and phase not in self.only)
        return () if rests else self.levels

    def says(self, level: Level, found: Found, seen: PatientView, at: Instant) -> Said:  # noqa: ARG002 - the rule's contract
        """The question, and how long it lasts or was planned."""
        planned: dict[str, float] = {}
        if self.of == "infusion":
            planned = {"planned": seen.protocol.planned_infusion}
        return (lasting(f"overrun.{self.of}", found.since, at, question=self.question, **planned),)

    def says_over(self, seen: PatientView, at: Instant) -> Sentence | None:  # noqa: ARG002 - the rule's contract
        """That somebody entered what happened."""
        return say("overrun.over", question=self.question)

    def asks(self, level: Level) -> str:  # noqa: ARG002 - the rule's contract
        """One word."""
        return self.kind

    def check(self, seen: PatientView, at: Instant) -> tuple[Finding, ...]:
        """True from then on, at a level once it has lasted that long; never unknown."""
        since = seen.lasts_since(self.of)
        over = since is not None and at >= since
        condition = Condition.TRUE if over else Condition.FALSE
        found = Finding(condition, condition, since=since)
        return (found,) * len(self.levels_in(seen.phase))

    def wake(self, seen: PatientView, at: Instant) -> Instant | None:
        """When the planned time is over; the levels' own delays follow."""
        since = seen.lasts_since(self.of)
        return since if since is not None and since > at else None
