"""Do several conditions hold together? Severe pressure with symptoms, say. Pure.

Three-valued: `and` is false as soon as one part is false, true only when all are, else unknown;
`or` the other way round (Kleene). A question that nobody asked is unknown, never `no`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, PlainSerializer

from monitord.engine.limit import Limit, parse_limit
from monitord.engine.rules.finding import Condition, Finding
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.rule import RuleBase
from monitord.engine.rules.seen import Seen
from monitord.model import SIGNALS, Instant, Kind, Quality, Signal


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: `nibp_sys >=160`."""

    signal: Signal
    limit: Limit

    def __str__(self) -> str:
        return f"{self.signal} {self.limit}"

    @property
    def words(self) -> str:
        """`SBP >=160`."""
        return f"{SIGNALS[self.signal].label} {self.limit}"

    def holds(self, seen: Seen, at: Instant) -> Condition:
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

    def holds(self, seen: Seen, at: Instant) -> Condition:
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

    alarm_kind: ClassVar[Kind] = Kind.PHYSIOLOGICAL

    @property
    def inputs(self) -> frozenset[Signal]:
        """The signals whose samples make this rule look again."""
        return frozenset(
            term.signal for level in self.levels for group in level.needs for term in group
        )

    def levels_in(self, phase: str | None) -> tuple[CombineLevel, ...]:
        """The levels that apply in a phase; empty where the rule rests."""
        return () if self.only and phase not in self.only else self.levels

    def check(self, seen: Seen, at: Instant) -> tuple[Finding, ...]:
        """One finding a level; it has no one value."""
        simulated = any(
            seen.readings[signal].simulated for signal in self.inputs if signal in seen.readings
        )
        conditions = [level.holds(seen, at) for level in self.levels_in(seen.phase)]
        return tuple(Finding(each, each, simulated=simulated) for each in conditions)

    def wake(self, seen: Seen, at: Instant) -> Instant | None:
        """The next instant at which the answer changes without an event: freshness ends."""
        ends = [
            seen.readings[signal].fresh_until for signal in self.inputs if signal in seen.readings
        ]
        return min((end for end in ends if end > at), default=None)


def holding(level: CombineLevel, seen: Seen, at: Instant) -> tuple[Term, ...]:
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
