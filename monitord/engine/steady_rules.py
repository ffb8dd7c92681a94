"""Which rules stand as they did, so that a reading changes nothing of them but their values. Pure.

`alarms/steady_rule.py` says of one rule between which values that is. Once an alarm of the bed moves, is told or is
answered, every rule is looked at again.
"""

from collections.abc import Iterator

from monitord.engine.alarm_state import LevelState, RuleState
from monitord.engine.alarms import alarm_triggers
from monitord.engine.alarms.alarms import Alarms
from monitord.engine.alarms.rule_look import RuleAfterLook, RuleInPhase, due_by_time
from monitord.engine.alarms.steady_rule import (
    Bounds,
    Steady,
    is_led,
    is_settled,
    steady,
    with_value,
)
from monitord.engine.bed.patient import Patient
from monitord.engine.readings.reading import Reading
from monitord.engine.rules.limit import LimitRule
from monitord.engine.timers import Timers
from monitord.model import Instant


class SteadyRules:
    """Mutable, owned by one evaluator; all of it may be forgotten at any time, at the cost of a look."""

    def __init__(self, patient: Patient, alarms: Alarms, timers: Timers) -> None:
        self._patient = patient
        self._alarms = alarms
        self._timers = timers
        self._bounds: dict[str, Bounds | None] = {}
        self._steady: dict[str, Steady] = {}
        self._unmoved: dict[str, tuple[Instant | None, int]] = {}
        """Rules whose last look moved nothing: until when that goes on, and how often alarms had moved by then."""
        self._led: list[str] = []
        self._moved = 0

    def forget(self) -> None:
        """Phase, protocol, rules or settings changed."""
        self._bounds.clear()
        self._steady.clear()
        self._unmoved.clear()

    def stands(self, key: str, now: RuleInPhase | None, at: Instant) -> bool:
        """Whether the reading of now changes nothing of the rule but its values; these it has then."""
        if now is None or now.rule.signal is None or (known := self._steady.get(key)) is None:
            return False
        reading, moved = self._patient.readings.get(now.rule.signal), self._alarms.announcer.moved
        if reading is None or reading.at != at or known.moved != moved:
            return False
        if not known.holds(reading) or self._patient.rivals.claims:
            return False
        ends = reading.fresh_until
        self._timers.set(f"rule:{key}", ends if known.due is None else min(ends, known.due))
        track = self._alarms.tracks[key]
        self._alarms.tracks[key] = with_value(track, now.rule, now.levels, reading)
        if is_led(track):
            self._led.append(key)
        return True

    def goes_on(self, track: RuleState, after: tuple[LevelState, ...], at: Instant) -> bool:
        """Whether the look only repeats the one before, which moved nothing."""
        until, moved = self._unmoved.get(track.key, (None, -1))
        if moved != self._alarms.announcer.moved or (until is not None and at >= until):
            return False
        for one, other in zip(track.levels, after, strict=True):
            if one is not other and (
                one.phase is not other.phase
                or one.limit != other.limit
                or one.repeat is not other.repeat
            ):
                return False
        if is_led(track):
            self._led.append(track.key)
        return True

    def begin_look(self) -> None:
        """Several rules are looked at together."""
        self._led.clear()
        self._moved = self._alarms.announcer.moved

    def led_anew(self) -> Iterator[str]:
        """Of them those that were passed over, though what is told in their place has moved since."""
        if self._led and self._moved != self._alarms.announcer.moved:
            yield from tuple(self._led)

    def settle(self, seen: RuleAfterLook, track: RuleState, at: Instant) -> None:
        """After a look that moved what it had to: what the next one need not ask."""
        key, rule, moved = seen.key, seen.rule, self._alarms.announcer.moved
        self._unmoved.pop(key, None)
        self._steady.pop(key, None)
        led = is_led(track) and not rule.yields
        if led or seen.refitted or _line(track) is not _line(seen.track):
            return
        if track is seen.track and rule.by_levels and is_settled(track.alarm):
            until = None if track.alarm is None else alarm_triggers.wake(track.alarm)
            self._unmoved[key] = until, moved
        reading = None if rule.signal is None else self._patient.readings.get(rule.signal)
        if reading is None or not reading.usable_at(at) or self._patient.rivals.claims:
            return
        found = self._steady_at(seen, track, reading, at)
        if found is not None:
            self._steady[key] = found

    def _steady_at(
        self, seen: RuleAfterLook, track: RuleState, reading: Reading, at: Instant
    ) -> Steady | None:
        key, rule = seen.key, seen.rule
        bounds = self._bounds[key] if key in self._bounds else rule.bounds(self._patient, at)
        if isinstance(rule, LimitRule):
            self._bounds[key] = bounds
        if bounds is None:
            return None
        due, armed = due_by_time(track, rule, seen.levels), self._timers.when(f"rule:{key}")
        if armed is not None and armed < reading.fresh_until:
            due = armed if due is None else min(due, armed)
        return steady(bounds, track, reading, due, self._alarms.announcer.moved)


def _line(track: RuleState) -> object:
    return None if track.alarm is None else track.alarm.line
