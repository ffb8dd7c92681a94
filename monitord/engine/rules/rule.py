"""What most rules share: rest in no phase, listen to no signal, wait for no instant. Pure."""

from dataclasses import dataclass
from typing import ClassVar

from monitord.engine.rules.seen import Seen
from monitord.model import Instant, Kind, Signal, Span


@dataclass(frozen=True, slots=True)
class Quick:
    """A good reading of `signal` strictly between `low` and `high` makes no level true.

    `again` is how long after it an idle rule must look all the same; None: not before a reading.
    """

    signal: Signal
    low: float
    high: float
    again: Span | None = None


class RuleBase:
    """Defaults of a rule; `by_time` says that elapsed time alone can make a level true."""

    __slots__ = ()

    alarm_kind: ClassVar[Kind] = Kind.TECHNICAL
    by_time: ClassVar[bool] = False
    hysteresis: float = 0.0
    clear_delay: Span = 0

    @property
    def inputs(self) -> frozenset[Signal]:
        """The signals whose samples make this rule look again."""
        return frozenset()

    def wake(self, seen: Seen, at: Instant) -> Instant | None:  # noqa: ARG002 - the rule's contract
        """The next instant at which the answer changes without an event; None: never."""
        return None

    def quick(self, seen: Seen) -> Quick | None:  # noqa: ARG002 - the rule's contract
        """What spares an idle rule a look; None when every input must be looked at."""
        return None
