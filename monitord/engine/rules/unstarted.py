"""Are there good readings on a bed without a session? Pure (invariant 9)."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from monitord.engine.readings.said_reading import said_reading
from monitord.engine.rules.finding import Condition, Finding, Found
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.patient_view import PatientView
from monitord.engine.rules.rule import RuleBase
from monitord.model import Instant, Kind, Said, Signal, say


@dataclass(frozen=True, slots=True, kw_only=True)
class UnstartedRule(RuleBase):
    """Asks 'session not started?' while the signal is good and nobody was admitted."""

    __pydantic_config__ = STRICT

    kind: Literal["unstarted"] = "unstarted"
    signal: Signal = field()
    levels: tuple[Level, ...]
    title: str = "session not started?"

    alarm_kind: ClassVar[Kind] = Kind.TASK

    @property
    def inputs(self) -> frozenset[Signal]:
        """The signals whose samples make this rule look again."""
        return frozenset({self.signal})

    def levels_in(self, phase: str | None) -> tuple[Level, ...]:
        """Rests as soon as there is a session."""
        return self.levels if phase is None else ()

    def says(self, level: Level, found: Found, seen: PatientView, at: Instant) -> Said:  # noqa: ARG002 - the rule's contract
        """`SpO2 97 now: session not started?`."""
        reading = said_reading(self.signal, seen.readings.get(self.signal), at)
        return (say("unstarted", reading=reading, title=self.title),)

    def asks(self, level: Level) -> str:  # noqa: ARG002 - the rule's contract
        """One word."""
        return self.kind

    def check(self, seen: PatientView, at: Instant) -> tuple[Finding, ...]:
        """True with a usable reading; an empty chair is no condition."""
        reading = seen.readings.get(self.signal)
        usable = reading is not None and reading.usable_at(at)
        condition = Condition.TRUE if usable else Condition.FALSE
        simulated = bool(reading and reading.simulated)
        return (Finding(condition, condition, simulated=simulated),) * len(
            self.levels_in(seen.phase)
        )

    def wake(self, seen: PatientView, at: Instant) -> Instant | None:
        """When the reading grows stale."""
        reading = seen.readings.get(self.signal)
        return reading.fresh_until if reading and at < reading.fresh_until else None
