"""What most rules share: rest in no phase, listen to no signal, wait for no instant. Pure."""

from dataclasses import dataclass
from typing import ClassVar

from monitord.engine.readings.limit_value import Limit
from monitord.engine.readings.said_reading import missed_for
from monitord.engine.rules.finding import Found
from monitord.engine.rules.level import Level
from monitord.engine.rules.patient_view import PatientView
from monitord.model import Compared, Instant, Kind, Relation, Said, Sentence, Signal, Span, say
from monitord.model.frozen import fast_frozen


@fast_frozen
@dataclass(frozen=True, slots=True)
class Quick:
    """A good reading of `signal` strictly between `low` and `high` makes no level true.

    `again` is how long after it an idle rule must look all the same; None: not before a reading. With
    `of_any` no doubtful reading between them does either, and none without a number.
    """

    signal: Signal
    low: float
    high: float
    again: Span | None = None
    of_any: bool = False

    def passes_any(self, value: float | None) -> bool:
        """Whether a reading that is not good makes no level true either; None: it has no number."""
        return self.of_any and (value is None or self.low < value < self.high)


class RuleBase:
    """Defaults of a rule; `by_time` says that elapsed time alone can make a level true.

    A rule whose own field has no default declares it with `field()`: a dataclass would take the default from here.
    """

    __slots__ = ()

    title: str = ""
    signal: Signal | None = None
    """What the rule compares, where it is one signal: there a field without a default."""
    item: str = ""
    """What of the schedule it speaks of: there a field without a default."""
    yields: ClassVar[bool] = False
    """Whether a limit's alarm of its signal says the same and is told instead."""
    expected: ClassVar[bool] = False
    """Whether it misses what should come: not while the patient is away, or its device is lost."""

    gathers: ClassVar[bool] = False
    """Whether it says of several signals together what the limits of each say: it is told before them."""
    of_equipment: ClassVar[bool] = False
    """Whether the other signals of the device may say the same: the first is told for them."""
    rearms: ClassVar[bool] = True
    """Whether it is the same alarm that comes back soon after its end; not where staff call anew."""
    alarm_kind: ClassVar[Kind] = Kind.TECHNICAL
    compares: ClassVar[Compared | None] = None
    """What its levels hold against their limits; None where they have none."""
    by_time: ClassVar[bool] = False
    by_levels: ClassVar[bool] = True
    """Whether nothing but its levels moves its alarm: no value of its own, no need of several."""

    @property
    def hears_silence(self) -> bool:
        """Whether a reading without a number may change what it finds; not where it counts from the last number on."""
        return True

    hysteresis: float = 0.0
    clear_delay: Span = 0

    @property
    def inputs(self) -> frozenset[Signal]:
        """The signals whose samples make this rule look again."""
        return frozenset()

    def lacks(self, supplied: frozenset[Signal]) -> frozenset[Signal]:
        """What it would need beside these signals to find anything; empty where it can."""
        return self.inputs - supplied

    @property
    def limit_of(self) -> Signal | None:
        """The signal whose values it holds against limits; None of every other kind."""
        return None

    @property
    def absence_of(self) -> Signal | None:
        """The signal whose silence it tells; None of every other kind."""
        return None

    @property
    def low(self) -> bool:
        """Whether small values of what it holds against limits are the bad ones."""
        return False

    @property
    def of_pressure(self) -> bool:
        """Whether it speaks of a measurement of the cuff, which one alarm tells for all of them."""
        return False

    def leads(self, other: "RuleBase") -> bool:  # noqa: ARG002 - the rule's contract
        """Whether its alarm says what the other's would, of one measurement or one entry, and is told instead."""
        return False

    def wants_repeat(self, seen: PatientView, at: Instant) -> bool:  # noqa: ARG002 - the rule's contract
        """Whether the latest reading is the first of what must last."""
        return False

    def says(self, level: Level, found: Found, seen: PatientView, at: Instant) -> Said:  # noqa: ARG002 - the rule's contract
        """`SpO2 86 now, below 90 for 15 s`: what holds, since when. Never a name, never an order."""
        return (say("as_written", text=self.title),)

    def says_missed(self, level: Level, found: Found, seen: PatientView, at: Instant) -> Said:
        """What was, and for how long, where the condition ended before its delay."""
        what = self.says(level, found, seen, at)
        return (say("missed", what=what, lasted=missed_for(found.since, at)),)

    def says_over(self, seen: PatientView, at: Instant) -> Sentence | None:  # noqa: ARG002 - the rule's contract
        """That its alarm is over, in words of its own; None where what was said last is said as over."""
        return None

    def asks(self, level: Level) -> str:  # noqa: ARG002 - the rule's contract
        """What the level asks, in a word or two: `<90`, `silent`; by default the kind of the rule."""
        return self.title or str(getattr(self, "kind", ""))

    def relation_of(self, level: Level) -> Relation | None:
        """How a value stands to the level's limit where it is beyond it; None of a level without one."""
        limit = getattr(level, "limit", None)
        return limit.relation if isinstance(limit, Limit) else None

    def whole_delay(self, level: Level, interval: Span) -> Span:  # noqa: ARG002 - the rule's contract
        """From the event until the level is reached, at most; `interval` is its item's longest."""
        return level.delay

    def misses(self, seen: PatientView) -> frozenset[Signal]:  # noqa: ARG002 - the rule's contract
        """The signals without which it speaks: a lost device explains it."""
        return frozenset()

    def may_be_paused(self) -> bool:
        """Whether it says something of the equipment at the chair, which staff may pause."""
        return False

    def wake(self, seen: PatientView, at: Instant) -> Instant | None:  # noqa: ARG002 - the rule's contract
        """The next instant at which the answer changes without an event; None: never."""
        return None

    def needs(self, seen: PatientView, at: Instant) -> tuple[str, ...]:  # noqa: ARG002 - the rule's contract
        """Of a rule without a value: what of its needs holds; one more is worse."""
        return ()

    def bounds(
        self,
        seen: PatientView,  # noqa: ARG002 - the rule's contract
        at: Instant,  # noqa: ARG002 - the same
    ) -> tuple[tuple[float, float] | None, ...] | None:
        """Of each level the values of its signal at which it finds something else; None where more than the value counts."""
        return None

    def quick(self, seen: PatientView) -> Quick | None:  # noqa: ARG002 - the rule's contract
        """What spares an idle rule a look; None when every input must be looked at."""
        return None
