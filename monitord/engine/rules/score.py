"""Is a score of several readings beyond a limit? Pure."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from monitord.engine.readings.limit_value import Limit, WrittenLimit
from monitord.engine.readings.said_reading import beyond, whole
from monitord.engine.rules.finding import UNKNOWN, Condition, Finding, Found
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.patient_view import PatientView
from monitord.engine.rules.rule import RuleBase
from monitord.model import Compared, Instant, Kind, Said, Sentence, Signal, say


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLevel(Level):
    """`limit` is of the score."""

    limit: WrittenLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRule(RuleBase):
    """`shock_index` is pulse over systolic pressure, by the oximeter's pulse beside a cuff reading.

    From 0.9 on watched, from 1.7 on an emergency after birth (CRADLE, reference clinical 1.4).
    """

    __pydantic_config__ = STRICT

    kind: Literal["score"] = "score"
    score: Literal["shock_index"]
    levels: tuple[ScoreLevel, ...]
    hysteresis: float = 0.0
    title: str = ""

    alarm_kind: ClassVar[Kind] = Kind.PHYSIOLOGICAL
    compares: ClassVar[Compared | None] = "score"

    @property
    def inputs(self) -> frozenset[Signal]:
        """The signals whose samples make this rule look again."""
        return frozenset({Signal.NIBP_SYS, Signal.NIBP_PULSE})

    def levels_in(self, phase: str | None) -> tuple[ScoreLevel, ...]:  # noqa: ARG002 - the rule's contract
        """The same levels in every phase."""
        return self.levels

    def says(self, level: Level, found: Found, seen: PatientView, at: Instant) -> Said:  # noqa: ARG002 - the rule's contract
        """`Pulse 110 with systolic BP 115: shock index 0.96, at or above 0.9`."""
        title: str | Sentence = self.title or say("score.name")
        pressure = seen.readings.get(Signal.NIBP_SYS)
        known = pressure is not None and pressure.value and found.value is not None
        if not isinstance(level, ScoreLevel) or pressure is None or not known:
            return (say("asks", title=title),)
        value, systolic = found.value or 0.0, pressure.value or 0.0
        limit = level.limit if found.limit is None else Limit(level.limit.relation, found.limit)
        said = say(
            "score",
            pulse=round(value * systolic),
            pressure=whole(Signal.NIBP_SYS, systolic),
            title=title,
            value=float(f"{value:.2g}"),
            beyond=beyond(limit),
        )
        return (said,)

    def asks(self, level: Level) -> str:
        """`score >=0.9`."""
        return f"score {level.limit}" if isinstance(level, ScoreLevel) else "score"

    def check(self, seen: PatientView, at: Instant) -> tuple[Finding, ...]:
        """Unknown without a pressure that counts and a pulse of the same reading."""
        value = shock_index(seen, at)
        if value is None:
            return (UNKNOWN,) * len(self.levels)
        simulated = seen.readings[Signal.NIBP_SYS].simulated
        return tuple(
            Finding(
                _condition(level.limit.violated_by(value)),
                _condition(level.limit.violated_by(value, self.hysteresis)),
                value,
                level.limit.value,
                simulated=simulated,
            )
            for level in self.levels
        )


def shock_index(seen: PatientView, at: Instant) -> float | None:
    """Pulse over systolic pressure of the last cuff reading; the cuff's own pulse goes first."""
    pressure = seen.readings.get(Signal.NIBP_SYS)
    if pressure is None or not pressure.value or not pressure.usable_at(at):
        return None
    for signal in (Signal.NIBP_PULSE, Signal.PULSE_RATE):
        pulses = seen.taken(signal)
        if pulses and pulses[-1].at == pressure.at:
            return pulses[-1].value / pressure.value
    return None


def _condition(beyond: bool) -> Condition:  # noqa: FBT001 - the answer of a limit
    return Condition.TRUE if beyond else Condition.FALSE
