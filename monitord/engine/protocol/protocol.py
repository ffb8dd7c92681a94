"""What a clinic decides for one therapy, and what a suite decides for one bed. Pure.

Every value here is read from canonical JSON (or a YAML file of the same shape): see `SETTINGS`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Final, TypeVar

from pydantic import TypeAdapter

from monitord.engine.protocol.adjust import Adjustable
from monitord.engine.protocol.criterion import Criterion
from monitord.engine.protocol.device_swaps import Placed
from monitord.engine.protocol.form import Form
from monitord.engine.protocol.prompt import Prompt
from monitord.engine.rules import ProtocolRule, Rule
from monitord.engine.rules.absence import AbsenceRule
from monitord.engine.rules.level import STRICT, WrittenPriority
from monitord.model import DEFAULT_LANGUAGE, MINUTE, SECOND, Duration, Kind, Priority, Signal, Span

OneKind = TypeVar("OneKind", bound=Rule)


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

    While the patient reacts, at least every `reaction`, in any phase. What is `counted` staff read where no
    device does: a device's reading speaks as `fresh` says, a person's until the next is due.
    """

    __pydantic_config__ = STRICT

    signals: tuple[Signal, ...]
    every: dict[str, Duration]
    title: str = ""
    reaction: Duration | None = None
    counted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmTimes:
    """Times in the life of an alarm (reference clinical section 7, last paragraph).

    `spo2_medium_expires` is for an acknowledged medium alarm of SpO2: at 88 % or 89 % somebody sees
    to it for longer (proposed). An alarm that comes back within `rearm` of its end is the same one
    (proposed).
    """

    __pydantic_config__ = STRICT

    acknowledge_expires: Duration = 5 * MINUTE
    spo2_medium_expires: Duration = 15 * MINUTE
    accept_expires: Duration = 5 * MINUTE
    audio_pause: Duration = 120 * SECOND
    latching: tuple[WrittenPriority, ...] = (Priority.HIGH,)
    rearm: Duration = 2 * MINUTE


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
    confidential: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """Phases in order, rules by name, the schedule, and how long each signal speaks (`fresh`).

    `gate` must hold before the infusion starts, `discharge` before the patient leaves; no name
    stands in both. What is `adjustable` may be loosened for one patient. `prompts` ask and move nothing. `forms` and `overlays` may be asked for at admission; the overlays of `always` are laid over
    it already, and nobody is asked. `confidential` names rules, items, points and prompts of which others are told
    only that a clinician is needed, beside those that read or name a form.
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
    always: tuple[str, ...] = ()
    confidential: tuple[str, ...] = ()

    @property
    def planned_infusion(self) -> Span:
        """How long the infusion lasts as planned: all of its phases that have an end."""
        return sum(p.duration or 0 for p in self.phases if p.stage is Stage.INFUSION)

    @property
    def continuous(self) -> tuple[Signal, ...]:
        """The signals whose silence is an alarm: what the coverage ledger keeps account of."""
        silences = self.rules_of(AbsenceRule).values()
        return tuple(sorted({rule.signal for rule in silences if not rule.once_heard}))

    def rules_of(self, kind: type[OneKind]) -> dict[str, OneKind]:
        """The rules of one kind, by name."""
        return {name: rule for name, rule in self.rules.items() if isinstance(rule, kind)}


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
    device. Where two give one signal, a `secondary` one is believed after the other, and else the one
    of the lower `order` (its place in the suite file) first.
    """

    __pydantic_config__ = STRICT

    signals: tuple[Signal, ...]
    interval: Duration = 0
    simulated: bool = False
    of: str = ""
    secondary: bool = False
    order: int = 0


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
    in the suite's own settings alone. `language` is that of all texts (a key of `CATALOGUES`).
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
    language: str = DEFAULT_LANGUAGE

    @property
    def only_simulated(self) -> bool:
        """Whether nothing but twins is bound to the bed."""
        return bool(self.sources) and all(each.simulated for each in self.sources.values())


SETTINGS = TypeAdapter(Settings)
PROTOCOL = TypeAdapter(Protocol)
OVERLAY = TypeAdapter(Overlay)
FORM = TypeAdapter(Form)


FORMER_NAMES: Final[Mapping[str, str]] = {"bed_without_session": "watch"}
"""What a protocol that comes with monitord was called in 0.1: suite files, approvals and journals go on to say so."""


def names_of(protocol: str) -> frozenset[str]:
    """The name of a protocol, and its former one."""
    return frozenset({protocol, FORMER_NAMES.get(protocol, protocol)})


def digest(protocol: Protocol) -> str:
    """The protocol's identity: the first 12 hex digits of SHA-256 over its canonical JSON.

    A former name counts instead of the new one, and keys that came after 0.1 count only where they differ from their
    defaults: a new name or a new key alone voids no approval.
    """
    return _digest(Itself(protocol))


@dataclass(frozen=True, slots=True, eq=False)
class Itself:
    """One frozen value, whatever it is equal to: a protocol has no hash, and comparing two takes long."""

    protocol: Protocol

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Itself) and other.protocol is self.protocol

    def __hash__(self) -> int:
        return id(self.protocol)


@lru_cache(maxsize=2)
def _digest(of: Itself) -> str:
    """Kept: one engine asks again and again. Few, because each holds its protocol in memory."""
    return document_digest(canonical(of.protocol))


@lru_cache(maxsize=32)
def document_digest(document: str) -> str:
    """The digest of a protocol's JSON as this version or an earlier one wrote it."""
    value = json.loads(document)
    value["name"] = FORMER_NAMES.get(value["name"], value["name"])
    text = json.dumps(
        _without_new_keys(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return sha256(text.encode()).hexdigest()[:12]


_NEW_KEYS: Final[Mapping[str, object]] = {
    "twice": False,
    "repeat_within": None,
    "step": None,
    "rearm": "2min",
    "spo2_medium_expires": "15min",
    "counted": False,
    "once_heard": False,
    "hysteresis": None,
    "max_age": None,
    "ceiling": None,
    "floor": None,
    "or_signal": None,
    "always": [],
    "confidential": [],
    "words": [],
}
"""Keys that a document of 0.1 does not have, with their defaults; a new key of a protocol stands here too."""


def _without_new_keys(value: object) -> object:
    """A document without the new keys that say nothing; a level of a limit says again that it has no `twice_within`."""
    if isinstance(value, list):
        return [_without_new_keys(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {
        key: _without_new_keys(each)
        for key, each in value.items()
        if key not in _NEW_KEYS or each != _NEW_KEYS[key]
    }
    if value.get("twice") is False:
        kept["twice_within"] = None
    return kept


@lru_cache(maxsize=2)
def settings_of(document: str) -> Settings:
    """The settings of a document that `canonical` wrote. Kept: many engines in turn are given the same.

    Few, because they are large: a back-test's memory must not grow with its recordings.
    """
    return SETTINGS.validate_json(document)


def canonical(value: Protocol | Settings) -> str:
    """JSON that is equal exactly when the value is: keys sorted, no spaces."""
    if isinstance(value, Protocol):
        document = PROTOCOL.dump_python(value, mode="json")
    else:
        document = SETTINGS.dump_python(value, mode="json")
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
