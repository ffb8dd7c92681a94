"""Is a signal beyond a limit? Pure.

Each level has its own limit, delay and priority; a phase may have levels of its own.
"""

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, ClassVar, Literal

from monitord.engine.limit import Limit, WrittenLimit
from monitord.engine.recent import NOW_AND_THEN, Taken
from monitord.engine.rules.finding import UNKNOWN, Condition, Finding
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.rule import Quick, RuleBase
from monitord.engine.rules.seen import Seen
from monitord.model import Duration, Instant, Kind, Quality, Signal

if TYPE_CHECKING:
    from monitord.engine.rules.block import Spells
    from monitord.engine.rules.stack import Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLevel(Level):
    """`limit` is in the signal's unit and says by its relation whether it is itself a violation.

    `of: change` makes it one of the change since the baseline that somebody accepted, so `>=40` is
    a rise and `<=-4` a fall; unknown as long as nobody did.

    With `twice_within` one reading is not enough: the one before it must violate the limit too, and
    be no older than that. It is for what is read now and then, a cuff above all.
    """

    limit: WrittenLimit
    of: Literal["value", "change"] = "value"
    twice_within: Duration | None = None

    @property
    def words(self) -> str:
        """`<90`; `change >=40`; `>=160 twice`."""
        change = "change " if self.of == "change" else ""
        return f"{change}{self.limit}{' twice' if self.twice_within is not None else ''}"

    def for_patient(self, own: float | None) -> Limit | None:
        """The limit of the value itself, where the patient's own is `own`; None without one."""
        if self.of == "value":
            return self.limit
        return None if own is None else Limit(self.limit.relation, own + self.limit.value)

    def confirmed(self, limit: Limit, recent: tuple[Taken, ...]) -> bool:
        """Whether the last two good readings both violate `limit`, close enough together."""
        if self.twice_within is None:
            return True
        if len(recent) < 2:
            return False
        before, last = recent[-2:]
        near = last.at - before.at <= self.twice_within
        return near and limit.violated_by(before.value)

    def settled(self, limit: Limit, recent: tuple[Taken, ...]) -> bool:
        """Whether no further reading is needed soon: `confirmed`, and not the first of what must last."""
        first = self.delay > 0 and not (len(recent) > 1 and limit.violated_by(recent[-2].value))
        return not first and self.confirmed(limit, recent)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRule(RuleBase):
    """Levels in any order; `hysteresis` (signal's unit) and `clear_delay` only end active alarms.

    `phases` replaces the levels in the phases it names; `only` limits the rule to some phases.
    """

    __pydantic_config__ = STRICT

    kind: Literal["limit"] = "limit"
    signal: Signal
    levels: tuple[LimitLevel, ...]
    hysteresis: float = 0.0
    clear_delay: Duration = 0
    phases: dict[str, tuple[LimitLevel, ...]] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    title: str = ""

    alarm_kind: ClassVar[Kind] = Kind.PHYSIOLOGICAL

    @property
    def inputs(self) -> frozenset[Signal]:
        """The signals whose samples make this rule look again."""
        return frozenset({self.signal})

    def levels_in(self, phase: str | None) -> tuple[LimitLevel, ...]:
        """The levels that apply in a phase; empty where the rule rests."""
        if self.only and phase not in self.only:
            return ()
        return self.phases.get(phase or "", self.levels)

    def check(self, seen: Seen, at: Instant) -> tuple[Finding, ...]:
        """One finding a level of the present phase."""
        levels = self.levels_in(seen.phase)
        reading = seen.readings.get(self.signal)
        if reading is None or reading.value is None or not reading.usable_at(at):
            return (UNKNOWN,) * len(levels)
        value = reading.value
        # A doubtful reading may raise an alarm, but only a good one may end it.
        inside = Condition.FALSE if reading.quality is Quality.GOOD else Condition.UNKNOWN
        found = []
        for level in levels:
            limit = level.for_patient(seen.baseline.get(self.signal))
            if limit is None:
                found.append(UNKNOWN)
                continue
            condition = inside
            if limit.violated_by(value):
                confirmed = level.confirmed(limit, seen.taken(self.signal))
                condition = Condition.TRUE if confirmed else Condition.FALSE
            eased = Condition.TRUE if limit.violated_by(value, self.hysteresis) else inside
            simulated, began = reading.simulated, reading.began
            found.append(Finding(condition, eased, value, limit.value, began, simulated))
        return tuple(found)

    def wants_repeat(self, seen: Seen, at: Instant) -> bool:
        """Whether the latest reading, alone, violates a limit that must be confirmed, or must last."""
        reading = seen.readings.get(self.signal)
        if reading is None or reading.value is None or not reading.usable_at(at):
            return False
        value, recent = reading.value, seen.taken(self.signal)
        own = seen.baseline.get(self.signal)
        return any(
            limit.violated_by(value) and not level.settled(limit, recent)
            for level in self.levels_in(seen.phase)
            if (limit := level.for_patient(own)) is not None
        )

    def wake(self, seen: Seen, at: Instant) -> Instant | None:
        """The next instant at which the answer changes without an event: freshness ends."""
        reading = seen.readings.get(self.signal)
        return reading.fresh_until if reading and at < reading.fresh_until else None

    def quick(self, seen: Seen) -> Quick | None:
        """The values between the innermost low limit and the innermost high one."""
        own = seen.baseline.get(self.signal)
        levels = self.levels_in(seen.phase)
        limits = [limit for level in levels if (limit := level.for_patient(own)) is not None]
        low = max((limit.value for limit in limits if limit.relation.low), default=-inf)
        high = min((limit.value for limit in limits if not limit.relation.low), default=inf)
        return Quick(self.signal, low, high)

    def block(self, stack: "Stack", phase: str | None) -> "tuple[Spells, ...]":
        """What `check` and the level table give over whole signals, one level each."""
        from monitord.engine.rules.block import (  # noqa: PLC0415 - the bedside needs no numpy
            Spells,
            limit_spells,
        )

        found = []
        for level in self.levels_in(phase):
            near = stack.low if level.limit.relation.low else stack.high
            # In a recording nobody accepts a baseline, and of most signals no last readings are kept.
            unknown = level.of == "change"
            alone = level.twice_within is not None and self.signal not in NOW_AND_THEN
            if unknown or alone:
                found.append(Spells())
                continue
            spells = limit_spells(
                stack,
                near.stretches(level.limit.each_violated(near.values)),
                near.stretches(level.limit.each_violated(near.values, self.hysteresis)),
                delay=level.delay,
                clear_delay=self.clear_delay,
                within=level.twice_within,
            )
            found.append(spells)
        return tuple(found)

    def reach(self, phase: str | None) -> tuple[float, float]:
        """A low and a high bound; no value between them concerns a level, not even its hysteresis."""
        limits = [level.limit for level in self.levels_in(phase) if level.of == "value"]
        low = max((limit.value for limit in limits if limit.relation.low), default=-inf)
        high = min((limit.value for limit in limits if not limit.relation.low), default=inf)
        # More than rounding may move a sum by.
        slack = 1e-6
        return low + self.hysteresis + slack, high - self.hysteresis - slack
