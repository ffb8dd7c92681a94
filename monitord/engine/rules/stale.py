"""Has a signal fallen silent? Pure.

Silence is counted from the last usable reading, or from the beginning of the phase that first
expects the signal; a level's delay is the length of the silence.
"""

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, ClassVar, Literal

from monitord.engine.rules.finding import UNKNOWN, Condition, Finding
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.rule import Quick, RuleBase
from monitord.engine.rules.seen import Seen
from monitord.model import Instant, Quality, Signal

if TYPE_CHECKING:
    from monitord.engine.rules.block import Spells
    from monitord.engine.rules.stack import Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleRule(RuleBase):
    """On by default for every signal that is expected continuously (invariant 9).

    `phases` replaces the levels in the phases it names; `only` limits the rule to some phases.
    """

    __pydantic_config__ = STRICT

    kind: Literal["stale"] = "stale"
    signal: Signal
    levels: tuple[Level, ...]
    phases: dict[str, tuple[Level, ...]] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    title: str = ""

    by_time: ClassVar[bool] = True

    @property
    def inputs(self) -> frozenset[Signal]:
        """The signals whose samples make this rule look again."""
        return frozenset({self.signal})

    def levels_in(self, phase: str | None) -> tuple[Level, ...]:
        """The levels that apply in a phase; empty where the rule rests."""
        if self.only and phase not in self.only:
            return ()
        return self.phases.get(phase or "", self.levels)

    def _silent_since(self, seen: Seen) -> Instant | None:
        reading = seen.readings.get(self.signal)
        good_at = reading.good_at if reading else None
        if good_at is not None:
            return good_at
        # A back-dated phase is no silence: nobody listened before the session was entered.
        return None if seen.phase is None else max(seen.phase_since, seen.watched_since)

    def check(self, seen: Seen, at: Instant) -> tuple[Finding, ...]:
        """True at a level once the silence is as long as its delay; unknown under the cuff."""
        levels = self.levels_in(seen.phase)
        since = self._silent_since(seen)
        reading = seen.readings.get(self.signal)
        if reading and reading.quality is Quality.CUFF_INFLATED and at < reading.fresh_until:
            return (UNKNOWN,) * len(levels)
        simulated = bool(reading and reading.simulated)
        found = []
        for level in levels:
            silent = since is not None and at - since >= level.delay
            condition = Condition.TRUE if silent else Condition.FALSE
            found.append(Finding(condition, condition, None, None, since, simulated))
        return tuple(found)

    def wake(self, seen: Seen, at: Instant) -> Instant | None:
        """When the silence, if it lasts, reaches the next level."""
        since = self._silent_since(seen)
        if since is None:
            return None
        ahead = [since + level.delay for level in self.levels_in(seen.phase)]
        reading = seen.readings.get(self.signal)
        if reading and reading.quality is Quality.CUFF_INFLATED:
            ahead.append(reading.fresh_until)
        return Instant(min((t for t in ahead if t > at), default=0)) or None

    def quick(self, seen: Seen) -> Quick | None:
        """A good reading ends any silence; the next may begin with it."""
        levels = self.levels_in(seen.phase)
        if not levels:
            return None
        return Quick(self.signal, -inf, inf, again=min(level.delay for level in levels))

    def block(self, stack: "Stack", phase: str | None) -> "tuple[Spells, ...]":
        """What `check` and the level table give over whole signals, one level each."""
        from monitord.engine.rules.block import silence_spells  # noqa: PLC0415 - the bedside needs no numpy

        return tuple(silence_spells(stack, level.delay) for level in self.levels_in(phase))
