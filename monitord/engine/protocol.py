"""What a clinic decides for one therapy, and what a suite decides for one bed. Pure.

Every value here is read from canonical JSON (or a YAML file of the same shape): see `SETTINGS`.
"""

import json
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from pydantic import TypeAdapter

from monitord.engine.adjust import Adjustable
from monitord.engine.criterion import Criterion
from monitord.engine.form import Form
from monitord.engine.prompt import Prompt
from monitord.engine.rules import ProtocolRule
from monitord.engine.rules.level import STRICT, WrittenPriority
from monitord.engine.rules.stale import StaleRule
from monitord.engine.swaps import Placed
from monitord.model import MINUTE, SECOND, Duration, Kind, Priority, Signal


class Stage(StrEnum):
    """Where a visit stands; a session never leaves the last by itself."""

    ADMITTED = "admitted"
    BASELINE = "baseline"
    INFUSION = "infusion"
    RECOVERY = "recovery"
    DISCHARGED = "discharged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A part of a stage with its own limits and intervals; the next follows after `duration`."""

    __pydantic_config__ = STRICT

    name: str
    stage: Stage
    duration: Duration | None = None
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleItem:
    """Signals read together, and how often, by phase; a phase not named wants none.

    While the patient reacts, at least every `reaction`, in any phase.
    """

    __pydantic_config__ = STRICT

    signals: tuple[Signal, ...]
    every: dict[str, Duration]
    title: str = ""
    reaction: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmTimes:
    """Times in the life of an alarm (reference clinical section 7, last paragraph)."""

    __pydantic_config__ = STRICT

    acknowledge_expires: Duration = 5 * MINUTE
    accept_expires: Duration = 5 * MINUTE
    audio_pause: Duration = 120 * SECOND
    latching: tuple[WrittenPriority, ...] = (Priority.HIGH,)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayTerms:
    """In which phases a patient may leave the bed, and for how long at most; by default in none."""

    __pydantic_config__ = STRICT

    phases: tuple[str, ...] = ()
    at_most: Duration = 10 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """What holds besides the protocol for the patients of whom `asks` is true: only stricter."""

    __pydantic_config__ = STRICT

    name: str
    version: int
    asks: str
    title: str = ""
    sources: tuple[str, ...] = ()
    fresh: dict[Signal, Duration] = field(default_factory=dict)
    rules: dict[str, ProtocolRule] = field(default_factory=dict)
    schedule: dict[str, ScheduleItem] = field(default_factory=dict)
    alarms: AlarmTimes | None = None
    away: AwayTerms | None = None
    gate: tuple[Criterion, ...] = ()
    discharge: tuple[Criterion, ...] = ()
    prompts: dict[str, Prompt] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """Phases in order, rules by name, the schedule, and how long each signal speaks (`fresh`).

    `gate` must hold before the infusion starts, `discharge` before the patient leaves; no name
    stands in both. What is `adjustable` may be loosened for one patient. `prompts` ask and move nothing. `forms` and `overlays` may be asked for at admission.
    """

    __pydantic_config__ = STRICT

    name: str
    version: int
    title: str = ""
    sources: tuple[str, ...] = ()
    phases: tuple[Phase, ...]
    fresh: dict[Signal, Duration]
    rules: dict[str, ProtocolRule]
    schedule: dict[str, ScheduleItem] = field(default_factory=dict)
    alarms: AlarmTimes = AlarmTimes()
    away: AwayTerms = AwayTerms()
    gate: tuple[Criterion, ...] = ()
    discharge: tuple[Criterion, ...] = ()
    prompts: dict[str, Prompt] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    adjustable: tuple[Adjustable, ...] = ()
    overlays: dict[str, Overlay] = field(default_factory=dict)

    @property
    def continuous(self) -> tuple[Signal, ...]:
        """The signals whose silence is an alarm: what the coverage ledger keeps account of."""
        found = {rule.signal for rule in self.rules.values() if isinstance(rule, StaleRule)}
        return tuple(sorted(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Who is told `after` the alarm when nobody answered until then."""

    __pydantic_config__ = STRICT

    to: tuple[str, ...]
    after: Duration = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Tiers in order; the last is told again every `repeat` until somebody answers."""

    __pydantic_config__ = STRICT

    tiers: tuple[Tier, ...]
    repeat: Duration = 60 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Minutes of the day, from `begin` to before `end`; past midnight where `end` is smaller."""

    __pydantic_config__ = STRICT

    begin: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialRoute:
    """A route for some alarms of one priority; what is left out fits all of them."""

    __pydantic_config__ = STRICT

    priority: WrittenPriority
    route: Route
    kind: Kind | None = None
    phases: tuple[str, ...] = ()
    hours: Hours | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A device bound to the bed: what it supplies, how often at least, whether it is a twin.

    `of` says whose place it has in the suite file, where staff swapped it: another `of` is another
    device.
    """

    __pydantic_config__ = STRICT

    signals: tuple[Signal, ...]
    interval: Duration = 0
    simulated: bool = False
    of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuff:
    """Whether monitord may start measurements on this bed, off by default (invariant 15)."""

    __pydantic_config__ = STRICT

    automatic: bool = False
    minimum_interval: Duration = 2 * MINUTE
    per_hour: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that one engine is configured with; `bed` is None for the suite's own engine.

    `watch` is the protocol of a bed without a session; `protocols` may be asked for at admission.
    The first of `special` that fits goes before `routes`; `offsets` are those of the suite's wall
    clock from UTC: from which instant on, by how much. `placed` are the devices that staff swapped,
    in the suite's own settings alone.
    """

    __pydantic_config__ = STRICT

    suite: str
    bed: str | None
    sources: dict[str, Source] = field(default_factory=dict)
    cuff: Cuff = Cuff()
    watch: Protocol
    protocols: dict[str, Protocol] = field(default_factory=dict)
    routes: dict[WrittenPriority, Route] = field(default_factory=dict)
    special: tuple[SpecialRoute, ...] = ()
    offsets: tuple[tuple[int, int], ...] = ()
    placed: tuple[Placed, ...] = ()


SETTINGS = TypeAdapter(Settings)
PROTOCOL = TypeAdapter(Protocol)
OVERLAY = TypeAdapter(Overlay)
FORM = TypeAdapter(Form)


def digest(protocol: Protocol) -> str:
    """The protocol's identity: the first 12 hex digits of SHA-256 over its canonical JSON."""
    return sha256(canonical(protocol).encode()).hexdigest()[:12]


def canonical(value: Protocol | Settings) -> str:
    """JSON that is equal exactly when the value is: keys sorted, no spaces."""
    if isinstance(value, Protocol):
        document = PROTOCOL.dump_python(value, mode="json")
    else:
        document = SETTINGS.dump_python(value, mode="json")
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
