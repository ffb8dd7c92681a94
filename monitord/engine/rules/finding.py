"""What a rule finds: per level true, false or unknown, with what it saw. Pure."""

from dataclasses import dataclass
from enum import Enum

from monitord.model import Instant


class Condition(Enum):
    """Three-valued: missing, stale or bad data is `UNKNOWN`, never `FALSE` (invariant 1)."""

    FALSE = 0
    TRUE = 1
    UNKNOWN = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One level's answer at one instant.

    `eased` is the answer with the hysteresis applied: only it may end an alarm. `since` is when
    the condition began where that is earlier than the check (the age of a silence, say).
    """

    condition: Condition
    eased: Condition
    value: float | None = None
    limit: float | None = None
    since: Instant | None = None
    simulated: bool = False


NOT_REACHED = Finding(Condition.FALSE, Condition.FALSE)
UNKNOWN = Finding(Condition.UNKNOWN, Condition.UNKNOWN)
