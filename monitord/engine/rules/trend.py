"""Has a signal risen or fallen by much in a short time? Pure.

It compares with the highest (a fall) or lowest (a rise) good reading of the time looked back, so a
slow slide is seen as well as a step. Nothing to compare with is no trend.
"""

from dataclasses import dataclass, field
from math import inf, nextafter
from typing import ClassVar, Literal

from monitord.engine.readings.limit_value import WrittenLimit
from monitord.engine.readings.said_reading import said_reading, whole_by
from monitord.engine.rules.finding import UNKNOWN, Condition, Finding, Found
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.patient_view import PatientView
from monitord.engine.rules.rule import Quick, RuleBase
from monitord.model import Compared, Duration, Instant, Kind, Quality, Said, Signal, say

_SLACK = 1e-6
"""More than rounding may move a difference by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendLevel(Level):
    """`limit` is of the change: `<=-4` a fall by 4 or more, `>=30` a rise by 30 or more."""

    limit: WrittenLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendRule(RuleBase):
    """All levels look back over `within`; `only` limits the rule to some phases."""

    __pydantic_config__ = STRICT

    kind: Literal["trend"] = "trend"
    signal: Signal = field()
    within: Duration
    levels: tuple[TrendLevel, ...]
    hysteresis: float = 0.0
    clear_delay: Duration = 0
    only: tuple[str, ...] = ()
    title: str = ""

    yields: ClassVar[bool] = True

    alarm_kind: ClassVar[Kind] = Kind.PHYSIOLOGICAL
    compares: ClassVar[Compared | None] = "change"

    @property
    def inputs(self) -> frozenset[Signal]:
        """The signals whose samples make this rule look again."""
        return frozenset({self.signal})

    def levels_in(self, phase: str | None) -> tuple[TrendLevel, ...]:
        """The levels that apply in a phase; empty where the rule rests."""
        return () if self.only and phase not in self.only else self.levels

    def says(self, level: Level, found: Found, seen: PatientView, at: Instant) -> Said:  # noqa: ARG002 - the rule's contract
        """`SpO2 91 now, fell by 5 within 60 s`."""
        reading = said_reading(self.signal, seen.readings.get(self.signal), at)
        change = found.value or 0.0
        key = "trend.fell" if change < 0 else "trend.rose"
        return (say(key, reading=reading, by=whole_by(self.signal, change), within=self.within),)

    def asks(self, level: Level) -> str:
        """`trend <=-4`."""
        return f"trend {level.limit}" if isinstance(level, TrendLevel) else "trend"

    def check(self, seen: PatientView, at: Instant) -> tuple[Finding, ...]:
        """One finding a level; unknown without a reading that counts."""
        levels = self.levels_in(seen.phase)
        reading = seen.readings.get(self.signal)
        if reading is None or reading.value is None or not reading.usable_at(at):
            return (UNKNOWN,) * len(levels)
        value, simulated = reading.value, reading.simulated
        inside = Condition.FALSE if reading.quality is Quality.GOOD else Condition.UNKNOWN
        trail = seen.trail(self.signal, self.within)
        low, high = (trail and trail.extremes(at)) or (value, value)
        found = []
        for level in levels:
            change = value - (high if level.limit.relation.low else low)
            beyond = Condition.TRUE if level.limit.violated_by(change) else inside
            eased = Condition.TRUE if level.limit.violated_by(change, self.hysteresis) else inside
            found.append(
                Finding(
                    beyond,
                    eased,
                    change,
                    level.limit.value,
                    simulated=simulated,
                    doubtful=reading.quality.doubtful,
                    read_at=reading.at,
                )
            )
        return tuple(found)

    def wake(self, seen: PatientView, at: Instant) -> Instant | None:
        """The next instant at which the answer changes without an event: freshness ends."""
        reading = seen.readings.get(self.signal)
        return reading.fresh_until if reading and at < reading.fresh_until else None

    def quick(self, seen: PatientView) -> Quick | None:
        """No new extreme, and too near to the one there is: what grows old only narrows the change."""
        reading, trail = seen.readings.get(self.signal), seen.trail(self.signal, self.within)
        extremes = trail.extremes(reading.at) if reading and trail else None
        if extremes is None:
            return None
        limits = [level.limit for level in self.levels_in(seen.phase)]
        falls = [limit.value for limit in limits if limit.relation.low]
        rises = [limit.value for limit in limits if not limit.relation.low]
        low, high = -inf, inf
        if falls:
            low, high = extremes[1] + max(falls) + _SLACK, nextafter(extremes[1], inf)
        if rises:
            low = max(low, nextafter(extremes[0], -inf))
            high = min(high, extremes[0] + min(rises) - _SLACK)
        return Quick(self.signal, low, high, of_any=True)
