"""Does the pump say otherwise than staff entered? Pure.

A message from a pump only asks: no phase and no limit moves until staff enter what happened
(design invariant 14). What holds meanwhile is what held before.
"""

from dataclasses import dataclass
from typing import Literal

from monitord.engine.rules.finding import UNKNOWN, Condition, Finding
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.rule import RuleBase
from monitord.engine.rules.seen import Seen
from monitord.model import Instant, Signal

RUNNING, PAUSED = "running", "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpRule(RuleBase):
    """Holds while a fresh message contradicts the session: it runs and was not started, or stands."""

    __pydantic_config__ = STRICT

    kind: Literal["pump"] = "pump"
    levels: tuple[Level, ...]
    title: str = ""

    @property
    def inputs(self) -> frozenset[Signal]:
        """What a pump says of itself."""
        return frozenset({Signal.INFUSION_RUNNING})

    def levels_in(self, phase: str | None) -> tuple[Level, ...]:
        """In every phase; an empty bed has no infusion to compare with."""
        return self.levels if phase is not None else ()

    def check(self, seen: Seen, at: Instant) -> tuple[Finding, ...]:
        """True while the two differ; unknown without a fresh message."""
        levels = self.levels_in(seen.phase)
        reading = seen.readings.get(Signal.INFUSION_RUNNING)
        if reading is None or reading.value is None or not reading.usable_at(at):
            return (UNKNOWN,) * len(levels)
        differs = (reading.value > 0) is not (seen.infusion == RUNNING)
        condition = Condition.TRUE if differs else Condition.FALSE
        found = Finding(condition, condition, reading.value, simulated=reading.simulated)
        return (found,) * len(levels)

    def wake(self, seen: Seen, at: Instant) -> Instant | None:
        """When the message grows stale."""
        reading = seen.readings.get(Signal.INFUSION_RUNNING)
        return reading.fresh_until if reading and at < reading.fresh_until else None


def question(value: float | None, infusion: str | None) -> str:
    """What staff are asked."""
    if value:
        return (
            "the pump runs: infusion resumed?"
            if infusion == PAUSED
            else ("the pump runs: infusion started?")
        )
    return "the pump stands: infusion paused or stopped?"
