"""Are there nothing but doubtful numbers of a signal? Pure."""

from dataclasses import dataclass
from math import inf
from typing import ClassVar, Literal

from monitord.engine.readings.said_reading import last_good, said_reading
from monitord.engine.rules.finding import Condition, Finding, Found
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.patient_view import PatientView
from monitord.engine.rules.rule import Quick, RuleBase
from monitord.model import MINUTE, SECOND, Instant, Priority, Said, Sentence, Signal, say

_LEVELS = (
    Level(priority=Priority.LOW, delay=30 * SECOND, source="proposed"),
    Level(priority=Priority.MEDIUM, delay=2 * MINUTE, source="proposed"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtfulRule(RuleBase):
    """Counts from the last good reading; only a good one ends it."""

    __pydantic_config__ = STRICT

    kind: Literal["doubtful"] = "doubtful"
    signal: Signal

    by_time: ClassVar[bool] = True
    expected: ClassVar[bool] = True
    of_equipment: ClassVar[bool] = True

    @property
    def inputs(self) -> frozenset[Signal]:
        """The signal."""
        return frozenset({self.signal})

    @property
    def hears_silence(self) -> bool:
        """It counts from the last good number."""
        return False

    def levels_in(self, phase: str | None) -> tuple[Level, ...]:
        """Low, then medium; an empty bed expects nothing."""
        return () if phase is None else _LEVELS

    def says(self, level: Level, found: Found, seen: PatientView, at: Instant) -> Said:  # noqa: ARG002 - the rule's contract
        """`SpO2 97 now (movement), not reliable for 2 min; last good 98`."""
        reading, lasted = seen.readings.get(self.signal), at - found.since
        if reading is None or reading.value is None:
            said = say("doubtful.none", signal=self.signal, lasted=lasted)
        else:
            said = say("doubtful", reading=said_reading(self.signal, reading, at), lasted=lasted)
        return (said, *last_good(reading))

    def says_over(self, seen: PatientView, at: Instant) -> Sentence | None:
        """`SpO2 97 now, reliable again`; None where there is no number, and its absence speaks."""
        reading = seen.readings.get(self.signal)
        if reading is None or reading.value is None:
            return None
        return say("doubtful.over", reading=said_reading(self.signal, reading, at))

    def asks(self, level: Level) -> str:  # noqa: ARG002 - the rule's contract
        """One word."""
        return "doubtful"

    def may_be_paused(self) -> bool:
        """Somebody is at the chair and moves the probe."""
        return True

    def _since(self, seen: PatientView) -> Instant | None:
        """Since when there was no good reading; None while the last number is good, or is none."""
        reading = seen.readings.get(self.signal)
        if reading is None or reading.believed or reading.heard_at is None:
            return None
        return reading.good_at if reading.good_at is not None else seen.watched_since

    def check(self, seen: PatientView, at: Instant) -> tuple[Finding, ...]:
        """True at a level once its time is over, as long as a doubtful number is of now.

        A silence ends nothing; one that lasts has a rule of its own.
        """
        levels = self.levels_in(seen.phase)
        since, reading = self._since(seen), seen.readings.get(self.signal)
        speaks = reading is not None and at < reading.heard_until
        simulated = bool(reading and reading.simulated)
        found = []
        for level in levels:
            reached = since is not None and speaks and at - since >= level.delay
            condition = Condition.TRUE if reached else Condition.FALSE
            eased = Condition.FALSE if since is None else Condition.TRUE
            found.append(Finding(condition, eased, since=since, simulated=simulated))
        return tuple(found)

    def wake(self, seen: PatientView, at: Instant) -> Instant | None:
        """When the next level is reached, or the doubtful number is no longer of now."""
        since, reading = self._since(seen), seen.readings.get(self.signal)
        if since is None or reading is None:
            return None
        ahead = [Instant(since + level.delay) for level in self.levels_in(seen.phase)]
        return min((t for t in (*ahead, reading.heard_until) if t > at), default=None)

    def quick(self, seen: PatientView) -> Quick | None:  # noqa: ARG002 - the rule's contract
        """A good reading is no doubt."""
        return Quick(self.signal, -inf, inf)
