"""Is a part of the equipment, or of monitord itself, at fault? Pure.

One rule a fault: its cause and its subject (a device, a destination, a file).
"""

from dataclasses import dataclass
from typing import Literal

from monitord.engine.rules.finding import Condition, Finding
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.rule import RuleBase
from monitord.engine.rules.seen import Seen
from monitord.model import SECOND, Cause, Instant, Priority

_MEDIUM, _HIGH = Priority.MEDIUM, Priority.HIGH
LEVELS: dict[Cause, tuple[Level, ...]] = {
    # Reference clinical section 7, "link or daemon loss": medium at 10 s, high at 60 s.
    Cause.LINK: (
        Level(priority=_MEDIUM, delay=10 * SECOND),
        Level(priority=_HIGH, delay=60 * SECOND),
    ),
    # One loss that blinds several chairs; the links behind it are told with it.
    Cause.GATEWAY: (Level(priority=_HIGH, delay=10 * SECOND),),
    Cause.DEVICE: (Level(priority=_MEDIUM),),
    Cause.IDENTITY: (Level(priority=_MEDIUM),),
    Cause.BATTERY: (Level(priority=Priority.LOW),),
    # The device sounds by itself; what it says of its limits is for information beside ours.
    Cause.DEVICE_ALARM: (Level(priority=Priority.LOW),),
    # A pressure that does not count may hide one that matters: measure again.
    Cause.IMPLAUSIBLE: (Level(priority=_MEDIUM),),
    Cause.STATION: (Level(priority=_MEDIUM),),
    Cause.DESTINATION: (Level(priority=_HIGH),),
    Cause.CLOCK: (Level(priority=_MEDIUM),),
    # Design invariant 2: a start before the record's end is high.
    Cause.CLOCK_SET_BACK: (Level(priority=_HIGH),),
    # What takes away the record, the limits or a whole bed leaves no time (design invariants 12, 16).
    Cause.JOURNAL: (Level(priority=_HIGH),),
    Cause.CONFIG: (Level(priority=_HIGH),),
    Cause.QUARANTINE: (Level(priority=_HIGH),),
    Cause.OVERLOAD: (Level(priority=_HIGH),),
    Cause.FORGOTTEN: (Level(priority=_HIGH),),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnicalRule(RuleBase):
    """Holds while the fault is present; ends when whoever reported it says so."""

    __pydantic_config__ = STRICT

    kind: Literal["technical"] = "technical"
    cause: Cause
    subject: str = ""
    title: str = ""

    def levels_in(self, phase: str | None) -> tuple[Level, ...]:  # noqa: ARG002 - the same in every phase
        """The levels of the cause."""
        return LEVELS[self.cause]

    def check(self, seen: Seen, at: Instant) -> tuple[Finding, ...]:  # noqa: ARG002 - a fault has no age
        """True while the fault is present; never unknown."""
        fault = seen.fault(self.cause, self.subject)
        condition = Condition.FALSE if fault is None else Condition.TRUE
        since = None if fault is None else fault.since
        simulated = fault is not None and fault.simulated
        found = Finding(condition, condition, since=since, simulated=simulated)
        return (found,) * len(LEVELS[self.cause])
