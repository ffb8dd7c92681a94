"""What happens: everything that an engine is told, as values. Pure."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from monitord.model.actions import Move, StaffAction
from monitord.model.frozen import fast_frozen
from monitord.model.instant import Instant
from monitord.model.sentences.sentence import Sentence
from monitord.model.signals import Frame


class Cause(StrEnum):
    """What a technical fault is about; the order is the chain, deepest first (invariant 10)."""

    JOURNAL = "journal"
    CLOCK = "clock"
    CLOCK_SET_BACK = "clock_set_back"
    CONFIG = "config"
    QUARANTINE = "quarantine"
    OVERLOAD = "overload"
    FORGOTTEN = "forgotten"
    DESTINATION = "destination"
    CERTIFICATE = "certificate"
    """One of the suite ends soon, or a new one was refused: what uses it works until then."""

    STATION = "station"
    HOSPITAL = "hospital"
    """The hospital's cluster is out of reach: the suite works, and nobody there sees it."""
    CLUSTER = "cluster"
    """At the hospital: its cluster, or its workers, are not there: nobody there sees any suite."""
    SILENT_SUITE = "silent_suite"
    """At the hospital: a suite gives no sign of life."""
    UNANSWERED = "unanswered"
    """At the hospital: a high alarm of a suite that nobody answers, and nobody there is left to be told."""

    LINK = "link"
    IDENTITY = "identity"
    DEVICE = "device"
    BATTERY = "battery"
    DEVICE_ALARM = "device_alarm"
    """The device's own alarm: an input, tagged, never merged with ours (invariant 10)."""
    GATEWAY = "gateway"
    """What several beds speak through is lost: told by the suite, at a bed only a fact."""
    IMPLAUSIBLE = "implausible"
    """A cuff's pressures that hardly go together: they do not count until they come again."""
    UNKNOWN_AGE = "unknown_age"
    """A reading beyond a limit of which nobody knows whether it is of now: it does not count."""
    GARBLED = "garbled"
    """What a device sent now and then, and nothing repeats, could not be read."""

    SOURCES = "sources"
    """Two devices give one signal, and the suite file does not say which is second."""
    CONFLICT = "conflict"
    """Two devices differ about one signal."""
    CUFF = "cuff"
    """Two readings of the cuff in a row failed."""


OF_DEVICES: Final = frozenset(
    {Cause.LINK, Cause.IDENTITY, Cause.DEVICE, Cause.BATTERY}
    | {Cause.DEVICE_ALARM, Cause.IMPLAUSIBLE, Cause.UNKNOWN_AGE, Cause.GARBLED}
    | {Cause.SOURCES, Cause.CONFLICT, Cause.CUFF}
)
"""What a bed's own devices can report; every other cause is the suite's."""


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A technical fault of `subject` (a device, destination, file) begins or ends.

    `detail` is in the words of the device or of the system, `why` in those of monitord.
    """

    type: Literal["fault"] = field(default="fault", repr=False)
    cause: Cause
    subject: str
    present: bool
    detail: str = ""
    why: Sentence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """The resolved settings of this engine: canonical JSON `document`, named by its `digest`."""

    type: Literal["configured"] = field(default="configured", repr=False)
    digest: str
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The daemon (re)started; it cannot have acted between `down_since` and the event's time."""

    type: Literal["started"] = field(default="started", repr=False)
    version: str
    down_since: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """The patient of bed `of` is at this one: `state` is the engine's from here on, as its JSON.

    Recorded just before the `move` at the bed that is left, in the same transaction.
    """

    type: Literal["arrived"] = field(default="arrived", repr=False)
    move: Move
    at: Instant
    of: str
    session: str
    state: str


Body = Frame | Fault | Configured | Started | Arrived | StaffAction


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened, stamped when it arrived.

    `bed` is None for the suite's own engine. `source` is the device or station it came from;
    `simulated` is that source's mark and travels with everything the event causes.
    """

    at: Instant
    bed: str | None
    body: Body
    source: str = ""
    simulated: bool = False


STATION_PREFIX: Final = "station "
"""Before the name of a screen, where it is the subject of a fault."""
ITS_GATEWAY: Final = "its gateway"
"""The detail of a gateway's fault at a bed; at the suite it names the chairs."""
