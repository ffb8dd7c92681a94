"""Does the pump say otherwise than staff entered? Pure.

A message from a pump only asks: no phase and no limit moves until staff enter what happened
(design invariant 14). What holds meanwhile is what held before.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from monitord.engine.rules.finding import UNKNOWN, Condition, Finding, Found
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.patient_view import PatientView
from monitord.engine.rules.rule import RuleBase
from monitord.model import Instant, Kind, Said, Sentence, Signal, say

RUNNING, PAUSED = "running", "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpRule(RuleBase):
    """Holds while a fresh message contradicts the session: it runs and was not started, or stands."""

    __pydantic_config__ = STRICT

    kind: Literal["pump"] = "pump"
    levels: tuple[Level, ...]
    title: str = ""

    alarm_kind: ClassVar[Kind] = Kind.TASK

    @property
    def inputs(self) -> frozenset[Signal]:
        """What a pump says of itself."""
        return frozenset({Signal.INFUSION_RUNNING})

    def levels_in(self, phase: str | None) -> tuple[Level, ...]:
        """In every phase; an empty bed has no infusion to compare with."""
        return self.levels if phase is not None else ()

    def says(self, level: Level, found: Found, seen: PatientView, at: Instant) -> Said:  # noqa: ARG002 - the rule's contract
        """What staff are asked."""
        return (question(found.value, seen.infusion),)

    def asks(self, level: Level) -> str:  # noqa: ARG002 - the rule's contract
        """One word."""
        return self.kind

    def check(self, seen: PatientView, at: Instant) -> tuple[Finding, ...]:
        """True while the two differ; unknown without a fresh message."""
        levels = self.levels_in(seen.phase)
        reading = seen.readings.get(Signal.INFUSION_RUNNING)
        if reading is None or reading.value is None or not reading.usable_at(at):
            return (UNKNOWN,) * len(levels)
        differs = (reading.value > 0) is not (seen.infusion == RUNNING)
        condition = Condition.TRUE if differs else Condition.FALSE
        found = Finding(condition, condition, reading.value, simulated=reading.simulated)
        return (found,) * len(levels)

    def wake(self, seen: PatientView, at: Instant) -> Instant | None:
        """When the message grows stale."""
        reading = seen.readings.get(Signal.INFUSION_RUNNING)
        return reading.fresh_until if reading and at < reading.fresh_until else None


def question(value: float | None, infusion: str | None) -> Sentence:
    """What staff are asked."""
    if value:
        return say("pump.resumed" if infusion == PAUSED else "pump.started")
    return say("pump.stopped")
