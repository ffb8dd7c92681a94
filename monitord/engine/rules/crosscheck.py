"""Do two devices speak of one patient? The oximeter's pulse against the cuff's. Pure.

Looked at with each cuff reading, against the oximeter's pulse of that very instant: later ones may
have changed, and say nothing of the chair.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from monitord.engine.readings.limit_value import WrittenLimit
from monitord.engine.readings.recent import RecentReading
from monitord.engine.readings.said_reading import whole
from monitord.engine.rules.finding import UNKNOWN, Condition, Finding, Found
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.patient_view import PatientView
from monitord.engine.rules.rule import RuleBase
from monitord.model import Compared, Instant, Said, Sentence, Signal, say


@dataclass(frozen=True, slots=True, kw_only=True)
class CrosscheckLevel(Level):
    """`limit` is of the difference, in beats a minute, whichever of the two is higher."""

    limit: WrittenLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class CrosscheckRule(RuleBase):
    """A difference of more than 15 beats a minute is an advisory (reference clinical section 5)."""

    __pydantic_config__ = STRICT

    kind: Literal["crosscheck"] = "crosscheck"
    levels: tuple[CrosscheckLevel, ...]
    title: str = ""

    compares: ClassVar[Compared | None] = "difference"

    @property
    def inputs(self) -> frozenset[Signal]:
        """The signals whose samples make this rule look again."""
        return frozenset({Signal.NIBP_PULSE})

    def levels_in(self, phase: str | None) -> tuple[CrosscheckLevel, ...]:  # noqa: ARG002 - the rule's contract
        """The same levels always: the wrong chair is the wrong chair before a session too."""
        return self.levels

    def says(self, level: Level, found: Found, seen: PatientView, at: Instant) -> Said:  # noqa: ARG002 - the rule's contract
        """Both pulses, and the question."""
        pair = beside(seen)
        asks: str | Sentence = self.title or say("crosscheck.question")
        if pair is None:
            return (say("asks", title=asks),)
        oximeter = whole(Signal.PULSE_RATE, pair[0].value)
        cuff = whole(Signal.NIBP_PULSE, pair[1].value)
        return (say("crosscheck", oximeter=oximeter, cuff=cuff, title=asks),)

    def asks(self, level: Level) -> str:
        """`crosscheck >15`."""
        return f"crosscheck {level.limit}" if isinstance(level, CrosscheckLevel) else "crosscheck"

    def check(self, seen: PatientView, at: Instant) -> tuple[Finding, ...]:  # noqa: ARG002 - the rule's contract
        """True while the last cuff reading and the pulse beside it differ too much."""
        pair = beside(seen)
        if pair is None:
            return (UNKNOWN,) * len(self.levels)
        difference = abs(pair[0].value - pair[1].value)
        found = []
        for level in self.levels:
            beyond = level.limit.violated_by(difference)
            condition = Condition.TRUE if beyond else Condition.FALSE
            found.append(
                Finding(
                    condition,
                    condition,
                    difference,
                    level.limit.value,
                    simulated=seen.readings[Signal.NIBP_PULSE].simulated,
                )
            )
        return tuple(found)


def beside(seen: PatientView) -> tuple[RecentReading, RecentReading] | None:
    """The oximeter's pulse and the cuff's of one instant; None where one of them was no good."""
    pulses, cuffs = seen.taken(Signal.PULSE_RATE), seen.taken(Signal.NIBP_PULSE)
    if not pulses or not cuffs or pulses[-1].at != cuffs[-1].at:
        return None
    latest = seen.readings.get(Signal.NIBP_PULSE)
    if latest is None or latest.at != cuffs[-1].at:
        return None
    return pulses[-1], cuffs[-1]
