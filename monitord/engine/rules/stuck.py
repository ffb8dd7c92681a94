"""Does an oximeter say the same numbers again and again? Pure.

A frozen device looks like a patient who is well. In 7.6 hours of real nights the longest run of one
unchanged saturation and pulse was 76 s.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from monitord.engine.readings.reading import Reading
from monitord.engine.readings.said_reading import said_value
from monitord.engine.rules.finding import UNKNOWN, Condition, Finding, Found
from monitord.engine.rules.level import STRICT, Level
from monitord.engine.rules.patient_view import PatientView
from monitord.engine.rules.rule import Quick, RuleBase
from monitord.model import MINUTE, SECOND, Instant, Priority, Said, Signal, Span, say

LEVELS = (
    Level(
        priority=Priority.LOW, delay=3 * MINUTE, source="proposed: over twice the longest run seen"
    ),
    Level(priority=Priority.MEDIUM, delay=5 * MINUTE, source="proposed"),
)
SAMPLES: Final = 60
"""So many unchanged readings at least."""
SLOWEST: Final[Span] = 5 * SECOND
"""A slower source repeats itself by chance."""
_POLL: Final[Span] = MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckRule(RuleBase):
    """Ends with a change, or with the word of staff that the patient is that steady."""

    __pydantic_config__ = STRICT

    kind: Literal["stuck"] = "stuck"
    by_time: ClassVar[bool] = True

    @property
    def inputs(self) -> frozenset[Signal]:
        """The saturation: what comes with it comes in the same frame."""
        return frozenset({Signal.SPO2})

    def levels_in(self, phase: str | None) -> tuple[Level, ...]:
        """Low, then medium; an empty bed has no patient."""
        return () if phase is None else LEVELS

    def says(self, level: Level, found: Found, seen: PatientView, at: Instant) -> Said:  # noqa: ARG002 - the rule's contract
        """`SpO2 97 and pulse 72 unchanged for 5 min: check the probe`."""
        readings = tuple(said_value(each.signal, each.value or 0.0) for each in _run(seen, at)[:2])
        if not readings:
            return (say("stuck.unknown"),)
        return (say("stuck", readings=readings, lasted=at - found.since),)

    def asks(self, level: Level) -> str:  # noqa: ARG002 - the rule's contract
        """One word."""
        return "stuck"

    def may_be_paused(self) -> bool:
        """Somebody is at the chair and moves the probe."""
        return True

    def check(self, seen: PatientView, at: Instant) -> tuple[Finding, ...]:
        """True at a level once nothing has changed for so long; silence ends nothing."""
        levels = self.levels_in(seen.phase)
        if seen.lasts_since("steady") is not None:
            return (Finding(Condition.FALSE, Condition.FALSE),) * len(levels)
        run = _run(seen, at)
        if not run:
            return (UNKNOWN,) * len(levels)
        since, fast = _since(run), _is_fast(run)
        found = []
        for level in levels:
            condition = Condition.TRUE if fast and at - since >= level.delay else Condition.FALSE
            found.append(Finding(condition, condition, since=since, simulated=run[0].simulated))
        return tuple(found)

    def wake(self, seen: PatientView, at: Instant) -> Instant | None:
        """When the next level could be reached: a change, which needs no look, only puts it off."""
        levels = self.levels_in(seen.phase)
        if not levels:
            return None
        run = _run(seen, at)
        since = _since(run) if run else at
        ahead = (Instant(since + level.delay) for level in levels)
        return min((t for t in ahead if t > at), default=Instant(at + _POLL))

    def quick(self, seen: PatientView) -> Quick | None:  # noqa: ARG002 - the rule's contract
        """No reading makes it true, only time."""
        return Quick(Signal.SPO2, -1, 1000, of_any=True)


def _run(seen: PatientView, at: Instant) -> tuple[Reading, ...]:
    """The numbers of one device that are of now, saturation and pulse first; empty without both."""
    spo2, pulse = seen.readings.get(Signal.SPO2), seen.readings.get(Signal.PULSE_RATE)
    if spo2 is None or pulse is None or spo2.source != pulse.source:
        return ()
    if spo2.value is None or pulse.value is None or not (_now(spo2, at) and _now(pulse, at)):
        return ()
    return (spo2, pulse, *_perfusion(seen, spo2, at))


def _perfusion(seen: PatientView, spo2: Reading, at: Instant) -> Iterator[Reading]:
    index = seen.readings.get(Signal.PERFUSION_INDEX)
    of_it = index is not None and index.source == spo2.source and index.value is not None
    if index is not None and of_it and _now(index, at):
        yield index


def _now(reading: Reading, at: Instant) -> bool:
    return at < reading.fresh_until


def _since(run: tuple[Reading, ...]) -> Instant:
    return max(each.same_since or each.at for each in run)


def _is_fast(run: tuple[Reading, ...]) -> bool:
    """Whether there were enough readings of each, close enough together."""
    return all(
        each.same >= SAMPLES and each.at - (each.same_since or each.at) <= SLOWEST * (each.same - 1)
        for each in run
    )
