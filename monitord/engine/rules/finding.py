"""What a rule finds: per level true, false or unknown, with what it saw. Pure."""

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Protocol

from monitord.model import Instant
from monitord.model.frozen import fast_frozen


class Condition(Enum):
    """Three-valued: missing, stale or bad data is `UNKNOWN`, never `FALSE` (invariant 1)."""

    FALSE = 0
    TRUE = 1
    UNKNOWN = 2


class Repeat(StrEnum):
    """Of a level that holds: whether a second reading must still confirm it, or did not in its time."""

    NONE = "none"
    ASKED = "asked"
    OVER = "over"


@fast_frozen
@dataclass(frozen=True, slots=True)
class Finding:
    """One level's answer at one instant.

    `eased` is the answer with the hysteresis applied: only it may end an alarm. `since` is when
    the condition began where that is earlier than the check (the age of a silence, say). What was read
    at `read_at` may be `doubtful` (a mark), or not yet `confirmed` by another reading; `failed` says
    that no repeat will come.
    """

    condition: Condition
    eased: Condition
    value: float | None = None
    limit: float | None = None
    since: Instant | None = None
    simulated: bool = False
    doubtful: bool = False
    confirmed: bool = True
    failed: bool = False
    read_at: Instant | None = None


class Found(Protocol):
    """What a level last saw, and since when its condition lasts: enough for a sentence."""

    @property
    def value(self) -> float | None:
        """The value compared."""
        ...

    @property
    def limit(self) -> float | None:
        """What it was compared with."""
        ...

    @property
    def since(self) -> Instant:
        """When the condition began."""
        ...

    @property
    def repeat(self) -> Repeat:
        """Whether another reading must still confirm it."""
        ...


NOT_REACHED = Finding(Condition.FALSE, Condition.FALSE)
UNKNOWN = Finding(Condition.UNKNOWN, Condition.UNKNOWN)
NO_REPEAT = Finding(Condition.UNKNOWN, Condition.UNKNOWN, failed=True)
