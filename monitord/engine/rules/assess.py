"""Does a clinician have to see the patient because of an answer? Pure."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from monitord.engine.rules.finding import Condition, Finding, Found
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.patient_view import PatientView
from monitord.engine.rules.rule import RuleBase
from monitord.model import Instant, Kind, Priority, Said, say

_LEVELS = (Level(priority=Priority.MEDIUM, source="proposed"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessRule(RuleBase):
    """Medium at once, until a clinician says that the patient was seen and assessed.

    An acknowledgement quiets it for the protocol's time; only `Assess` ends it.
    """

    __pydantic_config__ = STRICT

    kind: Literal["assess"] = "assess"

    alarm_kind: ClassVar[Kind] = Kind.TASK
    by_time: ClassVar[bool] = False
    rearms: ClassVar[bool] = False

    def levels_in(self, phase: str | None) -> tuple[Level, ...]:
        """One level, medium; an empty bed has nobody to see."""
        return () if phase is None else _LEVELS

    def says(self, level: Level, found: Found, seen: PatientView, at: Instant) -> Said:  # noqa: ARG002 - the rule's contract
        """The request alone: which answer asks for it is for the bed's own detail."""
        return (say("assess.now"),)

    def check(self, seen: PatientView, at: Instant) -> tuple[Finding, ...]:  # noqa: ARG002 - an answer has no age
        """True while an answer is not assessed."""
        since = seen.lasts_since("concern")
        condition = Condition.FALSE if since is None else Condition.TRUE
        return (Finding(condition, condition, since=since),) * len(self.levels_in(seen.phase))
