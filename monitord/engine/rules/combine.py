"""Do several conditions hold together? Severe pressure with symptoms, say. Pure.

Three-valued: `and` is false as soon as one part is false, true only when all are, else unknown;
`or` the other way round (Kleene). A question that nobody asked is unknown, never `no`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, PlainSerializer

from monitord.engine.readings.limit_value import Limit, parse_limit
from monitord.engine.readings.said_reading import said_value
from monitord.engine.rules.finding import Condition, Finding, Found
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.patient_view import PatientView
from monitord.engine.rules.rule import RuleBase
from monitord.model import SYMPTOMS, Instant, Kind, Quality, Said, Sentence, Signal, say


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: `nibp_sys >=160`."""

    signal: Signal
    limit: Limit

    def __str__(self) -> str:
        return f"{self.signal} {self.limit}"

    def holds(self, seen: PatientView, at: Instant) -> Condition:
        """A doubtful reading may say that it holds; only a good one says that it does not."""
        reading = seen.readings.get(self.signal)
        if reading is None or reading.value is None or not reading.usable_at(at):
            return Condition.UNKNOWN
        if self.limit.violated_by(reading.value):
            return Condition.TRUE
        return Condition.FALSE if reading.quality is Quality.GOOD else Condition.UNKNOWN


_WRITTEN = re.compile(r"([a-z0-9_]+)\s*([<>].*)")


def parse_term(text: object) -> Term:
    """Reads `nibp_sys >=160`; ValueError for anything else."""
    if isinstance(text, Term):
        return text
    if isinstance(text, str) and (found := _WRITTEN.fullmatch(text.strip())):
        return Term(Signal(found[1]), parse_limit(found[2]))
    msg = f'{text!r} is not a condition: write signal and limit, such as "nibp_sys >=160"'
    raise ValueError(msg)


WrittenTerm = Annotated[Term, BeforeValidator(parse_term), PlainSerializer(str, return_type=str)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CombineLevel(Level):
    """Of each group in `needs` one condition must hold: `and` of `or`s."""

    needs: tuple[tuple[WrittenTerm, ...], ...]

    def holds(self, seen: PatientView, at: Instant) -> Condition:
        """All groups, three-valued."""
        return _all(_any(term.holds(seen, at) for term in group) for group in self.needs)


@dataclass(frozen=True, slots=True, kw_only=True)
class CombineRule(RuleBase):
    """Levels in any order; `only` limits the rule to some phases."""

    __pydantic_config__ = STRICT

    kind: Literal["combine"] = "combine"
    levels: tuple[CombineLevel, ...]
    only: tuple[str, ...] = ()
    title: str = ""

    by_levels: ClassVar[bool] = False
    alarm_kind: ClassVar[Kind] = Kind.PHYSIOLOGICAL
    gathers: ClassVar[bool] = True

    @property
    def inputs(self) -> frozenset[Signal]:
        """The signals whose samples make this rule look again."""
        return frozenset(
            term.signal for level in self.levels for group in level.needs for term in group
        )

    def lacks(self, supplied: frozenset[Signal]) -> frozenset[Signal]:
        """Nothing where one of its levels can hold: the others wait for signals of their own."""
        able = any(
            all(any(term.signal in supplied for term in group) for group in level.needs)
            for level in self.levels
        )
        return frozenset() if able else RuleBase.lacks(self, supplied)

    def leads(self, other: RuleBase) -> bool:
        """The limits of each of its signals, and what staff ask in the same round as one of them."""
        if other.limit_of in self.inputs:
            return True
        return other.limit_of in SYMPTOMS and not self.inputs.isdisjoint(SYMPTOMS)

    def levels_in(self, phase: str | None) -> tuple[CombineLevel, ...]:
        """The levels that apply in a phase; empty where the rule rests."""
        return () if self.only and phase not in self.only else self.levels

    def says(self, level: Level, found: Found, seen: PatientView, at: Instant) -> Said:  # noqa: ARG002 - the rule's contract
        """The readings that make it true, in the order written, and what they are together."""
        terms = holding(level, seen, at) if isinstance(level, CombineLevel) else ()
        values = {term.signal: seen.readings[term.signal].value for term in terms}
        readings = tuple(
            _said(signal, value) for signal, value in values.items() if value is not None
        )
        if not readings:
            return (say("asks", title=self.title),)
        if not self.title:
            return (say("combine.untitled", readings=readings),)
        return (say("combine", readings=readings, title=self.title),)

    def asks(self, level: Level) -> str:
        """Its needs."""
        needs = level.needs if isinstance(level, CombineLevel) else ()
        return " and ".join(" or ".join(map(str, group)) for group in needs)

    def check(self, seen: PatientView, at: Instant) -> tuple[Finding, ...]:
        """One finding a level; it has no one value."""
        simulated = any(
            seen.readings[signal].simulated for signal in self.inputs if signal in seen.readings
        )
        doubtful = any(
            seen.readings[signal].quality.marked
            for signal in self.inputs
            if signal in seen.readings
        )
        conditions = [level.holds(seen, at) for level in self.levels_in(seen.phase)]
        return tuple(
            Finding(each, each, simulated=simulated, doubtful=doubtful) for each in conditions
        )

    def needs(self, seen: PatientView, at: Instant) -> tuple[str, ...]:
        """The conditions that hold, of all levels of the phase that hold."""
        levels = [
            level for level in self.levels_in(seen.phase) if level.holds(seen, at) is Condition.TRUE
        ]
        found = {str(term) for level in levels for term in holding(level, seen, at)}
        return tuple(sorted(found))

    def wake(self, seen: PatientView, at: Instant) -> Instant | None:
        """The next instant at which the answer changes without an event: freshness ends."""
        ends = [
            seen.readings[signal].fresh_until for signal in self.inputs if signal in seen.readings
        ]
        return min((end for end in ends if end > at), default=None)


def _said(signal: Signal, value: float) -> Sentence:
    """A value beside others: of the sedation the score alone."""
    if signal is Signal.MOAAS:
        return say("reading.plain", signal=signal, value=value)
    return said_value(signal, value)


def holding(level: CombineLevel, seen: PatientView, at: Instant) -> tuple[Term, ...]:
    """The conditions that hold, in the order written."""
    terms = [term for group in level.needs for term in group]
    return tuple(term for term in terms if term.holds(seen, at) is Condition.TRUE)


def _all(conditions: Iterable[Condition]) -> Condition:
    found = set(conditions)
    if Condition.FALSE in found:
        return Condition.FALSE
    return Condition.UNKNOWN if Condition.UNKNOWN in found else Condition.TRUE


def _any(conditions: Iterable[Condition]) -> Condition:
    found = set(conditions)
    if Condition.TRUE in found:
        return Condition.TRUE
    return Condition.UNKNOWN if Condition.UNKNOWN in found else Condition.FALSE
