"""The page's terms as plain values: a rule, its levels, its route, and what happens in a second."""

from dataclasses import dataclass, field
from typing import Final

LOW: Final = 1
MEDIUM: Final = 2
HIGH: Final = 3

LATCHING: Final = frozenset({HIGH})
TEN: Final = 10
"""Seconds in which a destination isn't told again of what is not worse."""
REARM: Final = 120
RETURNS: Final = 3
BETTER_FOR: Final = 120
COVERS: Final = 60
DOUBT: Final = 15
"""Seconds longer, while all readings since a level began are doubtful."""
SILENT: Final = 10
"""Seconds that a sum may grow beyond its need while no reading comes."""
AMONG: Final = 3
APART: Final = 30


@dataclass(frozen=True, slots=True)
class Level:
    """`limit` in the signal's unit; `delay` in s; `strict` where the limit itself is no violation."""

    priority: int
    limit: float
    delay: int = 0
    strict: bool = True
    twice: bool = False
    hysteresis: float | None = None
    """Its own, where it is not the rule's."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`low`: small values are the bad ones. Times in s, `hysteresis` and `step` in the unit."""

    name: str
    low: bool
    levels: tuple[Level, ...]
    hysteresis: float
    step: float
    step_held: int
    clear_delay: int = 0
    fresh: int = 10
    repeat_within: int = 300
    expires: dict[str, dict[int, int]] = field(default_factory=dict)

    def violates(self, level: Level, value: float, slack: float = 0.0) -> bool:
        """Whether `value` is beyond the limit, moved by `slack` to the good side."""
        sign = 1.0 if self.low else -1.0
        limit = level.limit + sign * slack
        if self.low:
            return value < limit if level.strict else value <= limit
        return value > limit if level.strict else value >= limit

    def depth(self, level: Level) -> float:
        """The more, the deeper, among levels of one priority."""
        return -level.limit if self.low else level.limit

    def worse_by(self, value: float, than: float) -> float:
        """How much worse `value` is `than` another."""
        return than - value if self.low else value - than


@dataclass(frozen=True, slots=True)
class Route:
    """Tiers as (after, destinations), in s since T0; the last is told again every `repeat`."""

    tiers: tuple[tuple[int, frozenset[str]], ...]
    repeat: int

    def reached(self, elapsed: int) -> int:
        """The last tier whose time has come."""
        return max(i for i, (after, _) in enumerate(self.tiers) if after <= elapsed)

    def up_to(self, tier: int) -> frozenset[str]:
        """Everybody of the tiers up to this one."""
        return frozenset().union(*(to for _, to in self.tiers[: tier + 1]))

    def after(self, tier: int) -> int:
        """When the tier is told, in s since T0."""
        return self.tiers[self.index(tier)][0]

    def to(self, tier: int) -> frozenset[str]:
        """Whom the tier tells."""
        return self.tiers[self.index(tier)][1]

    def index(self, tier: int) -> int:
        """The last tier for what is beyond it."""
        return min(tier, len(self.tiers) - 1)


@dataclass(frozen=True, slots=True)
class Reading:
    """`value` None: a device that speaks and gives no number, or a cuff that failed."""

    value: float | None
    doubtful: bool = False


MOVE: Final = "move"
PAUSE: Final = "pause"
PHASE: Final = "phase"
REST: Final = "phase rests the rule"
SWAP: Final = "swap"
"""The patient moves to another bed, audio pauses, a phase with the same levels, one without, another device."""


@dataclass(frozen=True, slots=True)
class Second:
    """What happens in one second: a reading, or none, one act of staff, or none, and what else comes about."""

    reading: Reading | None = None
    act: str = ""
    event: str = ""
    down: int = 0
    """For so many seconds from here on nothing runs; in these there is no reading and nobody acts."""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Ordered by priority, then by depth."""

    priority: int
    depth: float
    confirmed: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True)
class Said:
    """What was said at one second; `to` empty: a line on the screen alone."""

    at: int
    what: str
    priority: int
    to: tuple[str, ...]
    reason: str = ""
