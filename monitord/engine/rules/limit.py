"""Is a signal beyond a limit? Pure.

Each level has its own limit, delay and priority; a phase may have levels of its own.
"""

from dataclasses import dataclass, field
from math import inf, nextafter
from typing import ClassVar, Final, Literal

from pydantic import model_validator
from pydantic_core import ArgsKwargs

from monitord.engine.readings.limit_value import Limit, WrittenLimit
from monitord.engine.readings.reading import Reading
from monitord.engine.readings.recent import NOW_AND_THEN, RecentReading
from monitord.engine.readings.said_reading import (
    beyond,
    beyond_baseline,
    lasting,
    missed_for,
    said_reading,
    said_value,
    says_all,
)
from monitord.engine.rules.finding import NO_REPEAT, UNKNOWN, Condition, Finding, Found, Repeat
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.patient_view import PatientView
from monitord.engine.rules.rule import Quick, RuleBase
from monitord.engine.rules.step_worse import STEPS, WorseStep
from monitord.model import (
    MINUTE,
    NIBP,
    PRESSURES,
    SECOND,
    SIGNALS,
    SYMPTOMS,
    Compared,
    Duration,
    Instant,
    Kind,
    Priority,
    Quality,
    Relation,
    Said,
    Signal,
    Span,
    say,
)

OLD_KEY: Final = "twice_within"
"""What the first edition of the alarm model called `twice`."""
AMONG: Final = 3
"""Of the last good readings so many may confirm one another (as systolic pressure goes up and down)."""
APART: Final[Span] = 30 * SECOND
"""Between two readings of one arm (IEC 80601-2-30): what is nearer is the same measurement."""
_REPEAT_LOW: Final[Span] = 3 * MINUTE
_REPEAT_HIGH: Final[Span] = 5 * MINUTE
"""In which a repeat is due: low pressure is looked at sooner (proposed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLevel(Level):
    """`limit` is in the signal's unit and says by its relation whether it is itself a violation.

    `of: change` makes it one of the change since the baseline that somebody accepted, so `>=40` is
    a rise and `<=-4` a fall, `of: percent` the same in per cent of it; unknown as long as nobody did.

    With `twice` the first reading speaks at its first word's priority, and asks for a second one,
    due `repeat_within`: by default 5 min, of a low limit 3 min. It is for what is read now and then.
    `hysteresis` is this level's own, where it is not the rule's.
    """

    limit: WrittenLimit
    of: Literal["value", "change", "percent"] = "value"
    twice: bool = False
    repeat_within: Duration | None = None
    hysteresis: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _first_edition(cls, given: object) -> object:
        """Documents of 0.1 say `twice_within`: a second reading within that time."""
        document = given.kwargs if isinstance(given, ArgsKwargs) else given
        if not isinstance(document, dict) or OLD_KEY not in document:
            return given
        document = dict(document)
        if document.pop(OLD_KEY) is not None:
            document["twice"] = True
        return document

    @property
    def words(self) -> str:
        """`<90`; `change >=40`; `change <=-30 %`; `>=160 twice`."""
        change = "" if self.of == "value" else "change "
        unit = " %" if self.of == "percent" else ""
        return f"{change}{self.limit}{unit}{' twice' if self.twice else ''}"

    @property
    def first_word(self) -> Priority:
        """Medium where the level is high or the pressure low, else low; never above its own."""
        urgent = self.priority is Priority.HIGH or self.limit.relation.low
        return min(self.priority, Priority.MEDIUM if urgent else Priority.LOW)

    @property
    def repeat_due(self) -> Span:
        """In which time a second reading must come: to confirm the level, or where the first was doubtful."""
        if self.repeat_within is not None:
            return self.repeat_within
        return _REPEAT_LOW if self.limit.relation.low else _REPEAT_HIGH

    def for_patient(self, own: float | None) -> Limit | None:
        """The limit of the value itself, where the patient's own is `own`; None without one."""
        if self.of == "value":
            return self.limit
        if own is None:
            return None
        change = own * self.limit.value / 100 if self.of == "percent" else self.limit.value
        return Limit(self.limit.relation, own + change)

    def confirmed(self, limit: Limit, reading: Reading, recent: tuple[RecentReading, ...]) -> bool:
        """Whether no further reading must say the same: an earlier one does, or none is asked for."""
        if reading.quality is Quality.DOUBTED:
            return False
        return not self.twice or any(
            limit.violated_by(each.value) and reading.at - each.at > APART
            for each in recent[-AMONG:]
        )

    def lasts(self, limit: Limit, recent: tuple[RecentReading, ...]) -> bool:
        """Whether the latest reading is the first of what must last."""
        return self.delay > 0 and not (len(recent) > 1 and limit.violated_by(recent[-2].value))


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRule(RuleBase):
    """Levels in any order; `hysteresis` (signal's unit) and `clear_delay` only end active alarms.

    `phases` replaces the levels in the phases it names; `only` limits the rule to some phases. `step`
    is how much worse an answered alarm breaks through; without it that of `STEPS`.
    """

    __pydantic_config__ = STRICT

    kind: Literal["limit"] = "limit"
    signal: Signal = field()
    levels: tuple[LimitLevel, ...]
    hysteresis: float = 0.0
    clear_delay: Duration = 0
    phases: dict[str, tuple[LimitLevel, ...]] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    title: str = ""
    step: WorseStep | None = None

    by_levels: ClassVar[bool] = False
    alarm_kind: ClassVar[Kind] = Kind.PHYSIOLOGICAL
    compares: ClassVar[Compared | None] = "value"

    def whole_delay(self, level: Level, interval: Span) -> Span:  # noqa: ARG002 - the rule's contract
        """With the wait for a repeat where a level needs one."""
        waits = isinstance(level, LimitLevel) and level.twice
        return level.delay + (level.repeat_due if waits else 0)

    @property
    def limit_of(self) -> Signal:
        """Its signal."""
        return self.signal

    @property
    def low(self) -> bool:
        """Whether small values are the bad ones; a rule has one side (lint refuses two)."""
        return bool(self.levels) and self.levels[0].limit.relation.low

    @property
    def of_pressure(self) -> bool:
        """A limit of the cuff's systolic, diastolic or mean."""
        return self.signal in PRESSURES

    def leads(self, other: RuleBase) -> bool:
        """The other limits of one measurement of pressure, and what staff ask in the same round.

        Of pressures both are on one side: a low one that ends with this very reading says nothing of one that is
        too high. The oximeter's pulse leads the cuff's.
        """
        same_side = other.limit_of is None or self.low is other.low
        if self.of_pressure:
            return other.of_pressure and same_side
        if self.signal is Signal.PULSE_RATE:
            return other.limit_of is Signal.NIBP_PULSE and same_side
        return self.signal in SYMPTOMS and other.limit_of in SYMPTOMS

    def a_step_worse(self, ref: float, *, by_hand: bool = False) -> LimitLevel | None:
        """What an answered alarm is besides its levels, `ref` being the worst that the answer covers.

        A reading of a stream must last; one of a cuff, or entered `by_hand`, decides.
        """
        step = self.step or STEPS.get((self.signal, self.low))
        if step is None:
            return None
        relation = Relation.AT_MOST if self.low else Relation.AT_LEAST
        value = ref - step.by if self.low else ref + step.by
        seldom = by_hand or self.signal in NIBP or SIGNALS[self.signal].manual
        held = 0 if seldom else step.held
        return LimitLevel(limit=Limit(relation, value), priority=Priority.HIGH, delay=held)

    def inside(self, level: LimitLevel) -> float:
        """How far inside its limit a value must be to end the level."""
        return self.hysteresis if level.hysteresis is None else level.hysteresis

    @property
    def inputs(self) -> frozenset[Signal]:
        """The signals whose samples make this rule look again."""
        return frozenset({self.signal})

    def levels_in(self, phase: str | None) -> tuple[LimitLevel, ...]:
        """The levels that apply in a phase; empty where the rule rests."""
        if self.only and phase not in self.only:
            return ()
        return self.phases.get(phase or "", self.levels)

    def says(self, level: Level, found: Found, seen: PatientView, at: Instant) -> Said:
        """`SpO2 86 now, below 90 for 15 s`; of a first word what is asked."""
        reading = seen.readings.get(self.signal)
        if not isinstance(level, LimitLevel) or found.value is None or reading is None:
            return (said_reading(self.signal, reading, at),)
        limit = level.limit if found.limit is None else Limit(level.limit.relation, found.limit)
        age = max(0, at - reading.at)
        said = said_value(self.signal, found.value, age, reading.quality, limit=limit)
        if found.repeat is Repeat.ASKED:
            doubted = reading.quality is Quality.DOUBTED
            return (say("limit.doubted" if doubted else "limit.first", reading=said),)
        own = seen.baseline.get(self.signal) if level.of == "change" else None
        if not limit.violated_by(found.value):
            # Held by the hysteresis: the sentence must not say what is not so.
            return (say("better", reading=said), say("was", beyond=beyond(limit)))
        if says_all(self.signal):
            return (said,)
        words = beyond(limit) if own is None else beyond_baseline(self.signal, found.value, own)
        text = (lasting("limit", found.since, at, reading=said, beyond=words),)
        if found.repeat is Repeat.OVER:
            return (*text, say("unconfirmed"))
        return (*text, say("confirmed")) if level.twice else text

    def says_missed(self, level: Level, found: Found, seen: PatientView, at: Instant) -> Said:  # noqa: ARG002 - the rule's contract
        """`SpO2 89 for 1 s`."""
        if found.value is None:
            return (say("reading.none", signal=self.signal),)
        reading = said_value(self.signal, found.value)
        return (say("limit.missed", reading=reading, lasted=missed_for(found.since, at)),)

    def asks(self, level: Level) -> str:
        """`<90`, `change >=40`."""
        return level.words if isinstance(level, LimitLevel) else ""

    def check(self, seen: PatientView, at: Instant) -> tuple[Finding, ...]:
        """One finding a level of the present phase."""
        levels = self.levels_in(seen.phase)
        reading = seen.readings.get(self.signal)
        if reading is None or reading.value is None or not reading.usable_at(at):
            return (NO_REPEAT if seen.repeat_failed(self.signal) else UNKNOWN,) * len(levels)
        # A doubtful reading may raise an alarm, but only a good one may end it.
        inside = Condition.FALSE if reading.quality is Quality.GOOD else Condition.UNKNOWN
        others = seen.contested(self.signal, at)
        recent, failed = seen.taken(self.signal), seen.repeat_failed(self.signal)
        own, hysteresis = seen.baseline.get(self.signal), self.hysteresis
        found, far = [], None
        for level in levels:
            limit = level.limit if level.of == "value" else level.for_patient(own)
            if limit is None:
                found.append(UNKNOWN)
                continue
            # Of two devices that differ the worse one speaks, as doubtful.
            worst = _worst(limit, reading, others) if others else reading
            value = worst.value or 0.0
            eased = hysteresis if level.hysteresis is None else level.hysteresis
            if not limit.violated_by(value, eased):
                if far is None or far.read_at != worst.at or far.value != value:
                    far = _far_inside(inside, worst, failed=failed)
                found.append(far)
                continue
            beyond = limit.violated_by(value)
            found.append(
                Finding(
                    Condition.TRUE if beyond else inside,
                    Condition.TRUE,
                    value,
                    limit.value,
                    worst.began,
                    worst.simulated,
                    doubtful=worst.quality.marked,
                    confirmed=not beyond or level.confirmed(limit, worst, recent),
                    failed=failed,
                    read_at=worst.at,
                )
            )
        return tuple(found)

    def wants_repeat(self, seen: PatientView, at: Instant) -> bool:
        """Whether the latest reading is the first of what must last."""
        reading = seen.readings.get(self.signal)
        if reading is None or reading.value is None or not reading.usable_at(at):
            return False
        value, recent = reading.value, seen.taken(self.signal)
        own = seen.baseline.get(self.signal)
        return any(
            limit.violated_by(value) and level.lasts(limit, recent)
            for level in self.levels_in(seen.phase)
            if (limit := level.for_patient(own)) is not None
        )

    def wake(self, seen: PatientView, at: Instant) -> Instant | None:
        """The next instant at which the answer changes without an event: freshness ends."""
        reading = seen.readings.get(self.signal)
        return reading.fresh_until if reading and at < reading.fresh_until else None

    def bounds(
        self,
        seen: PatientView,
        at: Instant,  # noqa: ARG002 - the rule's contract
    ) -> tuple[tuple[float, float] | None, ...] | None:
        """Of each level the limit and where its hysteresis ends, None where it has none; None for all of them where
        the findings of a good reading depend on more than its value.
        """
        if self.signal in NOW_AND_THEN:
            return None
        own, found = seen.baseline.get(self.signal), list[tuple[float, float] | None]()
        for level in self.levels_in(seen.phase):
            limit, inside = level.for_patient(own), self.inside(level)
            found.append(
                None
                if limit is None
                else (limit.value, limit.value + (inside if limit.relation.low else -inside))
            )
        return tuple(found)

    def quick(self, seen: PatientView) -> Quick | None:
        """The values between the innermost low limit and the innermost high one."""
        own = seen.baseline.get(self.signal)
        levels = self.levels_in(seen.phase)
        limits = [limit for level in levels if (limit := level.for_patient(own)) is not None]
        low = max((_innermost(limit) for limit in limits if limit.relation.low), default=-inf)
        high = min((_innermost(limit) for limit in limits if not limit.relation.low), default=inf)
        return Quick(self.signal, low, high, of_any=True)


def _innermost(limit: Limit) -> float:
    """The last value that violates it."""
    if limit.violated_by(limit.value):
        return limit.value
    return nextafter(limit.value, -inf if limit.relation.low else inf)


def _far_inside(condition: Condition, reading: Reading, *, failed: bool) -> Finding:
    """What all levels find whose limit is further off than the hysteresis."""
    return Finding(
        condition,
        condition,
        reading.value,
        None,
        reading.began,
        reading.simulated,
        doubtful=reading.quality.marked,
        failed=failed,
        read_at=reading.at,
    )


def _worst(limit: Limit, believed: Reading, others: tuple[Reading, ...]) -> Reading:
    sign = 1 if limit.relation.low else -1
    return min((believed, *others), key=lambda each: sign * (each.value or 0.0))
