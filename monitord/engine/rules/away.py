"""Has a patient who left the bed been away for longer than was said? Pure."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from monitord.engine.readings.said_reading import lasting
from monitord.engine.rules.finding import Condition, Finding, Found
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.patient_view import PatientView
from monitord.engine.rules.rule import RuleBase
from monitord.model import Instant, Kind, Priority, Said, say
from monitord.model.actions import AWAY_REASONS

_LEVELS = (Level(priority=Priority.MEDIUM, source="proposed"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayRule(RuleBase):
    """Medium when the time is over, until staff or good readings say that the patient is back."""

    __pydantic_config__ = STRICT

    kind: Literal["away"] = "away"

    alarm_kind: ClassVar[Kind] = Kind.TASK
    by_time: ClassVar[bool] = True

    def levels_in(self, phase: str | None) -> tuple[Level, ...]:  # noqa: ARG002 - the same in every phase
        """One level, medium."""
        return _LEVELS

    def says(self, level: Level, found: Found, seen: PatientView, at: Instant) -> Said:  # noqa: ARG002 - the rule's contract
        """The question, since when, why the patient left, who said so."""
        away = seen.away
        if away is None:
            return (say("away.unknown"),)
        entered = say("away.by", by=away.by)
        if away.reason in AWAY_REASONS:
            # What somebody wrote instead is not for whoever is paged.
            entered = say("away.why", reason=away.reason, by=away.by)
        return (lasting("away", away.until, at, entered=entered),)

    def check(self, seen: PatientView, at: Instant) -> tuple[Finding, ...]:
        """True from the end of the time that was said."""
        away = seen.away
        over = away is not None and at >= away.until
        condition = Condition.TRUE if over else Condition.FALSE
        return (Finding(condition, condition, since=away.until if away else None),)

    def wake(self, seen: PatientView, at: Instant) -> Instant | None:
        """When the time is over."""
        away = seen.away
        return away.until if away is not None and at < away.until else None
