"""Has a signal fallen silent? The rule of kind `stale`. Pure.

Blindness has one clock: it counts from the last reading that could have raised an alarm, or from
the time that first expected the signal, and no cause restarts it. A level's delay is its length. A
doubtful number restarts the clock, but a level that holds stays until a good one.
"""

from dataclasses import dataclass, field
from math import inf
from typing import ClassVar, Literal

from monitord.engine.readings.reading import MANUAL
from monitord.engine.readings.said_reading import said_reading, whole
from monitord.engine.rules.finding import UNKNOWN, Condition, Finding, Found
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.patient_view import PatientView
from monitord.engine.rules.rule import Quick, RuleBase
from monitord.model import Instant, Quality, Said, Sentence, Signal, Span, say


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceRule(RuleBase):
    """On by default for every signal that is expected continuously (invariant 9).

    `phases` replaces the levels in the phases it names; `only` limits the rule to some phases. With
    `once_heard` the rule waits until a device gave the signal, and while a person counts it in its place.
    """

    __pydantic_config__ = STRICT

    kind: Literal["stale"] = "stale"
    signal: Signal = field()
    levels: tuple[Level, ...]
    phases: dict[str, tuple[Level, ...]] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    title: str = ""
    once_heard: bool = False

    expected: ClassVar[bool] = True

    by_time: ClassVar[bool] = True

    @property
    def inputs(self) -> frozenset[Signal]:
        """The signals whose samples make this rule look again."""
        return frozenset({self.signal})

    @property
    def hears_silence(self) -> bool:
        """Only where a device that comes on begins its clock."""
        return self.once_heard

    @property
    def absence_of(self) -> Signal:
        """Its signal."""
        return self.signal

    def levels_in(self, phase: str | None) -> tuple[Level, ...]:
        """The levels that apply in a phase; empty where the rule rests."""
        if self.only and phase not in self.only:
            return ()
        return self.phases.get(phase or "", self.levels)

    def blind_since(self, seen: PatientView) -> Instant | None:
        """When the clock began; None on an empty bed that never heard the signal, and while the rule waits for a device."""
        reading = seen.readings.get(self.signal)
        if self.once_heard:
            by_device = reading is not None and reading.source != MANUAL
            return reading.heard_at if reading is not None and by_device else None
        if reading is not None and (heard_at := reading.heard_at) is not None:
            return heard_at
        if seen.phase is None:
            return None
        # A back-dated phase is no silence: nobody listened before the session was entered.
        first = bool(self.only) and seen.phase == self.only[0]
        return max(seen.phase_since, seen.watched_since) if first else seen.watched_since

    def _reached_after(self, level: Level, seen: PatientView) -> Span:
        """No silence of a declared slow source is one before two and a half of its intervals."""
        return max(level.delay, seen.expected_within(self.signal))

    def says(self, level: Level, found: Found, seen: PatientView, at: Instant) -> Said:  # noqa: ARG002 - the rule's contract
        """`No SpO2 reading for 40 s, last 97: probe off`; where bad ones came since, `No good SpO2 reading`."""
        reading = seen.readings.get(self.signal)
        # Of a limit that was on its way `found` says since when that was.
        since = found.since if found.value is None else (self.blind_since(seen) or found.since)
        key, value = "stale", {}
        if found.value is None and reading is not None and reading.good_value is not None:
            key = "stale.last" if reading.good_at == reading.heard_at else "stale.good"
            since = since if reading.good_at is None else reading.good_at
            value = {"value": whole(self.signal, reading.good_value)}
        silence = say(key, signal=self.signal, lasted=at - since, **value)
        moves = False
        if reading is not None and reading.quality is not Quality.GOOD:
            silence = say(f"{key}.why", **silence.values, quality=reading.quality)
            # Movement may be a seizure.
            moves = reading.quality is Quality.MOTION
        return (
            silence,
            *_on_its_way(self.signal, found),
            *((say("stale.check"),) if moves else ()),
        )

    def says_over(self, seen: PatientView, at: Instant) -> Sentence | None:
        """`SpO2 97 now, readings are back`; None where it ended without one."""
        reading = seen.readings.get(self.signal)
        if reading is None or not reading.usable_at(at):
            return None
        return say("stale.over", reading=said_reading(self.signal, reading, at))

    def asks(self, level: Level) -> str:  # noqa: ARG002 - the rule's contract
        """One word."""
        return "silent"

    def misses(self, seen: PatientView) -> frozenset[Signal]:  # noqa: ARG002 - the rule's contract
        """Its signal."""
        return frozenset({self.signal})

    def may_be_paused(self) -> bool:
        """Somebody is at the chair and moves the probe."""
        return True

    def check(self, seen: PatientView, at: Instant) -> tuple[Finding, ...]:
        """True at a level once the blindness is as long as its delay; it waits while the cuff holds."""
        levels = self.levels_in(seen.phase)
        if seen.held_until(self.signal, at) is not None:
            return (UNKNOWN,) * len(levels)
        since = self.blind_since(seen)
        reading = seen.readings.get(self.signal)
        simulated = bool(reading and reading.simulated)
        # Only a good reading ends an absence that has begun.
        over = Condition.UNKNOWN if reading and not reading.believed else Condition.FALSE
        found = []
        for level in levels:
            blind = since is not None and at - since >= self._reached_after(level, seen)
            condition = Condition.TRUE if blind else Condition.FALSE
            eased = Condition.TRUE if blind else over
            found.append(Finding(condition, eased, None, None, since, simulated))
        return tuple(found)

    def wake(self, seen: PatientView, at: Instant) -> Instant | None:
        """When the blindness, if it lasts, reaches the next level; not before the cuff's hold ends."""
        since = self.blind_since(seen)
        if since is None:
            return None
        held = seen.held_until(self.signal, at)
        if held is not None:
            return held
        ahead = (since + self._reached_after(level, seen) for level in self.levels_in(seen.phase))
        return Instant(min((t for t in ahead if t > at), default=0)) or None

    def quick(self, seen: PatientView) -> Quick | None:
        """A good reading ends any silence; the next may begin with it."""
        levels = self.levels_in(seen.phase)
        if not levels:
            return None
        again = min(self._reached_after(level, seen) for level in levels)
        return Quick(self.signal, -inf, inf, again=again)


def _on_its_way(signal: Signal, found: Found) -> Said:
    """`last 83 and falling` of a limit that was on its way."""
    if found.value is None or found.limit is None:
        return ()
    key = "last.falling" if found.value <= found.limit else "last.rising"
    return (say(key, value=whole(signal, found.value)),)
