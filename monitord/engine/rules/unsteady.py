"""Is a signal lost again and again, each time too briefly for an absence? Pure."""

from dataclasses import dataclass
from math import inf
from typing import ClassVar, Literal

from monitord.engine.readings.steadiness import FULL
from monitord.engine.rules.finding import Condition, Finding, Found
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.patient_view import PatientView
from monitord.engine.rules.rule import Quick, RuleBase
from monitord.model import SECOND, Instant, Priority, Said, Signal, Span, say

_LEVELS = (Level(priority=Priority.MEDIUM, source="proposed"),)
_ABSENT: Span = 10 * SECOND
# The shortest silence that is an absence: from then on that is told, and this begins no more.


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsteadyRule(RuleBase):
    """Medium once 120 s without a number have added up; over when good seconds have paid them back."""

    __pydantic_config__ = STRICT

    kind: Literal["unsteady"] = "unsteady"
    signal: Signal

    by_time: ClassVar[bool] = True
    expected: ClassVar[bool] = True
    of_equipment: ClassVar[bool] = True

    @property
    def inputs(self) -> frozenset[Signal]:
        """The signal; the engine looks besides when a loss of it is over."""
        return frozenset({self.signal})

    def levels_in(self, phase: str | None) -> tuple[Level, ...]:
        """One level, medium; an empty bed expects nothing."""
        return () if phase is None else _LEVELS

    def says(self, level: Level, found: Found, seen: PatientView, at: Instant) -> Said:  # noqa: ARG002 - the rule's contract
        """`SpO2 reading lost 14 times in 10 min: check probe and cable`."""
        known = seen.steadiness(self.signal)
        losses = known.losses_at(at) if known else 0
        return (say("unsteady", signal=self.signal, losses=losses),)

    def asks(self, level: Level) -> str:  # noqa: ARG002 - the rule's contract
        """One word."""
        return "unsteady"

    def may_be_paused(self) -> bool:
        """Somebody is at the chair and moves the probe."""
        return True

    def check(self, seen: PatientView, at: Instant) -> tuple[Finding, ...]:
        """True from the full sum on, while no absence stands; false once nothing of it is left."""
        levels = self.levels_in(seen.phase)
        reading, known = seen.readings.get(self.signal), seen.steadiness(self.signal)
        without = known.until(at, reading).without if known else 0
        heard_at = reading.heard_at if reading else None
        present = bool(reading and reading.believed) and at - (heard_at or at) < _ABSENT
        begins = without >= FULL and present
        condition = Condition.TRUE if begins else Condition.FALSE
        eased = Condition.TRUE if without > 0 else Condition.FALSE
        simulated = bool(reading and reading.simulated)
        return (Finding(condition, eased, simulated=simulated),) * len(levels)

    def wake(self, seen: PatientView, at: Instant) -> Instant | None:
        """When the sum could be full: a loss adds a second a second, and is an absence after ten."""
        reading, known = seen.readings.get(self.signal), seen.steadiness(self.signal)
        if reading is None or known is None:
            return None
        rest = FULL - known.until(at, reading).without
        return Instant(at + rest) if 0 < rest <= _ABSENT else None

    def quick(self, seen: PatientView) -> Quick | None:  # noqa: ARG002 - the rule's contract
        """A reading adds nothing: what is lost is counted when it is back, and by time."""
        return Quick(self.signal, -inf, inf, of_any=True)
