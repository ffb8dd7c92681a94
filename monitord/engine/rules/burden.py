"""Was a signal beyond a limit too deep for too long, or too often? Pure.

Deep falls alarm sooner than shallow ones, and many short ones as one long: what a delay alone
would forgive (SatSeconds and its three violations within 60 s, reference clinical section 4).
"""

from dataclasses import dataclass, field
from math import inf, nextafter
from typing import ClassVar, Literal

from monitord.engine.readings.burden_memory import pace, reaches
from monitord.engine.readings.limit_value import WrittenLimit
from monitord.engine.readings.said_reading import beyond, said_reading
from monitord.engine.rules.finding import UNKNOWN, Condition, Finding, Found
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.patient_view import PatientView
from monitord.engine.rules.rule import Quick, RuleBase
from monitord.model import (
    MINUTE,
    Compared,
    Duration,
    Instant,
    Kind,
    Relation,
    Said,
    Signal,
    say,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BurdenLevel(Level):
    """True from `points` on, in the signal's unit x seconds; or with `dips` within `within`."""

    points: float
    dips: int | None = None
    within: Duration = MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class BurdenRule(RuleBase):
    """`beyond` says by its relation whether the limit itself counts; all is paid back before it ends."""

    __pydantic_config__ = STRICT

    kind: Literal["burden"] = "burden"
    signal: Signal = field()
    beyond: WrittenLimit
    levels: tuple[BurdenLevel, ...]
    only: tuple[str, ...] = ()
    title: str = ""

    yields: ClassVar[bool] = True

    alarm_kind: ClassVar[Kind] = Kind.PHYSIOLOGICAL
    compares: ClassVar[Compared | None] = "value"
    by_time: ClassVar[bool] = True

    @property
    def inputs(self) -> frozenset[Signal]:
        """The signals whose samples make this rule look again."""
        return frozenset({self.signal})

    @property
    def most(self) -> float:
        """More points than the highest level asks for change nothing, and are not kept."""
        return max((level.points for level in self.levels), default=0.0)

    def levels_in(self, phase: str | None) -> tuple[BurdenLevel, ...]:
        """The levels that apply in a phase; empty where the rule rests."""
        return () if self.only and phase not in self.only else self.levels

    def says(self, level: Level, found: Found, seen: PatientView, at: Instant) -> Said:  # noqa: ARG002 - the rule's contract
        """`SpO2 86 now, too far or too long below 90`, or how often it fell."""
        reading = said_reading(self.signal, seen.readings.get(self.signal), at)
        known = seen.burden(self.signal, self.beyond)
        if known is None or not isinstance(level, BurdenLevel):
            return (say("limit", reading=reading, beyond=beyond(self.beyond)),)
        now = known.until(at, seen.readings.get(self.signal))
        recent = [dip for dip in now.dips if at - dip < level.within]
        low, limit = self.beyond.relation.low, self.beyond.value
        if level.dips is not None and len(recent) >= level.dips:
            key, times = "burden.falls" if low else "burden.rises", len(recent)
            return (say(key, reading=reading, limit=limit, times=times, within=level.within),)
        # How many points they are says `explain`.
        return (say("burden.low" if low else "burden.high", reading=reading, limit=limit),)

    def asks(self, level: Level) -> str:  # noqa: ARG002 - the rule's contract
        """`burden <90`."""
        return f"burden {self.beyond}"

    def relation_of(self, level: Level) -> Relation | None:  # noqa: ARG002 - the rule's contract
        """Of all levels the limit is one."""
        return self.beyond.relation

    def check(self, seen: PatientView, at: Instant) -> tuple[Finding, ...]:
        """True at a level whose points, or dips, are reached; over when all is paid back."""
        levels = self.levels_in(seen.phase)
        reading, known = seen.readings.get(self.signal), seen.burden(self.signal, self.beyond)
        if known is None or reading is None or not reading.usable_at(at):
            return (UNKNOWN,) * len(levels)
        now = known.until(at, reading)
        found = []
        for level in levels:
            often = self._often(level, now.dips, at)
            reached = now.points >= level.points or often
            lasting = now.points > 0 or often
            found.append(
                Finding(
                    Condition.TRUE if reached else Condition.FALSE,
                    Condition.TRUE if lasting else Condition.FALSE,
                    reading.value,
                    self.beyond.value,
                    simulated=reading.simulated,
                    doubtful=reading.quality.doubtful,
                )
            )
        return tuple(found)

    @staticmethod
    def _often(level: BurdenLevel, dips: tuple[Instant, ...], at: Instant) -> bool:
        if level.dips is None or len(dips) < level.dips:
            return False
        return at - dips[-level.dips] < level.within

    def wake(self, seen: PatientView, at: Instant) -> Instant | None:
        """When points are reached or paid back while the last reading speaks, or dips grow old."""
        reading, known = seen.readings.get(self.signal), seen.burden(self.signal, self.beyond)
        if known is None or reading is None or not reading.usable_at(at):
            return None
        now, rate = known.until(at, reading), pace(self.beyond, reading)
        levels = self.levels_in(seen.phase)
        often = [level for level in levels if self._often(level, now.dips, at)]
        # Where all is paid back no silence and no time changes anything.
        ahead = [reading.fresh_until] if rate > 0 or now.points > 0 or often else []
        for level in levels:
            spans = [reaches(now, points, rate) for points in (0.0, level.points)]
            ahead += [Instant(at + span) for span in spans if span]
        ahead += [Instant(now.dips[-each.dips] + each.within) for each in often if each.dips]
        return min((each for each in ahead if each > at), default=None)

    def bounds(
        self, seen: PatientView, at: Instant
    ) -> tuple[tuple[float, float] | None, ...] | None:
        """Beyond the limit, once every level is reached by its points, they only grow."""
        reading, known = seen.readings.get(self.signal), seen.burden(self.signal, self.beyond)
        if known is None or reading is None or pace(self.beyond, reading) <= 0:
            return None
        points, levels = known.until(at, reading).points, self.levels_in(seen.phase)
        if any(points < level.points for level in levels):
            return None
        return ((self.beyond.value, self.beyond.value),) * len(levels)

    def quick(self, seen: PatientView) -> Quick | None:  # noqa: ARG002 - the rule's contract
        """A reading inside the limit only pays back."""
        limit, low = self.beyond.value, self.beyond.relation.low
        inner = limit if self.beyond.violated_by(limit) else nextafter(limit, -inf if low else inf)
        return Quick(self.signal, *((inner, inf) if low else (-inf, inner)))
