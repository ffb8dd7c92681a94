"""Did somebody press Help? Pure."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from monitord.engine.rules.finding import Condition, Finding, Found
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.patient_view import PatientView
from monitord.engine.rules.rule import RuleBase
from monitord.model import Instant, Kind, Priority, Said, say

_LEVELS = (Level(priority=Priority.HIGH, source="reference clinical 1.7"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpRule(RuleBase):
    """High at once, until somebody acknowledges."""

    __pydantic_config__ = STRICT

    kind: Literal["help"] = "help"
    alarm_kind: ClassVar[Kind] = Kind.PHYSIOLOGICAL
    rearms: ClassVar[bool] = False

    def levels_in(self, phase: str | None) -> tuple[Level, ...]:  # noqa: ARG002 - the same in every phase
        """One level, high."""
        return _LEVELS

    def says(self, level: Level, found: Found, seen: PatientView, at: Instant) -> Said:  # noqa: ARG002 - the rule's contract
        """Two words."""
        return (say("help"),)

    def check(self, seen: PatientView, at: Instant) -> tuple[Finding, ...]:  # noqa: ARG002 - a call has no age
        """True from the call to its answer."""
        condition = Condition.FALSE if seen.help_since is None else Condition.TRUE
        return (Finding(condition, condition, since=seen.help_since),)
