"""Is a part of the equipment, or of monitord itself, at fault? Pure.

One rule a fault: its cause and its subject (a device, a destination, a file).
"""

from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from monitord.engine.readings.said_reading import lasting, whole
from monitord.engine.rules.finding import Condition, Finding, Found
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.patient_view import PatientView
from monitord.engine.rules.rule import RuleBase
from monitord.model import (
    ITS_GATEWAY,
    OF_DEVICES,
    SECOND,
    STATION_PREFIX,
    Cause,
    Instant,
    Priority,
    Said,
    Sentence,
    Signal,
    say,
)

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
    Cause.UNKNOWN_AGE: (Level(priority=_MEDIUM),),
    Cause.GARBLED: (Level(priority=_MEDIUM),),
    # The order of the file decides; nobody need come for that.
    Cause.SOURCES: (Level(priority=Priority.LOW),),
    Cause.CONFLICT: (Level(priority=_MEDIUM),),
    Cause.CUFF: (Level(priority=_MEDIUM),),
    Cause.STATION: (Level(priority=_MEDIUM),),
    Cause.DESTINATION: (Level(priority=_HIGH),),
    # Two weeks ahead of the day on which a destination, device or page fails.
    Cause.CERTIFICATE: (Level(priority=_MEDIUM),),
    Cause.CLOCK: (Level(priority=_MEDIUM),),
    # Design invariant 2: a start before the record's end is high.
    Cause.CLOCK_SET_BACK: (Level(priority=_HIGH),),
    # What takes away the record, the limits or a whole bed leaves no time (design invariants 12, 16).
    Cause.JOURNAL: (Level(priority=_HIGH),),
    Cause.CONFIG: (Level(priority=_HIGH),),
    Cause.QUARANTINE: (Level(priority=_HIGH),),
    Cause.OVERLOAD: (Level(priority=_HIGH),),
    Cause.FORGOTTEN: (Level(priority=_HIGH),),
    # The bedside needs no hospital; who restarts its cluster need not be told of it.
    Cause.HOSPITAL: (Level(priority=Priority.LOW, delay=300 * SECOND),),
    # The second line: nobody of the suite is left who could be told.
    Cause.SILENT_SUITE: (Level(priority=_HIGH),),
    # An election of a leader takes some eight seconds (measured on three nodes of one machine).
    Cause.CLUSTER: (Level(priority=_HIGH, delay=30 * SECOND),),
    Cause.UNANSWERED: (Level(priority=_HIGH),),
}


_LAST: Final = frozenset(
    {Cause.LINK, Cause.GATEWAY, Cause.DEVICE, Cause.STATION, Cause.DESTINATION, Cause.JOURNAL}
    | {Cause.HOSPITAL, Cause.SILENT_SUITE, Cause.CLUSTER}
)
"""Causes that are states, so that it is said for how long."""
_WHOLE: Final = frozenset({Cause.IDENTITY, Cause.SOURCES, Cause.CONFLICT})
"""Causes that monitord's own reason says whole."""
_OWN: Final = "monitord"
"""Of whom a fault is that names nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnicalRule(RuleBase):
    """Holds while the fault is present; ends when whoever reported it says so.

    A level's delay is how long this fault lasts: faults that were over add nothing to it, as
    `unsteady` counts what is lost again and again.
    """

    __pydantic_config__ = STRICT

    kind: Literal["technical"] = "technical"
    cause: Cause
    subject: str = ""
    title: str = ""

    by_time: ClassVar[bool] = True

    @property
    def of_pressure(self) -> bool:
        """Pressures that hardly go together."""
        return self.cause is Cause.IMPLAUSIBLE

    def levels_in(self, phase: str | None) -> tuple[Level, ...]:  # noqa: ARG002 - the same in every phase
        """The levels of the cause."""
        return LEVELS[self.cause]

    def says(self, level: Level, found: Found, seen: PatientView, at: Instant) -> Said:  # noqa: ARG002 - the rule's contract
        """`Oximeter: connection lost for 10 s`, and why, in the words of the device or of the system."""
        what = say(f"fault.{self.cause}", subject=self._named)
        since = found.since if self.cause in _LAST else at
        fault = seen.fault(self.cause, self.subject)
        why = (fault.fault.why or fault.fault.detail) if fault else ""
        if self.cause is Cause.GATEWAY and isinstance(why, str):
            if why and why != ITS_GATEWAY:
                # The address is in the alarm's key and in the log; a nurse needs the chairs.
                what, why = say("fault.chairs", where=_chairs(why)), say("why.watch")
            else:
                why = ""
        if self.cause is Cause.CUFF and isinstance(why, Sentence):
            return (what, *_last_pressure(seen, at), why)
        if self.cause in _WHOLE and isinstance(why, Sentence):
            return (why,)
        go = (say("why.go"),) if self.cause is Cause.STATION else ()
        if why and self.cause is not Cause.BATTERY:
            return (lasting("technical.why", since, at, what=what, why=why), *go)
        return (lasting("technical", since, at, what=what), *go)

    @property
    def _named(self) -> str | Sentence:
        """Whose fault it is, for a person: of an alarm of another suite the suite and the bed, of a screen its name."""
        if self.cause is Cause.STATION:
            return say("station", name=self.subject.removeprefix(STATION_PREFIX))
        if self.cause is Cause.UNANSWERED:
            return " ".join(self.subject.split("/")[:2])
        return self.subject or _OWN

    def may_be_paused(self) -> bool:
        """What is of a device at the chair; faults of the suite never pause."""
        return self.cause in OF_DEVICES

    def check(self, seen: PatientView, at: Instant) -> tuple[Finding, ...]:
        """True at a level once the fault is so old; never unknown."""
        fault = seen.fault(self.cause, self.subject)
        since = None if fault is None else fault.since
        simulated = fault is not None and fault.simulated
        found = []
        for level in LEVELS[self.cause]:
            reached = since is not None and at - since >= level.delay
            condition = Condition.TRUE if reached else Condition.FALSE
            found.append(Finding(condition, condition, since=since, simulated=simulated))
        return tuple(found)

    def wake(self, seen: PatientView, at: Instant) -> Instant | None:
        """When the fault reaches the next level."""
        fault = seen.fault(self.cause, self.subject)
        if fault is None:
            return None
        ahead = (Instant(fault.since + level.delay) for level in LEVELS[self.cause])
        return min((t for t in ahead if t > at), default=None)


def _chairs(names: str) -> Sentence:
    """`Chair 5 and Chair 6`, of names with commas between them."""
    *first, last = (say("as_written", text=name) for name in names.split(", "))
    return say("all_of", first=tuple(first), last=last) if first else last


def _last_pressure(seen: PatientView, at: Instant) -> Said:
    """`last 128/82, 6 min ago`; nothing where no good pressure is known."""
    sys, dia = (seen.readings.get(each) for each in (Signal.NIBP_SYS, Signal.NIBP_DIA))
    if sys is None or sys.good_value is None or sys.good_at is None:
        return ()
    high = whole(Signal.NIBP_SYS, sys.good_value)
    if dia is not None and dia.good_value is not None and dia.good_at == sys.good_at:
        said = say("pressure", sys=high, dia=whole(Signal.NIBP_DIA, dia.good_value))
    else:
        said = say("pressure.systolic", sys=high)
    return (say("last.pressure", pressure=said, age=max(0, at - sys.good_at)),)
